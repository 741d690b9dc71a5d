"""What surrounds a patient: Person, NotSame, Document, InsurancePlan, the Waitlist, and what guards them: RateCount, ContactCheck."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import (
    Base,
    Id,
    Instant,
    Name,
    OptionalInstant,
    OptionalRef,
    Private,
    Ref,
    Word,
)

WAITING, OFFERED, TAKEN, LEFT, ENDED = "waiting", "offered", "taken", "left", "ended"
OPEN, DECLINED_OFFER, LAPSED = "open", "declined", "lapsed"


class Person(Base):
    """One human being behind several visits, as staff said. It holds nothing itself: details stay with the visits."""

    __tablename__ = "person"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    created_at: Mapped[Instant]


class NotSame(Base):
    """Staff looked at two visits that seem to be one person's, and said that they are not; the lower id stands first."""

    __tablename__ = "not_same"

    first_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True
    )
    second_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    created_at: Mapped[Instant]


class Document(Base):
    """A file that a patient handed in: a referral document (``question_id`` is empty) or the answer to a question. Its
    content was checked; only staff can read it. ``name`` is the file's name as it was given."""

    __tablename__ = "document"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_id: Mapped[Ref] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[OptionalRef]
    name: Mapped[Private]
    mimetype: Mapped[Word]
    size: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[Word]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[Instant]


class InsurancePlan(Base):
    """An insurance plan that the clinic accepts, as of a date."""

    __tablename__ = "insurance_plan"

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[Name]
    accepted_on: Mapped[date]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class TypePlan(Base):
    """A plan that one appointment type accepts. A type without any accepts all of the clinic's."""

    __tablename__ = "type_plan"

    appointment_type_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("appointment_type.id", ondelete="CASCADE"), primary_key=True
    )
    insurance_plan_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("insurance_plan.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)


class WaitlistEntry(Base):
    """Somebody who waits for a time of a type: with whom (``owner_kind`` and ``owner_id`` as ``Slug`` names them), on
    which weekdays (ISO, 1 is Monday; none: any), in which part of the day, between which dates.

    ``appointment_id``: a booked patient who asked for something sooner; their details are that visit's, and the columns
    here stay empty. ``sooner_than_at``: the first suitable time that was open to everybody when they joined (it follows when
    that one is taken): only what is sooner is worth an offer. Empty: nothing suitable was open.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'offered', 'taken', 'left', 'ended')", name="status"),
        CheckConstraint("part IN ('', 'morning', 'afternoon', 'evening')", name="part"),
        Index("ix_waitlist_entry_type_status", "appointment_type_id", "status", "created_at"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_type_id: Mapped[Ref] = mapped_column(ForeignKey("appointment_type.id"))
    owner_kind: Mapped[Word] = mapped_column(default="")
    owner_id: Mapped[OptionalRef]
    location_id: Mapped[OptionalRef]
    appointment_id: Mapped[OptionalRef] = mapped_column(index=True)
    status: Mapped[Word] = mapped_column(default=WAITING)
    weekdays: Mapped[list[Any]] = mapped_column(default=list)
    part: Mapped[Word] = mapped_column(default="")
    earliest_on: Mapped[date | None]
    latest_on: Mapped[date | None]
    sooner_than_at: Mapped[OptionalInstant]
    visitor: Mapped[str | None] = mapped_column(String(64))
    given: Mapped[Private]
    family: Mapped[Private]
    birth_date: Mapped[Private]
    email: Mapped[Private]
    phone: Mapped[Private]
    language: Mapped[Word] = mapped_column(default="en")
    zone: Mapped[Word] = mapped_column(default="")
    token_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]


class WaitlistOffer(Base):
    """A freed time held for one waiting person until ``until_at``: ``appointment_id`` is the hold that keeps it."""

    __tablename__ = "waitlist_offer"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'taken', 'declined', 'lapsed')", name="status"),
        Index("ix_waitlist_offer_status_until_at", "status", "until_at"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("waitlist_entry.id", ondelete="CASCADE"), index=True)
    appointment_id: Mapped[Ref] = mapped_column(index=True)
    schedule_id: Mapped[str] = mapped_column(String(50))
    starts_at: Mapped[Instant]
    until_at: Mapped[Instant]
    status: Mapped[Word] = mapped_column(default=OPEN)
    token_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]
    decided_at: Mapped[OptionalInstant]


class RateCount(Base):
    """How often something came in a window of time: ``subject`` is a keyed hash (of an address, a contact, a clinic)."""

    __tablename__ = "rate_count"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_at: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True)
    count: Mapped[int] = mapped_column(default=0)


class ContactCheck(Base):
    """A code that was mailed to the address typed behind a hold, to see that somebody reads it. ``language``: of the page
    on which it was asked for."""

    __tablename__ = "contact_check"

    appointment_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    email: Mapped[Private]
    code: Mapped[Private]
    attempts: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    language: Mapped[Word] = mapped_column(default="en")
    expires_at: Mapped[Instant]
    confirmed_at: Mapped[OptionalInstant]
