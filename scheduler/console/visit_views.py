"""Views of the day of a visit: check in, in the room, done, no-show, and undoing the last of these."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from scheduler import booking
from scheduler.booking.visit import CHECK_IN, DONE, IN_ROOM, MISSED, STEPS
from scheduler.console import detail
from scheduler.console.back import back_to, booking_answer, came_from
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.offers import info_of
from scheduler.errors import Conflict
from scheduler.models import Appointment
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page
from scheduler.web.times import time_of_day

CANCELLATION = "cancel"
# what the toast says, and what its button undoes
_SAID = {
    CHECK_IN: ("checked in", "check-in"),
    IN_ROOM: ("is in the room", "in room"),
    DONE: ("is done", "done"),
    MISSED: ("marked as a no-show", "no-show"),
}


@allow(SIGNED_IN)
@private_page
def check_in(appointment_id: str) -> Answer:
    """The patient has arrived."""
    return _step(appointment_id, CHECK_IN, booking.check_in)


@allow(SIGNED_IN)
@private_page
def in_room(appointment_id: str) -> Answer:
    """The patient is in the room."""
    return _step(appointment_id, IN_ROOM, booking.to_room)


@allow(SIGNED_IN)
@private_page
def done(appointment_id: str) -> Answer:
    """The visit is over."""
    return _step(appointment_id, DONE, booking.finish)


@allow(SIGNED_IN)
@private_page
def no_show(appointment_id: str) -> Answer:
    """The patient did not come."""
    return _step(appointment_id, MISSED, booking.no_show)


@allow(SIGNED_IN)
@private_page
def undo(appointment_id: str) -> Answer:
    """Take back the step ``?step=``, or a cancellation."""
    known = detail.ensure_visible(me(), appointment_id)
    step = request.args.get("step", "")
    try:
        if step == CANCELLATION:
            return _restore(appointment_id, known)
        if step not in STEPS:
            return booking_answer(appointment_id, problem="There is nothing to undo here."), 400
        appointment = booking.undo_step(by=by_me(), appointment_id=appointment_id, step=step)
    except Conflict as error:
        return booking_answer(appointment_id, problem=error.sentence), error.status
    toast(f"{known.initials}: {_SAID[step][1]} undone.")
    return back_to(appointment)


def undo_address(appointment_id: str, step: str) -> str:
    """Where a press takes back ``step``; it leads back to the page it was done on."""
    return f"/console/bookings/{appointment_id}/undo?step={step}{came_from()}"


def _step(appointment_id: str, step: str, verb: Callable[..., Appointment]) -> Answer:
    known = detail.ensure_visible(me(), appointment_id)
    try:
        appointment = verb(by=by_me(), appointment_id=appointment_id)
    except Conflict as error:
        return booking_answer(appointment_id, problem=error.sentence), error.status
    said, named = _SAID[step]
    time = time_of_day(appointment.starts_at, info_of(appointment.zone))
    toast(
        f"{known.initials} {said}.",
        undo=undo_address(appointment_id, step),
        undo_name=f"Undo {named} of {known.initials}, {time}",
    )
    return back_to(appointment)


def _restore(appointment_id: str, known: detail.Known) -> Answer:
    appointment = booking.restore(by=by_me(), appointment_id=appointment_id)
    told = (
        "The patient may have had a mail about the cancellation; a new confirmation is on its way."
        if known.has_email
        else "The patient gave no email: call them."
    )
    toast(f"Booked again. {told}")
    return back_to(appointment)
