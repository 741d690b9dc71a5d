"""Where an appointment was before it moved: the appointment keeps its present time alone, the audit every one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import BOOKED, PENDING, Appointment, AuditEntry, Location, Schedule

_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Earlier:
    """The time that an appointment had before its last move: epoch seconds, in the zone of the place of that time."""

    starts_at: int
    zone: str


def moved_from(
    session: Session, appointment: Appointment, schedule_ids: Collection[str] | None = None
) -> Earlier | None:
    """The time before the last move, or the last one that it had on one of the Schedules ``schedule_ids``; None when it
    never moved, or too long ago to tell."""
    told = session.scalars(
        select(AuditEntry.details)
        .where(AuditEntry.object_kind == "appointment", AuditEntry.object_id == appointment.id)
        .order_by(AuditEntry.id.desc())
        .limit(_LOOKED_AT)
    )
    present = (appointment.schedule_id, appointment.starts_at)
    for details in told:
        entry = (details.get("schedule"), details.get("starts_at"))
        if None in entry or entry == present or details.get("status") not in (BOOKED, PENDING):
            continue
        if schedule_ids is not None and entry[0] not in schedule_ids:
            continue
        zone = session.scalar(
            select(Location.zone)
            .join(Schedule, Schedule.location_id == Location.id)
            .where(Schedule.id == entry[0])
        )
        return Earlier(int(details["starts_at"]), zone or appointment.zone)
    return None
