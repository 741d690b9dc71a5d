"""Editions: the states of the whole feed, each with its manifests and its page of the chain, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, insert, select, update
from sqlalchemy.orm import Session

from scheduler.models.feed import Edition
from scheduler.publisher.build import CATALOGUE, OUTCOME
from scheduler.publisher.changes import Page
from scheduler.publisher.files import zipped
from scheduler.publisher.manifest import Listed, Maker
from scheduler.publisher.shards import SLOTS
from scheduler.publisher.versions import FileOf, Version


@dataclass(frozen=True, slots=True)
class Head:
    """An edition without its contents: number, the one before it in the chain, instants in epoch milliseconds."""

    number: int
    previous: int | None
    from_ms: int
    transaction_ms: int


@dataclass(frozen=True, slots=True)
class Made:
    """An edition that is new: both manifests and the page as they are kept."""

    head: Head
    manifest: bytes
    manifest_2021: bytes
    page: bytes


def make(maker: Maker, head: Head, content: Mapping[str, Version], page: Page) -> Made:
    """The edition of these files."""
    output = list(listed(maker, content))
    outcome = content.get(OUTCOME)
    said = [_listed(maker, outcome, outcome.file)] if outcome is not None and outcome.file.name else []
    full = maker.full(head.transaction_ms, output, outcome=said, after=head.number)
    strict = maker.strict(head.transaction_ms, listed(maker, content, strict=True))
    return Made(head, zipped(full), zipped(strict), page.to_bytes())


def listed(
    maker: Maker, content: Mapping[str, Version], *, strict: bool = False, only: Iterable[str] | None = None
) -> Iterable[Listed]:
    """The files of these shards as manifests list them, in their order; ``only``: of these shards."""
    wanted = set(content if only is None else only)
    slots = sorted(shard for shard in wanted if shard.startswith(SLOTS))
    for shard in (*(kind for kind in CATALOGUE if kind in wanted), *slots):
        version = content.get(shard)
        file = None if version is None else version.file_2021 if strict else version.file
        if version is not None and file is not None and file.name:
            yield _listed(maker, version, file)


def _listed(maker: Maker, version: Version, file: FileOf) -> Listed:
    return Listed(version.type, maker.file(file.name), file.count, file.size, version.states)


def load_heads(session: Session, now_ms: int) -> list[Head]:
    """The edition that is current at an instant (epoch milliseconds), and those foreseen after it, in order."""
    heads = _heads(session, Edition.from_ms >= _current_from(now_ms))
    # several may have begun in one millisecond: the last of them counts
    begun = [head for head in heads if head.from_ms <= now_ms]
    return heads[len(begun) - 1 :] if begun else heads


def load_later_heads(session: Session, now_ms: int) -> list[Head]:
    """The editions from after ``now_ms`` (epoch milliseconds), in order."""
    return _heads(session, Edition.from_ms > now_ms)


def save_editions(session: Session, made: Sequence[Made], dropped: Sequence[int], now_ms: int) -> None:
    """Write the new ones and delete those that were foreseen and will not be. Those that nobody is served any more at
    ``now_ms`` (epoch milliseconds) keep their page alone."""
    if dropped:
        session.execute(
            delete(Edition).where(Edition.number.in_(dropped)).execution_options(synchronize_session=False)
        )
    if made:
        session.execute(
            insert(Edition),
            [
                {
                    "number": one.head.number,
                    "previous": one.head.previous,
                    "from_ms": one.head.from_ms,
                    "transaction_ms": one.head.transaction_ms,
                    "manifest": one.manifest,
                    "manifest_2021": one.manifest_2021,
                    "page": one.page,
                }
                for one in made
            ],
        )
    current = session.scalar(select(func.max(Edition.number)).where(Edition.from_ms <= now_ms))
    session.execute(
        update(Edition)
        .where(Edition.number < (current or 0), Edition.manifest != b"")
        .values(manifest=b"", manifest_2021=b"")
        .execution_options(synchronize_session=False)
    )


def _heads(session: Session, which: ColumnElement[bool]) -> list[Head]:
    rows = session.execute(
        select(Edition.number, Edition.previous, Edition.from_ms, Edition.transaction_ms)
        .where(which)
        .order_by(Edition.number)
    )
    return [Head(*row) for row in rows]


def _current_from(now_ms: int) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.max(Edition.from_ms), 0)).where(Edition.from_ms <= now_ms).scalar_subquery()
    )
