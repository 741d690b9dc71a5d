"""End what nobody waits for any more, and forget it a while later."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.availability.zones import zone as zone_of
from scheduler.booking.acts import SYSTEM
from scheduler.booking.waitlist.entries import LONGEST_WAIT_SECONDS, leave, movable
from scheduler.clock import DAY
from scheduler.db import snapshot, transaction
from scheduler.models import BOOKED, PENDING, Appointment, AppointmentType, Location, Schedule, WaitlistEntry
from scheduler.models.patients import OFFERED, WAITING

KEPT_SECONDS = 7 * DAY


def tidy() -> int:
    """End entries whose last date has passed everywhere they wait, that are older than 180 days, or whose visit was
    cancelled, has begun or can't be moved by its patient any more. One with an offer is left until that is decided. Returns
    how many."""
    now = clock.now()
    with snapshot() as session:
        rows = session.execute(
            select(WaitlistEntry, AppointmentType, Appointment)
            .join(AppointmentType, AppointmentType.id == WaitlistEntry.appointment_type_id)
            .outerjoin(Appointment, Appointment.id == WaitlistEntry.appointment_id)
            .where(
                WaitlistEntry.status.in_((WAITING, OFFERED)),
                or_(
                    WaitlistEntry.appointment_id.is_not(None),
                    WaitlistEntry.latest_on.is_not(None),
                    WaitlistEntry.created_at <= now - LONGEST_WAIT_SECONDS,
                ),
            )
        ).all()
        zones = _zones(session, {kind.id for _, kind, _ in rows})
        over = [
            entry.id
            for entry, kind, visit in rows
            if (entry.status == WAITING or _has_no_visit(entry, visit))
            and _is_over(entry, kind, visit, now, zones.get(kind.id, "UTC"))
        ]
    for entry_id in over:
        leave(by=SYSTEM, entry_id=entry_id, ended=True)
    return len(over)


def _zones(session: Session, types: set[str]) -> dict[str, str]:
    """The zone of a place of each type."""
    rows = session.execute(
        select(Schedule.appointment_type_id, Location.zone)
        .join(Location, Location.id == Schedule.location_id)
        .where(Schedule.appointment_type_id.in_(types))
        .order_by(Schedule.id)
    )
    return {type_id: zone for type_id, zone in rows}  # noqa: C416 - rows are typed, a dict of them is not


def _has_no_visit(entry: WaitlistEntry, visit: Appointment | None) -> bool:
    """Whether a booked patient's visit is gone, so that a sooner time for it is of no use."""
    return entry.appointment_id is not None and (visit is None or visit.status not in (BOOKED, PENDING))


def _is_over(
    entry: WaitlistEntry, kind: AppointmentType, visit: Appointment | None, now: int, zone: str
) -> bool:
    if entry.appointment_id is not None and (visit is None or not movable(visit, kind, now)):
        return True
    today = date.fromordinal(zone_of(zone).day(now))
    if entry.latest_on is not None and entry.latest_on < today:
        return True
    return entry.created_at <= now - LONGEST_WAIT_SECONDS


def purge(*, limit: int = 500) -> int:
    """Forget entries that ended a week ago, with their offers. Returns how many."""
    with transaction() as session:
        old = session.scalars(
            select(WaitlistEntry.id)
            .where(WaitlistEntry.ended_at < clock.now() - KEPT_SECONDS)
            .order_by(WaitlistEntry.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        session.execute(delete(WaitlistEntry).where(WaitlistEntry.id.in_(old)))
        return len(old)
