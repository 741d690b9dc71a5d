"""From wall hours to instants: the windows of local dates (design.md, the slot rule, 1 to 4).

Days are ordinals of local dates; spans are pairs of epoch seconds, half-open. What was worked out for a day is kept with
the Hours value it was worked out from: such a value never changes, so nothing kept can be stale.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import pairwise
from typing import Literal

from scheduler.availability.recurrence import parse
from scheduler.availability.values import DAY, MINUTE, Hours, Window
from scheduler.availability.zones import EPOCH_DAY, zone

Span = tuple[int, int]
# Half-open stretches as two lists of one length: where each begins and where it ends, both rising.
Stretches = tuple[list[int], list[int]]
Reaching = tuple[int, int, int]
Owner = Literal["time_off", "override", "hours"]

# A window may end a day after its date, and a zone that skips a date (Samoa, 2011) moves it one day further.
_DAYS_BEFORE = 2
# A clock that is set back over midnight gives the date before one more hour, inside the new date's windows.
_DAYS_AFTER = 1
_KEPT_DAYS = 1024


def stretches(spans: Iterable[Span]) -> Stretches:
    """Sorted spans, those that overlap or touch made one, empty ones dropped: where each begins, and where it ends."""
    begins: list[int] = []
    ends: list[int] = []
    reached = None
    for begin, end in spans:
        if end <= begin:
            continue
        if reached is None or begin > reached:
            begins.append(begin)
            ends.append(end)
            reached = end
        elif end > reached:
            ends[-1] = reached = end
    return begins, ends


def pairs(found: Stretches) -> Iterator[Span]:
    """The spans of stretches, in order. Raises ValueError when there is a beginning or an end too many."""
    return zip(*found, strict=True)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap or touch made one, empty ones dropped."""
    return list(pairs(stretches(sorted(spans))))


def dated(hours: Hours) -> DatedHours:
    """Hours made ready, once per value. Raises ValueError for an unknown zone or a bad RRULE."""
    try:
        made: DatedHours = hours.__dict__["_dated"]
    except KeyError:
        made = hours.__dict__["_dated"] = DatedHours(hours)
    return made


class DatedHours:
    """Hours made ready to be asked date by date. Raises ValueError for an unknown zone or a bad RRULE."""

    def __init__(self, hours: Hours) -> None:
        # A copy: the value keeps what is made here, and a circle would keep both until the collector comes.
        self.hours = copy(hours)
        self.zone = zone(hours.zone)
        self._overrides = {day.toordinal(): windows for day, windows in hours.overrides.items()}
        self._off = merged([(first.toordinal(), last.toordinal() + 1) for first, last in hours.time_off])
        self._rules = [
            (parse(rule.rrule, rule.dtstart), frozenset(day.toordinal() for day in rule.exdates), rule.window)
            for rule in hours.rules
        ]
        self._weekly = [_same_day(windows) for windows in hours.weekly]
        self._lonely: dict[int, list[Reaching]] = {}
        self._windows: dict[int, list[Reaching]] = {}
        # Days whose windows leave their own date, and so may meet those of another.
        self._meeting: set[int] = set()

    def owner(self, day: int) -> Owner:
        """What decides the windows of a day: time off, else an override, else weekly hours and rules."""
        if self._is_off(day):
            return "time_off"
        return "override" if day in self._overrides else "hours"

    def windows(self, day: int) -> tuple[Window, ...]:
        """The windows of a day by wall clock, as they were given (rule 1)."""
        if self._is_off(day):
            return ()
        if day in self._overrides:
            return self._overrides[day]
        return self.hours.weekly[(day + 6) % 7] + self._recurring(day)

    def spans(self, day: int) -> list[Span]:
        """The merged windows of a day as instants (rules 1 to 4)."""
        if self._is_off(day):
            return []
        if day in self._overrides:
            return self._converted(day, self._overrides[day])
        recurring = self._recurring(day) if self._rules else ()
        usual = self._weekly[(day + 6) % 7]
        offset = self.zone.offset(day)
        if usual is None or recurring or offset is None:
            return self._converted(day, self.hours.weekly[(day + 6) % 7] + recurring)
        midnight = (day - EPOCH_DAY) * DAY - offset
        return [(midnight + start, midnight + end) for start, end in usual]

    def windows_between(self, since: int, until: int, beyond: int = 0) -> tuple[list[Reaching], bool]:
        """The windows that may touch [since, until), by start: (start, end, reach), ``reach`` being the end of the union
        of windows that it lies in; and whether no two of them overlap.

        The reach is right up to ``beyond`` seconds after ``until``: what touches or overlaps later is not looked at.
        """
        day_of, kept = self.zone.day, self._windows
        first, last = day_of(since), day_of(until - 1)
        if last < first:  # the clock was set back over midnight in between
            first, last = last, first
        found: list[Reaching] = []
        for day in range(first, last + 1):
            windows = kept.get(day)
            if windows is None:
                windows = self._keep(day)
            found += windows
        if self._meeting:
            return self._with_neighbours(first, last, day_of(until + beyond), found)
        return found, True

    def _with_neighbours(
        self, first: int, last: int, furthest: int, found: list[Reaching]
    ) -> tuple[list[Reaching], bool]:
        """``found``, the windows of the days from ``first`` to ``last``, and those of dates around them that may meet
        these."""
        around = [day for day in range(first - _DAYS_BEFORE, first) if day in self._meeting]
        if last in self._meeting or last + 1 in self._meeting:
            around += range(last + 1, furthest + _DAYS_AFTER + 1)
        if around:
            found = found + [window for day in around for window in self._alone(day)]
        elif all(one[1] < other[0] for one, other in pairwise(found)):
            return found, True
        return _joined(found)

    def _keep(self, day: int) -> list[Reaching]:
        """A day's windows, worked out together with the days that might meet it, so that ``_meeting`` knows of them."""
        if len(self._windows) >= _KEPT_DAYS:
            self._windows.clear()
            self._lonely.clear()
        for near in range(day - _DAYS_BEFORE, day + _DAYS_AFTER + 1):
            self._alone(near)
        windows = self._windows[day] = self._alone(day)
        return windows

    def _alone(self, day: int) -> list[Reaching]:
        windows = self._lonely.get(day)
        if windows is None:
            windows = [(start, end, end) for start, end in self.spans(day)]
            # On a day on which the clock changes, hours may begin or end inside the date before.
            if windows and (self.zone.offset(day) is None or windows[-1][1] >= self.zone.instant(day + 1, 0)):
                self._meeting.add(day)
            # Last: another thread that finds the day here may rely on ``_meeting``.
            self._lonely[day] = windows
        return windows

    def _is_off(self, day: int) -> bool:
        if not self._off:
            return False
        place = bisect_right(self._off, (day, DAY**2)) - 1
        return place >= 0 and day < self._off[place][1]

    def _recurring(self, day: int) -> tuple[Window, ...]:
        return tuple(
            window for rule, left_out, window in self._rules if day not in left_out and rule.gives(day)
        )

    def _converted(self, day: int, windows: tuple[Window, ...]) -> list[Span]:
        spans = []
        for window in windows:
            end = window.end
            if window.overnight:
                # The next date's own override or time off has the word from its midnight on.
                end = 1440 if self.owner(day + 1) != "hours" else window.end + 1440
            spans.append((self.zone.instant(day, window.start), self.zone.instant(day, end)))
        return merged(spans)


def _joined(windows: list[Reaching]) -> tuple[list[Reaching], bool]:
    """Windows of several dates that may touch or overlap: in order, with the reach of their unions."""
    windows = sorted(windows)
    found: list[Reaching] = []
    apart, first = True, 0
    while first < len(windows):
        reach = windows[first][1]
        after = first + 1
        while after < len(windows) and windows[after][0] <= reach:
            apart = apart and windows[after][0] == reach
            reach = max(reach, windows[after][1])
            after += 1
        found += [(start, end, reach) for start, end, _ in windows[first:after]]
        first = after
    return found, apart


def _same_day(windows: tuple[Window, ...]) -> list[Span] | None:
    """Weekly windows merged, in seconds since midnight; None when one runs overnight."""
    if any(window.overnight for window in windows):
        return None
    return merged([(window.start * MINUTE, window.end * MINUTE) for window in windows])
