"""The admin home."""

from __future__ import annotations

from flask import render_template

from scheduler import clock
from scheduler.console.admin.home import home_page
from scheduler.console.common import Answer, me
from scheduler.web import current_settings
from scheduler.web.headers import private_page


@private_page
def home() -> Answer:
    """What needs an administrator's eye."""
    now = clock.now()
    return render_template("admin/home.html", page=home_page(me(), now, current_settings()), now=now)
