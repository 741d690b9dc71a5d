"""The admin home."""

from __future__ import annotations

from flask import render_template

from scheduler.console.common import Answer
from scheduler.web.headers import private_page


@private_page
def home() -> Answer:
    """What needs an administrator's eye."""
    return render_template("admin/home.html")
