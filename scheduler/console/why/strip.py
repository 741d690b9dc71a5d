"""One day as a strip: the hours, what is taken, the openings and the asked time, by the place's clock. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from scheduler.availability import Situation, open_starts
from scheduler.availability.hours import dated
from scheduler.clock import MINUTE
from scheduler.console.why.facts import Facts
from scheduler.web.times import time_of_day, time_range

_PART = 4 * 3600
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the strip in minutes from its left end."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Strip:
    """``minutes``: the whole length. ``marks``: the times under it, evenly apart. ``hours_said``, ``taken_said`` and
    ``openings_said`` are its text."""

    day: date
    minutes: int
    hours: tuple[Bar, ...]
    taken: tuple[Bar, ...]
    openings: tuple[Bar, ...]
    asked: Bar
    marks: tuple[str, ...]
    hours_said: tuple[str, ...]
    taken_said: tuple[str, ...]
    openings_said: tuple[str, ...]


def day_bounds(situation: Situation, start: int) -> Span:
    """The local day of a start, from midnight to midnight (epoch seconds)."""
    clock = dated(situation.hours).zone
    return clock.instant(clock.day(start), 0), clock.instant(clock.day(start) + 1, 0)


def taken_on(situation: Situation, now: int, span: Span) -> list[tuple[int, int, str, str]]:
    """What takes the hosts' time in a span, in order: start, end, actor, and the appointment ("" for blocked or busy
    time, "held" for a hold)."""
    since, until = span
    found = []
    for host in situation.hosts:
        for one in host.taken:
            if one.start < until and one.end > since and (one.expires is None or now < one.expires):
                what = one.appointment if one.expires is None else "held"
                found.append((one.start, one.end, host.actor, what))
        found += [
            (one.start, one.end, host.actor, "")
            for one in host.busy
            if one.start < until and one.end > since and one.start < one.end
        ]
    return sorted(found)


def strip_of(
    situation: Situation,
    facts: Facts,
    start: int,
    now: int,
    taken: Sequence[tuple[int, int, str, str]],
    *,
    offered: bool,
) -> Strip:
    """The strip of the asked start's day; ``taken`` is what ``taken_on`` gave for it. What is not ``offered`` has no
    openings."""
    asked_hours = dated(situation.hours)
    zone = asked_hours.zone.info
    since, until = day_bounds(situation, start)
    day = asked_hours.zone.day(start)
    hours = _cut((span for one in (day - 1, day) for span in asked_hours.spans(one)), since, until)
    blocked = _cut(((begin, end) for begin, end, _, _ in taken), since, until)
    starts = open_starts(situation, now, since, until) if offered else []
    length = situation.rules.duration * MINUTE
    free = _cut(((at, at + length) for at in starts), since, until)
    asked = (start, min(start + length, until))
    left, right = _frame([*hours, *blocked, *free, asked], since, until)

    def bar(span: Span) -> Bar:
        return Bar((span[0] - left) // MINUTE, max(1, (span[1] - span[0]) // MINUTE))

    return Strip(
        day=date.fromordinal(day),
        minutes=(right - left) // MINUTE,
        hours=tuple(map(bar, hours)),
        taken=tuple(map(bar, blocked)),
        openings=tuple(map(bar, free)),
        asked=bar(asked),
        marks=tuple(time_of_day(left + part * (right - left) // 4, zone) for part in range(5)),
        hours_said=tuple(time_range(*span, zone) for span in hours),
        taken_said=tuple(_taken_words(one, facts, len(situation.hosts) > 1, zone) for one in taken),
        openings_said=tuple(time_of_day(at, zone) for at in starts),
    )


def _taken_words(one: tuple[int, int, str, str], facts: Facts, several: bool, zone: ZoneInfo) -> str:
    start, end, actor, what = one
    said = "blocked or busy" if not what else "held by someone booking now" if what == "held" else "booked"
    who = facts.patients.get(what, "")
    name = facts.people.get(actor, "") if several else ""
    return ", ".join(part for part in (time_range(start, end, zone), who or said, name) if part)


def _cut(spans: Iterable[Span], since: int, until: int) -> list[Span]:
    cut = ((max(start, since), min(end, until)) for start, end in spans)
    return sorted(span for span in cut if span[0] < span[1])


def _frame(spans: Sequence[Span], since: int, until: int) -> Span:
    """The part of the day to draw: all spans with an hour around them, in whole parts of four hours."""
    left = min(start for start, _ in spans)
    right = max(end for _, end in spans)
    left = since + max(0, (left - since) // 3600 - 1) * 3600
    right = min(until, left - (left - right - 3600) // _PART * _PART)
    return left, right if right > left else until
