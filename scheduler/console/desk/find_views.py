"""Views of Find: one box. What is looked for goes by POST and stands in no address."""

from __future__ import annotations

from flask import render_template, request

from scheduler import clock
from scheduler.console.common import Answer, me
from scheduler.console.desk.find import MAX_QUERY, find, today_of
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page


@allow(SIGNED_IN)
@private_page
def find_form() -> Answer:
    """The box."""
    return render_template("console/desk/find.html", query="", found=None, year=False, errors=[])


@allow(SIGNED_IN)
@private_page
def search() -> Answer:
    """What matches; with the button ``year``, of the whole past year."""
    query, year, now = request.form.get("query", ""), "year" in request.form, clock.now()
    if not query.strip() or len(query) > MAX_QUERY:
        said = f"Search: type a name, phone, birth date or code, of at most {MAX_QUERY} characters."
        page = render_template(
            "console/desk/find.html", query=query, found=None, year=year, errors=[("query", said)]
        )
        return page, 400
    found = find(me(), query, now, today_of(now), year=year)
    return render_template("console/desk/find.html", query=query, found=found, year=year, errors=[])
