"""What Setup knows before anything is typed, and what the typed week would offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit, catalog
from scheduler.accounts.rights import ADMIN, CLINICIAN
from scheduler.accounts.session import SignedIn
from scheduler.availability import open_starts
from scheduler.availability.zones import zone as zone_of
from scheduler.catalog.presets import WEEKDAYS
from scheduler.catalog.setup_fields import NPI_FIELD, PERSON_FIELDS, PLACE_FIELDS
from scheduler.catalog.typed_hours import BadHours, parse_ranges, write_ranges
from scheduler.clock import DAY, local_date
from scheduler.console.common import set_up_for
from scheduler.db import rehearsal, snapshot
from scheduler.errors import InvalidInput
from scheduler.models import AppointmentType, Location, Organization, Practitioner, PractitionerRole, Schedule
from scheduler.models.situations import load_situations

DAYS = 7
_LOOK_AHEAD = 28 * DAY
# an address that is not typed yet changes no opening; its zone does, and is chosen from the start
_STAND_IN = {
    "place_name": "Place",
    "phone": "617-555-0100",
    "line": "Street",
    "city": "City",
    "state": "MA",
    "postal_code": "02115",
    "display_name": "Clinician",
    "npi": "",
}


@dataclass(frozen=True, slots=True)
class Known:
    """Who is set up, and where, as far as it is there already. ``may_save`` is False for who may only wait."""

    may_save: bool
    practitioner_id: str | None
    name: str
    npi: str
    specialty_code: str
    places: tuple[tuple[str, str], ...]
    home_place: str
    clinic: str
    phone: str
    zone: str

    @property
    def nothing_to_type(self) -> bool:
        """Whether place, name and NPI are all there: an invited clinician."""
        return bool(self.places and self.practitioner_id and self.npi)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the first week: its hours in words, and how many times each type has on it."""

    day: date
    hours: str
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Week:
    """The first seven days with openings, or why there is none. ``problems``: sentences about what was typed."""

    days: tuple[Day, ...] = ()
    first: int | None = None
    zone: str = "UTC"
    problems: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(day.total for day in self.days)


def setup_for(person: SignedIn) -> Known | None:
    """What is known about who signs in; None when there is nothing to set up."""
    with snapshot() as session:
        if not catalog.is_empty(session, person.organization_id, set_up_for(person)):
            return None
        owner = session.get_one(Organization, person.organization_id)
        practitioner = session.get(Practitioner, person.practitioner_id) if person.practitioner_id else None
        roles = _roles(session, practitioner)
        places = session.scalars(
            select(Location)
            .where(
                Location.organization_id == person.organization_id,
                Location.active,
                Location.kind == "physical",
            )
            .order_by(Location.name, Location.id)
        ).all()
        work = [role.location_id for role in roles if role.location_id in {place.id for place in places}]
        if work and ADMIN not in person.roles:  # where else they work is for an administrator to say
            places = [place for place in places if place.id in work]
        return Known(
            may_save=ADMIN in person.roles or (CLINICIAN in person.roles and practitioner is not None),
            practitioner_id=practitioner.id if practitioner else None,
            name=practitioner.display_name if practitioner else person.name,
            npi=(practitioner.npi if practitioner else None) or "",
            specialty_code=roles[0].specialty_code if roles else "",
            places=tuple((place.id, _in_words(place)) for place in places),
            home_place=next(iter(work), places[0].id if places else ""),
            clinic=owner.name,
            phone=owner.phone,
            zone=places[0].zone if places else "America/New_York",
        )


def first_week(
    person: SignedIn, by: audit.Actor, now: int, known: Known, place: str | None, typed: Mapping[str, object]
) -> Week:
    """What saving this would offer: Setup itself in a rehearsal, then the slot rule. ``typed`` as the form has it; what
    says who and where, but not when, needs not be there yet."""
    identity = PLACE_FIELDS.keys() | PERSON_FIELDS.keys() | NPI_FIELD.keys()
    complete = {**typed, **{name: text for name, text in _STAND_IN.items() if name in identity}}
    with rehearsal() as session:
        try:
            made = catalog.set_up(
                session,
                by=by,
                now=now,
                organization_id=person.organization_id,
                typed=complete,
                practitioner_id=known.practitioner_id,
                location_id=place,
            )
        except InvalidInput as error:
            return Week(problems=tuple(error.problems.values()))
        return _week(session, now, made.schedule_ids, typed)


def _week(session: Session, now: int, schedule_ids: Sequence[str], typed: Mapping[str, object]) -> Week:
    found = load_situations(session, schedule_ids, now, now + _LOOK_AHEAD)
    names = _type_names(session, schedule_ids)
    starts = {id_: open_starts(found[id_], now, now, now + _LOOK_AHEAD) for id_ in schedule_ids}
    zone = found[schedule_ids[0]].hours.zone
    info = zone_of(zone).info
    first = min((some[0] for some in starts.values() if some), default=None)
    if first is None:
        return Week(zone=zone)
    begin = local_date(first, info).toordinal()
    counts = {id_: Counter(local_date(start, info) for start in some) for id_, some in starts.items()}
    days = [date.fromordinal(begin + number) for number in range(DAYS)]
    return Week(
        days=tuple(
            Day(day, _hours_on(day, typed), tuple((names[id_], counts[id_][day]) for id_ in schedule_ids))
            for day in days
        ),
        first=first,
        zone=zone,
    )


def _hours_on(day: date, typed: Mapping[str, object]) -> str:
    try:
        return write_ranges(parse_ranges(str(typed.get(WEEKDAYS[day.weekday()]) or "")))
    except BadHours:
        return ""


def _type_names(session: Session, schedule_ids: Sequence[str]) -> dict[str, str]:
    rows = session.execute(
        select(Schedule.id, AppointmentType.name)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .where(Schedule.id.in_(schedule_ids))
    )
    return {row.id: row.name for row in rows}


def _roles(session: Session, practitioner: Practitioner | None) -> Sequence[PractitionerRole]:
    if practitioner is None:
        return ()
    return session.scalars(
        select(PractitionerRole)
        .where(PractitionerRole.practitioner_id == practitioner.id, PractitionerRole.active)
        .order_by(PractitionerRole.id)
    ).all()


def _in_words(place: Location) -> str:
    return ", ".join(part for part in (place.name, place.line, place.city, place.state) if part)
