"""Find a booking by what a caller says: a name or part of it, phone, birth date, email, or the booking's code.

What patients typed can't be searched by the database: their columns are to be encrypted. So rows are read in order of
time, few columns each, from a range of dates of one organization, compared here, and no longer than needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, visible_appointments
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, local_date
from scheduler.console.bookings import hosts_of, patient_name, state_of
from scheduler.console.desk.typed import birth_dates, plain
from scheduler.db import snapshot
from scheduler.models import EXPIRED, HELD, Appointment, AppointmentType, PatientDetails

MAX_QUERY = 200
MOST = 50
AHEAD_DAYS, BACK_DAYS, YEAR_DAYS = 400, 31, 366
MOST_ROWS = 100_000  # read at most for one search, coming ones first
_CODE = re.compile(r"[2-9a-z]{8}", re.ASCII)
_PHONE = re.compile(r"\+?[\d ().\-/]+", re.ASCII)
_FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search, ready to compare: every set part may be what was meant."""

    code: str
    email: str
    digits: str
    born: frozenset[str]
    words: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.code or self.email or self.digits or self.born or self.words)


@dataclass(frozen=True, slots=True)
class Found:
    """One booking that matches."""

    id: str
    starts_at: int
    ends_at: int
    zone: ZoneInfo
    patient: str
    born: str
    type: str
    with_whom: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """``coming``, soonest first, then ``past``, latest first; ``more``: there are others that are not shown."""

    coming: tuple[Found, ...]
    past: tuple[Found, ...]
    more: bool

    @property
    def count(self) -> int:
        return len(self.coming) + len(self.past)


def read_query(text: str, today: date) -> Wanted:
    """What a text may mean."""
    kept = plain(text[:MAX_QUERY])
    bare = kept.replace(" ", "").replace("-", "")
    digits = "".join(sign for sign in kept if sign.isdigit()) if _PHONE.fullmatch(kept) else ""
    return Wanted(
        code=bare.upper() if _CODE.fullmatch(bare) else "",
        email=kept if "@" in kept else "",
        digits=digits.removeprefix("1")
        if len(digits) == 11
        else digits
        if len(digits) >= _FEWEST_DIGITS
        else "",
        born=frozenset(day.isoformat() for day in birth_dates(text[:MAX_QUERY], today)),
        words=tuple(kept.replace(",", " ").split()) if any(sign.isalpha() for sign in kept) else (),
    )


def find(person: Person, text: str, now: int, today: date, *, year: bool = False) -> Page:
    """The bookings that match and that the person may see; ``year``: of the whole past year, else of a month back.
    A code finds its booking whenever it is."""
    wanted = read_query(text, today)
    if wanted.empty:
        return Page((), (), False)
    back = YEAR_DAYS if year else BACK_DAYS
    with snapshot() as session:
        line = now - DAY // 2  # a visit of this morning counts as coming
        coming = _matching(session, person, wanted, line, now + AHEAD_DAYS * DAY, latest_first=False)
        past = _matching(session, person, wanted, now - back * DAY, line, latest_first=True)
        coded = _with_code(session, person, wanted.code)
        ids = list(dict.fromkeys([*coded, *coming, *past]))
        rows = {found.id: found for found in _load(session, ids[:MOST])}
    shown = [rows[one] for one in ids[:MOST]]
    return Page(
        tuple(
            sorted((one for one in shown if one.starts_at >= line), key=lambda one: (one.starts_at, one.id))
        ),
        tuple(
            sorted((one for one in shown if one.starts_at < line), key=lambda one: (-one.starts_at, one.id))
        ),
        len(ids) > MOST,
    )


def _with_code(session: Session, person: Person, code: str) -> list[str]:
    if not code:
        return []
    return list(session.scalars(_visible(select(Appointment.id), person).where(Appointment.code == code)))


def _visible(query: Select[tuple[str]], person: Person) -> Select[tuple[str]]:
    return query.where(visible_appointments(person), Appointment.status.not_in((HELD, EXPIRED)))


def _matching(
    session: Session, person: Person, wanted: Wanted, since: int, until: int, *, latest_first: bool
) -> list[str]:
    """Ids of what matches in [since, until), one more than is shown at most."""
    order = Appointment.starts_at.desc() if latest_first else Appointment.starts_at
    query = (
        select(
            Appointment.id,
            PatientDetails.given,
            PatientDetails.family,
            PatientDetails.booker_given,
            PatientDetails.booker_family,
            PatientDetails.birth_date,
            PatientDetails.phone,
            PatientDetails.email,
        )
        .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            visible_appointments(person),
            Appointment.status.not_in((HELD, EXPIRED)),
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
        )
        .order_by(order, Appointment.id)
        .limit(MOST_ROWS)
        .execution_options(yield_per=1000)
    )
    with session.execute(query) as rows:  # closed when enough are found: the rest stays unread
        matching = (row.id for row in rows if _matches(wanted, *row[1:]))
        return list(islice(matching, MOST + 1))


def _matches(
    wanted: Wanted,
    given: str | None,
    family: str | None,
    booker_given: str | None,
    booker_family: str | None,
    born: str | None,
    phone: str | None,
    email: str | None,
) -> bool:
    if born and born in wanted.born:
        return True
    if wanted.digits and phone and wanted.digits in "".join(sign for sign in phone if sign.isdigit()):
        return True
    if wanted.email:
        return bool(email) and wanted.email in plain(email or "")
    if not wanted.words:
        return False
    name = plain(" ".join(part for part in (given, family, booker_given, booker_family) if part))
    return all(word in name for word in wanted.words)


def _load(session: Session, ids: list[str]) -> list[Found]:
    rows = session.execute(
        select(Appointment, AppointmentType.name, PatientDetails)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(Appointment.id.in_(ids))
    ).all()
    hosts = hosts_of(session, (appointment.schedule_id for appointment, *_ in rows))
    return [
        Found(
            id=appointment.id,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            zone=zone_of(appointment.zone).info,
            patient=patient_name(details),
            born=details.birth_date or "" if details is not None else "",
            type=kind,
            with_whom=hosts.get(appointment.schedule_id, ""),
            state=state_of(appointment),
        )
        for appointment, kind, details in rows
    ]


def today_of(now: int) -> date:
    """The latest local date that it is anywhere: no birth date lies behind it."""
    return local_date(now, zone_of("Pacific/Kiritimati").info)
