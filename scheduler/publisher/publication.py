"""What is published now: the one row, and the rebuild when it no longer holds (design.md "The live feed").

A request may only use a check that started after it arrived. The check is one statement, so that it sees the
row and the marks of one instant. A rebuild reads marks and inputs in one snapshot, writes its files, and
then, under the row's lock, publishes unless another one came first, deleting exactly the marks that it saw.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.db import snapshot, transaction
from scheduler.errors import SchedulerError
from scheduler.models.operations import Publication, ShardMark
from scheduler.publisher import manifest
from scheduler.publisher.build import Built, Part, build
from scheduler.publisher.files import Store
from scheduler.settings import Settings

# Raised by every change of this code that gives other bytes for the same data.
CODE_GENERATION = 1

_ATTEMPTS = 20
_ROW = 1
_MARKS_AT_ONCE = 500
_FIRST = text(
    "INSERT INTO publication (id, generation, transaction_ms, fingerprint, manifest) VALUES (1, 0, 0, '', '') "
    "ON CONFLICT (id) DO NOTHING"
)


class FeedUnavailable(SchedulerError):
    """The feed of this moment can't be told here now; asking again soon helps."""

    code = "feed-unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class Published:
    """The manifest that holds now, as it is served, and the instant of the last change (epoch
    milliseconds)."""

    manifest: str
    transaction_ms: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """The publication row at one instant. ``marked``: something has changed since."""

    generation: int = 0
    transaction_ms: int = 0
    valid_until: int | None = None
    fingerprint: str = ""
    manifest: str = ""
    marked: bool = True


def store_of(settings: Settings) -> Store:
    """The files of our own feed."""
    return Store(settings.data_dir / "feed")


def current(settings: Settings) -> Published:
    """The feed as it is at this moment, rebuilt if anything is due. Needs an application context.

    Call it after the request has arrived: what was booked before is then not free in the answer. Raises
    FeedUnavailable while newer code publishes what this process can't, or when others keep publishing first.
    """
    store = store_of(settings)
    kept = _holding(settings, store)
    if kept is not None:
        return kept
    with store.lock():
        for _ in range(_ATTEMPTS):
            found = _holding(settings, store) or _publish(settings, store)
            if found is not None:
                return found
    raise FeedUnavailable("The feed is changing faster than it can be written. Ask again in a few seconds.")


def fingerprint(settings: Settings) -> str:
    """What the feed is made with, besides data and time: code, zone data, settings. Begins with the
    generation of the code, so that older code knows that it must not publish."""
    parts = (
        importlib.metadata.version("tzdata"),
        settings.public_url,
        settings.show_busy,
        settings.feed_max_age,
    )
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f"{CODE_GENERATION}:{digest[:40]}"


def _holding(settings: Settings, store: Store) -> Published | None:
    """The kept manifest, if it holds at this moment. Raises FeedUnavailable when it doesn't and newer code
    made it."""
    with snapshot() as session:
        kept = _kept(session)
    now = clock.now()
    timely = kept.valid_until is None or now < kept.valid_until
    holds = kept.generation > 0 and timely and not kept.marked
    same = kept.fingerprint == fingerprint(settings)
    newer = _code_generation(kept.fingerprint) > CODE_GENERATION
    if holds and (same or newer) and all(map(store.has, manifest.file_names(kept.manifest))):
        return Published(kept.manifest, kept.transaction_ms)
    if newer:
        raise FeedUnavailable("The feed is being published by a newer version. Ask again in a few seconds.")
    return None


def _code_generation(made_with: str) -> int:
    head = made_with.partition(":")[0]
    return int(head) if head.isdigit() else 0


def _kept(session: Session) -> _Kept:
    row = session.execute(
        select(
            Publication.generation,
            Publication.transaction_ms,
            Publication.valid_until_at,
            Publication.fingerprint,
            Publication.manifest,
            exists(select(ShardMark.id)),
        ).where(Publication.id == _ROW)
    ).one_or_none()
    return _Kept() if row is None else _Kept(*row)


def _publish(settings: Settings, store: Store) -> Published | None:
    """Build the feed and publish it; None when another publisher was quicker. Call it under the store's
    lock."""
    now, arrived_ms = clock.now(), clock.now_ms()
    with snapshot() as session:
        seen = _kept(session)
        snapshot_ms = _database_ms(session, arrived_ms)
        marks = list(session.scalars(select(ShardMark.id)))
        built = build(session, settings.public_url, now, show_busy=settings.show_busy)
    said = _written(settings, store, built, now)
    published = Published(seen.manifest, seen.transaction_ms)
    if said != manifest.said_by(seen.manifest):
        transaction_ms = max(seen.transaction_ms + 1, snapshot_ms)
        published = Published(manifest.to_text(said, transaction_ms), transaction_ms)
    with transaction() as session:
        session.execute(_FIRST)
        row = session.scalars(
            select(Publication).where(Publication.id == _ROW).with_for_update(key_share=True)
        ).one()
        if row.generation != seen.generation:
            return None
        row.generation += 1
        row.transaction_ms = published.transaction_ms
        row.manifest = published.manifest
        row.valid_until_at = built.valid_until
        row.fingerprint = fingerprint(settings)
        _delete_marks(session, marks)
    listed = manifest.file_names(published.manifest)
    if seen.manifest:
        store.retire(manifest.file_names(seen.manifest) - listed, now)
    store.sweep(listed, now)
    return published


def _database_ms(session: Session, ours: int) -> int:
    """The database's clock at the start of the snapshot in epoch milliseconds, so that times agree over
    machines; a SQLite database has no clock but ours."""
    if session.get_bind().dialect.name != "postgresql":
        return ours
    return int(session.execute(select(func.floor(func.extract("epoch", func.now()) * 1000))).scalar_one())


def _written(settings: Settings, store: Store, built: Built, now: int) -> dict[str, object]:
    def listed(part: Part) -> manifest.Listed:
        stored = store.put(part.type, part.data, now)
        url = f"{settings.public_url}/fhir/files/{stored.name}"
        return manifest.Listed(part.type, url, part.count, stored.size, part.states)

    return manifest.content(
        settings.feed_url,
        settings.feed_max_age,
        [listed(part) for part in built.output],
        [listed(part) for part in built.outcome],
    )


def _delete_marks(session: Session, marks: Sequence[int]) -> None:
    for at in range(0, len(marks), _MARKS_AT_ONCE):
        session.execute(
            delete(ShardMark)
            .where(ShardMark.id.in_(marks[at : at + _MARKS_AT_ONCE]))
            .execution_options(synchronize_session=False)
        )
