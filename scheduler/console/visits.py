"""Visits and holds of some days, as the cards of Day and Week show them. The number of queries does not grow with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.accounts import SignedIn
from scheduler.accounts.rights import visible_appointments
from scheduler.availability import Reason
from scheduler.booking.visit import last_step, may_check_in, may_miss
from scheduler.clock import DAY, MINUTE, local_date
from scheduler.console.bookings import SHOWN, initials, needs_of, patient_name, state_of
from scheduler.console.offers import Calendars, info_of
from scheduler.console.urgent import Urgent, urgent_answers
from scheduler.models import (
    BOOKED,
    CANCELLED,
    HELD,
    PENDING,
    Appointment,
    AppointmentType,
    AuditEntry,
    Location,
    PatientDetails,
    User,
    WaitlistOffer,
)
from scheduler.models.patients import OPEN

FRESH = 10 * MINUTE
"""How long a change by a colleague is pointed out."""
_OUTSIDE = {
    "hours": "Outside hours",
    "override": "Outside hours",
    "closure": "On a closed day",
    "time_off": "In time off",
    "busy": "In blocked time",
}


@dataclass(frozen=True, slots=True)
class Update:
    """What a colleague did a moment ago."""

    who: str
    at: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking on a card. ``step``: the last step that can be undone, or ""; ``outside``: why staff should look at it,
    or ""; ``lines``: on which lines of the calendar it stands; ``clinicians``: all who see the patient;
    ``urgent``: their answers that stop patients online, each with its question."""

    id: str
    starts_at: int
    ends_at: int
    zone: ZoneInfo
    day: date
    status: str
    state: tuple[str, str]
    step: str
    patient: str
    initials: str
    type: str
    schedule_id: str
    capacity: int
    place_id: str
    place: str
    lines: tuple[str, ...]
    clinicians: tuple[str, ...]
    needs: tuple[str, ...]
    join_url: str
    overbooked: bool
    may_check_in: bool
    may_miss: bool
    may_move: bool
    outside: str
    updated: Update | None
    has_note: bool
    coming: bool
    urgent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """A time that somebody is booking right now, nobody may look at who; or one that is kept for who waits for it
    (``offered``)."""

    starts_at: int
    ends_at: int
    zone: ZoneInfo
    day: date
    until: int
    type: str
    schedule_id: str
    place_id: str
    capacity: int
    lines: tuple[str, ...]
    offered: bool


@dataclass(frozen=True, slots=True)
class Booked:
    """What stands in the calendar of some days, in order."""

    visits: tuple[Visit, ...]
    cancelled: tuple[Visit, ...]
    holds: tuple[Hold, ...]


def load_booked(
    session: Session, person: SignedIn, calendars: Calendars, first: date, last: date, now: int
) -> Booked:
    """The visits that the person may see on the local days ``first`` to ``last`` (of each visit's own zone), and live
    holds."""
    rows = _rows(session, person, first, last)
    live = [row for row in rows if row[0].status != HELD]
    ids = [appointment.id for appointment, *_ in live]
    outside = booking.outside(session, [appointment for appointment, *_ in live], now)
    updates = _updates(session, person, ids, now)
    urgent = urgent_answers(session, ids)
    visits = [_visit(calendars, row, now, outside, updates, urgent) for row in live]
    holds = [row for row in rows if booking.is_live(row[0], now)]
    offered = _offered(session, [appointment.id for appointment, *_ in holds])
    return Booked(
        visits=tuple(visit for visit in visits if visit.status != CANCELLED),
        cancelled=tuple(visit for visit in visits if visit.status == CANCELLED),
        holds=tuple(_hold(calendars, row, offered) for row in holds),
    )


Row = tuple[Appointment, AppointmentType, Location, PatientDetails | None]


def _rows(session: Session, person: SignedIn, first: date, last: date) -> list[Row]:
    begin, end = (
        int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in (first, last)
    )
    found = session.execute(
        select(Appointment, AppointmentType, Location, PatientDetails)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .join(Location, Location.id == Appointment.location_id)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            visible_appointments(person),
            Appointment.status.in_((*SHOWN, HELD, CANCELLED)),
            # a local day begins up to a day before or after the UTC one
            Appointment.starts_at >= begin - DAY,
            Appointment.starts_at < end + 2 * DAY,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [
        (appointment, kind, place, details)
        for appointment, kind, place, details in found
        if first <= local_date(appointment.starts_at, info_of(appointment.zone)) <= last
    ]


def _visit(
    calendars: Calendars,
    row: Row,
    now: int,
    outside: dict[str, Reason],
    updates: dict[str, Update],
    urgent: Mapping[str, tuple[Urgent, ...]],
) -> Visit:
    appointment, kind, place, details = row
    zone = info_of(appointment.zone)
    hosts = calendars.hosts.get(appointment.schedule_id, ())
    rooms = [calendars.clinicians[host].video_url for host in hosts if host in calendars.clinicians]
    reason = outside.get(appointment.id)
    return Visit(
        id=appointment.id,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=zone,
        day=local_date(appointment.starts_at, zone),
        status=appointment.status,
        state=state_of(appointment),
        step=last_step(appointment) or "",
        patient=patient_name(details),
        initials=initials(details),
        type=kind.name,
        schedule_id=appointment.schedule_id,
        capacity=kind.capacity,
        place_id=place.id,
        place=place.name,
        lines=calendars.lines_of(appointment.schedule_id, place.id),
        clinicians=tuple(calendars.clinicians[host].name for host in hosts if host in calendars.clinicians),
        needs=needs_of(details.needs if details else None),
        join_url=next((url for url in rooms if url), "") if kind.modality == "video" else "",
        overbooked=appointment.overbooked,
        may_check_in=may_check_in(appointment, now),
        may_miss=may_miss(appointment, now),
        may_move=is_ahead(appointment, now),
        outside=_OUTSIDE.get(reason.code, "Outside hours") if reason else "",
        updated=updates.get(appointment.id),
        has_note=bool(appointment.staff_note),
        coming=says_coming(appointment),
        urgent=tuple(one.words for one in urgent.get(appointment.id, ())),
    )


def says_coming(appointment: Appointment) -> bool:
    """Whether the patient answered a reminder of this time, and has not come yet."""
    return appointment.status == BOOKED and appointment.confirmed_at is not None


def is_ahead(appointment: Appointment, now: int) -> bool:
    """Whether a visit can still be moved or cancelled."""
    return appointment.status in (BOOKED, PENDING) and appointment.starts_at > now


def _offered(session: Session, holds: Collection[str]) -> set[str]:
    """Those of these holds that keep an offered time for somebody on the waitlist."""
    if not holds:
        return set()
    kept = select(WaitlistOffer.appointment_id).where(
        WaitlistOffer.appointment_id.in_(holds), WaitlistOffer.status == OPEN
    )
    return set(session.scalars(kept))


def _hold(calendars: Calendars, row: Row, offered: Collection[str]) -> Hold:
    appointment, kind, place, _ = row
    zone = info_of(appointment.zone)
    return Hold(
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=zone,
        day=local_date(appointment.starts_at, zone),
        until=appointment.expires_at or 0,
        type=kind.name,
        schedule_id=appointment.schedule_id,
        place_id=place.id,
        capacity=kind.capacity,
        lines=calendars.lines_of(appointment.schedule_id, place.id),
        offered=appointment.id in offered,
    )


def _updates(session: Session, person: SignedIn, ids: Collection[str], now: int) -> dict[str, Update]:
    """The latest act of a colleague on each of these, when it was a moment ago."""
    found: Sequence[tuple[str, str, int]] = [
        (object_id, name, at)
        for object_id, name, at in session.execute(
            select(AuditEntry.object_id, User.name, AuditEntry.at)
            .join(User, User.id == AuditEntry.user_id)
            .where(
                AuditEntry.object_kind == "appointment",
                AuditEntry.object_id.in_(ids),
                AuditEntry.at > now - FRESH,
                AuditEntry.user_id != person.id,
            )
            .order_by(AuditEntry.id)
        )
    ]
    return {object_id: Update(name, at) for object_id, name, at in found}
