"""AppointmentType (what is offered) and its Questions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Id, Instant, Name, OptionalRef, Prose, Ref, Word

MAX_DURATION_MINUTES = 1440
MAX_HORIZON_DAYS = 400


class AppointmentType(Base):
    """What is offered, with all settings of the slot rule. HealthcareService is a type at one Location.

    ``patient_type`` is a code of terminology.hl7.org's accepting-patients or empty; ``visibility`` says where the
    type shows: feed (and pages), page, link (private link only) or paused.

    Whom it is for: ages in whole years on the day of the visit, both included; ``referral`` asks for a referral document
    (empty, optional or required); ``insurance`` asks for a plan (empty, ask, or only: no other may book). ``series_most``
    weekly visits can be booked at once; ``relatives``: a second visit back to back for a relative; ``wishes``: a patient may
    say whom they would rather see. ``approval_hours``: how long a request waits before it lapses. ``reminders``: minutes
    before the start at which the patient is reminded.
    """

    __tablename__ = "appointment_type"
    __table_args__ = (
        CheckConstraint(f"duration_minutes BETWEEN 1 AND {MAX_DURATION_MINUTES}", name="duration"),
        CheckConstraint("interval_minutes BETWEEN 1 AND 1440", name="interval"),
        CheckConstraint("buffer_before_minutes BETWEEN 0 AND 720", name="buffer_before"),
        CheckConstraint("buffer_after_minutes BETWEEN 0 AND 720", name="buffer_after"),
        CheckConstraint("minimum_notice_minutes BETWEEN 0 AND 525600", name="minimum_notice"),
        CheckConstraint(f"horizon_days BETWEEN 0 AND {MAX_HORIZON_DAYS}", name="horizon"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
        CheckConstraint("modality IN ('in-person', 'video', 'phone')", name="modality"),
        CheckConstraint("visibility IN ('feed', 'page', 'link', 'paused')", name="visibility"),
        CheckConstraint("hold_minutes BETWEEN 5 AND 30", name="hold"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[Name]
    description: Mapped[Prose] = mapped_column(default="")
    duration_minutes: Mapped[int]
    interval_minutes: Mapped[int]
    buffer_before_minutes: Mapped[int] = mapped_column(default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(default=0)
    minimum_notice_minutes: Mapped[int] = mapped_column(default=240)
    horizon_days: Mapped[int] = mapped_column(default=60)
    capacity: Mapped[int] = mapped_column(default=1)
    max_per_day: Mapped[int | None]
    max_per_week: Mapped[int | None]
    release_share_percent: Mapped[int | None]
    release_days_before: Mapped[int | None]
    release_at_minute: Mapped[int | None]
    modality: Mapped[Word] = mapped_column(default="in-person")
    service_type_code: Mapped[Word]
    service_type: Mapped[Name]
    service_category_code: Mapped[Word] = mapped_column(default="")
    service_category: Mapped[Name] = mapped_column(default="")
    specialty_code: Mapped[Word]
    specialty: Mapped[Name]
    patient_type: Mapped[Word] = mapped_column(default="")
    visibility: Mapped[Word] = mapped_column(default="feed")
    approval_required: Mapped[bool] = mapped_column(default=False)
    hold_minutes: Mapped[int] = mapped_column(default=10)
    cancellation_notice_minutes: Mapped[int] = mapped_column(default=1440)
    bring: Mapped[Prose] = mapped_column(default="")
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    referral: Mapped[Word] = mapped_column(default="", server_default=text("''"))
    insurance: Mapped[Word] = mapped_column(default="", server_default=text("''"))
    wishes: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    relatives: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    series_most: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    waitlist: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    approval_hours: Mapped[int] = mapped_column(default=48, server_default=text("48"))
    reminders: Mapped[list[Any]] = mapped_column(
        default=lambda: [2880, 180], server_default=text("'[2880, 180]'")
    )
    language: Mapped[Word] = mapped_column(default="en")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class Question(Base):
    """A question of one type, asked on the details page. ``choices`` is a list of texts for choice and multiple.

    It is asked only when ``shown_question_id`` (an earlier one) was answered with one of ``shown_answers``, where that is
    set. One of ``stop_answers`` ends the flow with the emergency number and ``stop_message``.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('text', 'long', 'choice', 'multiple', 'date', 'number', 'consent', 'file')",
            name="kind",
        ),
        UniqueConstraint("appointment_type_id", "position"),
    )

    id: Mapped[Id]
    organization_id: Mapped[Ref] = mapped_column(ForeignKey("organization.id"), index=True)
    appointment_type_id: Mapped[Ref] = mapped_column(ForeignKey("appointment_type.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[Name]
    hint: Mapped[Prose] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[Any]] = mapped_column(default=list)
    shown_question_id: Mapped[OptionalRef]
    shown_answers: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    stop_answers: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    stop_message: Mapped[Prose] = mapped_column(default="", server_default=text("''"))
    language: Mapped[Word] = mapped_column(default="en")
    active: Mapped[bool] = mapped_column(default=True)
