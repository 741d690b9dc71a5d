"""Whom staff have to call: patients whom no mail could tell what is true of their visit now.

For each visit its newest message counts. It asks for a call while what it says still holds, the visit is ahead, no later
message arrived and nobody has called.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from scheduler.models import Appointment, Outbox, PatientDetails, WaitlistOffer
from scheduler.models.patients import OPEN
from scheduler.notify import patient_mails, reminder_mails, waitlist_mails
from scheduler.notify.outbox import MAX_ATTEMPTS
from scheduler.notify.post import NEEDS_CALL

READ_AT_MOST = 500
STATUSES = {
    kind: statuses
    for kinds in (patient_mails.KINDS, reminder_mails.KINDS)
    for kind, (_, statuses) in kinds.items()
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make: the outbox row's id, what it was to tell (its kind), why no mail did ("" when the patient gave no
    address), the visit, and the person."""

    id: int
    kind: str
    problem: str
    appointment: Appointment
    details: PatientDetails | None


def calls(session: Session, visible: ColumnElement[bool], now: int) -> list[Call]:
    """The calls to make about the appointments that ``visible`` (a condition on Appointment) lets see, the soonest visit
    first; of at most ``READ_AT_MOST`` visits."""
    asked_for = (
        select(Appointment.id)
        .join(Outbox, Outbox.object_id == Appointment.id)
        .where(visible, Appointment.starts_at > now, _open(now))
        .distinct()
        .order_by(Appointment.id)
        .limit(READ_AT_MOST)
    )
    ids = session.scalars(asked_for).all()
    if not ids:
        return []
    rows = session.execute(
        select(Outbox, Appointment, PatientDetails)
        .join(Appointment, Appointment.id == Outbox.object_id)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            Appointment.id.in_(ids),
            Outbox.kind.in_(STATUSES),
            Outbox.recipient_id.is_(None),
            or_(Outbox.to_call, _stuck(now), and_(Outbox.done_at.is_not(None), Outbox.error == "")),
        )
        .order_by(Outbox.id)
    )
    newest = {appointment.id: (row, appointment, details) for row, appointment, details in rows}
    found = [
        Call(row.id, row.kind, "" if row.error == NEEDS_CALL else row.error, appointment, details)
        for row, appointment, details in newest.values()
        if (row.to_call or row.done_at is None) and row.called_at is None and _holds(row, appointment)
    ]
    return sorted(found, key=lambda call: (call.appointment.starts_at, call.id))


def offers_to_call(session: Session, organization_id: str, now: int) -> int:
    """How many people on the waitlist have a time kept for them that no mail could tell them of."""
    rows = select(func.count(WaitlistOffer.id.distinct())).join(Outbox, Outbox.object_id == WaitlistOffer.id)
    return session.execute(
        rows.where(
            WaitlistOffer.organization_id == organization_id,
            WaitlistOffer.status == OPEN,
            WaitlistOffer.until_at > now,
            Outbox.kind == waitlist_mails.OFFER,
            Outbox.to_call,
            Outbox.called_at.is_(None),
        )
    ).scalar_one()


def _open(now: int) -> ColumnElement[bool]:
    return and_(
        Outbox.kind.in_(STATUSES),
        Outbox.recipient_id.is_(None),
        or_(and_(Outbox.to_call, Outbox.called_at.is_(None)), _stuck(now)),
    )


def _stuck(now: int) -> ColumnElement[bool]:
    """Given up without a word: its worker died at the last try."""
    return and_(
        Outbox.done_at.is_(None),
        Outbox.to_call.is_(False),
        Outbox.attempts >= MAX_ATTEMPTS,
        or_(Outbox.claimed_until_at.is_(None), Outbox.claimed_until_at <= now),
    )


def _holds(row: Outbox, appointment: Appointment) -> bool:
    if appointment.status not in STATUSES[row.kind]:
        return False
    return row.for_at is None or (row.for_at == appointment.starts_at and appointment.confirmed_at is None)
