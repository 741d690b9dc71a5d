"""What the end of a visit means for its patient's wish for a sooner time, and the audit of such an entry. Stands outside
``waitlist``, which needs the verbs that end visits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.booking.acts import SYSTEM
from scheduler.models import Appointment, WaitlistEntry
from scheduler.models.patients import ENDED, WAITING


def end_wish(session: Session, appointment: Appointment, now: int) -> None:
    """End the wish for a sooner time of a visit that was cancelled, whose lock is held. One that has an offer is left to
    ``waitlist.tidy``, since the offered time has locks of its own."""
    entries = session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.appointment_id == appointment.id, WaitlistEntry.status == WAITING)
        .order_by(WaitlistEntry.id)
        .with_for_update(key_share=True)
    )
    for entry in entries:
        entry.status, entry.ended_at = ENDED, now
        record_entry(session, entry, by=SYSTEM, at=now, action="end")


def record_entry(session: Session, entry: WaitlistEntry, *, by: audit.Actor, at: int, action: str) -> None:
    """The audit row of an act on an entry."""
    audit.record(
        session,
        organization_id=entry.organization_id,
        at=at,
        by=by,
        action=action,
        object_kind="waitlist-entry",
        object_id=entry.id,
        details={"type": entry.appointment_type_id, "status": entry.status},
    )
