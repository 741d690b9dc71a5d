"""Views of Duplicates: two records that are likely one person's, and what staff say of them."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import booking, clock
from scheduler.accounts.rights import sees_all_bookings
from scheduler.console import detail
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.desk.duplicates import pairs
from scheduler.db import snapshot
from scheduler.errors import NotAllowed, SchedulerError
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

_HERE = "/console/duplicates"


@allow(SIGNED_IN)
@private_page
def duplicates() -> Answer:
    """The pairs that nobody has decided about."""
    _only_for_desk()
    return _page()


@allow(SIGNED_IN)
@private_page
def join_records() -> Answer:
    """They are one person."""
    _only_for_desk()
    try:
        person_id = booking.join_persons(by=by_me(), organization_id=me().organization_id, visit_ids=_asked())
    except SchedulerError as error:
        return _page(error.sentence), error.status
    toast(
        "Joined: they are one person.",
        undo=f"{_HERE}/undo?person={person_id}",
        undo_name="Undo joining these records",
    )
    return redirect(_HERE, 303)


@allow(SIGNED_IN)
@private_page
def keep_apart() -> Answer:
    """They are two people, and are not put forward again."""
    _only_for_desk()
    first, second = _asked()
    undone = request.args.get("undo") == "1"
    try:
        booking.not_same(
            by=by_me(),
            organization_id=me().organization_id,
            first_id=first,
            second_id=second,
            undo=undone,
        )
    except SchedulerError as error:
        return _page(error.sentence), error.status
    if undone:
        toast("Taken back.")
    else:
        toast(
            "Noted: they are two people.",
            undo=f"{_HERE}/not-same?undo=1&first={first}&second={second}",
            undo_name="Undo that they are two people",
        )
    return redirect(_HERE, 303)


@allow(SIGNED_IN)
@private_page
def undo_joining() -> Answer:
    """Take the last joining of a person back."""
    _only_for_desk()
    booking.undo_join(
        by=by_me(), organization_id=me().organization_id, person_id=request.args.get("person", "")[:32]
    )
    toast("Taken back: they are two records again.")
    return redirect(_HERE, 303)


@allow(SIGNED_IN)
@private_page
def part_booking(appointment_id: str) -> Answer:
    """This booking is not of the person with whose it was joined."""
    detail.ensure_visible(me(), appointment_id)
    booking.part_visit(by=by_me(), organization_id=me().organization_id, visit_id=appointment_id)
    toast("Taken apart: this booking stands alone again.")
    return redirect(f"/console/bookings/{appointment_id}", 303)


def _only_for_desk() -> None:
    if not sees_all_bookings(me()):
        raise NotAllowed("Your sign-in doesn't include this page. The front desk looks after duplicates.")


def _asked() -> tuple[str, str]:
    first, second = (request.values.get(name, "")[:32] for name in ("first", "second"))
    return first, second


def _page(problem: str = "") -> str:
    with snapshot() as session:
        found, more = pairs(session, me().organization_id, clock.now())
    return render_template("console/desk/duplicates.html", pairs=found, more=more, problem=problem)
