"""Practitioner, PractitionerRole, Actor (whose time a booking takes) and User (who signs in)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Id, Instant, Name, OptionalInstant, OptionalRef, Prose, Ref, Word


class Practitioner(Base):
    __tablename__ = "practitioner"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    display_name: Mapped[Name]
    prefix: Mapped[Word] = mapped_column(default="")
    given: Mapped[Name] = mapped_column(default="")
    family: Mapped[Name] = mapped_column(default="")
    suffix: Mapped[Word] = mapped_column(default="")
    npi: Mapped[str | None] = mapped_column(String(10))
    phone: Mapped[Word] = mapped_column(default="")
    email: Mapped[Name] = mapped_column(default="")
    languages: Mapped[list[Any]] = mapped_column(default=list)
    about: Mapped[Prose] = mapped_column(default="")
    video_url: Mapped[Name] = mapped_column(default="")
    gender: Mapped[Word] = mapped_column(default="", server_default=text("''"))
    language: Mapped[Word] = mapped_column(default="en")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class Photo(Base):
    """A practitioner's picture, made small and free of what cameras add; ``hash`` (sha256, hex) names it in addresses."""

    __tablename__ = "photo"

    practitioner_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("practitioner.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    mimetype: Mapped[Word]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[Word]
    created_at: Mapped[Instant]


class PractitionerRole(Base):
    """A practitioner at one place, with a specialty (SNOMED CT)."""

    __tablename__ = "practitioner_role"
    __table_args__ = (UniqueConstraint("practitioner_id", "location_id", "specialty_code"),)

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    practitioner_id: Mapped[Ref] = mapped_column(ForeignKey("practitioner.id"))
    location_id: Mapped[Ref] = mapped_column(ForeignKey("location.id"), index=True)
    specialty_code: Mapped[Word]
    specialty: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="")
    phone: Mapped[Word] = mapped_column(default="")
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)


class Actor(Base):
    """Whose time a booking takes: a practitioner, a room or device (of a ``resource_kind``, at a Location), or the
    ``line`` of a Schedule without hosts, so that such a Schedule has something to lock and to claim."""

    __tablename__ = "actor"
    __table_args__ = (
        CheckConstraint("kind IN ('practitioner', 'room', 'device', 'line')", name="kind"),
        CheckConstraint("(kind = 'practitioner') = (practitioner_id IS NOT NULL)", name="practitioner"),
        CheckConstraint("(kind IN ('room', 'device')) = (resource_kind <> '')", name="resource_kind"),
        Index("ix_actor_location_resource_kind", "location_id", "resource_kind"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[Word]
    name: Mapped[Name]
    practitioner_id: Mapped[OptionalRef] = mapped_column(ForeignKey("practitioner.id"), unique=True)
    location_id: Mapped[OptionalRef] = mapped_column(ForeignKey("location.id"))
    resource_kind: Mapped[Word] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class User(Base):
    """A person who signs in. ``session_version`` rises to sign out everywhere; ``invitation_expires_at``
    and ``reset_expires_at`` are set while a signed link to choose a password is good (``invitation_hash`` is of releases
    before signed links, and written no more). ``tell_...``:
    mails about bookings that the person wants; ``shortcuts``: keys of the console. ``email`` is kept in lower case."""

    __tablename__ = "user_account"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    email: Mapped[Name] = mapped_column(unique=True)
    name: Mapped[Name]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    practitioner_id: Mapped[OptionalRef] = mapped_column(ForeignKey("practitioner.id"))
    session_version: Mapped[int] = mapped_column(default=1)
    invitation_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invitation_expires_at: Mapped[OptionalInstant]
    reset_expires_at: Mapped[OptionalInstant]
    tell_booked: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    tell_moved: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    tell_cancelled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]
    signed_in_at: Mapped[OptionalInstant]


class UserRole(Base):
    """A right of a user: admin, clinician or front-desk."""

    __tablename__ = "user_role"
    __table_args__ = (CheckConstraint("role IN ('admin', 'clinician', 'front-desk')", name="role"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
