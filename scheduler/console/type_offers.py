"""Where appointment types are offered, as the console reads it: places, hosts, hours, rooms, links, bookings to come."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.availability import next_open
from scheduler.clock import DAY
from scheduler.models import (
    BOOKED,
    PENDING,
    Actor,
    Appointment,
    AppointmentType,
    Availability,
    Location,
    Organization,
    Practitioner,
    Schedule,
    ScheduleHost,
    ScheduleResource,
    Slug,
)
from scheduler.models.situations import load_situations

_SOON = 14 * DAY


@dataclass(frozen=True, slots=True)
class Host:
    actor_id: str
    practitioner_id: str
    name: str
    npi: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A Schedule: one place at which a type is offered. ``owner_slug``: the first word of its page, "" for none.
    ``phone`` is the place's or else the clinic's."""

    id: str
    type_id: str
    place: str
    zone: str
    states: tuple[str, ...]
    phone: str
    hours_id: str
    hours: str
    hosts: tuple[Host, ...]
    rooms: tuple[str, ...]
    owner: str
    owner_slug: str
    active: bool

    @property
    def fingerprint(self) -> str:
        """A fingerprint of what can be changed: tells whether somebody else changed it meanwhile."""
        said = json.dumps([self.hours_id, *self.rooms])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def who(self) -> str:
        return " and ".join(host.name for host in self.hosts) or "No named clinician"


@dataclass(frozen=True, slots=True)
class ToCome:
    """Bookings to come: how many, and the last one's start (epoch seconds) in its zone."""

    count: int
    last: int
    zone: str


def offered_at(session: Session, type_ids: Collection[str]) -> dict[str, list[Offered]]:
    """Type id to all its Schedules, ended ones last."""
    rows = session.execute(
        select(Schedule, Location, Availability.name)
        .join(Location, Location.id == Schedule.location_id)
        .join(Availability, Availability.id == Schedule.availability_id)
        .where(Schedule.appointment_type_id.in_(type_ids))
        .order_by(Schedule.active.desc(), Location.name, Schedule.created_at, Schedule.id)
    ).all()
    ids = [schedule.id for schedule, *_ in rows]
    hosts = _hosts(session, ids)
    rooms: dict[str, list[str]] = defaultdict(list)
    for schedule_id, kind in session.execute(
        select(ScheduleResource.schedule_id, ScheduleResource.resource_kind)
        .where(ScheduleResource.schedule_id.in_(ids))
        .order_by(ScheduleResource.resource_kind)
    ):
        rooms[schedule_id].append(kind)
    owners = {_owner_id(hosts.get(schedule.id, ()), place) for schedule, place, _ in rows}
    words = path_words(session, owners)
    phones = _phones(session, {place.organization_id for _, place, _ in rows})
    found: dict[str, list[Offered]] = defaultdict(list)
    for schedule, place, hours in rows:
        who = hosts.get(schedule.id, ())
        found[schedule.appointment_type_id].append(
            Offered(
                id=schedule.id,
                type_id=schedule.appointment_type_id,
                place=place.name,
                zone=place.zone,
                states=tuple(place.licensed_states)
                if place.kind == "virtual"
                else tuple(filter(None, [place.state])),
                phone=place.phone or phones[place.organization_id],
                hours_id=schedule.availability_id,
                hours=hours,
                hosts=who,
                rooms=tuple(rooms[schedule.id]),
                owner=who[0].name if who else place.name,
                owner_slug=words.get(_owner_id(who, place), ""),
                active=schedule.active,
            )
        )
    return found


def _owner_id(hosts: tuple[Host, ...], place: Location) -> str:
    return hosts[0].practitioner_id if hosts else place.id


def _hosts(session: Session, schedule_ids: Collection[str]) -> dict[str, tuple[Host, ...]]:
    found: dict[str, list[Host]] = defaultdict(list)
    for schedule_id, actor_id, practitioner_id, name, npi in session.execute(
        select(
            ScheduleHost.schedule_id,
            Actor.id,
            Practitioner.id,
            Practitioner.display_name,
            Practitioner.npi,
        )
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(ScheduleHost.schedule_id.in_(schedule_ids))
        .order_by(ScheduleHost.position, Actor.id)
    ):
        found[schedule_id].append(Host(actor_id, practitioner_id, name, npi))
    return {schedule_id: tuple(hosts) for schedule_id, hosts in found.items()}


def path_words(session: Session, targets: Collection[str]) -> dict[str, str]:
    """The present path word of each target that has one."""
    rows = session.execute(select(Slug.target_id, Slug.slug).where(Slug.current, Slug.target_id.in_(targets)))
    return {row.target_id: row.slug for row in rows}


def _phones(session: Session, organization_ids: Collection[str]) -> dict[str, str]:
    """The phone of each organization, or of the nearest one above it that has one; the feed inherits it so."""
    phones: dict[str, str] = {}
    for organization_id in organization_ids:
        step, seen = session.get(Organization, organization_id), set[str]()
        while step is not None and not step.phone and step.parent_id and step.parent_id not in seen:
            seen.add(step.id)
            step = session.get(Organization, step.parent_id)
        phones[organization_id] = step.phone if step is not None else ""
    return phones


def next_openings(session: Session, kinds: Iterable[AppointmentType], now: int) -> dict[str, tuple[int, str]]:
    """Type id to its first opening (epoch seconds) and that place's zone. Two weeks are looked at for all, and the rest of
    the horizon only for those that have nothing until then."""
    horizons = {kind.id: kind.horizon_days for kind in kinds}
    schedules = {
        schedule_id: (type_id, zone)
        for schedule_id, type_id, zone in session.execute(
            select(Schedule.id, Schedule.appointment_type_id, Location.zone)
            .join(Location, Location.id == Schedule.location_id)
            .where(Schedule.appointment_type_id.in_(horizons), Schedule.active)
        )
    }
    found: dict[str, tuple[int, str]] = {}
    for until in (now + _SOON, now + (max(horizons.values(), default=0) + 2) * DAY):
        wanted = [key for key, (type_id, _) in schedules.items() if type_id not in found]
        firsts: dict[str, tuple[int, str]] = {}
        for schedule_id, situation in load_situations(session, wanted, now, until).items():
            type_id, zone = schedules[schedule_id]
            for start in next_open(situation, now, 1, until):
                firsts[type_id] = min(firsts.get(type_id, (start, zone)), (start, zone))
        found |= firsts
    return found


def bookings_to_come(
    session: Session, now: int, *, type_id: str = "", schedule_id: str = ""
) -> ToCome | None:
    """Bookings of a type, or of one Schedule, that start after ``now``; None when there is none."""
    mine = (
        Appointment.schedule_id == schedule_id if schedule_id else Appointment.appointment_type_id == type_id
    )
    coming = (mine, Appointment.status.in_((PENDING, BOOKED)), Appointment.starts_at > now)
    count = session.scalar(select(func.count()).select_from(Appointment).where(*coming)) or 0
    last = session.execute(
        select(Appointment.starts_at, Appointment.zone)
        .where(*coming)
        .order_by(Appointment.starts_at.desc(), Appointment.id)
        .limit(1)
    ).first()
    return ToCome(count, last.starts_at, last.zone) if last is not None else None
