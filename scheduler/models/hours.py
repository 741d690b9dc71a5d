"""Availability with Window and RecurrenceRule, Override, TimeOff, HolidayCalendar, BusyBlock. Wall clock only, except busy blocks."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Id, Instant, Name, OptionalRef, Ref, Word


class Availability(Base):
    """A named set of weekly and recurring hours; several Schedules may share it."""

    __tablename__ = "availability"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    practitioner_id: Mapped[OptionalRef] = mapped_column(ForeignKey("practitioner.id"), index=True)
    name: Mapped[Name]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class Window(Base):
    """Hours of one weekday (0 = Monday): minutes since wall midnight; end 1440 is the next midnight, end <= start is
    overnight (slot rule 2)."""

    __tablename__ = "availability_window"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("start_minute BETWEEN 0 AND 1439", name="start"),
        CheckConstraint("end_minute BETWEEN 0 AND 1440", name="end"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    availability_id: Mapped[Ref] = mapped_column(
        ForeignKey("availability.id", ondelete="CASCADE"), index=True
    )
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


class RecurrenceRule(Base):
    """Extra hours on the dates of an RRULE (RFC 5545); ``exdates`` are ISO dates left out."""

    __tablename__ = "recurrence_rule"
    __table_args__ = (
        CheckConstraint("start_minute BETWEEN 0 AND 1439", name="start"),
        CheckConstraint("end_minute BETWEEN 0 AND 1440", name="end"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    availability_id: Mapped[Ref] = mapped_column(
        ForeignKey("availability.id", ondelete="CASCADE"), index=True
    )
    rrule: Mapped[str] = mapped_column(String(500))
    dtstart: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    exdates: Mapped[list[Any]] = mapped_column(default=list)


class Override(Base):
    """Other windows for one date, of an Availability or of one Schedule (which then wins). ``windows`` is a list of
    [start minute, end minute]; an empty list closes the date."""

    __tablename__ = "override"
    __table_args__ = (
        CheckConstraint("(availability_id IS NULL) <> (schedule_id IS NULL)", name="owner"),
        UniqueConstraint("availability_id", "date"),
        UniqueConstraint("schedule_id", "date"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    availability_id: Mapped[OptionalRef] = mapped_column(ForeignKey("availability.id", ondelete="CASCADE"))
    schedule_id: Mapped[str | None] = mapped_column(
        String(50), ForeignKey("schedule.id", ondelete="CASCADE"), index=True
    )
    date: Mapped[date]
    windows: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[Name] = mapped_column(default="")


class TimeOff(Base):
    """Whole dates, both ends included, of an actor or a place; of the organization when neither is named.

    ``holiday_key`` is set for one that a HolidayCalendar writes, and takes away, by itself.
    """

    __tablename__ = "time_off"
    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="order"),
        CheckConstraint("actor_id IS NULL OR location_id IS NULL", name="owner"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    actor_id: Mapped[OptionalRef] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    location_id: Mapped[OptionalRef] = mapped_column(
        ForeignKey("location.id", ondelete="CASCADE"), index=True
    )
    start_date: Mapped[date]
    end_date: Mapped[date]
    note: Mapped[Name] = mapped_column(default="")
    holiday_key: Mapped[Name] = mapped_column(default="")


class HolidayCalendar(Base):
    """The holidays on which an organization closes, or one place that differs. ``keys`` are the holidays' English names;
    ``subdivision`` is a code of ``country``, or empty."""

    __tablename__ = "holiday_calendar"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    location_id: Mapped[OptionalRef] = mapped_column(
        ForeignKey("location.id", ondelete="CASCADE"), unique=True
    )
    country: Mapped[Word]
    subdivision: Mapped[Word] = mapped_column(default="")
    keys: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class BusyBlock(Base):
    """A time range taken in an outside calendar (origin calendar) or blocked by staff (origin staff)."""

    __tablename__ = "busy_block"
    __table_args__ = (
        CheckConstraint("ends_at >= starts_at", name="order"),
        CheckConstraint("origin IN ('calendar', 'staff')", name="origin"),
        Index("ix_busy_block_actor_id_starts_at", "actor_id", "starts_at"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    actor_id: Mapped[Ref] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    origin: Mapped[Word]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    note: Mapped[Name] = mapped_column(default="")
    uid: Mapped[Name] = mapped_column(default="")
