"""Hours blocked on several days in one act, kept as one Revision, so that they are taken back in one act too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.booking.acts import By
from scheduler.booking.blocks import MAX_NOTE, locked_block
from scheduler.booking.transaction import booking_transaction, lock_actors
from scheduler.clock import DAY
from scheduler.errors import Conflict, InvalidInput, NotFound
from scheduler.models import Actor, BusyBlock, Revision

KIND = "busy-block"
MAX_DAYS = 92
STAFF = "staff"
UNDO_SECONDS = DAY
CHANGED_SINCE = (
    "This was changed again since, so it can't be undone. Look at what it says now and change that."
)

Span = tuple[int, int]


def add_blocks(
    session: Session, *, by: By, now: int, actor_id: str, spans: Sequence[Span], note: str = ""
) -> Revision:
    """Make the ``spans`` (epoch seconds, half-open) busy, in the caller's transaction. Appointments in them stay.
    Raises NotFound, InvalidInput."""
    if not 0 < len(spans) <= MAX_DAYS or any(end <= start for start, end in spans):
        raise InvalidInput({"last": f"To: block hours on at most {MAX_DAYS} days at once."})
    if len(note) > MAX_NOTE or "\0" in note:
        raise InvalidInput({"note": f"Note: use at most {MAX_NOTE} characters."})
    actor = session.get(Actor, actor_id)
    if actor is None:
        raise NotFound("We can't find whose time that is.")
    lock_actors(session, [actor_id])
    blocks = [
        BusyBlock(
            organization_id=actor.organization_id,
            actor_id=actor_id,
            origin=STAFF,
            starts_at=start,
            ends_at=end,
            note=note,
            uid="",
        )
        for start, end in spans
    ]
    session.add_all(blocks)
    session.flush()
    _record(session, blocks, by, now, "block")
    return _keep(session, blocks[0], by, now, {}, _said(blocks))


def block_days(*, by: By, now: int, actor_id: str, spans: Sequence[Span], note: str = "") -> Revision:
    """``add_blocks`` in a transaction of its own; its Revision names the first block as its object."""
    with booking_transaction() as session:
        return add_blocks(session, by=by, now=now, actor_id=actor_id, spans=spans, note=note)


def unblock(*, by: By, now: int, block_id: str) -> int:
    """Take a block of staff's away; the id of the Revision that brings it back. Raises NotFound."""
    with booking_transaction() as session:
        block = locked_block(session, block_id)
        if block is None or block.origin != STAFF:
            raise NotFound("We can't find that block; it may be gone already.")
        _record(session, [block], by, now, "unblock")
        kept = _keep(session, block, by, now, _said([block]), {})
        session.delete(block)
        return kept.id


def undo_blocks(*, by: By, now: int, revision_id: int) -> Revision:
    """Take back what ``block_days`` or ``unblock`` did. Raises NotFound, and Conflict when that is older than a day, was
    undone already, or when the blocks have changed since."""
    with booking_transaction() as session:
        revision = session.get(Revision, revision_id, with_for_update=True, populate_existing=True)
        if revision is None or revision.object_kind != KIND:
            raise NotFound("We can't find that change.")
        if revision.undone_at is not None or now >= revision.at + UNDO_SECONDS:
            raise Conflict("That was undone already, or is more than a day ago.")
        before, after = revision.before.get("blocks", []), revision.after.get("blocks", [])
        lock_actors(session, {item["actor_id"] for item in [*before, *after]})
        wanted = [item["id"] for item in after]
        there = session.scalars(
            select(BusyBlock).where(BusyBlock.id.in_(wanted)).order_by(BusyBlock.starts_at, BusyBlock.id)
        ).all()
        by_time = sorted(after, key=lambda item: (item["starts_at"], item["id"]))
        if _said(there).get("blocks", []) != by_time:
            raise Conflict(CHANGED_SINCE)
        for block in there:
            session.delete(block)
        back = [
            BusyBlock(organization_id=revision.organization_id, origin=STAFF, uid="", **item)
            for item in before
        ]
        if any(session.get(Actor, block.actor_id) is None for block in back):
            raise Conflict(CHANGED_SINCE)
        session.add_all(back)
        session.flush()
        _record(session, [*there, *back], by, now, "undo")
        revision.undone_at = now
        return revision


def _said(blocks: Iterable[BusyBlock]) -> dict[str, Any]:
    fields = ("id", "actor_id", "starts_at", "ends_at", "note")
    return {"blocks": [{field: getattr(block, field) for field in fields} for block in blocks]}


def _keep(
    session: Session, block: BusyBlock, by: By, now: int, before: dict[str, Any], after: dict[str, Any]
) -> Revision:
    row = Revision(
        organization_id=block.organization_id,
        at=now,
        user_id=by.user_id,
        object_kind=KIND,
        object_id=block.id,
        before=before,
        after=after,
    )
    session.add(row)
    session.flush()
    return row


def _record(session: Session, blocks: Iterable[BusyBlock], by: By, now: int, action: str) -> None:
    for block in blocks:
        audit.record(
            session,
            organization_id=block.organization_id,
            at=now,
            by=by,
            action=action,
            object_kind=KIND,
            object_id=block.id,
            details={"actor": block.actor_id, "starts_at": block.starts_at, "ends_at": block.ends_at},
        )
