"""Candidate starts: the grid that each merged window anchors (design.md, the slot rule, 4 and 5).

Nothing taken, no clock and no viewer has a say in where the grid lies; the asked range and what is blocked only cut.
"""

from __future__ import annotations

from bisect import bisect_left

from scheduler.availability.hours import DatedHours, Stretches, pairs
from scheduler.availability.values import MINUTE, TypeRules
from scheduler.availability.zones import EARLIEST, LATEST

NOTHING: Stretches = ([], [])
_NONE_LEFT = (LATEST, LATEST)


def candidates(
    dated: DatedHours, rules: TypeRules, since: int, until: int, blocked: Stretches = NOTHING
) -> list[int]:
    """The starts of [since, until) that hours, grid and length allow, without the ``blocked`` ones: sorted, each once,
    epoch seconds."""
    since = EARLIEST if since < EARLIEST else since
    until = LATEST if until > LATEST else until
    if since >= until:
        return []
    length = rules.duration * MINUTE
    windows, apart = dated.windows_between(since, until, length)
    if apart:
        return _swept(windows, rules.interval * MINUTE, length, since, until, blocked)
    # Grids of two dates that overlap are put in order first: the sweep needs rising starts.
    starts: set[int] = set()
    for window in windows:
        starts.update(_swept([window], rules.interval * MINUTE, length, since, until, NOTHING))
    return without(sorted(starts), blocked)


def _swept(
    windows: list[tuple[int, int, int]],
    step: int,
    length: int,
    since: int,
    until: int,
    blocked: Stretches,
) -> list[int]:
    """One pass over windows and blocked stretches. Plain comparisons: min() and max() would take half of its time."""
    starts: list[int] = []
    stretches = pairs(blocked)
    low, high = next(stretches, _NONE_LEFT)
    for start, end, reach in windows:
        last = reach - length + 1
        if end < last:
            last = end
        if last > until:
            last = until
        if start < since:
            start -= (start - since) // step * step
            if start >= last:
                # Aligned to a later instant than the next window may start at: no stretch may be dropped for it.
                continue
        while low < last:
            if low > start:
                starts += range(start, low, step)
            if high > start:
                start -= (start - high) // step * step
                if start >= last:
                    break
            low, high = next(stretches, _NONE_LEFT)
        else:
            if start < last:
                starts += range(start, last, step)
    return starts


def without(starts: list[int], blocked: Stretches) -> list[int]:
    """Sorted ``starts`` without those that lie in a blocked stretch."""
    kept: list[int] = []
    here = 0
    for low, high in pairs(blocked):
        there = bisect_left(starts, low, here)
        kept += starts[here:there]
        here = bisect_left(starts, high, there)
    return kept + starts[here:]


def candidates_by_day(dated: DatedHours, rules: TypeRules, first: int, last: int) -> dict[int, list[int]]:
    """The candidates of each local day from ``first`` to ``last`` (ordinals, both included), by the
    start's date."""
    # A clock that is set back over midnight gives a date one more hour after its own 24:00.
    since = dated.zone.instant(first, 0)
    until = dated.zone.instant(last + 2, 0)
    found: dict[int, list[int]] = {}
    for start in candidates(dated, rules, since, until):
        day = dated.zone.day(start)
        if first <= day <= last:
            found.setdefault(day, []).append(start)
    return found
