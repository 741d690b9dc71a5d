"""To whom the mails of the outbox go, by name: staff, patients, people on the waitlist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.console.bookings import patient_name
from scheduler.models import Appointment, Outbox, PatientDetails, User, WaitlistEntry, WaitlistOffer
from scheduler.models.waiting import contact_of


@dataclass(frozen=True, slots=True)
class Whom:
    """The name of who gets a mail, "" when nobody is known any more, and the booking that it is about, "" for none."""

    name: str
    appointment_id: str = ""


def whom_of(session: Session, rows: Sequence[Outbox]) -> dict[int, Whom]:
    """By the ids of the rows. Ids of records are random, so that one tells which kind of record it is of."""
    about = {row.object_id for row in rows}
    users = dict(
        session.execute(
            select(User.id, User.name).where(User.id.in_({row.recipient_id for row in rows} - {None}))
        ).all()
    )
    booked = dict(
        session.execute(
            select(Appointment.id, PatientDetails)
            .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
            .where(Appointment.id.in_(about))
        ).all()
    )
    waiting = {
        entry.id: entry for entry in session.scalars(select(WaitlistEntry).where(WaitlistEntry.id.in_(about)))
    }
    offered = select(WaitlistOffer.id, WaitlistEntry).join(
        WaitlistEntry, WaitlistEntry.id == WaitlistOffer.entry_id
    )
    waiting |= dict(session.execute(offered.where(WaitlistOffer.id.in_(about))).all())
    found = {}
    for row in rows:
        appointment_id = row.object_id if row.object_id in booked else ""
        name = ""
        if row.recipient_id is not None:
            name = users.get(row.recipient_id, "")
        elif appointment_id:
            name = patient_name(booked[appointment_id])
        elif row.object_id in waiting:
            contact = contact_of(session, waiting[row.object_id])
            name = " ".join(part for part in (contact.given, contact.family) if part)
        found[row.id] = Whom(name, appointment_id)
    return found
