"""Publication, Edition, ShardVersion: what the publisher keeps of the feed, all of it made again when it is lost.

No rows of an organization: the feed is the whole deployment's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Name, OptionalInstant, Prose, Word


class Publication(Base):
    """The one row that publishers lock. ``generation`` counts what they wrote; ``edition`` is the last number given to
    an edition; ``settled_ms``: the instant (epoch milliseconds) of which the versions were last made sure;
    ``until_ms``: from when on the editions that there are say no more what holds (None: they do until something is
    marked);
    ``catalogue``: the generation that last changed anything but slots; ``blocks``: which schedule lies in which block
    (gzipped JSON); ``fingerprint``: code, zone data and settings that made it all."""

    __tablename__ = "publication"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger, default=0)
    edition: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    settled_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    until_ms: Mapped[int | None] = mapped_column(BigInteger)
    catalogue: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    blocks: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    # read by servers of the first generation while an upgrade rolls on: they see that newer code publishes
    transaction_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    valid_until_at: Mapped[OptionalInstant]
    manifest: Mapped[Prose] = mapped_column(default="")


class Edition(Base):
    """One state of the whole feed, from ``from_ms`` on (epoch milliseconds; in the future for one that is foreseen)
    until the next one's. Numbers grow and may have gaps. ``previous``: the edition whose chain page this one's page
    follows, None where the chain begins. Both manifests and the page are gzipped JSON, as they were made; an edition
    that is no longer served keeps its page alone."""

    __tablename__ = "edition"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    previous: Mapped[int | None] = mapped_column(BigInteger)
    from_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    transaction_ms: Mapped[int] = mapped_column(BigInteger)
    manifest: Mapped[bytes] = mapped_column(LargeBinary)
    manifest_2021: Mapped[bytes] = mapped_column(LargeBinary)
    page: Mapped[bytes] = mapped_column(LargeBinary)


class ShardVersion(Base):
    """What one shard of the feed holds from ``from_at`` until ``until_at`` (None: until a mark): the file, with its
    resources and bytes, for readers of today's standards and for those of 2021. An empty name: no file there."""

    __tablename__ = "shard_version"

    shard: Mapped[str] = mapped_column(String(200), primary_key=True)
    from_at: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    until_at: Mapped[OptionalInstant]
    type: Mapped[Word]
    states: Mapped[list[Any]]
    name: Mapped[Name]
    count: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    name_2021: Mapped[Name]
    count_2021: Mapped[int]
    size_2021: Mapped[int] = mapped_column(BigInteger)
