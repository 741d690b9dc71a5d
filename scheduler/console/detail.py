"""What the page of one booking shows, and whether it exists for the person who asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, visible_appointments
from scheduler.availability.zones import zone as zone_of
from scheduler.console.bookings import STATES, hosts_of, patient_name
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import (
    BOOKED,
    EXPIRED,
    HELD,
    PENDING,
    Answer,
    Appointment,
    AppointmentType,
    AuditEntry,
    Location,
    Outbox,
    PatientDetails,
    Question,
    User,
)
from scheduler.web.times import day_with_year

_ACTS = {
    "hold": "Held",
    "extend": "Hold extended",
    "release": "Hold released",
    "expire": "Hold ended",
    "book": "Booked",
    "desk-book": "Booked by the front desk",
    "move": "Moved",
    "cancel": "Cancelled",
}
_ACTORS = {"patient": "the patient", "system": "the system"}
_MESSAGES = {
    "booking-confirmed": "Confirmation",
    "booking-pending": "Note that the request has come in",
    "booking-moved": "Note of the new time",
    "booking-cancelled": "Note of the cancellation",
}
_RELATION = {"child": "My child", "other": "Someone I care for"}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: int
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message about this booking: its name and how far it is, with the state's colour word."""

    what: str
    state: tuple[str, str]
    at: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One booking."""

    id: str
    code: str
    starts_at: int
    ends_at: int
    zone: ZoneInfo
    state: tuple[str, str]
    type: str
    patient: str
    facts: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    history: tuple[Event, ...]
    messages: tuple[Message, ...]
    may_cancel: bool
    has_email: bool


def ensure_visible(person: Person, appointment_id: str) -> bool:
    """Whether the patient of this booking can get mail. Raises NotFound unless the person may see it: another's and one
    that never was look the same."""
    with snapshot() as session:
        if _find(session, person, appointment_id) is None:
            raise NotFound("We can't find that booking.")
        details = session.get(PatientDetails, appointment_id)
        return bool(details and details.email)


def booking_page(person: Person, appointment_id: str, now: int) -> Page | None:
    """The booking, or None when there is none that the person may see. Holds are nobody's to look at."""
    with snapshot() as session:
        appointment = _find(session, person, appointment_id)
        if appointment is None:
            return None
        kind = session.get_one(AppointmentType, appointment.appointment_type_id)
        details = session.get(PatientDetails, appointment.id)
        return Page(
            id=appointment.id,
            code=appointment.code,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            zone=zone_of(appointment.zone).info,
            state=STATES[appointment.status],
            type=kind.name,
            patient=patient_name(details),
            facts=_facts(session, appointment, details),
            answers=_answers(session, appointment.id),
            history=_history(session, appointment.id),
            messages=_messages(session, appointment.id),
            may_cancel=appointment.status in (BOOKED, PENDING) and appointment.starts_at > now,
            has_email=bool(details and details.email),
        )


def _find(session: Session, person: Person, appointment_id: str) -> Appointment | None:
    return session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id,
            Appointment.status.not_in((HELD, EXPIRED)),
            visible_appointments(person),
        )
    )


def _facts(
    session: Session, appointment: Appointment, details: PatientDetails | None
) -> tuple[tuple[str, str], ...]:
    place = session.get_one(Location, appointment.location_id)
    hosts = hosts_of(session, [appointment.schedule_id])
    facts = [("With", hosts.get(appointment.schedule_id, "")), ("Place", place.name)]
    if details is not None:
        booker = " ".join(part for part in (details.booker_given, details.booker_family) if part)
        facts += [
            ("Birth date", _birth_date(details.birth_date or "")),
            ("Phone", details.phone or ""),
            ("Email", details.email or ""),
            ("Booked by", ", ".join(part for part in (booker, details.relationship or "") if part)),
            ("Reason for visit", details.reason or ""),
            ("Needs", _needs(details.needs)),
        ]
    facts.append(("Reason for cancelling", appointment.cancel_reason or ""))
    return tuple((label, value) for label, value in facts if value)


def _birth_date(text: str) -> str:
    try:
        return day_with_year(date.fromisoformat(text)).partition(", ")[2]
    except ValueError:
        return text


def _needs(kept: str | None) -> str:
    try:
        needs = json.loads(kept or "[]")
    except ValueError:
        return kept or ""
    return ", ".join(str(need).replace("-", " ") for need in needs) if isinstance(needs, list) else str(needs)


def _answers(session: Session, appointment_id: str) -> tuple[tuple[str, str], ...]:
    found = session.execute(
        select(Answer.question, Answer.text)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.appointment_id == appointment_id)
        .order_by(Question.position, Answer.id)
    )
    return tuple((question, text) for question, text in found)


def _history(session: Session, appointment_id: str) -> tuple[Event, ...]:
    found: Sequence[tuple[AuditEntry, str | None]] = [
        (entry, name)
        for entry, name in session.execute(
            select(AuditEntry, User.name)
            .outerjoin(User, User.id == AuditEntry.user_id)
            .where(AuditEntry.object_kind == "appointment", AuditEntry.object_id == appointment_id)
            .order_by(AuditEntry.id)
        )
    ]
    return tuple(
        Event(
            entry.at,
            _ACTS.get(entry.action, entry.action.replace("-", " ").capitalize()),
            name or _ACTORS.get(entry.actor_kind, "staff"),
        )
        for entry, name in found
    )


def _messages(session: Session, appointment_id: str) -> tuple[Message, ...]:
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.object_id == appointment_id, Outbox.kind.in_(_MESSAGES))
        .order_by(Outbox.id)
    )
    return tuple(Message(_MESSAGES[row.kind], _progress(row), row.done_at) for row in rows)


def _progress(row: Outbox) -> tuple[str, str]:
    if row.done_at is None:
        return ("info", "Waiting") if not row.error else ("warn", "Not sent yet, trying again")
    if row.error.startswith("call:"):
        return "warn", "No email: call the patient"
    return ("info", "Not needed") if row.error else ("ok", "Sent")
