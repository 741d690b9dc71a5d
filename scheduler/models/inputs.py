"""Whether anything that a clinic sets up has changed: places, people, types, hours, schedules, teams, plans.

Each change of such a row appends a row here, in its own transaction and by itself: a session event sees it, so that no
service can forget it. Readers who see the same rows here see the same set-up. What moves all day (appointments, claims,
busy blocks) is no input.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Mapped, ORMExecuteState, Session

from scheduler import clock
from scheduler.clock import DAY
from scheduler.models.base import Base, Counter, Instant
from scheduler.models.hours import BusyBlock
from scheduler.models.marks import FEED_INPUTS
from scheduler.models.patients import InsurancePlan, TypePlan
from scheduler.models.people import Photo
from scheduler.models.schedules import Pool, PoolMember

INPUTS: tuple[type[Base], ...] = (
    *(table for table in FEED_INPUTS if table is not BusyBlock),
    InsurancePlan,
    Photo,
    Pool,
    PoolMember,
    TypePlan,
)

Version = tuple[int | None, int | None, int]


class InputChange(Base):
    """Something that a clinic sets up was changed. Appended, never updated: those who write at once don't wait for each
    other."""

    __tablename__ = "input_change"

    id: Mapped[Counter]
    at: Mapped[Instant]


_VERSION = select(func.min(InputChange.id), func.max(InputChange.id), func.count())


def inputs_version(session: Session) -> Version:
    """Which changes of the set-up this session's snapshot has. Rows leave in the order of their ids and come with higher
    ones or in between: so two snapshots with the same first, last and count have the same rows."""
    first, last, count = session.connection().execute(_VERSION).one()
    return first, last, count


def purge(session: Session, now: int) -> None:
    """Forget changes of more than a day ago, but for the last one. No transaction takes so long that one with a lower id
    could still come."""
    old = select(func.max(InputChange.id)).where(InputChange.at < now - DAY).scalar_subquery()
    session.execute(delete(InputChange).where(InputChange.id < old))


@event.listens_for(Session, "before_flush")
def _note_changed_rows(session: Session, _context: Any, _instances: Any) -> None:
    if (
        _any_input(session.new)
        or _any_input(session.deleted)
        or any(isinstance(row, INPUTS) and session.is_modified(row) for row in session.dirty)
    ):
        _note(session)


@event.listens_for(Session, "do_orm_execute")
def _note_bulk_changes(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and any(
        issubclass(mapper.class_, INPUTS) for mapper in state.all_mappers
    ):
        _note(state.session)


def _any_input(rows: Iterable[object]) -> bool:
    return any(isinstance(row, INPUTS) for row in rows)


def _note(session: Session) -> None:
    if not any(isinstance(row, InputChange) for row in session.new):
        session.add(InputChange(at=clock.now()))
