"""What the list of bookings shows: two weeks, by local day of each booking's own zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, sees_all_bookings, visible_appointments
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, local_date
from scheduler.db import snapshot
from scheduler.models import (
    ARRIVED,
    BOOKED,
    COMPLETED,
    NO_SHOW,
    PENDING,
    Actor,
    Appointment,
    AppointmentType,
    Location,
    PatientDetails,
    Practitioner,
    ScheduleHost,
)

DAYS = 14
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 1)
SHOWN = (PENDING, BOOKED, ARRIVED, COMPLETED, NO_SHOW)
STATES = {
    "held": ("info", "Held"),
    "pending": ("warn", "Waiting for approval"),
    "booked": ("ok", "Booked"),
    "arrived": ("ok", "Arrived"),
    "completed": ("ok", "Completed"),
    "no-show": ("error", "No-show"),
    "cancelled": ("error", "Cancelled"),
    "declined": ("error", "Declined"),
    "expired": ("info", "Hold ended"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One booking in the list."""

    id: str
    starts_at: int
    ends_at: int
    zone: ZoneInfo
    patient: str
    type: str
    with_whom: str
    place: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Two weeks of bookings. ``earlier`` and ``later`` are the first dates of the pages beside it."""

    first: date
    last: date
    today: date
    days: tuple[Day, ...]
    count: int
    everyone: bool
    earlier: date
    later: date


def bookings_page(person: Person, now: int, first: date | None) -> Page:
    """The bookings that the person may see, on 14 local days from ``first`` (None: today in the earliest zone)."""
    with snapshot() as session:
        today = _today(session, person, now)
        begin = first or today
        end = begin + timedelta(days=DAYS)
        since = int(datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp())
        # a local day begins up to a day before or after the UTC one
        rows = _rows(session, person, since - DAY, since + (DAYS + 1) * DAY)
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        day = local_date(row.starts_at, row.zone)
        if begin <= day < end:
            by_day[day].append(row)
    return Page(
        first=begin,
        last=end - timedelta(days=1),
        today=today,
        days=tuple(Day(day, tuple(by_day[day])) for day in sorted(by_day)),
        count=sum(len(found) for found in by_day.values()),
        everyone=sees_all_bookings(person),
        earlier=begin - timedelta(days=DAYS),
        later=end,
    )


def patient_name(details: PatientDetails | None) -> str:
    """The name of who comes, as it was given."""
    parts = (details.given, details.family) if details is not None else ()
    return " ".join(part for part in parts if part) or "No name"


def hosts_of(session: Session, schedule_ids: Iterable[str]) -> dict[str, str]:
    """Schedule id to the names of the practitioners it needs, in their order."""
    found = session.execute(
        select(ScheduleHost.schedule_id, Practitioner.display_name)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(ScheduleHost.schedule_id.in_(set(schedule_ids)))
        .order_by(ScheduleHost.schedule_id, ScheduleHost.position, Practitioner.id)
    )
    names: dict[str, list[str]] = defaultdict(list)
    for schedule_id, name in found:
        names[schedule_id].append(name)
    return {schedule_id: " and ".join(several) for schedule_id, several in names.items()}


def _today(session: Session, person: Person, now: int) -> date:
    """Today in the zone that is furthest behind of the organization's places, so that no place's today is left out."""
    zones: Sequence[str] = session.scalars(
        select(Location.zone).where(Location.organization_id == person.organization_id).distinct()
    ).all()
    return min(
        (local_date(now, zone_of(name).info) for name in zones), default=local_date(now, zone_of("UTC").info)
    )


def _rows(session: Session, person: Person, since: int, until: int) -> list[Row]:
    found = session.execute(
        select(Appointment, AppointmentType.name, Location.name, PatientDetails)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .join(Location, Location.id == Appointment.location_id)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            visible_appointments(person),
            Appointment.status.in_(SHOWN),
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    hosts = hosts_of(session, (appointment.schedule_id for appointment, *_ in found))
    return [
        Row(
            id=appointment.id,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            zone=zone_of(appointment.zone).info,
            patient=patient_name(details),
            type=type_name,
            with_whom=hosts.get(appointment.schedule_id, ""),
            place=place,
            state=STATES[appointment.status],
        )
        for appointment, type_name, place, details in found
    ]
