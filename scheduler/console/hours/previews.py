"""What a change of hours, dates, time off or blocked time would do, tried with the very verb that would make it.

The change is made in ``db.rehearsal()`` and the slot rule asked before and after, so that what a preview says is what
the save will offer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import booking, db
from scheduler.accounts.rights import Person, visible_appointments
from scheduler.availability import Reason, what_if
from scheduler.availability.zones import EPOCH_DAY
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, local_date
from scheduler.console.bookings import patient_name
from scheduler.models import (
    Appointment,
    AppointmentType,
    Location,
    PatientDetails,
    Schedule,
)
from scheduler.models.situations import load_situations

DAYS = 28
# Bookings are looked at as far ahead as any are made; openings only as far as a list can be read.
VISIT_DAYS = 800

Change = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Opening:
    """A start that would come or go."""

    schedule_id: str
    start: int
    type: str
    zone: ZoneInfo

    @property
    def day(self) -> date:
        return local_date(self.start, self.zone)


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking that would lie outside the hours. ``why`` is the rule's first reason: hours, override, closure,
    time_off, busy."""

    id: str
    start: int
    end: int
    zone: ZoneInfo
    patient: str
    type: str
    why: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many openings of a type would come and go, or on a date."""

    name: str | date
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of a change. ``since`` and ``until`` are the instants between which openings were compared;
    ``others`` counts bookings outside that the person may not see."""

    since: int
    until: int
    gained: tuple[Opening, ...]
    lost: tuple[Opening, ...]
    visits: tuple[Visit, ...]
    others: int = 0

    @property
    def by_type(self) -> list[Count]:
        """Per type, by name."""
        return _counts(self.gained, self.lost, lambda opening: opening.type)

    @property
    def by_day(self) -> list[Count]:
        """Per date, soonest first."""
        return _counts(self.gained, self.lost, lambda opening: opening.day)

    def days(self, which: str) -> list[tuple[date, list[Opening]]]:
        """The openings ``gained`` or ``lost``, by date."""
        openings: tuple[Opening, ...] = getattr(self, which)
        return [(day, list(found)) for day, found in groupby(openings, key=lambda one: one.day)]


def rehearse(
    change: Change,
    schedule_ids: Collection[str],
    now: int,
    *,
    person: Person,
    since: int | None = None,
    until: int | None = None,
) -> Preview:
    """What ``change`` would do to the openings of these Schedules in [since, until) (epoch seconds; four weeks from
    ``now`` unless given) and to their bookings to come. Nothing stays. Raises what ``change`` raises."""
    begin = now if since is None else max(now, since)
    end = max(begin, now + DAYS * DAY if until is None else until)
    ids = sorted(set(schedule_ids))
    with db.rehearsal() as session:
        names = _names(session, ids)
        before = load_situations(session, ids, begin, end) if ids else {}
        visits = booking.coming_visits(session, ids, now, VISIT_DAYS)
        outside_before = booking.outside(session, visits, now)
        change(session)
        session.flush()
        after = load_situations(session, ids, begin, end) if ids else {}
        outside = _newly(outside_before, booking.outside(session, visits, now))
        shown = _visits(session, person, outside, names)
    found = what_if(before, after, now, begin, end)
    return Preview(
        since=begin,
        until=end,
        gained=_openings(found.gained, names),
        lost=_openings(found.lost, names),
        visits=shown,
        others=len(outside) - len(shown),
    )


def _newly(before: Mapping[str, Reason], after: Mapping[str, Reason]) -> dict[str, Reason]:
    """Visits that this change puts outside; what lay outside for the same reason is listed on Day already."""
    return {
        key: reason for key, reason in after.items() if key not in before or before[key].code != reason.code
    }


def _names(session: Session, schedule_ids: Collection[str]) -> dict[str, tuple[str, ZoneInfo]]:
    """Schedule id to the name of its type (with the place when that type is offered at several) and its zone."""
    rows = session.execute(
        select(Schedule.id, AppointmentType.name, Location.name, Location.zone)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .where(Schedule.id.in_(schedule_ids))
    ).all()
    places: dict[str, set[str]] = {}
    for _, kind, place, _ in rows:
        places.setdefault(kind, set()).add(place)
    return {
        key: (f"{kind}, {place}" if len(places[kind]) > 1 else kind, zone_of(zone).info)
        for key, kind, place, zone in rows
    }


def _openings(
    found: Iterable[tuple[int, str]], names: Mapping[str, tuple[str, ZoneInfo]]
) -> tuple[Opening, ...]:
    made = [Opening(key, start, *names[key]) for start, key in found]
    return tuple(sorted(made, key=lambda one: (one.day, one.start, one.type)))


def _visits(
    session: Session,
    person: Person,
    outside: Mapping[str, Reason],
    names: Mapping[str, tuple[str, ZoneInfo]],
) -> tuple[Visit, ...]:
    rows = session.execute(
        select(Appointment, PatientDetails)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(Appointment.id.in_(outside), visible_appointments(person))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return tuple(
        Visit(
            id=appointment.id,
            start=appointment.starts_at,
            end=appointment.ends_at,
            zone=zone_of(appointment.zone).info,
            patient=patient_name(details),
            type=names[appointment.schedule_id][0],
            why=outside[appointment.id].code,
        )
        for appointment, details in rows
    )


def _counts(
    gained: Iterable[Opening], lost: Iterable[Opening], name: Callable[[Opening], str | date]
) -> list[Count]:
    found: dict[str | date, list[int]] = {}
    for place, openings in enumerate((gained, lost)):
        for opening in openings:
            found.setdefault(name(opening), [0, 0])[place] += 1
    return [Count(key, *found[key]) for key in sorted(found, key=str)]


def around(days: Collection[date], now: int) -> tuple[int, int]:
    """The instants (epoch seconds) from ``now`` on between which a change of these local dates can tell, whatever the
    zone: a day more at both ends, at most a year."""
    first, last = min(days), max(days)
    since = max(now, (first.toordinal() - EPOCH_DAY - 1) * DAY)
    return since, min((last.toordinal() - EPOCH_DAY + 3) * DAY, since + 370 * DAY)
