"""The update chain and ``_since``, from the kept editions (spec/bulk-publish.md).

Stubs and pages say where the chain goes on when they are served, so all stubs after one edition lead to the same page, and
a reader whose edition is gone is told to start over.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from scheduler.db import transaction
from scheduler.errors import NotFound
from scheduler.fhir import milliseconds_text
from scheduler.models.feed import Edition, Publication
from scheduler.publisher.changes import Page, deleted_since, deletions
from scheduler.publisher.editions import listed
from scheduler.publisher.files import Store
from scheduler.publisher.http import Gone
from scheduler.publisher.manifest import CLOSED, PENDING, ROOT, Listed, Maker, page_path, stub_path
from scheduler.publisher.versions import FileOf, Timeline, load_versions

_MOST_PAGES = 5000


def stub(session: Session, maker: Maker, number: int, current: int) -> bytes:
    """The page without files after edition ``number``, ``current`` being the one of this moment. Raises NotFound for a
    number that was never given."""
    if number > current:
        raise NotFound("The chain has no such edition. Begin at the root manifest.")
    rows = session.execute(
        select(Edition.number, Edition.transaction_ms).where(Edition.number.in_([number, current]))
    )
    times: dict[int, int] = {found: transaction_ms for found, transaction_ms in rows}  # noqa: C416 - typed rows
    kept = number in times
    return maker.full(
        times[number if kept else current],
        (),
        request=stub_path(number),
        following=maker.address(_following(session, number, current) if kept else CLOSED),
    )


def page(session: Session, maker: Maker, number: int, current: int) -> bytes:
    """What changed with edition ``number``. Raises NotFound for one that never was, Gone for one that is no longer
    kept."""
    row = session.execute(
        select(Edition.transaction_ms, Edition.page).where(
            Edition.number == number, Edition.number <= current, Edition.previous.is_not(None)
        )
    ).one_or_none()
    if row is None:
        if 0 < number <= current:
            raise Gone("This page is no longer kept. Begin at the root manifest.")
        raise NotFound("The chain has no such page. Begin at the root manifest.")
    kept = Page.from_bytes(row.page)
    return maker.full(
        row.transaction_ms,
        [_listed(maker, kind, file) for kind, file in kept.output],
        deleted=[_listed(maker, "Bundle", file) for file in kept.deleted],
        request=page_path(number),
        following=maker.address(_following(session, number, current)),
    )


def pages_kept(session: Session, current: int) -> dict[int, Page | None]:
    """The pages of the kept editions up to ``current``, by number; None for one with which the chain begins."""
    rows = session.execute(
        select(Edition.number, Edition.previous, Edition.page)
        .where(Edition.number <= current)
        .order_by(Edition.number)
    )
    return {number: None if previous is None else Page.from_bytes(said) for number, previous, said in rows}


def base_of(session: Session, since_ms: int, current: int) -> int | None:
    """The edition that a reader has who read at ``since_ms`` (epoch milliseconds), if an unbroken chain leads from it to
    the current one."""
    base = session.scalar(
        select(func.max(Edition.number)).where(Edition.transaction_ms <= since_ms, Edition.number <= current)
    )
    if base is None:
        return None
    links = session.execute(
        select(Edition.number, Edition.previous)
        .where(Edition.number > base, Edition.number <= current)
        .order_by(Edition.number)
    ).all()
    last = base
    for number, previous in links:
        if previous != last:
            return None
        last = number
    return base if len(links) <= _MOST_PAGES else None


def delta(
    session: Session, maker: Maker, store: Store, base: int, current: int, since_ms: int
) -> bytes | None:
    """The answer to ``_since`` for a reader of edition ``base``: the files that changed, and what is gone. None when a
    page's file is lost."""
    rows = session.execute(
        select(Edition.number, Edition.from_ms, Edition.transaction_ms, Edition.page)
        .where(Edition.number >= base, Edition.number <= current)
        .order_by(Edition.number)
    ).all()
    pages = [Page.from_bytes(row.page) for row in rows if row.number > base]
    settled_ms = session.scalar(select(Publication.settled_ms)) or 0
    content = Timeline(load_versions(session)).at(max(rows[-1].from_ms, settled_ms) // 1000)
    try:
        gone = deleted_since(store, pages)
    except FileNotFoundError:
        return None
    files = deletions(store, gone, rows[-1].from_ms // 1000)
    store.settle()
    return maker.full(
        rows[-1].transaction_ms,
        listed(maker, content, only={shard for one in pages for shard in one.shards}),
        deleted=[_listed(maker, "Bundle", file) for file in files],
        request=f"{ROOT}?_since={milliseconds_text(since_ms)}",
        after=current,
    )


def names_kept(session: Session, since_ms: int) -> set[str]:
    """The files that versions or pages of editions from ``since_ms`` (epoch milliseconds) on need."""
    names = {name for version in load_versions(session) for name in version.names}
    for kept in session.scalars(select(Edition.page).where(Edition.from_ms >= since_ms)):
        names.update(Page.from_bytes(kept).names)
    return names


def forget(current: int, before_ms: int) -> int:
    """Delete the editions from before ``before_ms`` (epoch milliseconds), but never the current one, and of those that
    are no longer served the manifests; how many were deleted."""
    with transaction() as session:
        gone = session.scalars(
            delete(Edition)
            .where(Edition.number < current, Edition.from_ms < before_ms)
            .returning(Edition.number)
            .execution_options(synchronize_session=False)
        ).all()
        session.execute(
            update(Edition)
            .where(Edition.number < current, Edition.manifest != b"")
            .values(manifest=b"", manifest_2021=b"")
            .execution_options(synchronize_session=False)
        )
    return len(gone)


def _following(session: Session, number: int, current: int) -> str:
    """The path of the page after edition ``number``, or that there is none yet, or never will be."""
    after = session.execute(
        select(Edition.number, Edition.previous)
        .where(Edition.number > number, Edition.number <= current)
        .order_by(Edition.number)
        .limit(1)
    ).one_or_none()
    if after is None:
        return PENDING
    return page_path(after.number) if after.previous == number else CLOSED


def _listed(maker: Maker, kind: str, file: FileOf) -> Listed:
    return Listed(kind, maker.file(file.name), file.count, file.size)
