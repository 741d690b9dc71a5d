"""Time off: whose it may be, the form as it is typed and read, and the list of what is to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import catalog
from scheduler.accounts.rights import Person, may_edit_calendar, sees_all_bookings
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import By
from scheduler.booking.block_days import MAX_DAYS, add_blocks
from scheduler.catalog import parse
from scheduler.catalog.typed_hours import BadHours, parse_ranges, write_ranges
from scheduler.clock import local_date
from scheduler.console.admin.organizations import organizations_below
from scheduler.console.hours.dates_form import days_between, iso_date
from scheduler.console.hours.reading import span_words
from scheduler.db import snapshot
from scheduler.models import Actor, BusyBlock, Location, Practitioner, Schedule, ScheduleHost, TimeOff
from scheduler.web.times import day_with_year, time_range

ALL_DAY, HOURS = "all-day", "hours"
PERSON, PLACE, CLINIC = "person", "place", "clinic"
MAX_SPAN_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose time it may be: a person (``id`` of the actor), a place, or the whole clinic. ``schedule_ids`` are the offers
    that it closes; ``zone`` the clock by which its hours are read."""

    kind: str
    id: str
    name: str
    zone: str
    schedule_ids: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}" if self.id else self.kind


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed."""

    first: str = ""
    last: str = ""
    kind: str = ALL_DAY
    hours: str = ""
    who: str = ""
    note: str = ""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The form as hidden fields."""
        return [(name, getattr(self, name)) for name in ("first", "last", "kind", "hours", "who", "note")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for; empty where ``problems`` (field to sentence) has something to say."""

    typed: Typed
    whom: Whom | None
    problems: dict[str, str] = field(default_factory=dict)
    first: date = date.min
    last: date = date.min
    windows: tuple[tuple[int, int], ...] = ()

    @property
    def when(self) -> str:
        """ "Tuesday, June 8, 2027", "June 8 to 12, 2027, 1:00 PM to 3:00 PM"."""
        days = day_with_year(self.first) if self.first == self.last else span_words(self.first, self.last)
        return f"{days}, {write_ranges(self.windows)}" if self.windows else days

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The blocked hours as instants: of each day, by the clock of whose they are."""
        assert self.whom is not None
        zone = zone_of(self.whom.zone)
        found = []
        for day in days_between(self.first, self.last):
            for start, end in self.windows:
                close = end if end > start else end + 1440
                span = (zone.instant(day.toordinal(), start), zone.instant(day.toordinal(), close))
                if span[0] < span[1]:  # hours that a spring night skips are no hours
                    found.append(span)
        return found


@dataclass(frozen=True, slots=True)
class Coming:
    """Time off or a block that is not over. ``kind`` is "off" or "block"."""

    kind: str
    id: str
    first: date
    when: str
    who: str
    note: str


def read(form: Any) -> Typed:
    """The form (a MultiDict), with nothing lost."""
    texts = {name: str(form.get(name, "")) for name in ("first", "last", "hours", "who", "note")}
    return Typed(kind=HOURS if form.get("kind") == HOURS else ALL_DAY, **texts)


def choices(person: Person) -> list[Whom]:
    """Whose time off the person may enter, their own first."""
    with snapshot() as session:
        return _choices(session, person)


def check(typed: Typed, whose: list[Whom], now: int) -> Asked:
    """What the form asks for, with every problem named."""
    problems: dict[str, str] = {}
    whom = next((one for one in whose if one.key == typed.who), None)
    if whom is None and not typed.who and whose:
        whom = whose[0]
    if whom is None:
        problems["who"] = "Who: choose one of the list."
    first = iso_date(typed.first)
    last = iso_date(typed.last) if typed.last.strip() else first
    if first is None:
        problems["first"] = "From: enter a date such as 2027-06-08."
    elif last is None:
        problems["last"] = "To: enter a date such as 2027-06-12, or leave it empty."
    elif last < first:
        problems["last"] = "To: set it on or after the first day."
    elif whom is not None and last < local_date(now, zone_of(whom.zone).info):
        problems["first"] = "From: that date has passed. Check the year."
    elif (last - first).days >= MAX_SPAN_DAYS:
        problems["last"] = "To: take at most 10 years off at once."
    windows = _windows(typed, whom, first, last, problems) if typed.kind == HOURS else ()
    try:
        parse.optional_name(typed.note)
    except ValueError as error:
        problems["note"] = f"Note: {error}"
    if problems or first is None or last is None:
        return Asked(typed, whom, problems)
    return Asked(typed, whom, {}, first, last, windows)


def change(asked: Asked, organization_id: str, by: By, now: int) -> Callable[[Session], object]:
    """The act that the form asks for, to be tried or done in a session."""
    whom = asked.whom
    assert whom is not None

    def act(session: Session) -> object:
        if asked.windows:
            return add_blocks(
                session, by=by, now=now, actor_id=whom.id, spans=asked.spans, note=asked.typed.note
            )
        return catalog.add_time_off(
            session,
            by=by,
            now=now,
            organization_id=organization_id,
            start_date=asked.first,
            end_date=asked.last,
            actor_id=whom.id if whom.kind == PERSON else None,
            location_id=whom.id if whom.kind == PLACE else None,
            note_text=asked.typed.note,
        )

    return act


def coming(person: Person, now: int) -> list[Coming]:
    """Time off and blocks of staff that are not over, soonest first, of those whose calendar the person may edit."""
    with snapshot() as session:
        whose = {one.key: one for one in _choices(session, person)}
        today = min((local_date(now, zone_of(one.zone).info) for one in whose.values()), default=None)
        if today is None:
            return []
        off = session.execute(
            select(TimeOff, Actor.name, Location.name)
            .outerjoin(Actor, Actor.id == TimeOff.actor_id)
            .outerjoin(Location, Location.id == TimeOff.location_id)
            .where(
                TimeOff.organization_id == person.organization_id,
                TimeOff.end_date >= today,
                TimeOff.holiday_key == "",
            )
        ).all()
        found = [
            Coming(
                "off",
                row.id,
                row.start_date,
                day_with_year(row.start_date)
                if row.start_date == row.end_date
                else span_words(row.start_date, row.end_date),
                actor or place or "The whole clinic",
                row.note,
            )
            for row, actor, place in off
            if _key(row) in whose or sees_all_bookings(person)
        ]
        blocks = session.execute(
            select(BusyBlock, Actor)
            .join(Actor, Actor.id == BusyBlock.actor_id)
            .where(
                BusyBlock.organization_id == person.organization_id,
                BusyBlock.origin == "staff",
                BusyBlock.ends_at > now,
            )
        ).all()
        zone = next(iter(whose.values())).zone
        for block, actor in blocks:
            if not may_edit_calendar(person, block.organization_id, actor.practitioner_id):
                continue
            info = zone_of(
                whose[f"{PERSON}-{actor.id}"].zone if f"{PERSON}-{actor.id}" in whose else zone
            ).info
            first, last = local_date(block.starts_at, info), local_date(block.ends_at - 1, info)
            days = day_with_year(first) if first == last else span_words(first, last)
            when = f"{days}, {time_range(block.starts_at, block.ends_at, info)}"
            found.append(Coming("block", block.id, first, when, actor.name, block.note))
    return sorted(found, key=lambda one: (one.first, one.when, one.who, one.id))


def holidays(person: Person, now: int) -> list[tuple[date, str, str]]:
    """(date, holiday, the places that close or "") of the clinic's next holidays, soonest first; "" for all places."""
    with snapshot() as session:
        rows = session.execute(
            select(TimeOff.start_date, TimeOff.note, Location.name)
            .join(Location, Location.id == TimeOff.location_id)
            .where(
                TimeOff.organization_id == person.organization_id,
                TimeOff.holiday_key != "",
                TimeOff.start_date >= local_date(now, zone_of("UTC").info),
                Location.active,
            )
            .order_by(TimeOff.start_date, TimeOff.note, Location.name)
        ).all()
        places = session.scalars(
            select(func.count())
            .select_from(Location)
            .where(Location.organization_id == person.organization_id, Location.active)
        ).one()
    found: dict[tuple[date, str], list[str]] = {}
    for day, note, name in rows:
        found.setdefault((day, note), []).append(name)
    return [
        (day, note, "" if len(names) == places else ", ".join(names)) for (day, note), names in found.items()
    ]


def may_remove(person: Person, kind: str, row_id: str) -> bool:
    """Whether the person may take away this time off (``kind`` "off") or block ("block"); False when it isn't there."""
    if "\0" in row_id:
        return False
    with snapshot() as session:
        row: TimeOff | BusyBlock | None
        row = session.get(TimeOff, row_id) if kind == "off" else session.get(BusyBlock, row_id)
        if row is None or (isinstance(row, BusyBlock) and row.origin != "staff"):
            return False
        if isinstance(row, TimeOff) and row.holiday_key:
            return False  # the calendar of holidays would write it again
        actor = session.get(Actor, row.actor_id) if row.actor_id else None
        return may_edit_calendar(person, row.organization_id, actor.practitioner_id if actor else None)


def _key(row: TimeOff) -> str:
    if row.actor_id:
        return f"{PERSON}-{row.actor_id}"
    return f"{PLACE}-{row.location_id}" if row.location_id else CLINIC


def _windows(
    typed: Typed, whom: Whom | None, first: date | None, last: date | None, problems: dict[str, str]
) -> tuple[tuple[int, int], ...]:
    try:
        windows = tuple(parse_ranges(typed.hours))
    except BadHours as error:
        problems["hours"] = error.about("Hours")
        return ()
    if not windows:
        problems["hours"] = "Hours: write hours such as 1-3, or choose all day."
    if whom is not None and whom.kind != PERSON:
        problems["kind"] = (
            "How long: a place or the clinic closes for whole days. Choose all day, or one person."
        )
    days = (last - first).days + 1 if first and last else 1
    if days * len(windows) > MAX_DAYS:
        problems.setdefault("last", f"To: block hours at most {MAX_DAYS} times at once, or choose all day.")
    return windows


def _closed_with(session: Session, person: Person) -> tuple[str, ...]:
    """The Schedules that close with the organization: its own, and those of the organizations below it."""
    below = organizations_below(session, person.organization_id)
    return tuple(session.scalars(select(Schedule.id).where(Schedule.organization_id.in_(below))))


def _choices(session: Session, person: Person) -> list[Whom]:
    places = session.scalars(
        select(Location)
        .where(Location.organization_id == person.organization_id, Location.active)
        .order_by(Location.name, Location.id)
    ).all()
    zones = {place.id: place.zone for place in places}
    offers = session.execute(
        select(Schedule.id, Schedule.location_id, ScheduleHost.actor_id)
        .outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .where(Schedule.organization_id == person.organization_id)
        .order_by(Schedule.created_at, Schedule.id)
    ).all()
    first_zone = next(iter(zones.values()), "UTC")
    people = session.execute(
        select(Actor.id, Practitioner.id, Practitioner.display_name)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(Actor.organization_id == person.organization_id, Practitioner.active)
        .order_by(Practitioner.id != (person.practitioner_id or ""), Practitioner.display_name, Actor.id)
    ).all()
    found = []
    for actor_id, practitioner_id, name in people:
        if may_edit_calendar(person, person.organization_id, practitioner_id):
            own = [(key, place) for key, place, host in offers if host == actor_id]
            zone = next((zones[place] for _, place in own if place in zones), first_zone)
            found.append(Whom(PERSON, actor_id, name, zone, tuple(key for key, _ in own)))
    if sees_all_bookings(person):
        for one in places:
            here = dict.fromkeys(key for key, place, _ in offers if place == one.id)
            found.append(Whom(PLACE, one.id, one.name, one.zone, tuple(here)))
        found.append(Whom(CLINIC, "", "The whole clinic", first_zone, _closed_with(session, person)))
    return found
