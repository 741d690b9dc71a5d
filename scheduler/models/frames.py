"""What the rule asks about, before anything that moves with time: a Schedule's place, rules, hosts and rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from scheduler.availability import Release, TypeRules
from scheduler.models.offers import AppointmentType
from scheduler.models.organizations import Location
from scheduler.models.people import Actor
from scheduler.models.schedules import Schedule, ScheduleHost, ScheduleResource


@dataclass(slots=True)
class Frame:
    """One offered Schedule, before anything that moves with time is known."""

    id: str
    organization_id: str
    location_id: str
    availability_id: str
    type_id: str
    zone: str
    rules: TypeRules
    hosts: list[str] = field(default_factory=list)
    resources: list[list[str]] = field(default_factory=list)

    @property
    def actors(self) -> list[str]:
        return [*self.hosts, *(actor for kind in self.resources for actor in kind)]


def known_schedules() -> Select[Schedule, AppointmentType, str]:
    """Every Schedule with its type and the zone of its place."""
    return (
        select(Schedule, AppointmentType, Location.zone)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
    )


def offered_schedules() -> Select[Schedule, AppointmentType, str]:
    """Schedules that can be booked at all: they, their type and place are active and the type is not paused."""
    return known_schedules().where(
        Schedule.active, AppointmentType.active, Location.active, AppointmentType.visibility != "paused"
    )


def type_rules(row: AppointmentType) -> TypeRules:
    """The rules of an appointment type as values of the engine."""
    release = None
    if row.release_share_percent is not None:
        release = Release(row.release_share_percent, row.release_days_before or 0, row.release_at_minute or 0)
    return TypeRules(
        duration=row.duration_minutes,
        interval=row.interval_minutes,
        buffer_before=row.buffer_before_minutes,
        buffer_after=row.buffer_after_minutes,
        minimum_notice=row.minimum_notice_minutes,
        horizon_days=row.horizon_days,
        capacity=row.capacity,
        max_per_day=row.max_per_day,
        max_per_week=row.max_per_week,
        release=release,
    )


# Made once: each booking and each page of times asks them, and to write such a question takes longer than to answer it.
_IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)
_ALL = {True: known_schedules().order_by(Schedule.id), False: offered_schedules().order_by(Schedule.id)}
_SOME = {anyway: query.where(Schedule.id.in_(_IDS)) for anyway, query in _ALL.items()}
_HOSTS = (
    select(ScheduleHost.schedule_id, Actor.id, Actor.active)
    .join(Actor, Actor.id == ScheduleHost.actor_id)
    .where(ScheduleHost.schedule_id.in_(_IDS))
    .order_by(ScheduleHost.position, Actor.id)
)
_NEEDED = (
    select(ScheduleResource.schedule_id, ScheduleResource.resource_kind)
    .where(ScheduleResource.schedule_id.in_(_IDS))
    .order_by(ScheduleResource.resource_kind)
)
_ROOMS = (
    select(Actor.id, Actor.location_id, Actor.resource_kind)
    .where(
        Actor.location_id.in_(bindparam("places", expanding=True)), Actor.active, Actor.resource_kind != ""
    )
    .order_by(Actor.name, Actor.id)
)


def load_frames(session: Session, schedule_ids: Sequence[str] | None, *, anyway: bool = False) -> list[Frame]:
    """The offered ones of these Schedules (None: of all); with ``anyway`` also those that are not offered now."""
    query, asked = (_ALL, {}) if schedule_ids is None else (_SOME, {"ids": list(schedule_ids)})
    frames: dict[str, Frame] = {}
    for schedule, type_row, zone in session.execute(query[anyway], asked):
        frames[schedule.id] = frame = Frame(
            id=schedule.id,
            organization_id=schedule.organization_id,
            location_id=schedule.location_id,
            availability_id=schedule.availability_id,
            type_id=type_row.id,
            zone=zone,
            rules=type_rules(type_row),
        )
        if schedule.line_actor_id is not None:
            frame.hosts.append(schedule.line_actor_id)
    _add_hosts(session, frames)
    _add_resources(session, frames)
    return [frame for frame in frames.values() if frame.hosts]


def _add_hosts(session: Session, frames: dict[str, Frame]) -> None:
    for schedule_id, actor_id, active in session.execute(_HOSTS, {"ids": list(frames)}).all():
        if not active:
            frames.pop(schedule_id, None)
        elif schedule_id in frames:
            frames[schedule_id].hosts.append(actor_id)


def _add_resources(session: Session, frames: dict[str, Frame]) -> None:
    needed = session.execute(_NEEDED, {"ids": list(frames)}).all()
    if not needed:
        return
    places = {frames[schedule_id].location_id for schedule_id, _ in needed}
    candidates: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for actor_id, location_id, kind in session.execute(_ROOMS, {"places": list(places)}):
        candidates[location_id, kind].append(actor_id)
    for schedule_id, kind in needed:
        frame = frames[schedule_id]
        frame.resources.append(candidates[frame.location_id, kind])
