"""Editions and other contents as documents that are ready to send."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models.feed import Edition
from scheduler.publisher.clocks import database_ms
from scheduler.publisher.editions import load_heads
from scheduler.publisher.files import unzipped, zipped
from scheduler.publisher.http import MANIFEST_MEDIA, Document


@dataclass(frozen=True, slots=True)
class Current:
    """An edition as it is served: number, instants in epoch milliseconds, and both manifests."""

    number: int
    from_ms: int
    transaction_ms: int
    manifest: Document
    manifest_2021: Document

    @property
    def text(self) -> bytes:
        """The manifest itself."""
        return unzipped(self.manifest.zipped)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The editions of a generation: the one that held when it was loaded, and those foreseen."""

    generation: int
    editions: tuple[Current, ...]

    def at(self, now_ms: int) -> Current:
        for edition in reversed(self.editions):
            if edition.from_ms <= now_ms:
                return edition
        return self.editions[0]


class Kept:
    """Documents that were asked for last, up to so many bytes as they are sent."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Document | None:
        return self._kept.get(name)

    def put(self, name: str, document: Document) -> None:
        """Keep it; what was put first leaves when there are too many bytes."""
        with self._lock:
            if name in self._kept:
                return
            self._kept[name] = document
            self._size += len(document.zipped)
            while self._size > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped.zipped)


def load_editions(session: Session, generation: int, hint: str) -> Loaded | None:
    """The edition of this moment and those foreseen, of the ``generation`` that the session sees; None when there is
    none. ``hint``: the Cache-Control of manifests."""
    numbers = [head.number for head in load_heads(session, database_ms(session))]
    rows = session.execute(
        select(
            Edition.number, Edition.from_ms, Edition.transaction_ms, Edition.manifest, Edition.manifest_2021
        )
        .where(Edition.number.in_(numbers))
        .order_by(Edition.number)
    ).all()
    editions = tuple(
        Current(
            number,
            from_ms,
            transaction_ms,
            _packed_document(full, hint, transaction_ms),
            _packed_document(strict, hint, transaction_ms),
        )
        for number, from_ms, transaction_ms, full, strict in rows
    )
    return Loaded(generation, editions) if editions else None


def manifest_document(text: bytes, hint: str) -> Document:
    """A manifest that was made for this answer."""
    return _packed_document(zipped(text), hint, None)


def _packed_document(packed: bytes, hint: str, modified_ms: int | None) -> Document:
    return Document(
        tag=hashlib.sha256(packed).hexdigest()[:32],
        zipped=packed,
        media=MANIFEST_MEDIA,
        cache_control=hint,
        modified_ms=modified_ms,
    )
