"""What the slot rule asks about, for a page: the set-up remembered until it changes, what is taken read anew."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from scheduler.availability import Situation
from scheduler.models.situations import load_setup, situations_of
from scheduler.web.recall import recall


def situations(
    session: Session, schedule_ids: Collection[str], since: int, until: int
) -> dict[str, Situation]:
    """What ``models.situations.load_situations`` would give for starts in [since, until) (epoch seconds)."""
    ids = sorted(set(schedule_ids))
    setup = recall(session, ("setup", *ids), lambda: load_setup(session, ids)) if ids else None
    return situations_of(session, setup, since, until) if setup is not None else {}
