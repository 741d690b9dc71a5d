"""Visits that are likely one person's: born on the same day, with a similar name or the same contact.

What patients typed can't be compared by the database: their columns are to be encrypted. Visits that staff joined, and
those with one name, birth date and contact, count as one record; pairs of records are put forward.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.accounts.rights import Person, visible_appointments
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY
from scheduler.console.bookings import state_of
from scheduler.console.desk.typed import plain
from scheduler.models import EXPIRED, HELD, Appointment, AppointmentType, NotSame, PatientDetails

BACK_DAYS = 730
MOST_ROWS, MOST_PAIRS, MOST_OTHERS = 20_000, 50, 20
_ALIKE = 0.85
_MOST_OF_A_DAY = 200  # a birth date that so many share is a stand-in for "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit, as far as it tells who comes."""

    id: str
    starts_at: int
    zone: str
    given: str
    family: str
    born: str
    email: str
    phone: str
    person_id: str | None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part)

    @property
    def same_as(self) -> tuple[str, ...]:
        """What makes two visits one record without anybody's word: name, birth date and contact."""
        contact = plain(self.email) or booking.phone_digits(self.phone)
        return (plain(self.name), self.born, contact) if contact else (self.id,)


@dataclass(slots=True)
class Record:
    """Visits of one person, the latest first."""

    visits: list[Seen] = field(default_factory=list)

    @property
    def last(self) -> Seen:
        return self.visits[0]

    @property
    def info(self) -> ZoneInfo:
        return zone_of(self.last.zone).info

    @property
    def key(self) -> str:
        """The visit that stands for all."""
        return min(visit.id for visit in self.visits)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that are likely one person's; ``alike``: what they have in common, in words."""

    first: Record
    second: Record
    alike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Another visit of the same person. ``joined``: staff said so; else name, birth date and contact are the same."""

    id: str
    starts_at: int
    zone: ZoneInfo
    type: str
    state: tuple[str, str]
    joined: bool


def pairs(session: Session, organization_id: str, now: int) -> tuple[list[Pair], bool]:
    """Likely duplicates of an organization, those with the latest visits first; whether there are more."""
    records = _records(_visits(session, organization_id, now))
    apart = {
        frozenset((first, second))
        for first, second in session.execute(
            select(NotSame.first_id, NotSame.second_id).where(NotSame.organization_id == organization_id)
        )
    }
    of_visit = {visit.id: index for index, record in enumerate(records) for visit in record.visits}
    known = {frozenset(of_visit[one] for one in two) for two in apart if all(one in of_visit for one in two)}
    born: dict[str, list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        born[record.last.born].append(index)
    found = [
        Pair(records[one], records[two], alike)
        for day, same_day in born.items()
        if day and len(same_day) <= _MOST_OF_A_DAY
        for one, two in combinations(same_day, 2)
        if frozenset((one, two)) not in known and (alike := _alike(records[one], records[two]))
    ]
    found.sort(key=lambda pair: -max(pair.first.last.starts_at, pair.second.last.starts_at))
    return found[:MOST_PAIRS], len(found) > MOST_PAIRS


def others(session: Session, person: Person, appointment: Appointment) -> list[Other]:
    """The patient's other visits that the person may see, the latest first."""
    details = session.get(PatientDetails, appointment.id)
    if details is None or not details.birth_date:
        return []
    rows = session.execute(
        select(Appointment, PatientDetails, AppointmentType.name)
        .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .where(
            visible_appointments(person),
            Appointment.id != appointment.id,
            Appointment.status.not_in((HELD, EXPIRED)),
            Appointment.starts_at > appointment.starts_at - BACK_DAYS * DAY,
            (PatientDetails.birth_date == details.birth_date)
            | (PatientDetails.person_id.is_not(None) & (PatientDetails.person_id == details.person_id)),
        )
        .order_by(Appointment.starts_at.desc(), Appointment.id)
    ).all()
    own = _seen(appointment, details)
    found = []
    for visit, theirs, kind in rows:
        joined = details.person_id is not None and theirs.person_id == details.person_id
        if joined or _seen(visit, theirs).same_as == own.same_as:
            zone = zone_of(visit.zone).info
            found.append(Other(visit.id, visit.starts_at, zone, kind, state_of(visit), joined))
    return found[:MOST_OTHERS]


def _visits(session: Session, organization_id: str, now: int) -> list[Seen]:
    rows = session.execute(
        select(
            Appointment.id,
            Appointment.starts_at,
            Appointment.zone,
            PatientDetails.given,
            PatientDetails.family,
            PatientDetails.birth_date,
            PatientDetails.email,
            PatientDetails.phone,
            PatientDetails.person_id,
        )
        .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            Appointment.organization_id == organization_id,
            Appointment.status.not_in((HELD, EXPIRED)),
            Appointment.starts_at > now - BACK_DAYS * DAY,
            PatientDetails.erased_at.is_(None),
        )
        .order_by(Appointment.starts_at.desc(), Appointment.id)
        .limit(MOST_ROWS)
    )
    return [
        _seen_as(visit, starts_at, zone, (given, family, born, email, phone), person_id)
        for visit, starts_at, zone, given, family, born, email, phone, person_id in rows
    ]


def _seen(visit: Appointment, details: PatientDetails) -> Seen:
    texts = (details.given, details.family, details.birth_date, details.email, details.phone)
    return _seen_as(visit.id, visit.starts_at, visit.zone, texts, details.person_id)


def _seen_as(
    visit: str, starts_at: int, zone: str, texts: Sequence[str | None], person_id: str | None
) -> Seen:
    given, family, born, email, phone = (text or "" for text in texts)
    return Seen(visit, starts_at, zone, given, family, born, email, phone, person_id)


def _records(visits: Sequence[Seen]) -> list[Record]:
    """Visits put together as far as it is known that they are one person's."""
    group: dict[object, Record] = {}
    for visit in visits:
        names = [("person", visit.person_id)] if visit.person_id else []
        keys: list[object] = [*names, visit.same_as]
        record = next((group[key] for key in keys if key in group), None) or Record()
        for key in keys:
            other = group.get(key)
            if other is not None and other is not record:
                record.visits += other.visits
                group |= {name: record for name, one in group.items() if one is other}
            group[key] = record
        record.visits.append(visit)
    unique = {id(record): record for record in group.values()}
    for record in unique.values():
        record.visits.sort(key=lambda visit: (-visit.starts_at, visit.id))
    return list(unique.values())


def _alike(one: Record, other: Record) -> tuple[str, ...]:
    """What two records of one birth date have in common; () when that is all."""
    said = []
    if _any_name_alike(one.visits, other.visits):
        said.append("similar name")
    if _common(plain(visit.email) for visit in one.visits) & _common(
        plain(visit.email) for visit in other.visits
    ):
        said.append("same email")
    phones = (_common(booking.phone_digits(visit.phone) for visit in side.visits) for side in (one, other))
    if set.intersection(*phones):
        said.append("same phone")
    return ("same birth date", *said) if said else ()


def _common(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if text}


def _any_name_alike(some: Sequence[Seen], others: Sequence[Seen]) -> bool:
    names = ({plain(visit.name) for visit in side} for side in (some, others))
    first, second = names
    return any(names_alike(one, two) for one in first for two in second)


def names_alike(one: str, two: str) -> bool:
    """Whether two plain names may be one person's: the same words in any order, one within the other, or a few letters
    apart."""
    words, more = set(one.split()), set(two.split())
    if not words or not more:
        return False
    if words <= more or more <= words:
        return True
    first, second = (" ".join(sorted(name.split())) for name in (one, two))
    return SequenceMatcher(None, first, second).ratio() >= _ALIKE
