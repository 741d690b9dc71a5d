"""Requests that wait for the clinic's answer, as the page of requests lists them: what ends first stands first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, visible_appointments
from scheduler.booking.transaction import DECIDE_BY
from scheduler.console.bookings import hosts_of, initials, patient_name
from scheduler.console.offers import info_of
from scheduler.db import snapshot
from scheduler.models import PENDING, Appointment, AppointmentType, Location, PatientDetails

MOST = 200
Row = tuple[Appointment, AppointmentType, Location, PatientDetails | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for in one act: one visit, a series, or two relatives' visits. ``times``: starts and ends (epoch
    seconds); ``decide_by``: when it lapses; ``sequence``: as it is now, for the answer to say what it answers."""

    id: str
    sequence: int
    patients: tuple[str, ...]
    initials: str
    type: str
    with_whom: str
    place: str
    zone: ZoneInfo
    times: tuple[tuple[int, int], ...]
    asked_at: int
    decide_by: int
    reason: str
    has_email: bool


@dataclass(frozen=True, slots=True)
class Page:
    """``more``: there are others that are not shown."""

    requests: tuple[Request, ...]
    more: bool


def count_requests(session: Session, person: Person, now: int) -> int:
    """How many requests wait for an answer of those whom the person may see; what was asked for together is one."""
    one = func.coalesce(Appointment.together_id, Appointment.id)
    return session.scalar(select(func.count(one.distinct())).where(*_waiting(person, now))) or 0


def requests_page(person: Person, now: int) -> Page:
    """The requests that the person may decide about. ``now``: epoch seconds."""
    with snapshot() as session:
        rows = session.execute(
            select(Appointment, AppointmentType, Location, PatientDetails)
            .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
            .join(Location, Location.id == Appointment.location_id)
            .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
            .where(*_waiting(person, now))
            .order_by(DECIDE_BY, Appointment.starts_at, Appointment.id)
            .limit(MOST + 1)
        ).all()
        hosts = hosts_of(session, (visit.schedule_id for visit, *_ in rows))
    grouped = defaultdict[str, list[Row]](list)
    for visit, kind, place, details in rows[:MOST]:
        grouped[visit.together_id or visit.id].append((visit, kind, place, details))
    made = []
    for together in grouped.values():
        visit, kind, place, first = together[0]
        made.append(
            Request(
                id=visit.id,
                sequence=visit.sequence,
                patients=tuple(dict.fromkeys(patient_name(one) for *_, one in together)),
                initials=initials(first),
                type=kind.name,
                with_whom=hosts.get(visit.schedule_id, ""),
                place=place.name,
                zone=info_of(visit.zone),
                times=tuple((one.starts_at, one.ends_at) for one, *_ in together),
                asked_at=visit.booked_at or visit.created_at,
                decide_by=visit.decide_by_at or visit.starts_at,
                reason=first.reason or "" if first is not None else "",
                has_email=first is not None and bool(first.email),
            )
        )
    return Page(tuple(made), len(rows) > MOST)


def _waiting(person: Person, now: int) -> tuple[ColumnElement[bool], ...]:
    return visible_appointments(person), Appointment.status == PENDING, now < DECIDE_BY
