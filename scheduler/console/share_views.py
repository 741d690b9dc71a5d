"""Views of sharing: the links that patients book by."""

from __future__ import annotations

from flask import render_template

from scheduler import clock
from scheduler.console import shares
from scheduler.console.common import Answer, me
from scheduler.web import current_settings
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page


@allow(SIGNED_IN)
@private_page
def share() -> Answer:
    """The links that patients book by, and the feed's address."""
    page = shares.shares_page(me(), clock.now(), current_settings())
    return render_template("console/share.html", page=page)
