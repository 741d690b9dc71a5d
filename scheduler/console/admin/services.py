"""What the page of services shows: what is offered where, by whom, in which state, with the next opening.

A HealthcareService is an appointment type at one place; each of its Schedules is a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability import next_open
from scheduler.clock import DAY
from scheduler.console.admin.coming import NONE, Coming, coming_by_schedule, in_zones
from scheduler.console.bookings import hosts_of
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import AppointmentType, Availability, Location, Schedule
from scheduler.models.situations import load_situations

SHOWN = 50
LOOK_AHEAD_DAYS = 14
STATES = {
    "feed": ("ok", "In the feed"),
    "page": ("info", "On its page only"),
    "link": ("info", "By private link only"),
    "paused": ("warn", "Paused"),
    "retired": ("warn", "Not offered"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; "" is everything. ``page`` counts from 1."""

    query: str = ""
    place: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One Schedule. ``because``: why it is not offered when its own switch is on; ``next_opening``: epoch seconds, None
    when there is none within two weeks or it isn't offered."""

    id: str
    type_id: str
    type: str
    place_id: str
    place: str
    zone: str
    clinicians: str
    hours: str
    state: str
    because: str
    active: bool
    next_opening: int | None = None
    coming: Coming = NONE

    @property
    def name(self) -> str:
        """For people: type, clinicians, place."""
        return (
            f"{self.type}, {self.clinicians}, {self.place}"
            if self.clinicians
            else f"{self.type}, {self.place}"
        )

    @property
    def shown_state(self) -> tuple[str, str]:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Page:
    """Services that match ``asked``; ``total`` of them, one page shown."""

    asked: Filter
    rows: tuple[Row, ...]
    total: int
    places: tuple[tuple[str, str], ...]

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * SHOWN + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def services_page(person: Person, now: int, asked: Filter) -> Page:
    """The Schedules of the person's organization that match. Openings are looked up for those shown alone."""
    with snapshot() as session:
        matching = [row for row in all_rows(session, person.organization_id) if _matches(row, asked)]
        first = (asked.page - 1) * SHOWN
        rows = matching[first : first + SHOWN]
        coming = in_zones(
            coming_by_schedule(session, [row.id for row in rows], now), {row.id: row.zone for row in rows}
        )
        openings = next_openings(session, [row.id for row in rows if row.state != "retired"], now)
        places = session.execute(
            select(Location.id, Location.name)
            .where(Location.organization_id == person.organization_id)
            .order_by(Location.name, Location.id)
        ).all()
    return Page(
        asked=asked,
        rows=tuple(
            replace(row, next_opening=openings.get(row.id), coming=coming.get(row.id, NONE)) for row in rows
        ),
        total=len(matching),
        places=tuple((place_id, name) for place_id, name in places),
    )


def schedule_of(session: Session, person: Person, schedule_id: str) -> Schedule:
    """The Schedule. Raises NotFound for another organization's, as for one that never was."""
    row = session.get(Schedule, schedule_id)
    if row is None or row.organization_id != person.organization_id:
        raise NotFound("We can't find that service.")
    return row


def row_of(session: Session, schedule: Schedule, now: int) -> Row:
    """The row of one Schedule, with its bookings to come."""
    row = next(
        row for row in all_rows(session, schedule.organization_id, schedule.id) if row.id == schedule.id
    )
    found = in_zones(coming_by_schedule(session, [row.id], now), {row.id: row.zone})
    return replace(row, coming=found.get(row.id, NONE))


def next_openings(session: Session, schedule_ids: Sequence[str], now: int) -> dict[str, int]:
    """The first opening of each Schedule within two weeks (epoch seconds), for those that have one."""
    until = now + LOOK_AHEAD_DAYS * DAY
    situations = load_situations(session, schedule_ids, now, until) if schedule_ids else {}
    found = {key: next_open(situation, now, 1, until) for key, situation in situations.items()}
    return {key: starts[0] for key, starts in found.items() if starts}


def all_rows(session: Session, organization_id: str, schedule_id: str | None = None) -> list[Row]:
    """All Schedules of an organization, or one, by type, place and clinician; without openings and bookings."""
    query = (
        select(Schedule, AppointmentType, Location, Availability.name)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .join(Availability, Availability.id == Schedule.availability_id)
        .where(Schedule.organization_id == organization_id)
        .order_by(
            func.lower(AppointmentType.name), AppointmentType.id, func.lower(Location.name), Schedule.id
        )
    )
    if schedule_id is not None:
        query = query.where(Schedule.id == schedule_id)
    found = session.execute(query).all()
    hosts = hosts_of(session, (schedule.id for schedule, *_ in found))
    return [
        _row(schedule, kind, place, hours, hosts.get(schedule.id, ""))
        for schedule, kind, place, hours in found
    ]


def _row(schedule: Schedule, kind: AppointmentType, place: Location, hours: str, hosts: str) -> Row:
    because = ""
    if schedule.active and not kind.active:
        because = "The type is retired."
    elif schedule.active and not place.active:
        because = "The place is closed."
    offered = schedule.active and kind.active and place.active
    return Row(
        id=schedule.id,
        type_id=kind.id,
        type=kind.name,
        place_id=place.id,
        place=place.name,
        zone=place.zone,
        clinicians=hosts,
        hours=hours,
        state=kind.visibility if offered else "retired",
        because=because,
        active=schedule.active,
    )


def _matches(row: Row, asked: Filter) -> bool:
    words = asked.query.casefold()
    return (
        (not words or words in f"{row.type}\n{row.clinicians}\n{row.place}".casefold())
        and asked.place in ("", row.place_id)
        and asked.state in ("", row.state)
    )
