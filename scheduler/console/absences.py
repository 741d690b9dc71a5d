"""When no one can be seen on a day: blocked and busy time, time off, closed places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability.zones import zone as zone_of
from scheduler.console.offers import Calendars, info_of
from scheduler.models import BusyBlock, Organization, TimeOff


@dataclass(frozen=True, slots=True)
class Block:
    """A time taken by staff or in an outside calendar, cut to the day. ``words``: what it is called."""

    id: str
    start: int
    end: int
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Absences:
    """By line of the calendar. ``whole_days``: sentences such as "Time off: conference". ``zone``: the places' first."""

    blocks: Mapping[str, tuple[Block, ...]]
    whole_days: Mapping[str, tuple[str, ...]]
    zone: ZoneInfo


def load_absences(session: Session, person: Person, calendars: Calendars, day: date) -> Absences:
    """What is blocked, busy or off on the local day of each line's place."""
    zones = calendars.zones
    by_actor = {one.actor_id: one.id for one in calendars.clinicians.values()}
    of_line = {line: offer.zone for offer in calendars.offers.values() for line in offer.lines}
    return Absences(
        blocks=_blocks(session, by_actor, of_line, zones, day),
        whole_days=_whole_days(session, person, calendars, by_actor, day),
        zone=info_of(zones[0]),
    )


def _blocks(
    session: Session, by_actor: dict[str, str], of_line: dict[str, str], zones: tuple[str, ...], day: date
) -> dict[str, tuple[Block, ...]]:
    spans = {name: _span(name, day) for name in {*zones, *of_line.values()}}
    rows = session.execute(
        select(BusyBlock)
        .where(
            BusyBlock.actor_id.in_(by_actor),
            BusyBlock.starts_at < max(end for _, end in spans.values()),
            BusyBlock.ends_at > min(start for start, _ in spans.values()),
        )
        .order_by(BusyBlock.starts_at, BusyBlock.id)
    ).scalars()
    found: dict[str, list[Block]] = defaultdict(list)
    for row in rows:
        line = by_actor[row.actor_id]
        since, until = spans[of_line.get(line, zones[0])]
        start, end = max(row.starts_at, since), min(row.ends_at, until)
        if start < end:
            words = "Blocked" if row.origin == "staff" else "Busy in an outside calendar"
            found[line].append(Block(row.id, start, end, words, row.note))
    return {line: tuple(blocks) for line, blocks in found.items()}


def _span(zone: str, day: date) -> tuple[int, int]:
    clock = zone_of(zone)
    return clock.instant(day.toordinal(), 0), clock.instant(day.toordinal() + 1, 0)


def _whole_days(
    session: Session, person: Person, calendars: Calendars, by_actor: dict[str, str], day: date
) -> dict[str, tuple[str, ...]]:
    parents = {
        row.id: row.parent_id for row in session.execute(select(Organization.id, Organization.parent_id))
    }
    owners, above = set(), [person.organization_id]
    while above and above[-1] not in owners:
        owners.add(above[-1])
        parent = parents.get(above[-1])
        above += [parent] if parent else []
    rows = session.scalars(
        select(TimeOff)
        .where(TimeOff.organization_id.in_(owners), TimeOff.start_date <= day, TimeOff.end_date >= day)
        .order_by(TimeOff.start_date, TimeOff.id)
    ).all()
    found: dict[str, list[str]] = defaultdict(list)
    places_of: dict[str, set[str]] = defaultdict(set)
    for offer in calendars.offers.values():
        for line in offer.lines:
            places_of[line].add(offer.place_id)
    for row in rows:
        for line, words in _who_is_off(row, calendars, by_actor, places_of):
            found[line].append(f"{words}: {row.note}" if row.note else words)
    return {line: tuple(sentences) for line, sentences in found.items()}


def _who_is_off(
    row: TimeOff, calendars: Calendars, by_actor: dict[str, str], places_of: dict[str, set[str]]
) -> list[tuple[str, str]]:
    if row.actor_id is not None:
        return [(by_actor[row.actor_id], "Time off")] if row.actor_id in by_actor else []
    if row.location_id is not None:
        name = calendars.places[row.location_id].name if row.location_id in calendars.places else "A place"
        return [
            (line, f"{name} is closed") for line, places in places_of.items() if row.location_id in places
        ]
    return [(line, "Closed") for line in places_of]
