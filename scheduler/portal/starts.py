"""Open starts of one or several Schedules as one list, by local date, and as what a patient can press.

The engine is asked once per Schedule, for the whole stretch at once; no query runs per time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from scheduler.availability import Situation, back_to_back, open_starts, pools
from scheduler.availability.zones import EPOCH_DAY, Zone
from scheduler.availability.zones import zone as zone_of
from scheduler.models import Appointment
from scheduler.models.slots import slot_id

ANY_DAY = (date.min, date.max)


class Opening(NamedTuple):
    """An open start (epoch seconds) of a Schedule. ``held_until``: when the visitor's own hold of it ends."""

    start: int
    schedule_id: str
    held_until: int | None = None

    @property
    def value(self) -> str:
        """The id of its slot, as a button sends it."""
        return slot_id(self.schedule_id, self.start)


@dataclass(frozen=True, slots=True)
class Starts:
    """Open starts of several Schedules as one sorted list, each once: ``at`` (epoch seconds), with the Schedule that stands
    behind all of them, or behind each. An Opening is made of those that are looked at: a page counts more than it shows."""

    at: list[int]
    whose: str | list[str]
    holds: Mapping[str, Appointment]

    def openings(self, first: int = 0, after: int | None = None) -> list[Opening]:
        """Those from the place ``first`` to before ``after``, all that follow when it is None."""
        found = []
        for place in range(first, len(self.at) if after is None else after):
            start, schedule = self.at[place], self.whose if isinstance(self.whose, str) else self.whose[place]
            hold = self.holds.get(schedule)
            own = hold is not None and hold.starts_at == start
            found.append(Opening(start, schedule, hold.expires_at if hold is not None and own else None))
        return found

    def without(self, schedule_id: str, start: int) -> Starts:
        """All but one start of one Schedule."""
        place = bisect_left(self.at, start)
        if (
            self.at[place : place + 1] != [start]
            or self.openings(place, place + 1)[0].schedule_id != schedule_id
        ):
            return self
        whose = self.whose if isinstance(self.whose, str) else self.whose[:place] + self.whose[place + 1 :]
        return Starts(self.at[:place] + self.at[place + 1 :], whose, self.holds)


def starts_between(
    situations: Mapping[str, Situation],
    holds: Mapping[str, Appointment],
    now: int,
    since: int,
    until: int,
    *,
    for_two: bool = False,
) -> Starts:
    """Open starts of several Schedules in [since, until) as one list; a start that two of them offer counts once, as the one
    where the visitor holds it, if any. ``for_two``: only those after which a second visit fits right away."""
    starts = {
        schedule_id: open_starts(
            situation, now, since, until, leave_out=holds[schedule_id].id if schedule_id in holds else None
        )
        for schedule_id, situation in situations.items()
    }
    if for_two:
        starts = {key: list(back_to_back(situations[key], found, now)) for key, found in starts.items()}
    if len(starts) == 1:
        [(schedule_id, times)] = starts.items()
        return Starts(times, schedule_id, holds)
    at, whose = [], []
    for start, schedules in pools.union(starts):
        mine = next((one for one in schedules if one in holds and holds[one].starts_at == start), None)
        at.append(start)
        whose.append(mine or schedules[0])
    return Starts(at, whose, holds)


def openings_between(
    situations: Mapping[str, Situation], holds: Mapping[str, Appointment], now: int, since: int, until: int
) -> list[Opening]:
    """The Openings of ``starts_between``."""
    return starts_between(situations, holds, now, since, until).openings()


def span_within(days: tuple[date, date], zone_name: str, since: int, until: int) -> tuple[int, int]:
    """The part of [since, until) (epoch seconds) that lies on local dates from the first of ``days`` to before the second;
    an empty one when there is none."""
    if days == ANY_DAY:
        return since, until
    zone = zone_of(zone_name)
    last = zone.day(until) + 1
    begin, end = (zone.instant(min(max(day.toordinal(), EPOCH_DAY), last), 0) for day in days)
    found = max(since, begin)
    return found, max(found, min(until, end))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A local date (an ordinal) with the places of its starts in a list: from ``first`` to before ``after``."""

    day: int
    first: int
    after: int


def by_day(at: Sequence[int], zone: Zone) -> list[Stretch]:
    """Sorted starts (epoch seconds) grouped by their local date in ``zone``."""
    days = []
    first = 0
    while first < len(at):
        day = zone.day(at[first])
        after = _end_of(day, at, first, zone)
        days.append(Stretch(day, first, after))
        first = after
    return days


def _end_of(day: int, at: Sequence[int], first: int, zone: Zone) -> int:
    """Up to where the starts from the place ``first`` on are on the local date ``day``."""
    if zone.offset(day) is not None:  # it is whole: no clock changes on it
        return bisect_left(at, zone.instant(day + 1, 0), first)
    return next((n for n in range(first, len(at)) if zone.day(at[n]) != day), len(at))
