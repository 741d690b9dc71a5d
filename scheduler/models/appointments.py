"""Appointment with its Claims and session, PatientDetails, Answer, Referral, IdempotencyKey.

``scheduler.booking`` is the only writer of appointments and claims.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import (
    Base,
    Counter,
    Id,
    Instant,
    OptionalInstant,
    OptionalRef,
    PatientText,
    Private,
    Ref,
    Word,
)

HELD, PENDING, BOOKED = "held", "pending", "booked"
ARRIVED, COMPLETED, NO_SHOW = "arrived", "completed", "no-show"
CANCELLED, DECLINED, EXPIRED = "cancelled", "declined", "expired"
BLOCKING = (HELD, PENDING, BOOKED, ARRIVED, COMPLETED, NO_SHOW)
STATUSES = (*BLOCKING, CANCELLED, DECLINED, EXPIRED)
MAX_CLAIM_SECONDS = 3 * 86400
_IN_STATUSES = ", ".join(f"'{status}'" for status in STATUSES)
_IN_BLOCKING = ", ".join(f"'{status}'" for status in BLOCKING)


class GroupSession(Base):
    """The session that appointments of one Schedule with the same start and end share."""

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("schedule_id", "starts_at", "ends_at"),)

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    schedule_id: Mapped[str] = mapped_column(String(50), ForeignKey("schedule.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]


class Appointment(Base):
    """A visit, from hold to end. A hold is an appointment that is not yet confirmed, with an expiry.

    ``wall_time`` is the local time promised (``2026-11-24T09:30``) in ``zone``; ``visitor`` is the hash of the
    browser's visitor cookie that owns a hold; ``token_version`` rises to revoke manage links; ``sequence`` is the
    iCalendar SEQUENCE (RFC 5545 3.8.7.4); ``code`` is what a person can say on the phone. ``roomed_at`` says since when an arrived patient is in the room;
    ``staff_message`` is what staff wrote to the patient with their last move or cancellation; ``kept_outside`` says that
    staff looked at a visit that lies outside today's hours and left it where it is. ``together_id`` joins visits that were
    booked in one act (``Together``). A pending one lapses at ``decide_by_at``. ``confirmed_at``: the patient answered a
    reminder with "I'll be there".
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(f"status IN ({_IN_STATUSES})", name="status"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("status <> 'held' OR expires_at IS NOT NULL", name="hold_expires"),
        CheckConstraint("(session_id IS NULL) = (seat_number IS NULL)", name="seat"),
        Index(
            "uq_appointment_session_seat",
            "session_id",
            "seat_number",
            unique=True,
            sqlite_where=text(f"status IN ({_IN_BLOCKING})"),
            postgresql_where=text(f"status IN ({_IN_BLOCKING})"),
        ),
        Index("ix_appointment_schedule_id_starts_at", "schedule_id", "starts_at"),
        Index("ix_appointment_type_starts_at", "appointment_type_id", "starts_at"),
        Index("ix_appointment_status_expires_at", "status", "expires_at"),
        Index("ix_appointment_organization_starts_at", "organization_id", "starts_at"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"))
    schedule_id: Mapped[str] = mapped_column(String(50), ForeignKey("schedule.id"))
    appointment_type_id: Mapped[Ref] = mapped_column(ForeignKey("appointment_type.id"))
    location_id: Mapped[Ref] = mapped_column(ForeignKey("location.id"))
    session_id: Mapped[OptionalRef] = mapped_column(ForeignKey("session.id"))
    seat_number: Mapped[int | None]
    status: Mapped[Word]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    zone: Mapped[Word]
    wall_time: Mapped[str] = mapped_column(String(16))
    buffer_before_minutes: Mapped[int] = mapped_column(default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(default=0)
    overbooked: Mapped[bool] = mapped_column(default=False)
    overbook_reason: Mapped[Private]
    expires_at: Mapped[OptionalInstant]
    extensions: Mapped[int] = mapped_column(default=0)
    visitor: Mapped[str | None] = mapped_column(String(64), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    token_version: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[Word] = mapped_column(default="patient")
    created_at: Mapped[Instant]
    booked_at: Mapped[OptionalInstant]
    arrived_at: Mapped[OptionalInstant]
    roomed_at: Mapped[OptionalInstant]
    completed_at: Mapped[OptionalInstant]
    cancelled_at: Mapped[OptionalInstant]
    cancelled_by: Mapped[Word] = mapped_column(default="")
    cancel_reason: Mapped[Private]
    staff_note: Mapped[Private]
    staff_message: Mapped[Private]
    kept_outside: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    together_id: Mapped[OptionalRef] = mapped_column(index=True)
    decide_by_at: Mapped[OptionalInstant]
    decided_at: Mapped[OptionalInstant]
    confirmed_at: Mapped[OptionalInstant]


class Together(Base):
    """Visits booked in one act, all or none: a ``series`` (weekly, one patient) or ``relatives`` (back to back, one
    patient each)."""

    __tablename__ = "together"
    __table_args__ = (CheckConstraint("kind IN ('series', 'relatives')", name="kind"),)

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[Word]
    created_at: Mapped[Instant]


class Claim(Base):
    """An actor's time taken by one appointment, padded by its buffers: [start - before, end + after).

    Claims exist only while the appointment blocks. Claims of one ``group_id`` (the visit's, or its session's) may
    overlap; all others may not, unless overbooked: a constraint of the database, made in the migration.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint(f"ends_at - starts_at <= {MAX_CLAIM_SECONDS}", name="length"),
        Index("ix_claim_actor_id_starts_at", "actor_id", "starts_at"),
    )

    id: Mapped[Counter]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"))
    appointment_id: Mapped[Ref] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[Ref] = mapped_column(ForeignKey("actor.id"))
    group_id: Mapped[Ref]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    overbooked: Mapped[bool] = mapped_column(default=False)


class PatientDetails(Base):
    """Who comes. ``draft`` is what was typed on the details page (JSON), kept while the hold lives and a day longer.

    ``insurance`` is how the visit is paid for (plan, not-listed, self, unsure) and ``insurance_plan`` the plan's name as it
    was chosen. ``consent_at``: when who books for somebody else said that they may. ``wishes``: JSON of whom the patient
    would rather see. ``person_id`` is the same for one person's visits once staff said so. ``erased_at``: the patient had
    their details removed.
    """

    __tablename__ = "patient_details"

    appointment_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    draft: Mapped[Private]
    for_whom: Mapped[Word] = mapped_column(default="me")
    given: Mapped[Private]
    family: Mapped[Private]
    birth_date: Mapped[Private]
    email: Mapped[Private]
    phone: Mapped[Private]
    booker_given: Mapped[Private]
    booker_family: Mapped[Private]
    relationship: Mapped[Private]
    reason: Mapped[Private]
    needs: Mapped[Private]
    language: Mapped[Word] = mapped_column(default="en")
    zone: Mapped[Word] = mapped_column(default="")
    insurance: Mapped[Word] = mapped_column(default="", server_default=text("''"))
    insurance_plan_id: Mapped[OptionalRef]
    insurance_plan: Mapped[Private]
    referral_number: Mapped[Private]
    wishes: Mapped[Private]
    consent_at: Mapped[OptionalInstant]
    person_id: Mapped[OptionalRef] = mapped_column(index=True)
    former_email: Mapped[Private]
    erased_at: Mapped[OptionalInstant]


class Answer(Base):
    """An answer to a type's question, with the question's words as they were asked."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("appointment_id", "question_id"),)

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_id: Mapped[Ref] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    question_id: Mapped[Ref] = mapped_column(ForeignKey("question.id"))
    question: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(PatientText)


class Referral(Base):
    """What a discovery client handed over with a deep link: its name and its own handle for this referral.
    ``handle_hash`` is a keyed hash of both, by which a registered source finds it."""

    __tablename__ = "referral"

    appointment_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    source: Mapped[Private]
    booking_referral: Mapped[Private]
    share_outcome: Mapped[bool] = mapped_column(default=True)
    handle_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[Instant]


class IdempotencyKey(Base):
    """A key that made one act happen once: it keeps the appointment's id, never an answer. The row is written before
    the appointment that it names, so that a second press waits for the first: hence no foreign key."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    route: Mapped[str] = mapped_column(String(40), primary_key=True)
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    appointment_id: Mapped[Ref]
    created_at: Mapped[Instant] = mapped_column(index=True)
