"""Cancel and move: what happens to an appointment that is booked."""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler.booking.acts import PATIENT, By
from scheduler.booking.seats import take_seat
from scheduler.booking.telling import tell_hosts
from scheduler.booking.transaction import (
    add_claims,
    ask,
    booking_transaction,
    chosen_actors,
    drop_claims,
    lock_visit,
    note,
    place_of,
    set_time,
    settled,
)
from scheduler.errors import Conflict, InvalidInput, NotFound
from scheduler.models import BOOKED, CANCELLED, HELD, PENDING, Appointment
from scheduler.notify import outbox

MAX_REASON = 200


@settled
def cancel(*, by: By, appointment_id: str, reason: str = "") -> Appointment:
    """Cancel a booked or pending appointment; its time is free at once. Cancelling twice changes nothing.

    Who may cancel is for the caller to check (a signed link, a right). Raises NotFound; Conflict when the visit has
    begun or was never booked; InvalidInput for a reason over 200 characters.
    """
    if len(reason) > MAX_REASON:
        raise InvalidInput({"reason": f"Reason: use at most {MAX_REASON} characters."})
    with booking_transaction() as session:
        appointment = _found(session, appointment_id)
        now = lock_visit(session, appointment)
        if appointment.status == CANCELLED:
            return appointment
        _still_ahead(appointment, now)
        appointment.status = CANCELLED
        appointment.cancelled_at = now
        appointment.cancelled_by = by.kind
        appointment.cancel_reason = reason.strip() or None
        appointment.sequence += 1
        appointment.version += 1
        appointment.session_id = appointment.seat_number = None
        drop_claims(session, appointment)
        _tell(session, appointment, by, now, "cancel", "booking-cancelled")
        return appointment


@settled
def move(*, by: By, appointment_id: str, start: int, schedule_id: str | None = None) -> Appointment:
    """Move an appointment to another start (epoch seconds), perhaps on another Schedule of its type.

    The old time is its own until the new one is sure: both change in this one transaction, and the visit is left out
    of every check. Raises NotFound, SlotGone (then nothing has changed), Conflict, InvalidInput.
    """
    with booking_transaction() as session:
        appointment = _found(session, appointment_id)
        place = place_of(session, schedule_id or appointment.schedule_id)
        if place.type.id != appointment.appointment_type_id:
            raise InvalidInput({"schedule": "Choose a time of the same appointment type."})
        now = lock_visit(session, appointment, place.actors)
        _still_ahead(appointment, now)
        if (appointment.starts_at, appointment.schedule_id) == (start, place.schedule.id):
            return appointment
        situation, _ = ask(session, place, start, now, act=PATIENT, leave_out=appointment.id)
        actors = chosen_actors(situation, start, now, appointment.id)
        drop_claims(session, appointment)
        appointment.session_id = appointment.seat_number = None
        session.flush()
        set_time(appointment, place, start)
        appointment.overbooked = appointment.kept_outside = False
        appointment.sequence += 1
        appointment.version += 1
        group = take_seat(session, appointment, place.type.capacity)
        add_claims(session, appointment, actors, group)
        _tell(session, appointment, by, now, "move", "booking-moved")
        return appointment


def _found(session: Session, appointment_id: str) -> Appointment:
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("We can't find that appointment.")
    return appointment


def _still_ahead(appointment: Appointment, now: int) -> None:
    if appointment.status not in (BOOKED, PENDING):
        gone = "held only, not booked" if appointment.status == HELD else "over or cancelled"
        raise Conflict(f"This appointment is {gone}.")
    if appointment.starts_at <= now:
        raise Conflict("This appointment has begun or is past. Call the clinic.")


def _tell(session: Session, appointment: Appointment, by: By, now: int, action: str, kind: str) -> None:
    note(session, appointment, by=by, at=now, action=action)
    outbox.enqueue(
        session,
        organization_id=appointment.organization_id,
        kind=kind,
        object_id=appointment.id,
        now=now,
    )
    tell_hosts(session, appointment, by=by, now=now, kind=kind)
