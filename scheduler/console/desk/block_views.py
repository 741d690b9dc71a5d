"""Views of Block time: take a stretch off somebody's calendar, and give it back."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import clock
from scheduler.booking import block_days
from scheduler.console.common import Answer, by_me, date_in, me, toast
from scheduler.console.desk.block import block_page, inside_count, read_range, removable
from scheduler.console.desk.new_views import Errors
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page
from scheduler.web.times import time_of_day, time_range


@allow(SIGNED_IN)
@private_page
def block() -> Answer:
    """The form and the blocks of a day; ``?slot=`` fills in an opening."""
    return _page([])


@allow(SIGNED_IN)
@private_page
def add_block() -> Answer:
    """Block the time. Bookings inside stay, and are listed."""
    now = clock.now()
    wanted, problems = read_range(me(), request.form, now)
    if wanted is None:
        return _page(list(problems.items())), 400
    made = block_days.block_days(
        by=by_me(),
        now=now,
        actor_id=wanted.whose.actor,
        spans=[(wanted.start, wanted.end)],
        note=wanted.note,
    )
    inside = inside_count(me(), wanted.whose.actor, wanted.start, wanted.end)
    stay = (
        f" {inside} booking{'' if inside == 1 else 's'} inside stay{'s' if inside == 1 else ''}."
        if inside
        else ""
    )
    span = time_range(wanted.start, wanted.end, wanted.whose.zone)
    toast(
        f"Blocked: {wanted.whose.name}, {span}.{stay}",
        undo=f"/console/block/{made.object_id}/remove",
        undo_name=f"Undo block of {wanted.whose.name}, {time_of_day(wanted.start, wanted.whose.zone)}",
    )
    day, actor = wanted.day.isoformat(), wanted.whose.actor
    return redirect(f"/console/block?date={day}&actor={actor}", 303)


@allow(SIGNED_IN)
@private_page
def remove_block(block_id: str) -> Answer:
    """Give blocked time back."""
    found = removable(me(), block_id)
    made = block_days.unblock(by=by_me(), now=clock.now(), block_id=found.id)
    toast(
        "Unblocked. The time is open again where the hours allow it.",
        undo=f"/console/history/{made}/undo",
        undo_name="Undo the removal of the block",
    )
    day = date_in(request.form.get("date"))
    return redirect(f"/console/block?date={day.isoformat()}" if day else "/console/block", 303)


def _page(errors: Errors) -> str:
    sent = request.form if request.method == "POST" else request.args
    page = block_page(me(), sent, clock.now())
    return render_template("console/desk/block.html", page=page, errors=errors)
