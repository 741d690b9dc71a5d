"""What patients do with their own data by the manage link: change how they are reached, take back what they told.

What stays after that is a bare time: the clinic must keep that a visit took place, and its own notes stay its own.
"""

from __future__ import annotations

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from scheduler import clock, db, outcomes
from scheduler.booking.acts import By
from scheduler.booking.transaction import booking_transaction, lock_visit, note, settled, tell_patient
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.models import (
    ARRIVED,
    BOOKED,
    EXPIRED,
    HELD,
    PENDING,
    Answer,
    Appointment,
    ContactCheck,
    Document,
    NotSame,
    Outbox,
    PatientDetails,
    WaitlistEntry,
)
from scheduler.models.overlaps import same_text
from scheduler.models.patients import ENDED, OFFERED, WAITING

CHANGED, CHANGED_OLD = "contact-changed", "contact-changed-old"
REMOVED = "removed: the patient took back their data"
_NOBODY = "Your data were removed. To be reached again, call the clinic."
_MEANWHILE = (
    "This visit changed while you were typing. Nothing of yours is saved yet. Look once more, then save."
)


def may_erase(appointment: Appointment, now: int) -> bool:
    """Whether the visit is over, one way or the other, so that its patient's data can go."""
    if appointment.status in (PENDING, BOOKED, ARRIVED):
        return appointment.ends_at <= now
    return appointment.status not in (HELD, EXPIRED)


@settled
def change_contact(*, by: By, appointment_id: str, email: str, phone: str, version: int) -> Appointment:
    """Change how the patient of a visit is reached; ``version`` is the appointment's when the form was read. The new and the
    old address are told.

    Raises NotFound, InvalidInput when there would be no way left to reach them, EditConflict, Conflict after ``erase``.
    """
    email, phone = email.strip(), phone.strip()
    if not email and not phone:
        raise InvalidInput({"email": "Phone or email: enter at least one so the clinic can reach you."})
    with booking_transaction() as session:
        appointment, details, now = _locked(session, appointment_id)
        if details.erased_at is not None:
            raise Conflict(_NOBODY)
        if (details.email or "", details.phone or "") == (email, phone):
            return appointment
        if appointment.version != version:
            raise EditConflict(_MEANWHILE)
        appointment.version += 1
        before = details.email
        details.email, details.phone = email, phone
        if not same_text(before, email):
            details.former_email = before or None
            for kind, address in ((CHANGED, email), (CHANGED_OLD, before)):
                if address:
                    tell_patient(session, appointment, now, kind)
        note(session, appointment, by=by, at=now, action="contact")
        return appointment


@settled
def erase(*, by: By, appointment_id: str) -> Appointment:
    """Take back what the patient told: details, answers, files, drafts. The visit stays as a bare time. Twice is once.

    Raises NotFound; Conflict while the visit is still to be: it must be cancelled first.
    """
    with booking_transaction() as session:
        appointment, details, now = _locked(session, appointment_id)
        if details.erased_at is not None:
            return appointment
        if not may_erase(appointment, now):
            raise Conflict("Cancel the visit first, or wait until it is over. Nothing was removed.")
        _empty(details)
        details.erased_at = now
        appointment.visitor = appointment.cancel_reason = appointment.staff_message = None
        appointment.version += 1
        for table in (Answer, Document, ContactCheck):
            session.execute(delete(table).where(table.appointment_id == appointment.id))
        outcomes.forget(session, appointment.id)
        session.execute(
            delete(NotSame).where(
                (NotSame.first_id == appointment.id) | (NotSame.second_id == appointment.id)
            )
        )
        session.execute(
            update(WaitlistEntry)
            .where(
                WaitlistEntry.appointment_id == appointment.id, WaitlistEntry.status.in_((WAITING, OFFERED))
            )
            .values(status=ENDED, ended_at=now)
        )
        session.execute(
            update(Outbox)
            .where(
                Outbox.object_id == appointment.id, Outbox.recipient_id.is_(None), Outbox.done_at.is_(None)
            )
            .values(done_at=now, claimed_until_at=None, to_call=False, error=REMOVED)
        )
        note(session, appointment, by=by, at=now, action="erase")
        return appointment


def purge_former(*, limit: int = 500) -> int:
    """Forget addresses of before that have been told of the change. Returns how many."""
    with db.transaction() as session:
        waiting = exists().where(
            Outbox.object_id == PatientDetails.appointment_id,
            Outbox.kind == CHANGED_OLD,
            Outbox.done_at.is_(None),
            Outbox.created_at > clock.now() - 7 * clock.DAY,
        )
        rows = session.scalars(
            select(PatientDetails)
            .where(PatientDetails.former_email.is_not(None), ~waiting)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.former_email = None
        return len(rows)


def _empty(details: PatientDetails) -> None:
    """Nothing of the person is left in the row."""
    for column in PatientDetails.__table__.columns:
        if column.name in ("appointment_id", "organization_id", "erased_at", "language"):
            continue
        setattr(details, column.name, None if column.nullable else "")
    details.for_whom = "me"


def _locked(session: Session, appointment_id: str) -> tuple[Appointment, PatientDetails, int]:
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("We can't find that appointment.")
    now = lock_visit(session, appointment)
    details = session.get(PatientDetails, appointment.id, populate_existing=True)
    if appointment.status in (HELD, EXPIRED) or details is None:
        raise NotFound("We can't find that appointment.")
    return appointment, details, now
