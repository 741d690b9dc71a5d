"""Requests: a pending appointment claims its time until the clinic approves or declines it, or nobody does in time.

Visits that were asked for in one act (``Together``) are one request: the clinic's answer is for all of them that still wait.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock, db
from scheduler.booking.acts import By
from scheduler.booking.telling import tell_hosts
from scheduler.booking.transaction import (
    DECIDE_BY,
    booking_transaction,
    drop_claims,
    lapse_requests,
    lock_visit,
    lock_visits,
    note,
    overdue,
    settled,
    tell_patient,
    together_with,
)
from scheduler.booking.upkeep import MAX_MESSAGE, clean_text
from scheduler.clock import HOUR
from scheduler.errors import Conflict, EditConflict, NotFound
from scheduler.models import BOOKED, CANCELLED, DECLINED, PENDING, Appointment, AppointmentType

CHANGED = "The patient changed this request after you opened the page. Nothing was decided. Look at it, then decide."
_TOO_LATE = {
    CANCELLED: "The patient has cancelled this request. There is nothing left to decide.",
    BOOKED: "This request is approved already. To take that back, cancel the booking.",
    DECLINED: "This request was declined already. Its time is open again.",
}
_LAPSED = "Nobody decided about this request in time, so it has ended. Its time is open again."
_NO_REQUEST = "This is no request that waits for approval."


def decide_by(kind: AppointmentType, now: int, start: int) -> int:
    """Until when the clinic can decide about a request of that type (epoch seconds): as many hours from now as the type
    says, and never later than the visit's start."""
    return min(now + kind.approval_hours * HOUR, start)


def lapsed(appointment: Appointment) -> bool:
    """Whether the appointment was a request that nobody decided about in time."""
    undecided = appointment.decided_at is None and appointment.decide_by_at is not None
    return appointment.status == DECLINED and undecided


@settled
def approve(*, by: By, appointment_id: str, sequence: int | None = None) -> Appointment:
    """Say yes to a request: it is booked, and the patient is told. Approving twice changes nothing.

    Hours and limits were asked when the time was taken, so they are not asked again. ``sequence`` is the appointment's when
    the person who decides looked at it. Raises NotFound, EditConflict when the patient moved it since, Conflict when it is
    cancelled, declined or has lapsed.
    """
    with booking_transaction() as session:
        request, now = _locked(session, appointment_id)
        if request[0].status == BOOKED and request[0].decided_at is not None:
            return request[0]
        waiting = _waiting(request, sequence)
        for visit in waiting:
            visit.status = BOOKED
            _decide(session, visit, by, now, "approve")
        _tell(session, waiting, by, now, "request-approved")
        return request[0]


@settled
def decline(*, by: By, appointment_id: str, message: str = "", sequence: int | None = None) -> Appointment:
    """Say no to a request, with what the clinic writes to the patient: its time is free at once. Declining twice changes
    nothing. Raises as ``approve``, and InvalidInput for a message over 500 characters."""
    words = clean_text(message, field="message", label="Message to the patient", most=MAX_MESSAGE)
    with booking_transaction() as session:
        request, now = _locked(session, appointment_id)
        if request[0].status == DECLINED and request[0].decided_at is not None:
            return request[0]
        waiting = _waiting(request, sequence)
        for visit in waiting:
            visit.status = DECLINED
            visit.staff_message = words
            visit.session_id = visit.seat_number = None
            drop_claims(session, visit)
            _decide(session, visit, by, now, "decline")
        _tell(session, waiting, by, now, "request-declined")
        return request[0]


def lapse(*, limit: int = 500) -> int:
    """End up to ``limit`` requests that nobody decided about in time, each in a transaction of its own. Returns how many."""
    now = clock.now()
    with db.snapshot() as session:
        late = session.scalars(
            select(Appointment.id).where(*overdue(now)).order_by(DECIDE_BY, Appointment.id).limit(limit)
        ).all()
    return sum(_lapse_one(appointment_id) for appointment_id in late)


@settled
def _lapse_one(appointment_id: str) -> bool:
    with booking_transaction() as session:
        appointment = session.get_one(Appointment, appointment_id)
        if appointment.status != PENDING:
            return False
        now = lock_visit(session, appointment)
        if appointment.status != PENDING:  # it ended with the locking, or somebody was quicker
            return lapsed(appointment)
        if (appointment.decide_by_at or appointment.starts_at) > now:
            return False
        lapse_requests(session, [appointment], now)  # one that claims nobody's time
        return True


def _locked(session: Session, appointment_id: str) -> tuple[list[Appointment], int]:
    """The request, first the visit that was asked about, read after its actors are locked, and now. Raises NotFound."""
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("We can't find that request.")
    others = [visit for visit in together_with(session, appointment) if visit.id != appointment.id]
    request = [appointment, *others]
    now = lock_visits(session, request)
    return request, now


def _waiting(request: list[Appointment], sequence: int | None) -> list[Appointment]:
    """The visits that wait for the answer. Raises Conflict when the one asked about does not, EditConflict when it is not
    as it was seen."""
    asked = request[0]
    if asked.status != PENDING:
        raise Conflict(_LAPSED if lapsed(asked) else _TOO_LATE.get(asked.status, _NO_REQUEST))
    if sequence is not None and asked.sequence != sequence:
        raise EditConflict(CHANGED)
    return [visit for visit in request if visit.status == PENDING]


def _decide(session: Session, visit: Appointment, by: By, now: int, action: str) -> None:
    visit.decided_at = now
    # what a calendar took for tentative is certain now, or gone (RFC 5546 2.1.4)
    visit.sequence += 1
    visit.version += 1
    note(session, visit, by=by, at=now, action=action)


def _tell(session: Session, visits: list[Appointment], by: By, now: int, kind: str) -> None:
    """One message for all that is answered at once; it is made from them all when it is sent."""
    first = min(visits, key=lambda one: (one.starts_at, one.id))
    tell_patient(session, first, now, kind)
    tell_hosts(session, first, by=by, now=now, kind=kind)
