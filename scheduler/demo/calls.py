"""A short call list: most invented patients gave no email, and nobody is to call them all."""

from __future__ import annotations

from sqlalchemy import delete, select

from scheduler.db import transaction
from scheduler.models import Appointment, Outbox, PatientDetails
from scheduler.notify.reminders import KIND

KEPT = 6


def keep_few_calls(organization_id: str) -> int:
    """Drop the messages that would end as calls, but for the first ``KEPT`` visits booked online. Returns how many went.

    Reminders are left to the patients with an email: each is due before its own visit, so none of them leave at once."""
    with transaction() as session:
        rows = session.execute(
            select(Outbox.id, Outbox.kind, Appointment.made_by)
            .join(Appointment, Appointment.id == Outbox.object_id)
            .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
            .where(
                Appointment.organization_id == organization_id,
                Outbox.recipient_id.is_(None),
                PatientDetails.email == "",
            )
            .order_by(Appointment.starts_at, Outbox.id)
        ).all()
        calls = [row.id for row in rows if row.kind != KIND and row.made_by == "patient"]
        kept = set(calls[:KEPT])
        dropped = [row.id for row in rows if row.id not in kept]
        session.execute(delete(Outbox).where(Outbox.id.in_(dropped)))
        return len(dropped)
