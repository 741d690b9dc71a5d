"""View of the day sheet."""

from __future__ import annotations

from flask import render_template, request

from scheduler import clock
from scheduler.console.common import Answer, date_in, me
from scheduler.console.desk.sheet import sheet_page, today_of
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page


@allow(SIGNED_IN)
@private_page
def sheet(day: str) -> Answer:
    """The sheets of ``today`` or of an ISO date: ``?who=`` one clinician's, ``?names=whole`` with whole names."""
    now = clock.now()
    with snapshot() as session:
        chosen = today_of(session, me(), now) if day == "today" else date_in(day)
    if chosen is None:
        raise NotFound("We can't find that day. Dates look like 2027-06-08.")
    page = sheet_page(me(), chosen, request.args.get("who", ""))
    return render_template(
        "console/desk/sheet.html", page=page, now=now, names=request.args.get("names") == "whole"
    )
