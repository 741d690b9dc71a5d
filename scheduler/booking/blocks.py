"""Blocked time: staff take an actor's time off the calendar, under the same locks as a booking."""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler import audit, clock
from scheduler.booking.acts import By
from scheduler.booking.transaction import booking_transaction, lock_actors
from scheduler.clock import DAY
from scheduler.errors import InvalidInput, NotFound
from scheduler.models import Actor, BusyBlock

LONGEST_SECONDS = 366 * DAY
MAX_NOTE = 200


def block_time(
    *, by: By, actor_id: str, start: int, end: int, note: str = "", origin: str = "staff", uid: str = ""
) -> BusyBlock:
    """Make [start, end) (epoch seconds) busy. Appointments in it stay. Raises NotFound, InvalidInput."""
    if not start < end <= start + LONGEST_SECONDS:
        raise InvalidInput({"end": "End: set it after the start, at most a year later."})
    if len(note) > MAX_NOTE or "\0" in note:
        raise InvalidInput({"note": f"Note: use at most {MAX_NOTE} characters."})
    with booking_transaction() as session:
        actor = session.get(Actor, actor_id)
        if actor is None:
            raise NotFound("We can't find whose time that is.")
        lock_actors(session, [actor_id])
        block = BusyBlock(
            organization_id=actor.organization_id,
            actor_id=actor_id,
            origin=origin,
            starts_at=start,
            ends_at=end,
            note=note,
            uid=uid,
        )
        session.add(block)
        session.flush()
        _record(session, block, by, "block")
        return block


def unblock_time(*, by: By, block_id: str) -> None:
    """Take a block away. Raises NotFound."""
    with booking_transaction() as session:
        block = locked_block(session, block_id)
        if block is None:
            raise NotFound("We can't find that block; it may be gone already.")
        _record(session, block, by, "unblock")
        session.delete(block)


def locked_block(session: Session, block_id: str) -> BusyBlock | None:
    """A block as it is once its actor is locked; None when there is none (any more)."""
    block = session.get(BusyBlock, block_id)
    if block is None:
        return None
    lock_actors(session, [block.actor_id])
    return session.get(BusyBlock, block_id, populate_existing=True)


def _record(session: Session, block: BusyBlock, by: By, action: str) -> None:
    audit.record(
        session,
        organization_id=block.organization_id,
        at=clock.now(),
        by=by,
        action=action,
        object_kind="busy-block",
        object_id=block.id,
        details={"actor": block.actor_id, "starts_at": block.starts_at, "ends_at": block.ends_at},
    )
