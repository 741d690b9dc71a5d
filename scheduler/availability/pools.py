"""Pools: who of several Schedules, of which any will do, is booked (round robin).

The order, in this turn: who is booked least per available hour of the period, then the higher priority, then the smaller
id. A member without available hours comes last. The period of an asked start is the ISO week of its local date in the
member's own zone and the three weeks before it. Loads are compared as fractions of whole numbers, never as floats, so
that equal loads are equal. The order depends on the members' figures alone: not on their sequence, nor on who is open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scheduler.availability.hours import Span, dated, merged
from scheduler.availability.values import Busy, Hours
from scheduler.availability.zones import zone as zone_of

PERIOD_WEEKS = 4
_WEEK_DAYS = 7

Decider = Literal["alone", "load", "priority", "id"]


@dataclass(frozen=True, slots=True)
class Member:
    """A Schedule of a pool. ``booked``: its visits that block (and live holds) in the period; ``available``: the seconds
    of its hours there. Raises ValueError for negative figures."""

    schedule: str
    priority: int
    booked: int
    available: int

    def __post_init__(self) -> None:
        if self.booked < 0 or self.available < 0:
            raise ValueError("Visits and hours are not negative.")

    @property
    def load(self) -> Fraction | None:
        """Visits per available second; None when there are no available hours."""
        return Fraction(self.booked, self.available) if self.available else None

    @property
    def place(self) -> tuple[bool, Fraction, int, str]:
        """What the order goes by, the smallest first."""
        load = self.load
        return (
            load is None,
            load if load is not None else Fraction(self.booked),
            -self.priority,
            self.schedule,
        )


@dataclass(frozen=True, slots=True)
class Pick:
    """Who is booked, and why. ``order``: all members with their figures, in order; ``passed_over``: those before the
    chosen one, not open at the start; ``decided``: what put the chosen one before the next open member (``alone`` when
    there is no other)."""

    chosen: Member
    order: tuple[Member, ...]
    passed_over: tuple[Member, ...]
    decided: Decider


def fair_order(members: Iterable[Member]) -> tuple[Member, ...]:
    """The members in the order in which they are picked. Raises ValueError when one is named twice."""
    order = tuple(sorted(members, key=lambda member: member.place))
    if len({member.schedule for member in order}) < len(order):
        raise ValueError("A member stands in its pool once.")
    return order


def pick(members: Iterable[Member], is_open: Collection[str]) -> Pick | None:
    """The first member in order among the schedules ``is_open`` at the asked start; None when none of them is."""
    order = fair_order(members)
    able = [member for member in order if member.schedule in is_open]
    if not able:
        return None
    chosen = able[0]
    return Pick(chosen, order, order[: order.index(chosen)], _decided(chosen, able[1:]))


def _decided(chosen: Member, others: Sequence[Member]) -> Decider:
    if not others:
        return "alone"
    if chosen.place[:2] != others[0].place[:2]:
        return "load"
    return "priority" if chosen.priority != others[0].priority else "id"


def period(zone: str, start: int) -> tuple[int, int]:
    """The period of an asked start (epoch seconds): from the Monday three weeks before its ISO week to that week's end,
    by the wall clock of ``zone``. Half-open, epoch seconds. Raises ValueError for an unknown zone."""
    clock = zone_of(zone)
    day = clock.day(start)
    monday = day - (day - 1) % _WEEK_DAYS  # ordinal 1 was a Monday
    first = monday - (PERIOD_WEEKS - 1) * _WEEK_DAYS
    return clock.instant(first, 0), clock.instant(monday + _WEEK_DAYS, 0)


def available_seconds(hours: Hours, busy: Iterable[Busy], since: int, until: int) -> int:
    """How long the hours are open in [since, until), real elapsed seconds: weekly hours, recurrence rules and overrides
    without time off, and without what is ``busy`` or blocked. Bookings take nothing from it. Raises ValueError for an
    unknown zone or a bad RRULE."""
    if until <= since:
        return 0
    windows, _ = dated(hours).windows_between(since, until)
    spans = _clipped(((start, end) for start, end, _ in windows), since, until)
    taken = _clipped(((one.start, one.end) for one in busy), since, until)
    # |hours without busy| = |hours and busy together| - |busy|
    return _length(merged([*spans, *taken])) - _length(taken)


def union(starts: Mapping[str, Iterable[int]]) -> list[tuple[int, tuple[str, ...]]]:
    """The open starts of a pool, each once and in order, with the schedules that are open then, by id."""
    found: dict[int, set[str]] = {}
    for schedule, times in starts.items():
        for start in times:
            found.setdefault(start, set()).add(schedule)
    return [(start, tuple(sorted(found[start]))) for start in sorted(found)]


def _clipped(spans: Iterable[Span], since: int, until: int) -> list[Span]:
    return merged([(max(start, since), min(end, until)) for start, end in spans])


def _length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)
