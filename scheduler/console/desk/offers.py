"""What a person may book for a patient: one Offered per Schedule that is offered, in the words of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import CLINICIAN, Person, sees_all_bookings
from scheduler.availability.zones import Zone
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import local_date
from scheduler.models import Actor, AppointmentType, Location, Practitioner, Schedule, ScheduleHost
from scheduler.models.frames import known_schedules, offered_schedules


@dataclass(frozen=True, slots=True)
class Offered:
    """A type with its clinicians at a place. ``duration``: minutes; ``zone``: IANA name; ``hosts``: practitioner ids;
    ``actor``: whose time is taken first; ``place_id``: the Location; ``remote``: by video or phone, so that nobody who stands
    at the desk comes for it."""

    schedule: str
    type_id: str
    type: str
    duration: int
    place: str
    zone: str
    hosts: tuple[str, ...]
    names: tuple[str, ...]
    actor: str
    place_id: str = ""
    remote: bool = False

    @property
    def who(self) -> str:
        """Who is seen: the clinicians, or the place when there are none."""
        return " and ".join(self.names) or self.place

    @property
    def words(self) -> str:
        """The whole choice in one line."""
        parts = (self.type, self.who, self.place) if self.names else (self.type, self.place)
        return ", ".join(parts)

    @property
    def clock(self) -> Zone:
        return zone_of(self.zone)

    def today(self, now: int) -> date:
        """The place's local date at ``now`` (epoch seconds)."""
        return local_date(now, self.clock.info)


def offered_to(
    session: Session, person: Person, schedules: Sequence[str] | None = None, *, anyway: bool = False
) -> dict[str, Offered]:
    """What the person may book, by schedule id in the order of type, clinician and place: everything of the organization
    for admin and front desk, their own for a clinician. ``schedules``: only these; ``anyway``: also what is not offered
    now (paused, stopped, of a clinician who has left)."""
    query = (known_schedules() if anyway else offered_schedules()).where(
        Schedule.organization_id == person.organization_id
    )
    if schedules is not None:
        query = query.where(Schedule.id.in_(schedules))
    rows = session.execute(query.add_columns(Location.name)).all()
    hosts = _hosts(session, [schedule.id for schedule, *_ in rows])
    found = [
        _offered(schedule, kind, zone, place, hosts.get(schedule.id, []))
        for schedule, kind, zone, place in rows
        if anyway or all(active for *_, active in hosts.get(schedule.id, []))
    ]
    mine = [one for one in found if _may_book(person, one)]
    return {one.schedule: one for one in sorted(mine, key=lambda one: (one.type, one.names, one.place))}


def one_zone(offers: Iterable[Offered]) -> str:
    """The zone that all of them are in, "" when there are several or none: then each time has to name its own."""
    zones = {one.zone for one in offers}
    return next(iter(zones)) if len(zones) == 1 else ""


def _may_book(person: Person, one: Offered) -> bool:
    return sees_all_bookings(person) or (CLINICIAN in person.roles and person.practitioner_id in one.hosts)


def _offered(
    schedule: Schedule,
    kind: AppointmentType,
    zone: str,
    place: str,
    hosts: Sequence[tuple[str, str, str, bool]],
) -> Offered:
    return Offered(
        schedule=schedule.id,
        type_id=kind.id,
        type=kind.name,
        duration=kind.duration_minutes,
        place=place,
        zone=zone,
        hosts=tuple(practitioner for practitioner, *_ in hosts),
        names=tuple(name for _, name, *_ in hosts),
        actor=hosts[0][2] if hosts else schedule.line_actor_id or "",
        place_id=schedule.location_id,
        remote=kind.modality != "in-person",
    )


def _hosts(session: Session, schedules: Sequence[str]) -> dict[str, list[tuple[str, str, str, bool]]]:
    rows = session.execute(
        select(ScheduleHost.schedule_id, Practitioner.id, Practitioner.display_name, Actor.id, Actor.active)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(ScheduleHost.schedule_id.in_(schedules))
        .order_by(ScheduleHost.position, Actor.id)
    )
    found: dict[str, list[tuple[str, str, str, bool]]] = {}
    for schedule_id, practitioner, name, actor, active in rows:
        found.setdefault(schedule_id, []).append((practitioner, name, actor, active))
    return found
