"""Load what the slot rule asks about: rows to ``availability`` Situations, for one Schedule or many, in bulk.

The number of queries does not grow with the number of schedules. Rows are read as plain tuples: no ORM objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.availability import (
    ActorTime,
    Busy,
    Counted,
    Hours,
    RecurringHours,
    Release,
    Seat,
    Situation,
    Taken,
    TypeRules,
    Window,
)
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, MINUTE
from scheduler.errors import NotFound
from scheduler.models.appointments import BLOCKING, Appointment, Claim
from scheduler.models.hours import BusyBlock, Override, RecurrenceRule, TimeOff
from scheduler.models.hours import Window as WindowRow
from scheduler.models.offers import AppointmentType
from scheduler.models.organizations import Location, Organization
from scheduler.models.people import Actor
from scheduler.models.schedules import Schedule, ScheduleHost, ScheduleResource

# No claim reaches further from its visit than this; what lies outside cannot touch an asked start.
REACH = 3 * DAY
# Caps count whole ISO weeks, and a local week may lie up to a day off the UTC one.
WEEK_REACH = 8 * DAY


@dataclass(slots=True)
class _Frame:
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


def offered_schedules() -> Select[Schedule, AppointmentType, str]:
    """Schedules that can be booked at all: they, their type and place are active and the type is not paused."""
    return (
        select(Schedule, AppointmentType, Location.zone)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .where(
            Schedule.active, AppointmentType.active, Location.active, AppointmentType.visibility != "paused"
        )
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


def load_situation(session: Session, schedule_id: str, since: int, until: int) -> Situation:
    """The Situation of one Schedule for starts in [since, until). Raises NotFound when it is not offered."""
    found = load_situations(session, [schedule_id], since, until)
    if schedule_id not in found:
        raise NotFound("This appointment type is not offered here now.")
    return found[schedule_id]


def load_situations(
    session: Session, schedule_ids: Sequence[str] | None, since: int, until: int
) -> dict[str, Situation]:
    """Situations by schedule id, for starts in [since, until) (epoch seconds); None asks for all offered ones.
    Schedules that are not offered, or have an inactive host, are left out."""
    frames = _frames(session, schedule_ids)
    if not frames:
        return {}
    hours = _hours(session, frames)
    actors = {actor for frame in frames for actor in frame.actors}
    taken = _taken(session, actors, since, until)
    busy = _busy(session, actors, since, until)
    away = _actor_time_off(session, {a for frame in frames for kind in frame.resources for a in kind})
    counted = _counted(session, frames, since, until)
    seats = _seats(session, frames, since, until)

    def actor_time(actor: str, frame: _Frame, resource: bool) -> ActorTime:
        blocks = busy.get(actor, [])
        if resource:
            blocks = blocks + [_whole_days(first, last, frame.zone) for first, last in away.get(actor, [])]
        return ActorTime(actor, tuple(taken.get(actor, ())), tuple(blocks))

    return {
        frame.id: Situation(
            hours=hours[frame.id],
            rules=frame.rules,
            hosts=tuple(actor_time(host, frame, False) for host in frame.hosts),
            resources=tuple(tuple(actor_time(a, frame, True) for a in kind) for kind in frame.resources),
            seats=tuple(seats.get(frame.id, ())),
            counted=tuple(tuple(counted.get((frame.type_id, host), ())) for host in frame.hosts),
        )
        for frame in frames
    }


def _frames(session: Session, schedule_ids: Sequence[str] | None) -> list[_Frame]:
    query = offered_schedules().order_by(Schedule.id)
    if schedule_ids is not None:
        query = query.where(Schedule.id.in_(schedule_ids))
    frames: dict[str, _Frame] = {}
    for schedule, type_row, zone in session.execute(query):
        frames[schedule.id] = frame = _Frame(
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


def _add_hosts(session: Session, frames: dict[str, _Frame]) -> None:
    rows = session.execute(
        select(ScheduleHost.schedule_id, Actor.id, Actor.active)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .where(ScheduleHost.schedule_id.in_(frames))
        .order_by(ScheduleHost.position, Actor.id)
    )
    for schedule_id, actor_id, active in rows.all():
        if not active:
            frames.pop(schedule_id, None)
        elif schedule_id in frames:
            frames[schedule_id].hosts.append(actor_id)


def _add_resources(session: Session, frames: dict[str, _Frame]) -> None:
    needed = session.execute(
        select(ScheduleResource.schedule_id, ScheduleResource.resource_kind)
        .where(ScheduleResource.schedule_id.in_(frames))
        .order_by(ScheduleResource.resource_kind)
    ).all()
    if not needed:
        return
    places = {frames[schedule_id].location_id for schedule_id, _ in needed}
    candidates: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for actor_id, location_id, kind in session.execute(
        select(Actor.id, Actor.location_id, Actor.resource_kind)
        .where(Actor.location_id.in_(places), Actor.active, Actor.resource_kind != "")
        .order_by(Actor.name, Actor.id)
    ):
        candidates[location_id, kind].append(actor_id)
    for schedule_id, kind in needed:
        frame = frames[schedule_id]
        frame.resources.append(candidates[frame.location_id, kind])


def _hours(session: Session, frames: list[_Frame]) -> dict[str, Hours]:
    availabilities = {frame.availability_id for frame in frames}
    weekly: dict[str, list[list[Window]]] = defaultdict(lambda: [[] for _ in range(7)])
    for row in session.execute(
        select(WindowRow).where(WindowRow.availability_id.in_(availabilities))
    ).scalars():
        weekly[row.availability_id][row.weekday].append(Window(row.start_minute, row.end_minute))
    rules: dict[str, list[RecurringHours]] = defaultdict(list)
    for rule in session.execute(
        select(RecurrenceRule)
        .where(RecurrenceRule.availability_id.in_(availabilities))
        .order_by(RecurrenceRule.id)
    ).scalars():
        exdates = tuple(date.fromisoformat(text) for text in rule.exdates)
        window = Window(rule.start_minute, rule.end_minute)
        rules[rule.availability_id].append(RecurringHours(rule.rrule, rule.dtstart, window, exdates))
    overrides = _overrides(session, frames)
    closed = _closures(session, frames)
    return {
        frame.id: Hours(
            zone=frame.zone,
            weekly=tuple(tuple(day) for day in weekly[frame.availability_id]),
            rules=tuple(rules[frame.availability_id]),
            overrides=overrides[frame.id],
            time_off=tuple(closed[frame.id]),
        )
        for frame in frames
    }


def _overrides(session: Session, frames: list[_Frame]) -> dict[str, Mapping[date, tuple[Window, ...]]]:
    """Per schedule: the Schedule's own overrides before the Availability's (slot rule 1)."""
    found: dict[str, dict[date, tuple[Window, ...]]] = defaultdict(dict)
    rows = session.execute(
        select(Override).where(
            Override.availability_id.in_({frame.availability_id for frame in frames})
            | Override.schedule_id.in_([frame.id for frame in frames])
        )
    ).scalars()
    for row in rows:
        windows = tuple(Window(start, end) for start, end in row.windows)
        found[row.schedule_id or f"availability {row.availability_id}"][row.date] = windows
    return {
        frame.id: {**found[f"availability {frame.availability_id}"], **found[frame.id]} for frame in frames
    }


def _closures(session: Session, frames: list[_Frame]) -> dict[str, list[tuple[date, date]]]:
    """Per schedule: the time off of its hosts, its place, its organization and that one's parents."""
    parents = {
        row.id: row.parent_id for row in session.execute(select(Organization.id, Organization.parent_id))
    }
    rows = session.execute(
        select(
            TimeOff.organization_id,
            TimeOff.actor_id,
            TimeOff.location_id,
            TimeOff.start_date,
            TimeOff.end_date,
        )
        .where(TimeOff.organization_id.in_(parents))
        .order_by(TimeOff.start_date, TimeOff.id)
    ).all()
    by_owner: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for organization_id, actor_id, location_id, first, last in rows:
        by_owner[actor_id or location_id or organization_id].append((first, last))
    closed: dict[str, list[tuple[date, date]]] = {}
    for frame in frames:
        owners = [*frame.hosts, frame.location_id, *_with_parents(frame.organization_id, parents)]
        closed[frame.id] = [span for owner in owners for span in by_owner.get(owner, ())]
    return closed


def _with_parents(organization_id: str, parents: Mapping[str, str | None]) -> list[str]:
    line = [organization_id]
    while (parent := parents.get(line[-1])) and parent not in line:
        line.append(parent)
    return line


def _actor_time_off(session: Session, actors: Iterable[str]) -> dict[str, list[tuple[date, date]]]:
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    rows = select(TimeOff.actor_id, TimeOff.start_date, TimeOff.end_date).where(
        TimeOff.actor_id.in_(set(actors))
    )
    for actor_id, first, last in session.execute(rows):
        if actor_id is not None:
            found[actor_id].append((first, last))
    return found


def _whole_days(first: date, last: date, zone: str) -> Busy:
    """A room's time off, which takes the room and not the date: busy from local midnight to local midnight."""
    clock = zone_of(zone)
    return Busy(clock.instant(first.toordinal(), 0), clock.instant(last.toordinal() + 1, 0))


def _taken(session: Session, actors: Iterable[str], since: int, until: int) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = defaultdict(list)
    rows = session.execute(
        select(
            Claim.actor_id,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.buffer_before_minutes,
            Appointment.buffer_after_minutes,
            Claim.group_id,
            Appointment.id,
            Appointment.status,
            Appointment.expires_at,
        )
        .join(Appointment, Appointment.id == Claim.appointment_id)
        .where(
            Claim.actor_id.in_(set(actors)),
            Claim.starts_at < until + REACH,
            Claim.starts_at > since - 2 * REACH,
        )
        .order_by(Claim.starts_at)
    )
    for actor, start, end, before, after, group, appointment, status, expires in rows:
        alive_until = expires if status == "held" else None
        found[actor].append(
            Taken(start, end, before * MINUTE, after * MINUTE, group, appointment, alive_until)
        )
    return found


def _busy(session: Session, actors: Iterable[str], since: int, until: int) -> dict[str, list[Busy]]:
    found: dict[str, list[Busy]] = defaultdict(list)
    for actor, start, end in session.execute(
        select(BusyBlock.actor_id, BusyBlock.starts_at, BusyBlock.ends_at)
        .where(
            BusyBlock.actor_id.in_(set(actors)),
            BusyBlock.starts_at < until + REACH,
            BusyBlock.ends_at > since - REACH,
        )
        .order_by(BusyBlock.starts_at)
    ):
        found[actor].append(Busy(start, end))
    return found


def _counted(
    session: Session, frames: list[_Frame], since: int, until: int
) -> dict[tuple[str, str], list[Counted]]:
    """Blocking appointments by (type, host), wherever they are (slot rule 8); only for types that have a cap."""
    capped = [
        frame
        for frame in frames
        if frame.rules.max_per_day is not None or frame.rules.max_per_week is not None
    ]
    found: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    if not capped:
        return found
    rows = session.execute(
        select(
            Appointment.appointment_type_id,
            Claim.actor_id,
            Appointment.id,
            Appointment.starts_at,
            Appointment.status,
            Appointment.expires_at,
        )
        .join(Claim, Claim.appointment_id == Appointment.id)
        .where(
            Appointment.appointment_type_id.in_({frame.type_id for frame in capped}),
            Claim.actor_id.in_({host for frame in capped for host in frame.hosts}),
            Appointment.starts_at < until + WEEK_REACH,
            Appointment.starts_at > since - WEEK_REACH,
            Appointment.status.in_(BLOCKING),
        )
    )
    for type_id, actor, appointment, start, status, expires in rows:
        found[type_id, actor].append(Counted(appointment, start, expires if status == "held" else None))
    return found


def _seats(session: Session, frames: list[_Frame], since: int, until: int) -> dict[str, list[Seat]]:
    """Blocking appointments of each schedule that has sessions, with the group of their claims."""
    shared = [frame.id for frame in frames if frame.rules.capacity > 1]
    found: dict[str, list[Seat]] = defaultdict(list)
    if not shared:
        return found
    rows = session.execute(
        select(
            Appointment.schedule_id,
            Appointment.id,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.session_id,
            Appointment.status,
            Appointment.expires_at,
        ).where(
            Appointment.schedule_id.in_(shared),
            Appointment.starts_at < until,
            Appointment.starts_at >= since,
            Appointment.status.in_(BLOCKING),
        )
    )
    for schedule_id, appointment, start, end, session_id, status, expires in rows:
        seat = Seat(appointment, start, end, session_id or appointment)
        found[schedule_id].append(replace(seat, expires=expires) if status == "held" else seat)
    return found
