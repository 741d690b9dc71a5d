"""What the page that moves a booking shows: open times of its type, nearest first, at all clinicians and places of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from scheduler.accounts import SignedIn
from scheduler.availability import explain
from scheduler.availability.zones import EARLIEST, LATEST
from scheduler.availability.zones import zone as zone_of
from scheduler.booking.eligible import WHO, check_day
from scheduler.clock import local_date
from scheduler.console.bookings import hosts_of, patient_name, state_of
from scheduler.console.detail import find_visible
from scheduler.console.offers import Calendars, Offer, info_of, load_calendars
from scheduler.console.openings import Opening, openings_on
from scheduler.console.setting_aside import Warning, warnings_of
from scheduler.console.visits import is_ahead
from scheduler.console.why.asked import why_address
from scheduler.db import snapshot
from scheduler.errors import NotEligible
from scheduler.models import Appointment, AppointmentType, Location, PatientDetails
from scheduler.models.situations import load_situations
from scheduler.models.slots import parse_slot_id

SHOWN_DAYS, SHOWN_TIMES = 5, 8
_BACK, _AHEAD, _SEARCH = timedelta(days=7), timedelta(days=21), timedelta(days=42)


@dataclass(frozen=True, slots=True)
class Times:
    """The open times of one Schedule on one day; ``more`` are folded away."""

    who: str
    place: str
    shown: tuple[Opening, ...]
    more: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class DayOfTimes:
    day: date
    times: tuple[Times, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``offers``: where else this type is offered, (Schedule id, words); ``looked``: the days that were looked at, first
    and last; ``today`` and ``asked``: dates of the booking's own zone."""

    id: str
    sequence: int
    patient: str
    state: tuple[str, str]
    type: str
    with_whom: str
    place: str
    starts_at: int
    ends_at: int
    zone: ZoneInfo
    day: date
    today: date
    asked: date | None
    days: tuple[DayOfTimes, ...]
    looked: tuple[date, date]
    offers: tuple[tuple[str, str], ...]
    schedule_id: str
    has_email: bool
    ahead: bool


def move_page(
    person: SignedIn, appointment_id: str, now: int, *, asked: date | None = None, near: date | None = None
) -> Page:
    """Times for a booking: from the day ``asked`` for on, else nearest to ``near`` (None: to the booking's own day).
    Raises NotFound."""
    with snapshot() as session:
        appointment = find_visible(session, person, appointment_id)
        calendars = load_calendars(session, person)
        offers = _offers(calendars, appointment)
        zone = info_of(appointment.zone)
        day, today = local_date(appointment.starts_at, zone), local_date(now, zone)
        centre = near or day
        first = max(asked or centre - _BACK, today)
        last = first + _SEARCH if asked else max(centre + _AHEAD, first)
        openings = [
            one
            for one in openings_on(session, offers, first, last, now, leave_out=appointment.id)
            if (one.offer.schedule_id, one.start) != (appointment.schedule_id, appointment.starts_at)
        ]
        details = session.get(PatientDetails, appointment.id)
        return Page(
            id=appointment.id,
            sequence=appointment.sequence,
            patient=patient_name(details),
            state=state_of(appointment),
            type=session.get_one(AppointmentType, appointment.appointment_type_id).name,
            with_whom=hosts_of(session, [appointment.schedule_id]).get(appointment.schedule_id, ""),
            place=session.get_one(Location, appointment.location_id).name,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            zone=zone,
            day=day,
            today=today,
            asked=asked,
            days=_days(calendars, appointment, openings, None if asked else centre),
            looked=(first, last),
            offers=tuple((offer.schedule_id, where(calendars, offer)) for offer in offers),
            schedule_id=appointment.schedule_id,
            has_email=bool(details and details.email),
            ahead=is_ahead(appointment, now),
        )


def where(calendars: Calendars, offer: Offer) -> str:
    """ "Dr. Maya Chen, Riverside Clinic"."""
    return ", ".join(part for part in (_who(calendars, offer), offer.place) if part)


def _who(calendars: Calendars, offer: Offer) -> str:
    names = [calendars.clinicians[line].name for line in offer.lines if line in calendars.clinicians]
    return " and ".join(names)


def _offers(calendars: Calendars, appointment: Appointment) -> list[Offer]:
    """Where the type is offered, the booking's own Schedule first, then its clinicians' others, then its place's."""
    own = set(calendars.hosts.get(appointment.schedule_id, ()))

    def distance(offer: Offer) -> tuple[int, str]:
        if offer.schedule_id == appointment.schedule_id:
            return 0, ""
        if own & set(offer.lines):
            return 1, where(calendars, offer)
        return 2 if offer.place_id == appointment.location_id else 3, where(calendars, offer)

    same = (offer for offer in calendars.offers.values() if offer.type_id == appointment.appointment_type_id)
    return sorted(same, key=distance)


def _days(
    calendars: Calendars, appointment: Appointment, openings: Sequence[Opening], centre: date | None
) -> tuple[DayOfTimes, ...]:
    found: dict[date, dict[str, list[Opening]]] = defaultdict(lambda: defaultdict(list))
    for opening in openings:
        found[opening.day][opening.offer.schedule_id].append(opening)
    order = {offer.schedule_id: place for place, offer in enumerate(_offers(calendars, appointment))}
    days = sorted(found, key=lambda day: (abs((day - centre).days) if centre else 0, day))[:SHOWN_DAYS]
    return tuple(
        DayOfTimes(
            day,
            tuple(
                Times(
                    who=_who(calendars, several[0].offer),
                    place=several[0].offer.place,
                    shown=tuple(several[:SHOWN_TIMES]),
                    more=tuple(several[SHOWN_TIMES:]),
                )
                for _, several in sorted(found[day].items(), key=lambda item: order[item[0]])
            ),
        )
        for day in days
    )


@dataclass(frozen=True, slots=True)
class Target:
    """Where a booking is to go. ``zone``: its place's."""

    schedule_id: str
    start: int
    zone: ZoneInfo

    @property
    def why(self) -> str:
        """The address that says why it is not open."""
        return why_address(self.schedule_id, self.start)


def target_of_slot(person: SignedIn, appointment_id: str, slot: str) -> Target | None:
    """The time that was picked; None unless it is of this booking's type and the person may book it. Raises NotFound."""
    parsed = parse_slot_id(slot)
    return _target(person, appointment_id, parsed[0], parsed[1], None) if parsed else None


def target_of_wall(
    person: SignedIn, appointment_id: str, schedule_id: str, day: date, minute: int
) -> Target | None:
    """A typed day and time (minutes after midnight) in the zone of the Schedule's place; None as above."""
    return _target(person, appointment_id, schedule_id, minute, day)


def _target(
    person: SignedIn, appointment_id: str, schedule_id: str, at: int, day: date | None
) -> Target | None:
    with snapshot() as session:
        appointment = find_visible(session, person, appointment_id)
        offers = _offers(load_calendars(session, person), appointment)
    offer = next((one for one in offers if one.schedule_id == schedule_id), None)
    if offer is None:
        return None
    zone = zone_of(offer.zone)
    start = zone.instant(day.toordinal(), at) if day is not None else at
    if not EARLIEST <= start < LATEST:
        return None
    return Target(schedule_id, start, zone.info)


def why_not(appointment_id: str, target: Target, now: int) -> tuple[Warning, ...]:
    """What stands in the way of a target now, by group of rules; empty when it is open to who comes."""
    with snapshot() as session:
        return (
            *_why_not(session, appointment_id, target, now),
            *_whom_not(session, appointment_id, target),
        )


def _whom_not(session: Session, appointment_id: str, target: Target) -> tuple[Warning, ...]:
    """The warning that the visit is not for the patient's age on that day."""
    appointment = session.get_one(Appointment, appointment_id)
    kind = session.get_one(AppointmentType, appointment.appointment_type_id)
    details = session.get(PatientDetails, appointment_id)
    try:
        check_day(kind, details.birth_date if details else None, target.start, target.zone.key)
    except NotEligible as error:
        return (Warning(WHO, (error.sentence,), "Go on anyway"),)
    return ()


def _why_not(session: Session, appointment_id: str, target: Target, now: int) -> tuple[Warning, ...]:
    situations = load_situations(session, [target.schedule_id], target.start, target.start + 1)
    if target.schedule_id not in situations:
        return ()
    reasons = explain(situations[target.schedule_id], target.start, now, appointment_id)
    return warnings_of(reasons, target.zone)
