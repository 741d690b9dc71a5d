"""Source (a discovery client that is registered here), what it is told, and the values that nobody registered."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Counter, Id, Instant, Name, OptionalInstant, Ref, Word

STATES = ("started", "held", "booked", "lapsed", "gone", "cancelled", "moved")
_IN_STATES = ", ".join(f"'{state}'" for state in STATES)


class Source(Base):
    """A discovery client by the value it sends as ``source``. It is told the outcome of its referrals at ``callback_url``
    (empty: it polls) when ``share_outcome``; a patient is led back to ``return_addresses`` only. Of its key only a hash is
    kept; ``key_version`` rises to make a new one."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("value"),)

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[Name]
    value: Mapped[str] = mapped_column(String(255))
    callback_url: Mapped[str] = mapped_column(String(1000), default="")
    return_addresses: Mapped[list[Any]] = mapped_column(default=list)
    share_outcome: Mapped[bool] = mapped_column(default=True)
    agreed_on: Mapped[date | None]
    key_hash: Mapped[str | None] = mapped_column(String(64))
    key_version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class ReferralState(Base):
    """What became of a referral, step by step: a state and an instant, nothing about person, time or clinic. ``handle`` is
    the finder's own booking-referral. An entry is told by callback once, at ``told_at``."""

    __tablename__ = "referral_state"
    __table_args__ = (
        CheckConstraint(f"state IN ({_IN_STATES})", name="state"),
        Index("ix_referral_state_source_handle", "source_id", "handle_hash"),
    )

    id: Mapped[Counter]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    source_id: Mapped[Ref] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    handle: Mapped[str] = mapped_column(String(255))
    handle_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[Word]
    at: Mapped[Instant]
    told_at: Mapped[OptionalInstant]


class UnknownSource(Base):
    """A ``source`` value that nobody registered, counted so that an administrator sees who sends patients."""

    __tablename__ = "unknown_source"

    value: Mapped[str] = mapped_column(String(255), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger, default=0)
    first_at: Mapped[Instant]
    last_at: Mapped[Instant]
