"""The call list: whom to call, at which number, what to tell them, and why no mail did."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.accounts import SignedIn
from scheduler.accounts.rights import sees_all_bookings, visible_appointments
from scheduler.console.bookings import initials, patient_name
from scheduler.console.offers import info_of
from scheduler.db import snapshot
from scheduler.models import AppointmentType, PatientDetails
from scheduler.notify import calls as outbox_calls
from scheduler.web.times import date_short, time_with_zone

_TELL = {
    "booking-confirmed": "The appointment is booked. Say the day, the time and the place.",
    "booking-pending": "Their request has come in. It waits for approval.",
    "booking-moved": "The appointment has moved. Say the new time.",
    "booking-cancelled": "The appointment is cancelled. Offer another time.",
    "booking-link": "They asked for their link. Ask for an address that works, or say the code.",
    "request-approved": "Their request is approved. The time is theirs.",
    "request-declined": "Their request is declined. Offer another time.",
    "request-lapsed": "Their request was not answered in time. Offer another time.",
    "reminder": "Remind them, and ask whether they come.",
}
NO_EMAIL = "Gave no email"


@dataclass(frozen=True, slots=True)
class Call:
    """A line of the list. ``was``: the time before the last move in words, or ""."""

    id: int
    appointment_id: str
    patient: str
    initials: str
    phone: str
    language: str
    tell: str
    was: str
    type: str
    code: str
    starts_at: int
    zone: ZoneInfo
    why: str


def call_list(person: SignedIn, now: int) -> tuple[Call, ...]:
    """The calls that the person may make, the soonest visit first. ``now``: epoch seconds."""
    with snapshot() as session:
        return tuple(_line(session, call) for call in _open_calls(session, person, now))


def offers_to_call(session: Session, person: SignedIn, now: int) -> int:
    """How many people of the person's clinic have a time kept for them on the waitlist, and no mail told them."""
    if not sees_all_bookings(person):
        return 0
    return outbox_calls.offers_to_call(session, person.organization_id, now)


def call_count(session: Session, person: SignedIn, now: int) -> int:
    """How many calls wait for the person."""
    return len(_open_calls(session, person, now)) + offers_to_call(session, person, now)


def _open_calls(session: Session, person: SignedIn, now: int) -> list[outbox_calls.Call]:
    return outbox_calls.calls(session, visible_appointments(person), now)


def _line(session: Session, call: outbox_calls.Call) -> Call:
    visit, details = call.appointment, call.details
    was = audit.moved_from(session, visit) if call.kind == "booking-moved" else None
    return Call(
        id=call.id,
        appointment_id=visit.id,
        patient=patient_name(details),
        initials=initials(details),
        phone=(details.phone if details else "") or "",
        language=_language(details),
        tell=_TELL.get(call.kind, call.kind.replace("-", " ").capitalize()),
        was=f"{date_short(was.starts_at, was.zone)}, {time_with_zone(was.starts_at, was.zone)}"
        if was
        else "",
        type=session.get_one(AppointmentType, visit.appointment_type_id).name,
        code=visit.code,
        starts_at=visit.starts_at,
        zone=info_of(visit.zone),
        why=f"{call.problem[:1].upper()}{call.problem[1:]}" if call.problem else NO_EMAIL,
    )


def _language(details: PatientDetails | None) -> str:
    """What they booked in, when it isn't English."""
    code = details.language if details else "en"
    return {"en": "", "es": "Spanish", "ar": "Arabic", "zh": "Chinese"}.get(code.partition("-")[0], code)
