"""Organization (a clinic or health system, as a tree) and Location (a place or a virtual one)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Id, Instant, Name, OptionalRef, Prose, Ref, Word


class Organization(Base):
    """The owner of everything else. ``organization_id`` is its own id, so that one filter serves every table.

    No reminder leaves between ``quiet_from_minute`` and ``quiet_until_minute`` (wall clock of the visit's zone).
    ``neutral_titles``: mails and calendar entries are titled "Appointment at <clinic>" and do not name the visit.
    """

    __tablename__ = "organization"

    id: Mapped[Id]
    organization_id: Mapped[Ref]
    parent_id: Mapped[OptionalRef] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[Name]
    npi: Mapped[str | None] = mapped_column(String(10))
    phone: Mapped[Word] = mapped_column(default="")
    email: Mapped[Name] = mapped_column(default="")
    url: Mapped[Name] = mapped_column(default="")
    language: Mapped[Word] = mapped_column(default="en")
    demo: Mapped[bool] = mapped_column(default=False)
    cancellation_notice_minutes: Mapped[int] = mapped_column(default=1440)
    quiet_from_minute: Mapped[int] = mapped_column(default=1260, server_default=text("1260"))
    quiet_until_minute: Mapped[int] = mapped_column(default=480, server_default=text("480"))
    neutral_titles: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[Instant]


class Location(Base):
    """A place. ``kind`` is physical or virtual; a virtual one has a zone and states, but no address."""

    __tablename__ = "location"
    __table_args__ = (CheckConstraint("kind IN ('physical', 'virtual')", name="kind"),)

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[Word] = mapped_column(default="physical")
    name: Mapped[Name]
    description: Mapped[Prose] = mapped_column(default="")
    line: Mapped[Name] = mapped_column(default="")
    city: Mapped[Name] = mapped_column(default="")
    district: Mapped[Name] = mapped_column(default="")
    state: Mapped[Word] = mapped_column(default="")
    postal_code: Mapped[Word] = mapped_column(default="")
    country: Mapped[Word] = mapped_column(default="US")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    zone: Mapped[Word]
    phone: Mapped[Word] = mapped_column(default="")
    url: Mapped[Name] = mapped_column(default="")
    licensed_states: Mapped[list[Any]] = mapped_column(default=list)
    arrival: Mapped[Prose] = mapped_column(default="")
    access: Mapped[Prose] = mapped_column(default="")
    language: Mapped[Word] = mapped_column(default="en")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class Slug(Base):
    """The words of page addresses. ``scope`` is empty for first path words (unique over the installation) and an
    organization's id for its types. A slug that is no longer current redirects to the one that is."""

    __tablename__ = "slug"
    __table_args__ = (
        CheckConstraint("kind IN ('practitioner', 'pool', 'location', 'appointment-type')", name="kind"),
        Index("ix_slug_target", "kind", "target_id"),
    )

    scope: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[Word]
    target_id: Mapped[Ref]
    current: Mapped[bool] = mapped_column(default=True)
