"""What is neither taken nor open on a line of the day: stretches at which a press says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import MINUTE
from scheduler.console.lines import Entry, Line
from scheduler.console.offers import Offer
from scheduler.console.why.asked import why_address

# The part of a day that is looked at, by the line's clock; what stands outside it widens it.
FIRST, LAST = 8 * 60, 18 * 60
SHORTEST = 15 * MINUTE
_NINE = 9 * 60
Span = tuple[int, int]


def with_empty(line: Line, offers: Sequence[Offer], day: date, now: int) -> Line:
    """The line with its empty stretches of 15 minutes and more that are still to come; those inside a gap stand in it.
    A line on which nothing is offered has none. ``now``: epoch seconds."""
    of_its_zone = [one for one in offers if line.zone is not None and one.zone == line.zone.key]
    offer = offer_on(line.key, of_its_zone) or offer_on(line.key, offers)
    if offer is None:
        return line
    # where the line's times are all of one zone they don't name it, so neither may these be of another
    zone = zone_of(line.zone.key if line.zone else offer.zone)
    since, until = zone.instant(day.toordinal(), FIRST), zone.instant(day.toordinal(), LAST)
    covered = sorted(span for entry in line.entries for span in _covered(entry))
    since = max(min([since, *(start for start, _ in covered)]), -(-now // SHORTEST) * SHORTEST)
    until = max([until, *(end for _, end in covered)])
    empty = [
        Entry("empty", start, end, zone.info, why=why_address(offer.schedule_id, start))
        for start, end in _between(covered, since, until)
        if end - start >= SHORTEST
    ]
    entries: list[Entry] = []
    for entry in line.entries:
        holes = [one for one in empty if entry.kind == "gap" and entry.start < one.start < entry.end]
        empty = [one for one in empty if one not in holes]
        entries.append(replace(entry, holes=tuple(holes)) if holes else entry)
    return replace(
        line, entries=tuple(sorted([*entries, *empty], key=lambda entry: (entry.start, entry.end)))
    )


def why_that_day(key: str, offers: Sequence[Offer], day: date) -> str:
    """The address that asks about nine o'clock of a day on a line (on any line, for an empty key), or ""."""
    offer = offer_on(key, offers)
    if offer is None:
        return ""
    return why_address(offer.schedule_id, zone_of(offer.zone).instant(day.toordinal(), _NINE))


def offer_on(key: str, offers: Sequence[Offer]) -> Offer | None:
    """The first thing that is offered on a line."""
    return next((offer for offer in offers if not key or key in offer.lines), None)


def _covered(entry: Entry) -> Iterable[Span]:
    if entry.kind != "gap":
        return [(entry.start, entry.end)]
    return [(opening.start, opening.end) for part in entry.gap for opening in (*part.shown, *part.more)]


def _between(covered: Sequence[Span], since: int, until: int) -> Iterable[Span]:
    """The stretches of [since, until) that no span of the sorted ``covered`` touches."""
    at = since
    for start, end in covered:
        if start > at:
            yield at, min(start, until)
        at = max(at, end)
    if at < until:
        yield at, until
