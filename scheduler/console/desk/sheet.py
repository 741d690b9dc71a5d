"""The day sheet: one line per booking, to print and tick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, visible_appointments
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, local_date
from scheduler.console.bookings import SHOWN, hosts_of, initials, patient_name, state_of
from scheduler.console.urgent import urgent_answers
from scheduler.db import snapshot
from scheduler.models import Appointment, AppointmentType, Location, PatientDetails


@dataclass(frozen=True, slots=True)
class Line:
    """One booking. ``initials`` stand for the name unless whole names are asked for. ``urgent``: an answer stops patients;
    which one is not printed, since sheets lie about."""

    starts_at: int
    ends_at: int
    zone: str
    initials: str
    name: str
    type: str
    place: str
    state: tuple[str, str]
    urgent: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one clinician, or of a place for visits without one."""

    who: str
    zone: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``people``: all whose sheets there are that day; ``sheets``: those shown."""

    day: date
    people: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    previous: date
    following: date


def sheet_page(person: Person, day: date, who: str) -> Page:
    """The sheets of a local day of each booking's own zone; ``who``: one clinician's name, "" for all."""
    with snapshot() as session:
        by_person = _lines(session, person, day)
    sheets = tuple(Sheet(name, lines[0].zone, tuple(lines)) for name, lines in sorted(by_person.items()))
    return Page(
        day=day,
        people=tuple(sheet.who for sheet in sheets),
        sheets=tuple(sheet for sheet in sheets if who in ("", sheet.who)),
        previous=date.fromordinal(day.toordinal() - 1),
        following=date.fromordinal(day.toordinal() + 1),
    )


def today_of(session: Session, person: Person, now: int) -> date:
    """Today at the organization's first place."""
    zone = session.scalar(
        select(Location.zone)
        .where(Location.organization_id == person.organization_id)
        .order_by(Location.created_at, Location.id)
        .limit(1)
    )
    return local_date(now, zone_of(zone or "UTC").info)


def _lines(session: Session, person: Person, day: date) -> dict[str, list[Line]]:
    utc = zone_of("UTC").instant(day.toordinal(), 0)
    # a local day begins up to a day before or after the UTC one
    found: Sequence[tuple[Appointment, str, str, PatientDetails | None]] = [
        (appointment, kind, place, details)
        for appointment, kind, place, details in session.execute(
            select(Appointment, AppointmentType.name, Location.name, PatientDetails)
            .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
            .join(Location, Location.id == Appointment.location_id)
            .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
            .where(
                visible_appointments(person),
                Appointment.status.in_(SHOWN),
                Appointment.starts_at >= utc - DAY,
                Appointment.starts_at < utc + 2 * DAY,
            )
            .order_by(Appointment.starts_at, Appointment.id)
        )
    ]
    hosts = hosts_of(session, (appointment.schedule_id for appointment, *_ in found))
    urgent = urgent_answers(session, [appointment.id for appointment, *_ in found])
    lines: dict[str, list[Line]] = defaultdict(list)
    for appointment, kind, place, details in found:
        if local_date(appointment.starts_at, zone_of(appointment.zone).info) != day:
            continue
        lines[hosts.get(appointment.schedule_id, "") or place].append(
            Line(
                starts_at=appointment.starts_at,
                ends_at=appointment.ends_at,
                zone=appointment.zone,
                initials=initials(details),
                name=patient_name(details),
                type=kind,
                place=place,
                state=state_of(appointment),
                urgent=appointment.id in urgent,
            )
        )
    return lines
