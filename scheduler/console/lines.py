"""The lines of a day: each clinician's visits, holds, blocks and gaps, in the order of time.

Open times between two visits are one *gap*, in which each type has its starts: a morning with nothing in it is a line
or two, not forty buttons. What is neither taken nor open is added by ``console.empty``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scheduler.console.absences import Absences, Block
from scheduler.console.choices import Choices
from scheduler.console.offers import Calendars, Offer
from scheduler.console.openings import Opening
from scheduler.console.visits import Booked, Hold, Visit

SHOWN_STARTS = 3
"""Starts of a type that a gap shows before the others fold away."""


@dataclass(frozen=True, slots=True)
class Starts:
    """The open starts of one type at one place in a gap; ``more`` are folded away."""

    offer: Offer
    shown: tuple[Opening, ...]
    more: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A session: the visits that share a time, and the seat that can still be booked."""

    starts_at: int
    ends_at: int
    zone: ZoneInfo
    type: str
    place: str
    capacity: int
    taken: int
    held: int
    visits: tuple[Visit, ...]
    opening: Opening | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on a line: ``kind`` is visit, group, hold, block, gap or empty. ``start`` and ``end``: epoch seconds.
    ``why``: the address that says why an empty stretch is not open; ``holes``: those inside a gap."""

    kind: str
    start: int
    end: int
    zone: ZoneInfo
    visit: Visit | None = None
    group: Group | None = None
    hold: Hold | None = None
    block: Block | None = None
    gap: tuple[Starts, ...] = ()
    why: str = ""
    holes: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One clinician's day (or a place's, for what has no clinician). ``zone`` is None when its times are of several."""

    key: str
    name: str
    zone: ZoneInfo | None
    entries: tuple[Entry, ...]
    absences: tuple[str, ...]
    cancelled: tuple[Visit, ...]
    next_id: str
    booked: int
    openings: int


def known(choices: Choices, calendars: Calendars) -> Choices:
    """The choices without what is not there (any more)."""
    lines = {key for key, _ in whose(calendars)}
    return Choices(
        who=choices.who if choices.who in lines else "",
        place=choices.place if choices.place in calendars.places else "",
        form=choices.form,
    )


def whose(calendars: Calendars) -> tuple[tuple[str, str], ...]:
    """The lines that can be chosen, with their names."""
    lines = {line for offer in calendars.offers.values() for line in offer.lines}
    lines |= {one.id for one in calendars.clinicians.values()}
    named = [(line, calendars.line_name(line)) for line in lines]
    return tuple(sorted(named, key=lambda line: (line[0] not in calendars.clinicians, line[1])))


def offers_of(calendars: Calendars, choices: Choices) -> list[Offer]:
    """What is offered on the chosen lines and places."""
    return [
        offer
        for offer in calendars.offers.values()
        if choices.who in ("", *offer.lines) and choices.place in ("", offer.place_id)
    ]


def lines_of(
    calendars: Calendars,
    choices: Choices,
    booked: Booked,
    openings: Sequence[Opening],
    absences: Absences,
) -> list[Line]:
    found = []
    for key, name in (*whose(calendars), ("", "")):
        if choices.who not in ("", key):
            continue

        def ours(lines: Sequence[str], place: str, key: str = key) -> bool:
            return (key in lines if key else not lines) and choices.place in ("", place)

        line = _line(
            key,
            name or "Other bookings",
            [visit for visit in booked.visits if ours(visit.lines, visit.place_id)],
            [visit for visit in booked.cancelled if ours(visit.lines, visit.place_id)],
            [hold for hold in booked.holds if ours(hold.lines, hold.place_id)],
            [opening for opening in openings if ours(opening.offer.lines, opening.offer.place_id)],
            absences,
        )
        if line.entries or line.absences or line.cancelled:
            found.append(line)
    return found


def _line(
    key: str,
    name: str,
    visits: Sequence[Visit],
    cancelled: Sequence[Visit],
    holds: Sequence[Hold],
    openings: Sequence[Opening],
    absences: Absences,
) -> Line:
    blocks = absences.blocks.get(key, ())
    shared, alone = _groups(visits, holds, openings)
    entries = [
        *shared,
        *(
            Entry("visit", visit.starts_at, visit.ends_at, visit.zone, visit=visit)
            for visit in visits
            if visit.capacity == 1
        ),
        *(
            Entry("hold", hold.starts_at, hold.ends_at, hold.zone, hold=hold)
            for hold in holds
            if hold.capacity == 1
        ),
    ]
    zones = {entry.zone for entry in entries} | {opening.zone for opening in openings}
    zones |= {visit.zone for visit in cancelled}
    zone = next(iter(zones)) if len(zones) == 1 else None
    usual = zone or (sorted(zones, key=str)[0] if zones else absences.zone)
    entries += [Entry("block", block.start, block.end, usual, block=block) for block in blocks]
    entries.sort(key=lambda entry: (entry.start, entry.end))
    waiting = [visit for visit in visits if visit.may_check_in]
    return Line(
        key=key,
        name=name,
        zone=zone or (usual if not zones else None),
        entries=tuple(_with_gaps(entries, alone)),
        absences=absences.whole_days.get(key, ()),
        cancelled=tuple(cancelled),
        next_id=waiting[0].id if waiting else "",
        booked=len(visits),
        openings=len({opening.start for opening in openings}),
    )


def _groups(
    visits: Sequence[Visit], holds: Sequence[Hold], openings: Sequence[Opening]
) -> tuple[list[Entry], list[Opening]]:
    """Sessions with somebody in them, and the openings that are not of these."""
    seated: dict[tuple[str, int], list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.capacity > 1:
            seated[visit.schedule_id, visit.starts_at].append(visit)
    held: dict[tuple[str, int], list[Hold]] = defaultdict(list)
    for hold in holds:
        if hold.capacity > 1:
            held[hold.schedule_id, hold.starts_at].append(hold)
    free = {(opening.offer.schedule_id, opening.start): opening for opening in openings}
    entries = []
    for key in sorted({*seated, *held}, key=lambda key: key[1]):
        one = (seated[key] or held[key])[0]
        group = Group(
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            zone=one.zone,
            type=one.type,
            place=seated[key][0].place if seated[key] else "",
            capacity=one.capacity,
            taken=len(seated[key]) + len(held[key]),
            held=len(held[key]),
            visits=tuple(seated[key]),
            opening=free.pop(key, None),
        )
        entries.append(Entry("group", one.starts_at, one.ends_at, one.zone, group=group))
    return entries, list(free.values())


def _with_gaps(entries: Sequence[Entry], openings: Sequence[Opening]) -> list[Entry]:
    """The entries with the open times between them, each run of them as one gap."""
    result: list[Entry] = []
    waiting = sorted(openings, key=lambda opening: opening.start)
    for entry in entries:
        before = [opening for opening in waiting if opening.start < entry.start]
        waiting = waiting[len(before) :]
        result += [*_gap(before), entry]
    return [*result, *_gap(waiting)]


def _gap(openings: Sequence[Opening]) -> list[Entry]:
    if not openings:
        return []
    by_offer: dict[str, list[Opening]] = defaultdict(list)
    for opening in openings:
        by_offer[opening.offer.schedule_id].append(opening)
    parts = tuple(
        Starts(several[0].offer, tuple(several[:SHOWN_STARTS]), tuple(several[SHOWN_STARTS:]))
        for several in by_offer.values()
    )
    first, last = openings[0], max(openings, key=lambda opening: opening.end)
    return [Entry("gap", first.start, last.end, first.zone, gap=parts)]
