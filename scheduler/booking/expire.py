"""Expire: the job that ends holds nobody came back for, and forgets drafts a day later."""

from __future__ import annotations

from sqlalchemy import select

from scheduler import clock, db
from scheduler.booking import documents, idempotency
from scheduler.booking.acts import SYSTEM
from scheduler.booking.hold import DRAFT_KEPT_SECONDS
from scheduler.booking.transaction import booking_transaction, end_hold, lock_actors, note, together_with
from scheduler.models import EXPIRED, HELD, Appointment, Claim, Document, PatientDetails


def expire(*, limit: int = 500) -> int:
    """End up to ``limit`` dead holds, each in a transaction of its own. Returns how many."""
    now = clock.now()
    with db.snapshot() as session:
        dead = session.scalars(
            select(Appointment.id)
            .where(Appointment.status == HELD, Appointment.expires_at <= now)
            .order_by(Appointment.expires_at)
            .limit(limit)
        ).all()
    return sum(_expire_one(appointment_id) for appointment_id in dead)


def _expire_one(appointment_id: str) -> bool:
    with booking_transaction() as session:
        found = session.get(Appointment, appointment_id)
        ids = [one.id for one in together_with(session, found)] if found is not None else []
        claimed = select(Claim.actor_id).where(Claim.appointment_id.in_(ids))
        lock_actors(session, session.scalars(claimed).all())
        now = clock.now()
        ended = False
        for one_id in ids:
            appointment = session.get_one(Appointment, one_id, populate_existing=True)
            if appointment.status == HELD and (appointment.expires_at or 0) <= now:
                end_hold(session, appointment, lapsed=True, at=appointment.expires_at)
                note(session, appointment, by=SYSTEM, at=now, action="expire")
                ended = True
        return ended


def purge(*, limit: int = 500) -> int:
    """Forget what was typed and handed in behind holds that lapsed a day ago, and old idempotency keys. Returns how many
    drafts."""
    with db.transaction() as session:
        now = clock.now()
        lapsed = Appointment.status == EXPIRED, Appointment.expires_at < now - DRAFT_KEPT_SECONDS
        holds = session.scalars(
            select(Appointment.id)
            .where(*lapsed, Appointment.id.in_(select(Document.appointment_id)))
            .limit(limit)
            # a hold that is being confirmed at this moment keeps what was handed in
            .with_for_update(skip_locked=True)
        ).all()
        documents.forget(session, holds)
        drafts = session.scalars(
            select(PatientDetails)
            .join(Appointment, Appointment.id == PatientDetails.appointment_id)
            .where(*lapsed)
            .limit(limit)
            # a hold that is being confirmed at this moment keeps what was typed
            .with_for_update(of=Appointment, skip_locked=True)
        ).all()
        for details in drafts:
            session.delete(details)
        idempotency.purge(session, now)
        return len(drafts)
