"""What happened to a booking, and which messages about it went out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from scheduler.console.loads import turn_words
from scheduler.models import BOOKED, PENDING, Appointment, AuditEntry, Outbox, User

_ACTS = {
    "hold": "Held",
    "hold-again": "Held again",
    "extend": "Hold extended",
    "release": "Hold released",
    "expire": "Hold ended",
    "request": "Asked for",
    "book": "Booked",
    "overbook": "Booked over another one",
    "approve": "Approved",
    "decline": "Declined",
    "lapse": "Ended without an answer",
    "move": "Moved",
    "cancel": "Cancelled",
    "restore": "Cancellation undone",
    "keep": "Kept where it is",
    "check-in": "Checked in",
    "in-room": "Brought to the room",
    "done": "Marked as done",
    "no-show": "Marked as a no-show",
    "undo-check-in": "Check-in undone",
    "undo-in-room": "Room undone",
    "undo-done": "Done undone",
    "undo-no-show": "No-show undone",
    "note": "Note changed",
    "details": "Details changed",
    "contact": "Email or phone changed",
    "erase": "Personal data removed",
    "resend": "Confirmation sent again",
    "coming": "Said that they'll be there",
}
_TIMED = frozenset({"move"})  # acts after which the visit has another time than before
_ACTORS = {"patient": "the patient", "system": "the system"}
_MESSAGES = {
    "booking-confirmed": "Confirmation",
    "booking-pending": "Note that the request has come in",
    "request-approved": "Note that the request is approved",
    "request-declined": "Note that the request is declined",
    "request-lapsed": "Note that the request has ended",
    "booking-moved": "Note of the new time",
    "booking-cancelled": "Note of the cancellation",
    "reminder": "Reminder",
    "booking-twice": "Note of two visits at one time",
    "contact-changed": "Note to the new address",
    "contact-changed-old": "Note to the old address",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history; ``starts_at``: the time that the act gave the visit."""

    at: int
    what: str
    who: str
    starts_at: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message to the patient: its name and how far it is, with the state's colour word; ``at``: when it was dealt with, or
    is to be sent."""

    what: str
    state: tuple[str, str]
    at: int | None


def history_of(session: Session, appointment_id: str) -> tuple[Event, ...]:
    """Who did what with the booking, the latest first."""
    found = session.execute(
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.object_kind == "appointment", AuditEntry.object_id == appointment_id)
        .order_by(AuditEntry.id.desc())
    )
    return tuple(
        Event(
            entry.at,
            _what(entry),
            name or _ACTORS.get(entry.actor_kind, "staff"),
            entry.details.get("starts_at") if entry.action in _TIMED else None,
        )
        for entry, name in found
    )


def _what(entry: AuditEntry) -> str:
    act = _ACTS.get(entry.action, entry.action.replace("-", " ").capitalize())
    turn = turn_words(entry.details) if entry.action == "hold" else ""
    return f"{act} ({turn})" if turn else act


def messages_of(session: Session, appointment_id: str) -> tuple[Message, ...]:
    """The messages to the patient, the latest first."""
    rows = session.scalars(
        select(Outbox)
        .join(Appointment, Appointment.id == Outbox.object_id)
        .where(
            Outbox.object_id == appointment_id,
            Outbox.kind.in_(_MESSAGES),
            Outbox.recipient_id.is_(None),
            # a reminder that will turn out to be needless when it is due is none that is planned
            or_(
                Outbox.done_at.is_not(None),
                Outbox.for_at.is_(None),
                and_(Outbox.for_at == Appointment.starts_at, Appointment.status.in_((PENDING, BOOKED))),
            ),
        )
        .order_by(Outbox.id.desc())
    )
    return tuple(Message(_MESSAGES[row.kind], *_progress(row)) for row in rows)


def _progress(row: Outbox) -> tuple[tuple[str, str], int | None]:
    if row.called_at is not None:
        return ("ok", "Told by phone"), row.called_at
    if row.to_call:
        return (
            "warn",
            "No email: call the patient" if row.done_at else "Can't be sent: call the patient",
        ), None
    if row.done_at is not None:
        return ("info", "Not needed") if row.error else ("ok", "Sent"), row.done_at
    if row.error:
        return ("warn", "Not sent yet, trying again"), None
    return (
        "info",
        "Waiting" if row.step is None else "Planned",
    ), row.due_at if row.step is not None else None
