"""AuditEntry, Outbox, Revision, ShardMark: what the machinery keeps. Ids only, never patient text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Counter, Instant, Name, OptionalInstant, OptionalRef, Prose, Ref, Word


class AuditEntry(Base):
    """Who did what to which record. Written in the act's transaction; ``hash`` chains it to the entry before, filled
    in afterwards by one job."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_kind", "object_id"),)

    id: Mapped[Counter]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    at: Mapped[Instant]
    actor_kind: Mapped[Word]
    user_id: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[Word]
    object_kind: Mapped[Word]
    object_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hash: Mapped[str | None] = mapped_column(String(64))


class Outbox(Base):
    """Something that must leave the process after commit: what and about which record, by id. ``recipient_id`` is the
    user it is for; None when it is for the patient. ``to_call``: it could not be told by mail, so staff call;
    ``called_at`` and ``called_by`` (a user) say that they did. A reminder is one of ``step`` minutes before the start
    ``for_at`` that it was planned for; there is never a second one of the same step for the same start."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_done_at_due_at", "done_at", "due_at"),
        Index("uq_outbox_reminder", "object_id", "kind", "step", "for_at", unique=True),
    )

    id: Mapped[Counter]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[Word]
    object_id: Mapped[str] = mapped_column(String(64))
    recipient_id: Mapped[str | None] = mapped_column(String(32))
    message_id: Mapped[Name]
    step: Mapped[int | None]
    for_at: Mapped[OptionalInstant]
    created_at: Mapped[Instant]
    due_at: Mapped[Instant]
    claimed_until_at: Mapped[OptionalInstant]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[OptionalInstant]
    error: Mapped[Prose] = mapped_column(default="")
    to_call: Mapped[bool] = mapped_column(default=False, server_default=text("false"), index=True)
    called_at: Mapped[OptionalInstant]
    called_by: Mapped[OptionalRef]


class Revision(Base):
    """What an edit of hours replaced, so that it can be undone for a day: ``before`` and ``after`` hold wall-clock
    hours and dates, nothing about patients. ``undone_at`` is set when it was."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_object", "object_kind", "object_id"),)

    id: Mapped[Counter]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    at: Mapped[Instant]
    user_id: Mapped[str | None] = mapped_column(String(32))
    object_kind: Mapped[Word]
    object_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[OptionalInstant]


class ShardMark(Base):
    """A note that the feed must be rebuilt: for one schedule and ISO week (its Monday's ordinal), or for everything
    when they are empty. Appended, never updated; deleted by the publisher that saw it."""

    __tablename__ = "shard_mark"

    id: Mapped[Counter]
    organization_id: Mapped[Ref]
    schedule_id: Mapped[str | None] = mapped_column(String(50))
    week: Mapped[int | None]
