"""Shard marks: notes for the publisher that the feed must be rebuilt.

Changes of claims mark the schedules and weeks that they can reach (``mark_shards``). Every other change of what the
feed is computed from marks everything, but for a busy block, which marks what it touches; and does so by itself: a session
event sees each ORM change, so that no service can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, event, inspect, or_, select
from sqlalchemy.orm import ORMExecuteState, Session

from scheduler.clock import DAY, to_utc
from scheduler.models.base import Base
from scheduler.models.hours import Availability, BusyBlock, Override, RecurrenceRule, TimeOff, Window
from scheduler.models.offers import AppointmentType
from scheduler.models.operations import ShardMark
from scheduler.models.organizations import Location, Organization, Slug
from scheduler.models.people import Actor, Practitioner, PractitionerRole
from scheduler.models.schedules import Schedule, ScheduleHost, ScheduleResource

FEED_INPUTS: tuple[type[Base], ...] = (
    Actor,
    AppointmentType,
    Availability,
    BusyBlock,
    Location,
    Organization,
    Override,
    Practitioner,
    PractitionerRole,
    RecurrenceRule,
    Schedule,
    ScheduleHost,
    ScheduleResource,
    Slug,
    TimeOff,
    Window,
)
# How far from a claim a start may lie that the claim takes away: the longest visit with its longest buffers.
REACH = 3 * DAY
_LONG = 60 * DAY
_MARKED = "everything_marked"


# Made once: every booking asks it.
_ACTORS: BindParameter[list[str]] = bindparam("actors", expanding=True)
_ROOMED = (
    select(Schedule.id)
    .join(ScheduleResource, ScheduleResource.schedule_id == Schedule.id)
    .join(
        Actor,
        (Actor.location_id == Schedule.location_id) & (Actor.resource_kind == ScheduleResource.resource_kind),
    )
    .where(Actor.id.in_(_ACTORS))
)
_HOSTED = select(ScheduleHost.schedule_id).where(ScheduleHost.actor_id.in_(_ACTORS))
_TOUCHED = (
    select(Schedule.id)
    .where(or_(Schedule.line_actor_id.in_(_ACTORS), Schedule.id.in_(_HOSTED), Schedule.id.in_(_ROOMED)))
    .order_by(Schedule.id)
)


def mark_shards(session: Session, organization_id: str, actors: Iterable[str], start: int, end: int) -> None:
    """Mark each schedule that may use one of ``actors``, in each ISO week where a start could reach the padded range
    [start, end) (epoch seconds), and the weeks of the caps around it."""
    touched = session.scalars(_TOUCHED, {"actors": list(set(actors))}).all()
    weeks = _weeks(start - REACH, end + REACH)
    session.add_all(
        ShardMark(organization_id=organization_id, schedule_id=schedule_id, week=week)
        for schedule_id in touched
        for week in weeks
    )


def _weeks(start: int, end: int) -> list[int]:
    """Ordinals of the Mondays of the ISO weeks (UTC) that [start, end] touches; the reach covers zone offsets."""
    first, last = to_utc(start).date(), to_utc(end).date()
    monday = first - timedelta(days=first.weekday())
    return list(range(monday.toordinal(), last.toordinal() + 1, 7))


def _mark_everything(session: Session) -> None:
    if not session.info.get(_MARKED):
        session.info[_MARKED] = True
        session.add(ShardMark(organization_id="", schedule_id=None, week=None))


@event.listens_for(Session, "before_flush")
def _mark_changed_inputs(session: Session, _context: Any, _instances: Any) -> None:
    changed = (*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row)))
    inputs = [row for row in changed if isinstance(row, FEED_INPUTS)]
    blocks = [row for row in inputs if isinstance(row, BusyBlock)]
    if len(inputs) > len(blocks):
        _mark_everything(session)
    elif blocks and not session.info.get(_MARKED):
        for row in blocks:
            _mark_block(session, row)


def _mark_block(session: Session, row: BusyBlock) -> None:
    """What is taken outside or blocked by staff comes and goes all day: mark only whom and when it touches, where it is
    and where it was."""
    state = inspect(row)

    def before(name: str) -> Any:
        gone = state.attrs[name].history.deleted
        return gone[0] if gone else getattr(row, name)

    spans = {
        (row.actor_id, row.starts_at, row.ends_at),
        tuple(map(before, ("actor_id", "starts_at", "ends_at"))),
    }
    for actor_id, start, end in sorted(spans):
        if end - start > _LONG:
            _mark_everything(session)
            return
        mark_shards(session, row.organization_id, [actor_id], start, end)


@event.listens_for(Session, "do_orm_execute")
def _mark_bulk_changes(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and any(
        issubclass(mapper.class_, FEED_INPUTS) for mapper in state.all_mappers
    ):
        _mark_everything(state.session)
