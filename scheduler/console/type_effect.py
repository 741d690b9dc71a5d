"""What a change of a type would do to its openings, found by making the change and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability import Situation, what_if
from scheduler.clock import DAY
from scheduler.db import rehearsal
from scheduler.models import Schedule
from scheduler.models.situations import load_situations

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Effect:
    """How many openings of the next ``WEEKS`` weeks a change adds and takes away, and how many there are then."""

    added: int
    lost: int
    total: int


def effect_of(type_id: str, now: int, change: Callable[[Session], object]) -> Effect:
    """What ``change`` (a verb of the catalog on the type) would do from ``now`` (epoch seconds) on. Raises what the verb
    raises; nothing is kept."""
    with rehearsal() as session:
        before = _situations(session, type_id, now)
        change(session)
        session.flush()
        after = _situations(session, type_id, now)
    found = what_if(before, after, now, now, now + WEEKS * 7 * DAY)
    return Effect(len(found.gained), len(found.lost), found.total)


def _situations(session: Session, type_id: str, now: int) -> dict[str, Situation]:
    schedules = session.scalars(select(Schedule.id).where(Schedule.appointment_type_id == type_id)).all()
    return load_situations(session, schedules, now, now + WEEKS * 7 * DAY)
