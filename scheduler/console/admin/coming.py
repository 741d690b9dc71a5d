"""Bookings to come, counted: what stands before anything is closed, retired or moved to another zone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.models import BOOKED, PENDING, Appointment, Claim, Location
from scheduler.web.times import date_short, time_with_zone


@dataclass(frozen=True, slots=True)
class Coming:
    """How many bookings are to come; ``last`` is the start of the last one (epoch seconds) in its promised ``zone``."""

    count: int = 0
    last: int = 0
    zone: str = "UTC"

    @property
    def words(self) -> str:
        """ "3 bookings to come, the last on Tue, Jun 8, 10:30 AM EDT", or "no bookings to come"."""
        if not self.count:
            return "no bookings to come"
        when = f"{date_short(self.last, self.zone)}, {time_with_zone(self.last, self.zone)}"
        return (
            f"1 booking to come, on {when}"
            if self.count == 1
            else f"{self.count} bookings to come, the last on {when}"
        )

    @property
    def stay(self) -> str:
        """What happens to them when something is closed: "3 bookings stay, the last on ...", or ""."""
        if not self.count:
            return ""
        when = f"{date_short(self.last, self.zone)}, {time_with_zone(self.last, self.zone)}"
        return (
            f"1 booking stays, on {when}."
            if self.count == 1
            else f"{self.count} bookings stay, the last on {when}."
        )


NONE = Coming()


def coming_by_place(session: Session, location_ids: Collection[str], now: int) -> dict[str, Coming]:
    """By place, for those that have any."""
    return _by(session, Appointment.location_id, location_ids, now)


def coming_by_schedule(session: Session, schedule_ids: Collection[str], now: int) -> dict[str, Coming]:
    """By Schedule, for those that have any."""
    return _by(session, Appointment.schedule_id, schedule_ids, now)


def coming_by_resource(session: Session, actor_ids: Collection[str], now: int) -> dict[str, Coming]:
    """By room or device, for those that have any."""
    query = select(Claim.actor_id, func.count(), func.max(Appointment.starts_at)).join(
        Appointment, Appointment.id == Claim.appointment_id
    )
    return _counted(session, query.where(Claim.actor_id.in_(set(actor_ids))).group_by(Claim.actor_id), now)


def _by(
    session: Session, column: InstrumentedAttribute[str], ids: Collection[str], now: int
) -> dict[str, Coming]:
    query = select(column, func.count(), func.max(Appointment.starts_at)).where(column.in_(set(ids)))
    return _counted(session, query.group_by(column), now)


def _counted(session: Session, query: Any, now: int) -> dict[str, Coming]:
    ahead = query.where(Appointment.status.in_((BOOKED, PENDING)), Appointment.starts_at >= now)
    return {key: Coming(count, last) for key, count, last in session.execute(ahead)}


def in_zones(found: Mapping[str, Coming], zones: Mapping[str, str]) -> dict[str, Coming]:
    """The same with the zone of each one's place, by the keys of ``found``."""
    return {key: Coming(one.count, one.last, zones.get(key, "UTC")) for key, one in found.items()}


def home_zone(session: Session, organization_id: str) -> str:
    """The zone for times that belong to no place: that of the organization's first open place, else UTC."""
    found = session.scalar(
        select(Location.zone)
        .where(Location.organization_id == organization_id)
        .order_by(Location.active.desc(), Location.created_at, Location.id)
        .limit(1)
    )
    return found or "UTC"
