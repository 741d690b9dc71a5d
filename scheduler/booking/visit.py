"""The day of the visit, step by step: checked in, in the room, done; or a no-show. Each step can be undone.

All these states block their time (``models.BLOCKING``), so no claim and nothing in the feed changes.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.booking.acts import By
from scheduler.booking.transaction import booking_transaction, lock_visit, note, settled
from scheduler.clock import local_date
from scheduler.errors import Conflict, NotFound
from scheduler.models import ARRIVED, BOOKED, COMPLETED, NO_SHOW, Appointment

CHECK_IN, IN_ROOM, DONE, MISSED = "check-in", "in-room", "done", "no-show"
STEPS = (CHECK_IN, IN_ROOM, DONE, MISSED)

_STANDS = {
    "held": "This time is held only, not booked.",
    "expired": "This time was held only, never booked.",
    "pending": "This request has not been approved yet.",
    "booked": "The patient is not checked in yet. Check them in first.",
    "arrived": "The patient is checked in. Undo that first.",
    "completed": "This visit is done. Undo that first.",
    "no-show": "The patient is marked as a no-show. Undo that first.",
    "cancelled": "This appointment is cancelled.",
    "declined": "This request was declined.",
}


def last_step(appointment: Appointment) -> str | None:
    """The step that an undo would take back; None when there is none."""
    if appointment.status == ARRIVED:
        return CHECK_IN if appointment.roomed_at is None else IN_ROOM
    return {COMPLETED: DONE, NO_SHOW: MISSED}.get(appointment.status)


def may_check_in(appointment: Appointment, now: int) -> bool:
    """Whether a booked patient can be checked in: from the visit's own local day on."""
    zone = zone_of(appointment.zone).info
    return appointment.status == BOOKED and local_date(now, zone) >= local_date(appointment.starts_at, zone)


def may_miss(appointment: Appointment, now: int) -> bool:
    """Whether a booked patient can be marked as a no-show: from the start on."""
    return appointment.status == BOOKED and appointment.starts_at <= now


@settled
def check_in(*, by: By, appointment_id: str) -> Appointment:
    """The patient has arrived. Twice is once. Raises NotFound; Conflict before the local day of the visit, or when it is
    not booked."""
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        if appointment.status == ARRIVED:
            return appointment
        _only_from(BOOKED, appointment)
        if not may_check_in(appointment, now):
            raise Conflict("Check-in opens on the day of the visit.")
        appointment.status, appointment.arrived_at = ARRIVED, now
        note(session, appointment, by=by, at=now, action=CHECK_IN)
        return appointment


@settled
def to_room(*, by: By, appointment_id: str) -> Appointment:
    """The patient is in the room; the visit is still *arrived*. Twice is once. Raises NotFound; Conflict when they are
    not checked in."""
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        _only_from(ARRIVED, appointment)
        if appointment.roomed_at is None:
            appointment.roomed_at = now
            note(session, appointment, by=by, at=now, action=IN_ROOM)
        return appointment


@settled
def finish(*, by: By, appointment_id: str) -> Appointment:
    """The visit is done. Twice is once. Raises NotFound; Conflict when the patient is not checked in."""
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        if appointment.status == COMPLETED:
            return appointment
        _only_from(ARRIVED, appointment)
        appointment.status, appointment.completed_at = COMPLETED, now
        note(session, appointment, by=by, at=now, action=DONE)
        return appointment


@settled
def no_show(*, by: By, appointment_id: str) -> Appointment:
    """The patient did not come. Twice is once. Raises NotFound; Conflict before the start, or when it is not booked."""
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        if appointment.status == NO_SHOW:
            return appointment
        _only_from(BOOKED, appointment)
        if not may_miss(appointment, now):
            raise Conflict("The visit has not begun yet. A no-show can be marked from its start on.")
        appointment.status = NO_SHOW
        note(session, appointment, by=by, at=now, action=MISSED)
        return appointment


@settled
def undo_step(*, by: By, appointment_id: str, step: str) -> Appointment:
    """Take one of ``STEPS`` back. When it does not stand (any more), nothing changes: a second press undoes nothing
    else. Raises NotFound; Conflict when a later step stands on it."""
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        last = last_step(appointment)
        if step != last:
            if last is not None and _stands(appointment, step):
                raise Conflict("Something was noted after this. Undo that first.")
            return appointment
        _take_back(appointment, step)
        note(session, appointment, by=by, at=now, action=f"undo-{step}")
        return appointment


def _take_back(appointment: Appointment, step: str) -> None:
    if step == DONE:
        appointment.status, appointment.completed_at = ARRIVED, None
    elif step == IN_ROOM:
        appointment.roomed_at = None
    else:
        appointment.status, appointment.arrived_at = BOOKED, None


def _stands(appointment: Appointment, step: str) -> bool:
    """Whether a step that is not the last one was taken and not taken back."""
    beneath = {CHECK_IN: appointment.arrived_at, IN_ROOM: appointment.roomed_at}
    return beneath.get(step) is not None


def _locked(session: Session, appointment_id: str) -> tuple[Appointment, int]:
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("We can't find that appointment.")
    return appointment, lock_visit(session, appointment)


def _only_from(status: str, appointment: Appointment) -> None:
    if appointment.status != status:
        raise Conflict(_STANDS[appointment.status])
