"""Load what the slot rule asks about: rows to ``availability`` Situations, for one Schedule or many, in bulk.

The number of queries does not grow with the number of schedules. Rows are read as plain tuples: no ORM objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from scheduler.availability import ActorTime, Busy, Counted, Hours, Record, Seat, Situation, Taken
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, MINUTE
from scheduler.errors import NotFound
from scheduler.models.appointments import BLOCKING, HELD, Appointment, Claim
from scheduler.models.dated_hours import load_hours
from scheduler.models.frames import Frame, load_frames
from scheduler.models.hours import BusyBlock, TimeOff

# No claim reaches further from its visit than this; what lies outside cannot touch an asked start.
REACH = 3 * DAY
# Caps count whole ISO weeks, and a local week may lie up to a day off the UTC one.
WEEK_REACH = 8 * DAY

# Made once, of columns alone: every page of times asks both, and to write such a question takes longer than to answer it.
_ACTORS: BindParameter[list[str]] = bindparam("actors", expanding=True)
_CLAIM, _VISIT, _BLOCK = Claim.__table__.c, Appointment.__table__.c, BusyBlock.__table__.c
_CLAIMS = (
    select(
        _CLAIM.actor_id,
        _VISIT.starts_at,
        _VISIT.ends_at,
        _VISIT.buffer_before_minutes,
        _VISIT.buffer_after_minutes,
        _CLAIM.group_id,
        _VISIT.id,
        _VISIT.status,
        _VISIT.expires_at,
    )
    .join_from(Claim.__table__, Appointment.__table__, _VISIT.id == _CLAIM.appointment_id)
    .where(
        _CLAIM.actor_id.in_(_ACTORS),
        _CLAIM.starts_at < bindparam("until"),
        _CLAIM.starts_at > bindparam("since"),
    )
    .order_by(_CLAIM.starts_at)
)
_BUSY = (
    select(_BLOCK.id, _BLOCK.actor_id, _BLOCK.starts_at, _BLOCK.ends_at)
    .where(
        _BLOCK.actor_id.in_(_ACTORS),
        _BLOCK.starts_at < bindparam("until"),
        _BLOCK.ends_at > bindparam("since"),
    )
    .order_by(_BLOCK.starts_at)
)


def load_situation(session: Session, schedule_id: str, since: int, until: int) -> Situation:
    """The Situation of one Schedule for starts in [since, until). Raises NotFound when it is not offered."""
    found = load_situations(session, [schedule_id], since, until)
    if schedule_id not in found:
        raise NotFound("This appointment type is not offered here now.")
    return found[schedule_id]


def load_situations(
    session: Session, schedule_ids: Sequence[str] | None, since: int, until: int, *, anyway: bool = False
) -> dict[str, Situation]:
    """Situations by schedule id, for starts in [since, until) (epoch seconds); None asks for all offered ones.
    Schedules that are not offered, or have an inactive host, are left out; with ``anyway``, only the latter are."""
    setup = load_setup(session, schedule_ids, anyway=anyway)
    return situations_of(session, setup, since, until)


@dataclass(frozen=True, slots=True)
class Setup:
    """What the rule asks about Schedules that only a change of the set-up changes (``inputs``): place, rules, hosts, rooms,
    hours, and when rooms are off (by actor: the record, first and last date)."""

    frames: tuple[Frame, ...]
    hours: Mapping[str, Hours]
    away: Mapping[str, Sequence[tuple[str, date, date]]]


def load_setup(session: Session, schedule_ids: Sequence[str] | None, *, anyway: bool = False) -> Setup:
    """The set-up of the Schedules that ``load_situations`` would give."""
    frames = load_frames(session, schedule_ids, anyway=anyway)
    if not frames:
        return Setup((), {}, {})
    rooms = {actor for frame in frames for kind in frame.resources for actor in kind}
    away = _actor_time_off(session, rooms) if rooms else {}
    return Setup(tuple(frames), load_hours(session, frames), away)


def situations_of(session: Session, setup: Setup, since: int, until: int) -> dict[str, Situation]:
    """The Situations of a set-up with what is taken in this snapshot, for starts in [since, until) (epoch seconds)."""
    if not setup.frames:
        return {}
    frames, away = setup.frames, setup.away
    actors = {actor for frame in frames for actor in frame.actors}
    taken = _taken(session, actors, since, until)
    busy = load_busy(session, actors, since, until)
    counted = _counted(session, frames, since, until)
    seats = _seats(session, frames, since, until)

    def actor_time(actor: str, frame: Frame, resource: bool) -> ActorTime:
        blocks = busy.get(actor, [])
        if resource:
            blocks = blocks + [_whole_days(*one, frame.zone) for one in away.get(actor, ())]
        return ActorTime(actor, tuple(taken.get(actor, ())), tuple(blocks))

    return {
        frame.id: Situation(
            hours=setup.hours[frame.id],
            rules=frame.rules,
            hosts=tuple(actor_time(host, frame, False) for host in frame.hosts),
            resources=tuple(tuple(actor_time(a, frame, True) for a in kind) for kind in frame.resources),
            seats=tuple(seats.get(frame.id, ())),
            counted=tuple(tuple(counted.get((frame.type_id, host), ())) for host in frame.hosts),
            schedule=frame.id,
            appointment_type=frame.type_id,
        )
        for frame in frames
    }


def _actor_time_off(session: Session, actors: Iterable[str]) -> dict[str, list[tuple[str, date, date]]]:
    found: dict[str, list[tuple[str, date, date]]] = defaultdict(list)
    rows = select(TimeOff.id, TimeOff.actor_id, TimeOff.start_date, TimeOff.end_date).where(
        TimeOff.actor_id.in_(set(actors))
    )
    for row_id, actor_id, first, last in session.execute(rows):
        if actor_id is not None:
            found[actor_id].append((row_id, first, last))
    return found


def _whole_days(row_id: str, first: date, last: date, zone: str) -> Busy:
    """A room's time off, which takes the room and not the date: busy from local midnight to local midnight."""
    clock = zone_of(zone)
    since, until = clock.instant(first.toordinal(), 0), clock.instant(last.toordinal() + 1, 0)
    return Busy(since, until, Record("time_off", row_id))


def _taken(session: Session, actors: Iterable[str], since: int, until: int) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = defaultdict(list)
    asked = {"actors": sorted(actors), "until": until + REACH, "since": since - 2 * REACH}
    rows = session.connection().execute(_CLAIMS, asked).all()
    for actor, start, end, before, after, group, appointment, status, expires in rows:
        alive_until = expires if status == HELD else None
        found[actor].append(
            Taken(start, end, before * MINUTE, after * MINUTE, group, appointment, alive_until)
        )
    return found


def load_busy(session: Session, actors: Iterable[str], since: int, until: int) -> dict[str, list[Busy]]:
    """What is taken outside or blocked by staff, by actor, for at least [since, until), in order."""
    found: dict[str, list[Busy]] = defaultdict(list)
    asked = {"actors": sorted(set(actors)), "until": until + REACH, "since": since - REACH}
    for row_id, actor, start, end in session.connection().execute(_BUSY, asked).all():
        found[actor].append(Busy(start, end, Record("busy_block", row_id)))
    return found


def _counted(
    session: Session, frames: Sequence[Frame], since: int, until: int
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


def _seats(session: Session, frames: Sequence[Frame], since: int, until: int) -> dict[str, list[Seat]]:
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
