"""Blocked time: whose time may be blocked, what is blocked on a day, and which bookings lie inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, may_edit_calendar, visible_appointments
from scheduler.availability.zones import Zone
from scheduler.availability.zones import zone as zone_of
from scheduler.booking.blocks import MAX_NOTE
from scheduler.clock import MINUTE, local_date
from scheduler.console.bookings import patient_name, state_of
from scheduler.console.common import LATEST, date_in
from scheduler.console.desk.typed import minutes_of
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import (
    BLOCKING,
    HELD,
    Actor,
    Appointment,
    AppointmentType,
    BusyBlock,
    Claim,
    Location,
    PatientDetails,
    PractitionerRole,
    Schedule,
    ScheduleHost,
)
from scheduler.models.slots import parse_slot_id
from scheduler.web.times import time_of_day

NO_ACTOR = "We can't find whose time that is."
NO_BLOCK = "We can't find that block; it may be gone already."
_TIME = "enter a time of day, such as 9:30 or 2:15p."


@dataclass(frozen=True, slots=True)
class Whose:
    """An actor whose time the person may block, with the zone that their times are typed in."""

    actor: str
    name: str
    zone: str

    @property
    def clock(self) -> Zone:
        return zone_of(self.zone)


@dataclass(frozen=True, slots=True)
class Inside:
    """A booking that lies in a block: it stays."""

    id: str
    starts_at: int
    patient: str
    type: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the day. ``staff``: made here, so that it can be taken away here."""

    id: str
    whose: Whose
    starts_at: int
    ends_at: int
    note: str
    staff: bool
    inside: tuple[Inside, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``typed``: the form's fields as they stand."""

    people: tuple[Whose, ...]
    typed: Mapping[str, str]
    day: date
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """What is to be blocked: epoch seconds."""

    whose: Whose
    day: date
    start: int
    end: int
    note: str


def block_page(person: Person, sent: Mapping[str, str], now: int) -> Page:
    """The form for what was sent (``actor``, ``date``, ``start``, ``end``, ``note``, or the ``slot`` of an opening),
    and the day's blocks."""
    with snapshot() as session:
        people = _people(session, person)
        typed = {name: sent.get(name, "") for name in ("actor", "date", "start", "end", "note")}
        if sent.get("slot"):
            typed |= _of_opening(session, people, sent["slot"])
        first = people.get(typed["actor"]) or next(iter(people.values()), None)
        today = local_date(now, first.clock.info if first else zone_of("UTC").info)
        day = date_in(typed["date"]) or today
        typed["date"] = typed["date"] or day.isoformat()
        typed["actor"] = typed["actor"] or (first.actor if first else "")
        blocks = _blocks(session, person, people, day)
    return Page(tuple(people.values()), typed, day, blocks)


def read_range(person: Person, sent: Mapping[str, str], now: int) -> tuple[Range | None, dict[str, str]]:
    """The range that was typed, or what is wrong with it (field to sentence). Raises NotFound for an actor whose time
    the person may not block."""
    with snapshot() as session:
        whose = _people(session, person).get(sent.get("actor", ""))
    if whose is None:
        raise NotFound(NO_ACTOR)
    problems: dict[str, str] = {}
    day = date_in(sent.get("date", ""))
    start, end = (minutes_of(sent.get(name, "")) for name in ("start", "end"))
    if day is None:
        problems["date"] = (
            f"Date: enter a date up to {LATEST.year}, such as {local_date(now, whose.clock.info).isoformat()}."
        )
    if start is None or start == 1440:
        problems["start"] = f"Start: {_TIME}"
    if end is None:
        problems["end"] = f"End: {_TIME}"
    elif start is not None and end <= start:
        problems["end"] = "End: set it after the start."
    note = " ".join(sent.get("note", "").split())
    if len(note) > MAX_NOTE or not note.isprintable():
        problems["note"] = f"Note: use at most {MAX_NOTE} plain characters."
    if problems or day is None or start is None or end is None:
        return None, problems
    first, last = (whose.clock.instant(day.toordinal(), minute) for minute in (start, end))
    if last <= first:
        return None, {"end": "End: the clocks change in between, so that nothing is left. Set a later end."}
    return Range(whose, day, first, last, note), {}


def removable(person: Person, block_id: str) -> BusyBlock:
    """A block made by staff that the person may take away. Raises NotFound."""
    with snapshot() as session:
        block = session.get(BusyBlock, block_id)
        if block is None or block.origin != "staff" or block.actor_id not in _people(session, person):
            raise NotFound(NO_BLOCK)
        return block


def inside_count(person: Person, actor: str, start: int, end: int) -> int:
    """How many bookings lie in [start, end)."""
    with snapshot() as session:
        return len(_inside(session, person, actor, start, end))


def _people(session: Session, person: Person) -> dict[str, Whose]:
    """Actors by id: practitioners by name, then rooms and devices."""
    rows = session.scalars(
        select(Actor)
        .where(Actor.organization_id == person.organization_id, Actor.active, Actor.kind != "line")
        .order_by(Actor.kind != "practitioner", Actor.name, Actor.id)
    ).all()
    zones = _zones(session, person.organization_id)
    home = next(iter(zones.values()), "UTC")
    return {
        actor.id: Whose(actor.id, actor.name, zones.get(actor.id) or zones.get(actor.location_id or "", home))
        for actor in rows
        if may_edit_calendar(person, actor.organization_id, actor.practitioner_id)
    }


def _zones(session: Session, organization_id: str) -> dict[str, str]:
    """The zone of each place, the first one first, and of each practitioner's first place (by schedules, else by roles)."""
    places = {
        row.id: row.zone
        for row in session.scalars(
            select(Location)
            .where(Location.organization_id == organization_id)
            .order_by(Location.created_at, Location.id)
        )
    }
    by_role = session.execute(
        select(Actor.id, PractitionerRole.location_id)
        .join(PractitionerRole, PractitionerRole.practitioner_id == Actor.practitioner_id)
        .where(Actor.organization_id == organization_id, PractitionerRole.active)
        .order_by(PractitionerRole.id)
    ).all()
    by_schedule = session.execute(
        select(ScheduleHost.actor_id, Schedule.location_id)
        .join(Schedule, Schedule.id == ScheduleHost.schedule_id)
        .where(Schedule.organization_id == organization_id, Schedule.active)
        .order_by(Schedule.created_at, Schedule.id)
    ).all()
    zones = dict(places)
    for actor, place in (*by_schedule, *by_role):
        zones.setdefault(actor, places[place])
    return zones


def _of_opening(session: Session, people: Mapping[str, Whose], slot: str) -> dict[str, str]:
    """The fields that block an opening: its first host, its day, its start and end."""
    parsed = parse_slot_id(slot)
    row = session.execute(
        select(ScheduleHost.actor_id, AppointmentType.duration_minutes)
        .join(Schedule, Schedule.id == ScheduleHost.schedule_id)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .where(Schedule.id == (parsed[0] if parsed else ""))
        .order_by(ScheduleHost.position, ScheduleHost.actor_id)
    ).first()
    whose = people.get(row[0]) if row else None
    if parsed is None or row is None or whose is None or not _sensible(whose, parsed[1]):
        raise NotFound(NO_ACTOR)
    end = parsed[1] + row[1] * MINUTE
    day = local_date(parsed[1], whose.clock.info)
    midnight = whose.clock.instant(day.toordinal() + 1, 0)  # a block is of one day
    return {
        "actor": whose.actor,
        "date": day.isoformat(),
        "start": time_of_day(parsed[1], whose.zone),
        "end": time_of_day(end, whose.zone) if end < midnight else "24:00",
    }


def _sensible(whose: Whose, start: int) -> bool:
    return 0 <= start < whose.clock.instant(LATEST.toordinal(), 0)


def _blocks(session: Session, person: Person, people: Mapping[str, Whose], day: date) -> tuple[Block, ...]:
    if not people:
        return ()
    spans = {
        actor: (whose.clock.instant(day.toordinal(), 0), whose.clock.instant(day.toordinal() + 1, 0))
        for actor, whose in people.items()
    }
    rows: Sequence[BusyBlock] = session.scalars(
        select(BusyBlock)
        .where(
            BusyBlock.actor_id.in_(people),
            BusyBlock.starts_at < max(end for _, end in spans.values()),
            BusyBlock.ends_at > min(start for start, _ in spans.values()),
        )
        .order_by(BusyBlock.starts_at, BusyBlock.id)
    ).all()
    return tuple(
        Block(
            id=row.id,
            whose=people[row.actor_id],
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            note=row.note,
            staff=row.origin == "staff",
            inside=_inside(session, person, row.actor_id, row.starts_at, row.ends_at),
        )
        for row in rows
        if row.starts_at < spans[row.actor_id][1] and row.ends_at > spans[row.actor_id][0]
    )


def _inside(session: Session, person: Person, actor: str, start: int, end: int) -> tuple[Inside, ...]:
    rows = session.execute(
        select(Appointment, AppointmentType.name, PatientDetails)
        .join(Claim, Claim.appointment_id == Appointment.id)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            Claim.actor_id == actor,
            Appointment.status.in_(BLOCKING),
            Appointment.status != HELD,
            Appointment.starts_at < end,
            Appointment.ends_at > start,
            visible_appointments(person),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return tuple(
        Inside(appointment.id, appointment.starts_at, patient_name(details), kind, state_of(appointment))
        for appointment, kind, details in rows
    )
