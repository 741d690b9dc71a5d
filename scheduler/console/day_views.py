"""Views of the calendar: where the console begins, one day, one week."""

from __future__ import annotations

from datetime import date

from flask import g, redirect, render_template, request

from scheduler import clock
from scheduler.console.choices import chosen
from scheduler.console.common import Answer, date_in, me
from scheduler.console.day import day_page
from scheduler.console.week import week_page
from scheduler.errors import NotFound
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

TODAY = "today"


@allow(SIGNED_IN)
@private_page
def home() -> Answer:
    """Where the console begins: Setup while nothing can be booked yet, else today."""
    return redirect("/console/setup" if g.setting_up else f"/console/day/{TODAY}", 303)


@allow(SIGNED_IN)
@private_page
def to_day() -> Answer:
    """The date field of the date bar: to the day that was typed, else to today."""
    return redirect(f"/console/day/{_typed()}", 303)


@allow(SIGNED_IN)
@private_page
def to_week() -> Answer:
    """The date field of Week."""
    return redirect(f"/console/week/{_typed()}", 303)


@allow(SIGNED_IN)
@private_page
def day(on: str) -> Answer:
    """One day, by clinician: bookings, holds, blocks, openings."""
    now = clock.now()
    return render_template("console/day.html", page=day_page(me(), _asked(on), chosen(), now), now=now)


@allow(SIGNED_IN)
@private_page
def week(on: str) -> Answer:
    """Seven days, as columns or as a list."""
    now = clock.now()
    return render_template("console/week.html", page=week_page(me(), _asked(on), chosen(), now), now=now)


def _typed() -> str:
    day = date_in(request.args.get("date"))
    return day.isoformat() if day else TODAY


def _asked(on: str) -> date | None:
    """The date of an address; None for today. Raises NotFound for anything else."""
    if on == TODAY:
        return None
    found = date_in(on)
    if found is None:
        raise NotFound("There is no such day. Choose one in the calendar.")
    return found
