"""View of the Why page."""

from __future__ import annotations

from flask import render_template, request

from scheduler import clock
from scheduler.console.common import Answer, me
from scheduler.console.why.asked import Typed
from scheduler.console.why.page import why_page
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page


@allow(SIGNED_IN)
@private_page
def why() -> Answer:
    """Why a time is not open, and where each reason is put right. What can't be read comes back in the form."""
    now = clock.now()
    page = why_page(me(), Typed.of(request.args), now)
    errors = list(page.read.problems.items())
    return render_template("console/why.html", page=page, errors=errors, now=now), page.read.status
