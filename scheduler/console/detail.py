"""What the page of one booking shows, and whether it exists for the person who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.accounts import SignedIn
from scheduler.accounts.rights import visible_appointments
from scheduler.booking.transaction import together_with
from scheduler.booking.visit import last_step, may_check_in, may_miss
from scheduler.calendars.views import address_lines
from scheduler.clock import local_date
from scheduler.console.bookings import hosts_of, initials, needs_of, patient_name, state_of
from scheduler.console.desk.duplicates import Other, others
from scheduler.console.offers import info_of
from scheduler.console.past import Event, Message, history_of, messages_of
from scheduler.console.setting_aside import sentence_of
from scheduler.console.urgent import Urgent, urgent_answers
from scheduler.console.visits import is_ahead, says_coming
from scheduler.console.who_rows import who_rows
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import (
    ARRIVED,
    CANCELLED,
    EXPIRED,
    HELD,
    PENDING,
    Actor,
    Answer,
    Appointment,
    AppointmentType,
    Location,
    PatientDetails,
    Practitioner,
    Question,
    ScheduleHost,
)
from scheduler.web.times import date_words

REFERRAL_DOCUMENT = "Referral document"
NO_BOOKING = "We can't find that booking."


@dataclass(frozen=True, slots=True)
class Patient:
    """Who comes and how to reach them. ``booker``: who booked for them, "" when they did; ``more``: what they
    answered about whom the visit is for, as (label, value)."""

    name: str
    initials: str
    birth_date: str
    age: str
    phone: str
    email: str
    booker: str
    reason: str
    needs: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Acts:
    """What can be done with the booking now. ``step``: the last step of the day that can be undone, or ""."""

    check_in: bool
    room: bool
    finish: bool
    miss: bool
    move: bool
    restore: bool
    resend: bool
    step: str
    decide: bool


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that the patient handed in. ``asked``: the question that it answers, or what it is; ``size`` in bytes."""

    id: str
    asked: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """One booking. ``outside``: why it lies where nothing is offered, as sentences; ``message``: what staff last wrote to
    the patient; ``note``: the clinic's own; ``confirmed_at``: when the patient said that they come; ``decide_by``:
    when a request that waits lapses (epoch seconds); ``together``: the starts of all visits that were booked in one act
    with this one, which are answered together; ``urgent``: the answers that stop patients online."""

    id: str
    version: int
    sequence: int
    code: str
    starts_at: int
    ends_at: int
    zone: ZoneInfo
    day: date
    state: tuple[str, str]
    type: str
    with_whom: str
    place: tuple[str, ...]
    join_url: str
    patient: Patient
    answers: tuple[tuple[str, str], ...]
    urgent: tuple[Urgent, ...]
    files: tuple[HandedIn, ...]
    acts: Acts
    overbooked: bool
    overbook_reason: str
    cancel_reason: str
    message: str
    note: str
    outside: str
    confirmed_at: int | None
    history: tuple[Event, ...]
    messages: tuple[Message, ...]
    decide_by: int
    together: tuple[int, ...]
    others: tuple[Other, ...]


def find_visible(session: Session, person: SignedIn, appointment_id: str) -> Appointment:
    """The booking, if the person may see it: another's and one that never was look the same, and holds are nobody's to
    look at. Raises NotFound."""
    found = session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id,
            Appointment.status.not_in((HELD, EXPIRED)),
            visible_appointments(person),
        )
    )
    if found is None:
        raise NotFound(NO_BOOKING)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What an act needs to say about a booking."""

    initials: str
    has_email: bool


def ensure_visible(person: SignedIn, appointment_id: str) -> Known:
    """Raises NotFound unless the person may see the booking."""
    with snapshot() as session:
        find_visible(session, person, appointment_id)
        details = session.get(PatientDetails, appointment_id)
        return Known(initials(details), bool(details and details.email))


def booking_page(person: SignedIn, appointment_id: str, now: int) -> Page:
    """The page of a booking. ``now``: epoch seconds. Raises NotFound."""
    with snapshot() as session:
        appointment = find_visible(session, person, appointment_id)
        kind = session.get_one(AppointmentType, appointment.appointment_type_id)
        place = session.get_one(Location, appointment.location_id)
        details = session.get(PatientDetails, appointment.id)
        zone = info_of(appointment.zone)
        reason = booking.outside(session, [appointment], now).get(appointment.id)
        return Page(
            id=appointment.id,
            version=appointment.version,
            sequence=appointment.sequence,
            code=appointment.code,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            zone=zone,
            day=local_date(appointment.starts_at, zone),
            state=state_of(appointment),
            type=kind.name,
            with_whom=hosts_of(session, [appointment.schedule_id]).get(appointment.schedule_id, ""),
            place=address_lines(place),
            join_url=_video_room(session, appointment) if kind.modality == "video" else "",
            patient=_patient(details, local_date(now, zone), zone),
            answers=_answers(session, appointment.id),
            urgent=urgent_answers(session, [appointment.id]).get(appointment.id, ()),
            files=_files(session, appointment.id),
            acts=_acts(appointment, now, bool(details and details.email)),
            overbooked=appointment.overbooked,
            overbook_reason=(appointment.overbook_reason or "") if appointment.overbooked else "",
            cancel_reason=appointment.cancel_reason or "",
            message=appointment.staff_message or "",
            note=appointment.staff_note or "",
            confirmed_at=appointment.confirmed_at if says_coming(appointment) else None,
            outside=sentence_of(reason, zone) if reason else "",
            history=history_of(session, appointment.id),
            messages=messages_of(session, appointment.id),
            decide_by=appointment.decide_by_at or appointment.starts_at,
            together=tuple(
                one.starts_at
                for one in together_with(session, appointment)
                if one.status == appointment.status
            ),
            others=tuple(others(session, person, appointment)),
        )


def _acts(appointment: Appointment, now: int, has_email: bool) -> Acts:
    ahead = is_ahead(appointment, now)
    return Acts(
        check_in=may_check_in(appointment, now),
        room=appointment.status == ARRIVED and appointment.roomed_at is None,
        finish=appointment.status == ARRIVED,
        miss=may_miss(appointment, now),
        move=ahead,
        restore=appointment.status == CANCELLED and appointment.starts_at > now,
        resend=ahead and has_email,
        step=last_step(appointment) or "",
        decide=appointment.status == PENDING and ahead,
    )


def _patient(details: PatientDetails | None, today: date, zone: ZoneInfo) -> Patient:
    if details is None:
        return Patient(patient_name(None), initials(None), "", "", "", "", "", "", ())
    booker = " ".join(part for part in (details.booker_given, details.booker_family) if part)
    born = _date(details.birth_date)
    return Patient(
        name=patient_name(details),
        initials=initials(details),
        birth_date=date_words(details.birth_date or ""),
        age=_age(born, today) if born else "",
        phone=details.phone or "",
        email=details.email or "",
        booker=", ".join(part for part in (booker, details.relationship or "") if part),
        reason=details.reason or "",
        needs=needs_of(details.needs),
        more=tuple(who_rows(details, zone)),
    )


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _age(born: date, today: date) -> str:
    """ "43 years", for small children "7 months"."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 24:
        return f"{max(months, 0)} {'month' if months == 1 else 'months'}"
    return f"{months // 12} years"


def _answers(session: Session, appointment_id: str) -> tuple[tuple[str, str], ...]:
    found = session.execute(
        select(Answer.question, Answer.text, Question.kind)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.appointment_id == appointment_id)
        .order_by(Question.position, Answer.id)
    )
    return tuple((question, date_words(text) if kind == "date" else text) for question, text, kind in found)


def _files(session: Session, appointment_id: str) -> tuple[HandedIn, ...]:
    kept = booking.documents.listed(session, appointment_id)
    asked = select(Question.id, Question.label).where(Question.id.in_(booking.documents.answered(kept)))
    labels = {row.id: row.label for row in session.execute(asked)}
    return tuple(
        HandedIn(one.id, labels.get(one.question_id or "", REFERRAL_DOCUMENT), one.name, one.size)
        for one in kept
    )


def _video_room(session: Session, appointment: Appointment) -> str:
    urls = session.scalars(
        select(Practitioner.video_url)
        .join(Actor, Actor.practitioner_id == Practitioner.id)
        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
        .where(ScheduleHost.schedule_id == appointment.schedule_id)
        .order_by(ScheduleHost.position, Practitioner.id)
    )
    return next((url for url in urls if url), "")
