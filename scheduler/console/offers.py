"""Whose calendars a person works with: clinicians, places and what is offered there, read once for a page.

A *line* of the calendar is a clinician's, or, for what is offered without one, the place's (keyed by its id).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, sees_all_bookings
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import local_date
from scheduler.models import Actor, AppointmentType, Location, Practitioner, Schedule, ScheduleHost
from scheduler.models.frames import offered_schedules


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    name: str
    zone: str
    active: bool


@dataclass(frozen=True, slots=True)
class Clinician:
    id: str
    name: str
    actor_id: str
    video_url: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be booked: a Schedule with its type and place. ``minutes``: the length of a visit."""

    schedule_id: str
    type_id: str
    type: str
    minutes: int
    capacity: int
    place_id: str
    place: str
    zone: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendars:
    """All that a person may see. ``hosts``: Schedule id to its clinicians' ids, whether or not it is offered now."""

    everyone: bool
    places: Mapping[str, Place]
    clinicians: Mapping[str, Clinician]
    offers: Mapping[str, Offer]
    hosts: Mapping[str, tuple[str, ...]]

    def lines_of(self, schedule_id: str, location_id: str) -> tuple[str, ...]:
        """The lines on which a visit of this Schedule stands."""
        mine = tuple(host for host in self.hosts.get(schedule_id, ()) if host in self.clinicians)
        return mine or (() if self.hosts.get(schedule_id) else (location_id,))

    def line_name(self, line: str) -> str:
        """The heading of a line."""
        if line in self.clinicians:
            return self.clinicians[line].name
        return f"{self.places[line].name}, no named clinician" if line in self.places else "Others"

    def today(self, now: int) -> date:
        """Today in the zone that is furthest behind of the active places, so that no place's today is left out."""
        return min(local_date(now, info_of(name)) for name in self.zones)

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of the active places, in the order of the places' names; UTC while there is no place."""
        return tuple(dict.fromkeys(place.zone for place in self.places.values() if place.active)) or ("UTC",)


def info_of(zone: str) -> ZoneInfo:
    """The zone's data, from the tzdata package."""
    return zone_of(zone).info


def load_calendars(session: Session, person: Person) -> Calendars:
    """Everybody's for the front desk and admins, a clinician's own for themselves."""
    everyone = sees_all_bookings(person)
    places = {
        row.id: Place(row.id, row.name, row.zone, row.active)
        for row in session.scalars(
            select(Location).where(Location.organization_id == person.organization_id).order_by(Location.name)
        )
    }
    clinicians = {
        one.id: Clinician(one.id, one.display_name, actor_id, one.video_url)
        for one, actor_id in session.execute(
            select(Practitioner, Actor.id)
            .join(Actor, Actor.practitioner_id == Practitioner.id)
            .where(Practitioner.organization_id == person.organization_id)
            .order_by(Practitioner.family, Practitioner.display_name, Practitioner.id)
        )
        if everyone or one.id == person.practitioner_id
    }
    hosts = _hosts(session, person.organization_id)
    offers = {}
    for schedule, kind, zone in session.execute(
        offered_schedules()
        .where(Schedule.organization_id == person.organization_id)
        .order_by(AppointmentType.name, Schedule.id)
    ):
        mine = tuple(host for host in hosts.get(schedule.id, ()) if host in clinicians)
        lines = mine or ((schedule.location_id,) if everyone and not hosts.get(schedule.id) else ())
        if lines:
            offers[schedule.id] = Offer(
                schedule_id=schedule.id,
                type_id=kind.id,
                type=kind.name,
                minutes=kind.duration_minutes,
                capacity=kind.capacity,
                place_id=schedule.location_id,
                place=places[schedule.location_id].name,
                zone=zone,
                lines=lines,
            )
    return Calendars(everyone, places, clinicians, offers, hosts)


def _hosts(session: Session, organization_id: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for schedule_id, practitioner_id in session.execute(
        select(ScheduleHost.schedule_id, Actor.practitioner_id)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .where(ScheduleHost.organization_id == organization_id, Actor.practitioner_id.is_not(None))
        .order_by(ScheduleHost.schedule_id, ScheduleHost.position, Actor.id)
    ):
        found[schedule_id].append(str(practitioner_id))
    return {schedule_id: tuple(several) for schedule_id, several in found.items()}
