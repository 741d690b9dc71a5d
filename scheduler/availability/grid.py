"""Candidate starts: the grid that each merged window anchors (design.md, the slot rule, 4 and 5).

Nothing taken, no clock and no viewer has a say here; the asked range only cuts.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.availability.hours import DatedHours, Span
from scheduler.availability.values import MINUTE, TypeRules
from scheduler.availability.zones import EARLIEST, LATEST

# A window may end a day after its date, and a zone that skips a date (Samoa, 2011) moves it one day further.
_DAYS_BEFORE = 2
# A clock that is set back over midnight gives the date before one more hour, inside the new date's windows.
_DAYS_AFTER = 1


def windows_with_reach(dated: DatedHours, since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """Windows that may touch [since, until), by start, each with the end of the union of windows that it lies
    in.

    The reach is right up to ``until``: what touches or overlaps beyond it is not looked at.
    """
    spans: list[Span] = []
    for day in range(dated.zone.day(since) - _DAYS_BEFORE, dated.zone.day(until) + _DAYS_AFTER + 1):
        spans += dated.spans(day)
    spans.sort()
    first = 0
    while first < len(spans):
        reach = spans[first][1]
        after = first + 1
        while after < len(spans) and spans[after][0] <= reach:
            reach = max(reach, spans[after][1])
            after += 1
        for start, end in spans[first:after]:
            yield start, end, reach
        first = after


def candidates(dated: DatedHours, rules: TypeRules, since: int, until: int) -> list[int]:
    """The starts of [since, until) that hours, grid and length allow: sorted, each once, epoch seconds."""
    since, until = max(since, EARLIEST), min(until, LATEST)
    starts: list[int] = []
    if since >= until:
        return starts
    step, length = rules.interval * MINUTE, rules.duration * MINUTE
    latest = -1
    apart = True
    # Plain comparisons below: calls of min() and max() would take half of the time of this loop.
    for start, end, reach in windows_with_reach(dated, since, until + length):
        if start < latest:
            apart = False
        if end > latest:
            latest = end
        last = reach - length + 1
        if end < last:
            last = end
        if last > until:
            last = until
        if start < since:
            start += -(-(since - start) // step) * step
        starts.extend(range(start, last, step))
    return starts if apart else sorted(set(starts))


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
