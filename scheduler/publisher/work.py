"""One rebuild on its way: what was read of the publication, and what has come of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models.feed import Publication
from scheduler.publisher.editions import Head
from scheduler.publisher.plan import Mark
from scheduler.publisher.shards import Block
from scheduler.publisher.versions import Timeline, Version

# The one row of the table.
ROW = 1


@dataclass(frozen=True, slots=True)
class Row:
    """The publication's row as it was read."""

    generation: int = 0
    edition: int = 0
    settled_ms: int = 0
    until_ms: int | None = None
    catalogue: int = 0
    blocks: bytes | None = None
    fingerprint: str = ""


@dataclass(slots=True)
class State:
    """What this process knows of a generation: all versions, and blocks that it made already."""

    generation: int
    versions: frozenset[Version]
    names: dict[str, str]
    catalogue: int
    blocks: dict[str, Block] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """A rebuild. ``afresh``: nothing that was published before counts; ``names``, ``catalogue``, ``blocks``: the block of
    each schedule, the generation that last changed anything but slots, and the blocks that are at hand."""

    now_ms: int
    row: Row
    marks: list[Mark]
    heads: list[Head]
    state: State
    timeline: Timeline
    afresh: bool
    names: dict[str, str]
    catalogue: int
    blocks: dict[str, Block]

    @property
    def now(self) -> int:
        return self.now_ms // 1000

    @property
    def current(self) -> Head | None:
        """The edition that holds at this moment."""
        head = self.heads[0] if self.heads else None
        return head if head is not None and head.from_ms <= self.now_ms else None


def read_row(session: Session) -> Row:
    """The publication's row; as for an empty feed where there is none yet."""
    found = session.execute(
        select(
            Publication.generation,
            Publication.edition,
            Publication.settled_ms,
            Publication.until_ms,
            Publication.catalogue,
            Publication.blocks,
            Publication.fingerprint,
        ).where(Publication.id == ROW)
    ).one_or_none()
    return Row() if found is None else Row(*found)
