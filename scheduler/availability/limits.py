"""Limits that need no actor: notice, horizon, release, caps, seats (design.md, the slot rule, 6 to 8)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.availability.grid import candidates_by_day
from scheduler.availability.hours import DatedHours
from scheduler.availability.values import DAY, MINUTE, Counted, Moment, Release, Seat, Situation, TypeRules
from scheduler.availability.zones import EARLIEST, LATEST, Zone


def asked_range(zone: Zone, rules: TypeRules, now: int, since: int, until: int) -> tuple[int, int]:
    """The part of [since, until) that notice allows and that the horizon may allow."""
    earliest = now + rules.minimum_notice * MINUTE
    if since < earliest:
        since = earliest
    if since < EARLIEST:
        since = EARLIEST
    if until > LATEST:
        until = LATEST
    if rules.horizon_days is not None and not _surely_within(rules.horizon_days, now, until):
        # One day more, for clocks that are set back over midnight; within_horizon looks at the dates.
        until = min(until, zone.instant(last_day(zone, rules.horizon_days, now) + 2, 0))
    return since, until


def _surely_within(horizon_days: int, now: int, instant: int) -> bool:
    """Whether no zone can have an instant's date beyond the horizon: a local day lasts at least a few hours, and only
    one date was ever skipped."""
    return instant <= now + (horizon_days - 2) * DAY


def last_day(zone: Zone, horizon_days: int, now: int) -> int:
    """The last local day (ordinal) that the horizon allows."""
    return min(zone.day(now) + horizon_days, zone.day(LATEST))


def within_horizon(zone: Zone, rules: TypeRules, now: int, starts: list[int]) -> list[int]:
    """Those of the sorted ``starts`` whose local date is at most the horizon's days after today's."""
    if rules.horizon_days is None or not starts or _surely_within(rules.horizon_days, now, starts[-1]):
        return starts
    last = last_day(zone, rules.horizon_days, now)
    sure = bisect_left(starts, zone.instant(last + 1, 0))
    return starts[:sure] + [start for start in starts[sure:] if zone.day(start) <= last]


def release_instant(zone: Zone, release: Release, day: int) -> int:
    """When the kept-back starts of a local day open."""
    return zone.instant(day - release.days_before, release.at_minute)


def kept_back(starts: Iterable[int], release: Release) -> list[int]:
    """Which candidates of one local date wait for their release."""
    share = release.share_percent
    return [start for i, start in enumerate(starts) if (i + 1) * share // 100 > i * share // 100]


def released(dated: DatedHours, rules: TypeRules, now: int, starts: list[int]) -> list[int]:
    """``starts`` without those that are still kept back."""
    release = rules.release
    if release is None or not starts:
        return starts
    zone = dated.zone
    waiting = {day for day in map(zone.day, starts) if now < release_instant(zone, release, day)}
    if not waiting:
        return starts
    of_day = candidates_by_day(dated, rules, min(waiting), max(waiting))
    hidden = {start for day in waiting for start in kept_back(of_day.get(day, ()), release)}
    return [start for start in starts if start not in hidden]


def _week(day: int) -> int:
    """A number for the ISO week of a day: ordinal 1 was a Monday, so week-years need no extra thought."""
    return (day - 1) // 7


@dataclass(frozen=True, slots=True)
class Tally:
    """One host's counted appointments per local day and per ISO week."""

    days: Counter[int]
    weeks: Counter[int]


def tally(zone: Zone, counted: Iterable[Counted], moment: Moment) -> Tally:
    """Counts the appointments that block at this moment, each as one."""
    days = [zone.day(one.start) for one in counted if moment.counts(one.appointment, one.expires)]
    return Tally(Counter(days), Counter(map(_week, days)))


def caps(rules: TypeRules, count: Tally, day: int) -> list[tuple[str, int, int]]:
    """The caps that one more visit on a local day would break: ("day" or "week", limit, appointments
    counted)."""
    of_day, of_week = count.days[day], count.weeks[_week(day)]
    broken = []
    if rules.max_per_day is not None and of_day >= rules.max_per_day:
        broken.append(("day", rules.max_per_day, of_day))
    if rules.max_per_week is not None and of_week >= rules.max_per_week:
        broken.append(("week", rules.max_per_week, of_week))
    return broken


def below_caps(zone: Zone, situation: Situation, moment: Moment, starts: list[int]) -> list[int]:
    """Those ``starts`` on whose local day and ISO week every host may take one more of this type."""
    rules = situation.rules
    # A cap of 0 closes even for a host of whom nothing is counted.
    tallies = [tally(zone, counted, moment) for counted in situation.counted or ((),)]
    verdicts: dict[int, bool] = {}
    kept = []
    for start in starts:
        day = zone.day(start)
        if day not in verdicts:
            verdicts[day] = not any(caps(rules, count, day) for count in tallies)
        if verdicts[day]:
            kept.append(start)
    return kept


@dataclass(frozen=True, slots=True)
class SharedSession:
    """A session that exists: the seats taken and the groups of the claims made for it."""

    taken: int
    groups: frozenset[str]


def sessions(rules: TypeRules, seats: Iterable[Seat], moment: Moment) -> dict[int, SharedSession]:
    """The sessions with a live seat, by start; none for a type whose capacity is 1."""
    if rules.capacity == 1:
        return {}
    length = rules.duration * MINUTE
    found: dict[int, SharedSession] = {}
    for seat in seats:
        if seat.end - seat.start != length or not moment.counts(seat.appointment, seat.expires):
            continue
        known = found.get(seat.start)
        taken, groups = (known.taken, known.groups) if known else (0, frozenset[str]())
        found[seat.start] = SharedSession(taken + seat.seats, groups | {seat.group})
    return found
