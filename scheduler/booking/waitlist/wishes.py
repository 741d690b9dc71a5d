"""What somebody on the waitlist wishes, whether a time suits, and until when it is kept for them: pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import MINUTE

# Part of the day by the wall clock of the visit's place: [from, until) in minutes since midnight.
PARTS = {"": (0, 1440), "morning": (0, 720), "afternoon": (720, 1020), "evening": (1020, 1440)}
ANSWER_SECONDS = 30 * MINUTE
OPENS_MINUTE, CLOSES_MINUTE, MORNING_MINUTE = 9 * 60, 20 * 60, 9 * 60 + 30


@dataclass(frozen=True, slots=True)
class Wish:
    """With whom (``owner_kind`` and ``owner_id`` as ``Slug`` names them) and when: ISO weekdays (none: any), part of the
    day, first and last local date. ``location_id``: at this place alone."""

    owner_kind: str
    owner_id: str
    location_id: str | None = None
    weekdays: tuple[int, ...] = ()
    part: str = ""
    earliest_on: date | None = None
    latest_on: date | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Who waits. ``birth_date`` is an ISO date; at least one of ``email`` and ``phone`` is given."""

    given: str
    family: str
    birth_date: str
    email: str
    phone: str
    language: str = "en"
    zone: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """Which times suit: as ``Wish``, and sooner than ``before`` (epoch seconds; None: no limit)."""

    weekdays: tuple[int, ...]
    part: str
    earliest_on: date | None
    latest_on: date | None
    before: int | None

    def suits(self, start: int, zone: str) -> bool:
        """Whether a start (epoch seconds) in the visit's zone is as wished."""
        if self.before is not None and start >= self.before:
            return False
        where = zone_of(zone)
        day = where.day(start)
        on = date.fromordinal(day)
        if self.earliest_on is not None and on < self.earliest_on:
            return False
        if self.latest_on is not None and on > self.latest_on:
            return False
        if self.weekdays and on.isoweekday() not in self.weekdays:
            return False
        since, until = PARTS[self.part]
        # by instants, so that on a day on which clocks change noon is still the wall clock's noon
        return where.instant(day, since) <= start < where.instant(day, until)

    def first(self, starts: Iterable[int], zone: str, *, but: Iterable[int] = ()) -> int | None:
        """The first of ``starts`` that suits and is none of ``but``."""
        passed_over = set(but)
        return next((at for at in starts if at not in passed_over and self.suits(at, zone)), None)


def deadline(now: int, zone: str) -> int:
    """Until when an offer made ``now`` (epoch seconds) is kept, by the wall clock of the visit's zone: half an hour between
    9:00 and 20:00, else until 9:30 of the next morning, which may be today's (ux.md 2.6)."""
    where = zone_of(zone)
    today = where.day(now)
    if now < where.instant(today, OPENS_MINUTE):
        return where.instant(today, MORNING_MINUTE)
    if now < where.instant(today, CLOSES_MINUTE):
        return now + ANSWER_SECONDS
    return where.instant(today + 1, MORNING_MINUTE)
