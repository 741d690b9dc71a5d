"""Book: a patient confirms a hold; the front desk books straight away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.booking import idempotency
from scheduler.booking.acts import DESK, By
from scheduler.booking.change import MAX_REASON
from scheduler.booking.details import AnswerGiven, Details, check, keep
from scheduler.booking.hold import is_live, own_appointment, take_again
from scheduler.booking.requests import decide_by
from scheduler.booking.seats import take_seat
from scheduler.booking.telling import tell_hosts
from scheduler.booking.transaction import (
    add_claims,
    ask,
    booking_transaction,
    chosen_actors,
    lock_visit,
    mark_appointment,
    new_code,
    note,
    place_of,
    set_time,
    settled,
    take_now,
)
from scheduler.booking.upkeep import clean_text
from scheduler.errors import Conflict, InvalidInput, SlotGone
from scheduler.ids import new_id
from scheduler.models import BOOKED, EXPIRED, HELD, PENDING, Appointment
from scheduler.notify import outbox

ROUTE, DESK_ROUTE = "book", "desk-book"


@settled
def book(
    *,
    by: By,
    appointment_id: str,
    details: Details,
    answers: Sequence[AnswerGiven] = (),
    key: str | None = None,
) -> Appointment:
    """Confirm one's own hold: booked, or pending where the clinic approves each request.

    What the rule decided when the time was held stays decided; a lapsed hold meets the whole rule again. A second
    press returns the same appointment. Raises NotFound, SlotGone (with the draft kept), InvalidInput, Conflict,
    KeyReused.
    """
    with booking_transaction() as session:
        appointment = own_appointment(session, by, appointment_id)
        place = place_of(session, appointment.schedule_id, offered=False)
        now = lock_visit(session, appointment, place.actors)
        if appointment.status in (BOOKED, PENDING):
            return appointment
        if appointment.status not in (HELD, EXPIRED):
            raise Conflict("This appointment has been cancelled. Choose a time to book again.")
        if appointment.starts_at <= now:
            raise SlotGone("That time has passed.", reason="past")
        check(session, place.type.id, details, answers)
        if not is_live(appointment, now):
            take_again(session, place, appointment, now)
        idempotency.earlier(
            session,
            key=key,
            visitor=by.visitor,
            route=ROUTE,
            body=idempotency.body_hash(appointment.id),
            appointment_id=appointment.id,
            organization_id=appointment.organization_id,
            now=now,
        )
        pending = place.type.approval_required
        appointment.status = PENDING if pending else BOOKED
        appointment.expires_at = None
        appointment.booked_at = now
        appointment.decide_by_at = decide_by(place.type, now, appointment.starts_at) if pending else None
        keep(session, appointment, details, answers)
        mark_appointment(session, appointment)
        _tell(session, appointment, now, by, "request" if pending else "book")
        return appointment


def desk_book(
    *,
    by: By,
    schedule_id: str,
    start: int,
    details: Details,
    answers: Sequence[AnswerGiven] = (),
    set_aside: frozenset[str] = frozenset(),
    overbook_reason: str = "",
    key: str | None = None,
) -> Appointment:
    """The front desk books at once. ``set_aside`` names the groups of rules (``hours``, ``limits``) that staff chose
    to go on without; a taken time needs ``overbook_reason``. A second press with the same ``key`` of the same user
    returns what the first one booked.

    Raises NotFound, SlotGone (its reason says which rule stands), InvalidInput, KeyReused.
    """
    if by.kind not in ("user", "system"):
        raise InvalidInput({"by": "Only staff can book without a hold."})
    reason = clean_text(overbook_reason, field="overbook_reason", label="Reason", most=MAX_REASON)
    with booking_transaction() as session:
        place = place_of(session, schedule_id)
        appointment = Appointment(id=new_id(), code=new_code())
        made_before = idempotency.earlier(
            session,
            key=key,
            visitor=by.user_id,
            route=DESK_ROUTE,
            body=idempotency.body_hash([schedule_id, start, asdict(details), [*map(asdict, answers)]]),
            appointment_id=appointment.id,
            organization_id=place.schedule.organization_id,
            now=clock.now(),
        )
        if made_before is not None:
            return session.get_one(Appointment, made_before)
        now = take_now(session, place.actors)
        check(session, place.type.id, details, answers)
        situation, overbooked = ask(
            session, place, start, now, act=DESK, set_aside=set_aside, overbook=reason is not None
        )
        appointment.status, appointment.made_by = BOOKED, by.kind
        appointment.created_at = appointment.booked_at = now
        set_time(appointment, place, start)
        appointment.overbooked = overbooked
        appointment.overbook_reason = reason if overbooked else None
        # An overbooked visit stands outside its session: all seats may be taken.
        group = appointment.id if overbooked else take_seat(session, appointment, place.type.capacity)
        session.add(appointment)
        add_claims(session, appointment, chosen_actors(situation, start, now, None), group)
        keep(session, appointment, details, answers)
        _tell(session, appointment, now, by, "overbook" if overbooked else "book")
        return appointment


def _tell(session: Session, appointment: Appointment, now: int, by: By, action: str) -> None:
    note(session, appointment, by=by, at=now, action=action)
    kind = "booking-pending" if appointment.status == PENDING else "booking-confirmed"
    outbox.enqueue(
        session,
        organization_id=appointment.organization_id,
        kind=kind,
        object_id=appointment.id,
        now=now,
    )
    tell_hosts(session, appointment, by=by, now=now, kind=kind)
