"""What History shows: every kept edit of hours, dates, time off and blocked days, in words, and which can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, Person, may_edit_calendar
from scheduler.availability.zones import zone as zone_of
from scheduler.catalog import holiday_calendars, revisions
from scheduler.catalog.hours import WEEKDAYS
from scheduler.catalog.repeat_words import repeat_words
from scheduler.catalog.typed_hours import write_ranges
from scheduler.console.admin.coming import home_zone
from scheduler.console.hours.reading import span_words
from scheduler.console.regions import region_words
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Actor, Availability, Location, Revision, Schedule, User
from scheduler.web.times import day_with_year, time_range

SHOWN = 200
READ = 2000
NOT_THERE = "We can't find that change."


@dataclass(frozen=True, slots=True)
class Entry:
    """One edit. ``lines`` say what it changed; ``undo`` whether it can be taken back now."""

    id: int
    at: int
    zone: ZoneInfo
    who: str
    what: str
    lines: tuple[str, ...]
    undo: bool
    undone_at: int | None


def history(person: Person, now: int) -> list[Entry]:
    """The newest edits of calendars that the person may edit."""
    with snapshot() as session:
        rows = session.execute(
            select(Revision, User.name)
            .outerjoin(User, User.id == Revision.user_id)
            .where(Revision.organization_id == person.organization_id, Revision.object_kind.in_(_WORDS))
            .order_by(Revision.id.desc())
            .limit(READ)
        ).all()
        zone = zone_of(home_zone(session, person.organization_id)).info
        found: list[Entry] = []
        for row, name in rows:
            if len(found) < SHOWN and _mine(session, person, row):
                found.append(_entry(session, row, name, zone, now))
        return found


def ensure_mine(person: Person, revision_id: str) -> tuple[int, str, str]:
    """(number, kind, object) of an edit, when the person may edit what it changed. Raises NotFound."""
    good = revision_id.isascii() and revision_id.isdigit() and len(revision_id) <= 18
    with snapshot() as session:
        row = session.get(Revision, int(revision_id)) if good else None
        if row is None or row.object_kind not in _WORDS or not _mine(session, person, row):
            raise NotFound(NOT_THERE)
        return row.id, row.object_kind, row.object_id


def _entry(session: Session, row: Revision, who: str | None, zone: ZoneInfo, now: int) -> Entry:
    what, lines = _WORDS[row.object_kind](session, row, zone)
    return Entry(
        id=row.id,
        at=row.at,
        zone=zone,
        who=who or "the system",
        what=what,
        lines=tuple(lines),
        undo=revisions.undoable(row, now),
        undone_at=row.undone_at,
    )


def _mine(session: Session, person: Person, row: Revision) -> bool:
    if row.organization_id != person.organization_id:
        return False
    if row.object_kind in revisions.OF_HOURS:
        hours = session.get(Availability, row.object_id)
        return hours is not None and may_edit_calendar(person, hours.organization_id, hours.practitioner_id)
    if row.object_kind == holiday_calendars.KIND:
        return ADMIN in person.roles
    actors = {item["actor_id"] for item in _items(row)}
    owners = {actor.practitioner_id for key in actors if key and (actor := session.get(Actor, key))}
    return all(may_edit_calendar(person, row.organization_id, owner) for owner in owners or {None})


def _items(row: Revision) -> list[dict[str, Any]]:
    return [
        item
        for state in (row.before, row.after)
        for key in ("spans", "blocks")
        for item in state.get(key, ())
    ]


def _week(session: Session, row: Revision, zone: ZoneInfo) -> tuple[str, list[str]]:
    before, after = (_by_day(state["weekly"]) for state in (row.before, row.after))
    lines = [
        f"{name}: {write_ranges(after[day])} (before: {write_ranges(before[day])})"
        for day, name in enumerate(WEEKDAYS)
        if before[day] != after[day]
    ]
    if row.before["name"] != row.after["name"]:
        lines.append(f"Name: {row.after['name']} (before: {row.before['name']})")
    return f"Weekly hours of {row.after['name']}", lines or ["Saved without a change"]


def _by_day(weekly: Iterable[Sequence[int]]) -> list[list[Sequence[int]]]:
    days: list[list[Sequence[int]]] = [[] for _ in WEEKDAYS]
    for weekday, start, end in weekly:
        days[weekday].append((start, end))
    return days


def _dates(session: Session, row: Revision, zone: ZoneInfo) -> tuple[str, list[str]]:
    hours = session.get(Availability, row.object_id)
    before, after = row.before["dates"], row.after["dates"]
    lines = []
    for key in sorted(before.keys() | after.keys()):
        day, _, schedule_id = key.partition("/")
        now, then = (_date_words(state.get(key)) for state in (after, before))
        kind = _type_name(session, schedule_id) if schedule_id else ""
        lines.append(f"{day_with_year(date.fromisoformat(day))}{kind}: {now} (before: {then})")
    shown = lines if len(lines) <= 12 else [*lines[:11], f"and {len(lines) - 11} more dates"]
    return f"Dates of {hours.name if hours else 'hours'}", shown


def _date_words(said: dict[str, Any] | None) -> str:
    if said is None:
        return "usual hours"
    return ", ".join(part for part in (write_ranges(said["windows"]), said["note"]) if part)


def _type_name(session: Session, schedule_id: str) -> str:
    return ", one type" if session.get(Schedule, schedule_id) is not None else ", an offer that has ended"


def _repeats(session: Session, row: Revision, zone: ZoneInfo) -> tuple[str, list[str]]:
    hours = session.get(Availability, row.object_id)
    lines = []
    for word, state in (("Added", row.after), ("Removed", row.before)):
        groups: dict[tuple[str, str, tuple[str, ...]], list[tuple[int, int]]] = {}
        for said in state["rules"]:
            key = (said["rrule"], said["dtstart"], tuple(said["exdates"]))
            groups.setdefault(key, []).append((said["start"], said["end"]))
        for (rrule, dtstart, exdates), windows in groups.items():
            left_out = [date.fromisoformat(day) for day in exdates]
            lines.append(
                f"{word}: {repeat_words(rrule, date.fromisoformat(dtstart), sorted(windows), left_out)}"
            )
    return f"Repeating hours of {hours.name if hours else 'hours'}", lines


def _time_off(session: Session, row: Revision, zone: ZoneInfo) -> tuple[str, list[str]]:
    lines = []
    for word, state in (("Added", row.after), ("Removed", row.before)):
        for item in state.get("spans", ()):
            first, last = (date.fromisoformat(item[name]) for name in ("start_date", "end_date"))
            days = day_with_year(first) if first == last else span_words(first, last)
            lines.append(_line(word, days, _who(session, item), item["note"]))
    return "Time off", lines


def _blocks(session: Session, row: Revision, zone: ZoneInfo) -> tuple[str, list[str]]:
    lines = []
    for word, state in (("Blocked", row.after), ("Removed", row.before)):
        for item in state.get("blocks", ()):
            start, end = item["starts_at"], item["ends_at"]
            when = f"{day_with_year(start, zone)}, {time_range(start, end, zone)}"
            lines.append(_line(word, when, _who(session, item), item["note"]))
    shown = lines if len(lines) <= 12 else [*lines[:11], f"and {len(lines) - 11} more"]
    return "Blocked time", shown


def _holidays(session: Session, row: Revision, zone: ZoneInfo) -> tuple[str, list[str]]:
    before, after = (set((state["calendar"] or {}).get("keys", ())) for state in (row.before, row.after))
    lines = [
        f"{word}: {', '.join(sorted(keys))}"
        for word, keys in (("Closed on", after - before), ("No longer", before - after))
        if keys
    ]
    old, new = row.before["calendar"], row.after["calendar"]
    if old and new:
        regions = [region_words(said["country"], said["subdivision"]) for said in (old, new)]
        if regions[0] != regions[1]:
            lines.insert(0, f"Days of {regions[1]} (before: {regions[0]})")
    if row.after["calendar"] is None:
        lines = ["Closes with the clinic again"]
    elif row.after["location_id"] and row.before["calendar"] is None:
        lines = ["A calendar of its own", f"Closed on: {', '.join(sorted(after)) or 'no holiday'}"]
    return f"Holidays of {_who(session, row.after)}", lines or ["Saved without a change"]


def _line(word: str, when: str, who: str, note: str) -> str:
    return f"{word}: {when}, {who}" + (f", {note}" if note else "")


def _who(session: Session, item: dict[str, Any]) -> str:
    actor = session.get(Actor, item["actor_id"]) if item.get("actor_id") else None
    place = session.get(Location, item["location_id"]) if item.get("location_id") else None
    if actor is not None:
        return actor.name
    return place.name if place is not None else "the whole clinic"


_WORDS = {
    revisions.WEEK: _week,
    revisions.DATES: _dates,
    revisions.REPEATS: _repeats,
    revisions.TIME_OFF: _time_off,
    revisions.BLOCKS: _blocks,
    holiday_calendars.KIND: _holidays,
}


def newest(session: Session, user_id: str | None, now: int) -> int:
    """The id of the edit that this person has just made in this transaction."""
    return session.scalars(
        select(Revision.id)
        .where(Revision.user_id == user_id, Revision.at == now)
        .order_by(Revision.id.desc())
        .limit(1)
    ).one()
