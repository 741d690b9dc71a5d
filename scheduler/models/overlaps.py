"""Visits that stand at one time, and which of them seem to be one person's.

What patients typed is compared here and not by the database: its columns are to be encrypted.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models.appointments import (
    ARRIVED,
    BOOKED,
    MAX_CLAIM_SECONDS,
    PENDING,
    Appointment,
    PatientDetails,
)

Visit = tuple[Appointment, PatientDetails]


def visits_at(session: Session, visit: Appointment) -> list[Visit]:
    """Visits of the same clinic that are still to be and overlap this one's time, soonest first; itself left out."""
    rows = session.execute(
        select(Appointment, PatientDetails)
        .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            Appointment.organization_id == visit.organization_id,
            Appointment.id != visit.id,
            Appointment.status.in_((PENDING, BOOKED, ARRIVED)),
            Appointment.starts_at < visit.ends_at,
            Appointment.starts_at > visit.starts_at - MAX_CLAIM_SECONDS,
            Appointment.ends_at > visit.starts_at,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [(other, details) for other, details in rows]


def doubles(session: Session, visit: Appointment, details: PatientDetails) -> list[Visit]:
    """Other visits at this one's time with the same email and birth date."""
    if not details.email or not details.birth_date:
        return []
    return [
        (other, theirs)
        for other, theirs in visits_at(session, visit)
        if theirs.birth_date == details.birth_date and same_text(theirs.email, details.email)
    ]


def same_text(one: str | None, other: str | None) -> bool:
    """Whether two texts are one, letter case and outer spaces aside; nothing is the same as nothing."""
    return (one or "").strip().casefold() == (other or "").strip().casefold()
