"""Cancel, restore and move: what happens to an appointment that is booked."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler.booking.acts import DESK, HOURS, LIMITS, PATIENT, By
from scheduler.booking.eligible import WHO, check_day
from scheduler.booking.requests import decide_by
from scheduler.booking.seats import take_seat
from scheduler.booking.sooner import end_wish
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
    tell_patient,
)
from scheduler.booking.upkeep import MAX_MESSAGE, clean_text
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.models import BOOKED, CANCELLED, HELD, PENDING, Appointment, PatientDetails
from scheduler.notify import reminders

MAX_REASON = 200
MOVED_MEANWHILE = "This booking got another time after you opened the page. Nothing was changed. Look at its time, then decide."


@settled
def cancel(
    *, by: By, appointment_id: str, reason: str = "", message: str = "", sequence: int | None = None
) -> Appointment:
    """Cancel a booked or pending appointment; its time is free at once. Cancelling twice changes nothing.

    ``reason`` is for the clinic's record; ``message`` is what staff write to the patient with it; ``sequence`` is the
    appointment's when the person who acts looked at it. Who may cancel is for the caller to check (a signed link, a
    right). Raises NotFound; Conflict when the visit has begun or was never booked; EditConflict when it was moved since
    it was looked at; InvalidInput for a reason over 200 characters or a message over 500.
    """
    if len(reason) > MAX_REASON:
        raise InvalidInput({"reason": f"Reason: use at most {MAX_REASON} characters."})
    words = _message(by, message)
    with booking_transaction() as session:
        appointment = _found(session, appointment_id)
        now = lock_visit(session, appointment)
        if appointment.status == CANCELLED:
            return appointment
        _still_ahead(appointment, now)
        _as_seen(appointment, sequence)
        end_visit(session, appointment, by=by, now=now, reason=reason.strip() or None, words=words)
        tell(session, appointment, by, now, "cancel", "booking-cancelled")
        return appointment


def end_visit(
    session: Session, appointment: Appointment, *, by: By, now: int, reason: str | None, words: str | None
) -> None:
    """Cancel an appointment whose actors are locked; its time is free. ``words``: what staff write to the patient."""
    appointment.status = CANCELLED
    appointment.cancelled_at = now
    appointment.cancelled_by = by.kind
    appointment.confirmed_at = None
    appointment.cancel_reason = reason
    appointment.staff_message = words
    appointment.sequence += 1
    appointment.version += 1
    appointment.session_id = appointment.seat_number = None
    drop_claims(session, appointment)
    end_wish(session, appointment, now)


@settled
def restore(*, by: By, appointment_id: str) -> Appointment:
    """Staff take a cancellation back while the time is still free: the visit is what it was, and the patient gets a new
    confirmation. Restoring what stands changes nothing.

    The rule is asked as for the front desk: hours and limits may have changed since, what is taken may not, but an
    overbooked visit comes back overbooked. Raises NotFound (also when its type is not offered any more), SlotGone, Conflict when it is not cancelled or its start has
    passed.
    """
    with booking_transaction() as session:
        appointment = _found(session, appointment_id)
        place = place_of(session, appointment.schedule_id)
        now = lock_visit(session, appointment, place.actors)
        if appointment.status in (BOOKED, PENDING):
            return appointment
        if appointment.status != CANCELLED:
            raise Conflict("Only a cancelled appointment can be restored.")
        if appointment.starts_at <= now:
            raise Conflict("This appointment's time has passed. Book a new one.")
        start = appointment.starts_at
        situation, overbooked = ask(
            session,
            place,
            start,
            now,
            act=DESK,
            leave_out=appointment.id,
            set_aside=frozenset({HOURS, LIMITS}),
            overbook=appointment.overbooked,
        )
        asked_for = place.type.approval_required and appointment.made_by == "patient"
        appointment.status = PENDING if asked_for else BOOKED
        appointment.decide_by_at = decide_by(place.type, now, start) if asked_for else None
        appointment.decided_at = None
        appointment.cancelled_at, appointment.cancelled_by = None, ""
        appointment.cancel_reason = appointment.staff_message = None
        appointment.overbooked = overbooked
        appointment.sequence += 1
        appointment.version += 1
        group = appointment.id if overbooked else take_seat(session, appointment, place.type.capacity)
        add_claims(session, appointment, chosen_actors(situation, start, now, appointment.id), group)
        kind = "booking-pending" if asked_for else "booking-confirmed"
        tell(session, appointment, by, now, "restore", kind)
        return appointment


@settled
def move(
    *,
    by: By,
    appointment_id: str,
    start: int,
    schedule_id: str | None = None,
    set_aside: frozenset[str] = frozenset(),
    overbook_reason: str = "",
    message: str = "",
    sequence: int | None = None,
) -> Appointment:
    """Move an appointment to another start (epoch seconds), perhaps on another Schedule of its type.

    The old time is its own until the new one is sure: both change in this one transaction, and the visit is left out
    of every check. Staff may set rules aside as when they book (``desk_book``) and write a ``message`` to the patient; a
    patient may not. ``sequence`` is the appointment's when its time was looked at. Raises NotFound, SlotGone and, for a day
    on which the type is not for who comes, NotEligible (then nothing has changed), EditConflict when it was moved since,
    Conflict, InvalidInput.
    """
    words = _message(by, message)
    reason = clean_text(overbook_reason, field="overbook_reason", label="Reason", most=MAX_REASON)
    with booking_transaction() as session:
        appointment = _found(session, appointment_id)
        place = place_of(session, schedule_id or appointment.schedule_id)
        if place.type.id != appointment.appointment_type_id:
            raise InvalidInput({"schedule": "Choose a time of the same appointment type."})
        now = lock_visit(session, appointment, place.actors)
        _still_ahead(appointment, now)
        if (appointment.starts_at, appointment.schedule_id) == (start, place.schedule.id):
            return appointment
        _as_seen(appointment, sequence)
        if by.kind == "patient" or WHO not in set_aside:
            details = session.get(PatientDetails, appointment.id)
            check_day(place.type, details.birth_date if details else None, start, place.zone)
        situation, overbooked = ask(
            session,
            place,
            start,
            now,
            act=PATIENT if by.kind == "patient" else DESK,
            leave_out=appointment.id,
            set_aside=set_aside,
            overbook=reason is not None,
        )
        actors = chosen_actors(situation, start, now, appointment.id)
        left = appointment.schedule_id
        drop_claims(session, appointment)
        appointment.session_id = appointment.seat_number = None
        session.flush()
        set_time(appointment, place, start)
        appointment.overbooked, appointment.kept_outside = overbooked, False
        appointment.overbook_reason = reason if overbooked else None
        appointment.staff_message = words
        if appointment.status == PENDING:
            # another time is another thing to decide about
            appointment.decide_by_at = decide_by(place.type, now, start)
        appointment.confirmed_at = None  # they said it of another time
        appointment.sequence += 1
        appointment.version += 1
        # An overbooked visit stands outside its session: all seats may be taken.
        group = appointment.id if overbooked else take_seat(session, appointment, place.type.capacity)
        add_claims(session, appointment, actors, group)
        tell(session, appointment, by, now, "move", "booking-moved", left)
        return appointment


def _message(by: By, message: str) -> str | None:
    """What staff write to the patient; a patient has nobody to write to."""
    if by.kind == "patient":
        return None
    return clean_text(message, field="message", label="Message to the patient", most=MAX_MESSAGE)


def _found(session: Session, appointment_id: str) -> Appointment:
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound(_("We can't find that appointment."))
    return appointment


def _still_ahead(appointment: Appointment, now: int) -> None:
    if appointment.status not in (BOOKED, PENDING):
        gone = "held only, not booked" if appointment.status == HELD else "over or cancelled"
        raise Conflict(f"This appointment is {gone}.")
    if appointment.starts_at <= now:
        raise Conflict("This appointment has begun or is past. Call the clinic.")


def _as_seen(appointment: Appointment, sequence: int | None) -> None:
    if sequence is not None and appointment.sequence != sequence:
        raise EditConflict(MOVED_MEANWHILE)


def tell(
    session: Session,
    appointment: Appointment,
    by: By,
    now: int,
    action: str,
    kind: str,
    left: str | None = None,
) -> None:
    """Audit what became of an appointment (``action``) and tell patient (``kind``) and hosts; ``left``: the Schedule that it
    moved away from."""
    note(session, appointment, by=by, at=now, action=action)
    tell_patient(session, appointment, now, kind)
    tell_hosts(session, appointment, by=by, now=now, kind=kind, left=left)
    if appointment.status != CANCELLED:
        reminders.plan(session, appointment, now)
