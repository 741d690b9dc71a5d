"""Hours that repeat, as a plain form asks for them, and as the RRULE (RFC 5545) that is kept. Pure.

``rrule_of`` and ``repeat_of`` are each other's inverse for all that the form can say; ``repeat_of`` answers None for a
rule that it can't (an imported one), which stays as it is until it is removed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from scheduler.availability.recurrence import Rule, parse
from scheduler.catalog.parse import LAST_DATE

WEEK, MONTH_WEEKDAY, MONTH_WORKDAY, MONTH_DAY = "week", "month-weekday", "month-workday", "month-day"
KINDS = (WEEK, MONTH_WEEKDAY, MONTH_WORKDAY, MONTH_DAY)
PLACES = (1, 2, 3, 4, -1)
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = frozenset(range(5))
LAST_DAY = -1
MAX_INTERVAL = 52
MAX_COUNT = 1000
# Dates to show are looked for this far: a rule that gives none for so long is as good as over.
LOOK_AHEAD_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Repeat:
    """On which dates hours come again. ``first`` is the first of them; it ends ``until`` (the last possible date), after
    ``count`` dates, or never.

    ``kind`` week: each ``interval`` weeks on ``weekdays`` (0 = Monday). month-weekday: each ``interval`` months on the
    ``places`` (1 to 4, -1 the last) of ``weekdays``; month-workday: the ``places`` of the days from Monday to Friday;
    month-day: ``month_days`` (1 to 31, -1 the last day).
    """

    kind: str
    first: date
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None


def rrule_of(repeat: Repeat) -> str:
    """The RRULE of a repeat; its DTSTART is ``repeat.first``."""
    parts = [f"FREQ={'WEEKLY' if repeat.kind == WEEK else 'MONTHLY'}"]
    if repeat.interval > 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.kind == WEEK:
        parts.append(f"BYDAY={','.join(CODES[day] for day in sorted(repeat.weekdays))}")
    elif repeat.kind == MONTH_WEEKDAY:
        days = [
            f"{place}{CODES[day]}" for day in sorted(repeat.weekdays) for place in in_order(repeat.places)
        ]
        parts.append(f"BYDAY={','.join(days)}")
    elif repeat.kind == MONTH_WORKDAY:
        parts.append(f"BYDAY={','.join(CODES[day] for day in sorted(WORKDAYS))}")
        parts.append(f"BYSETPOS={','.join(map(str, in_order(repeat.places)))}")
    else:
        parts.append(f"BYMONTHDAY={','.join(map(str, in_order(repeat.month_days)))}")
    if repeat.until is not None:
        parts.append(f"UNTIL={repeat.until:%Y%m%d}")
    elif repeat.count is not None:
        parts.append(f"COUNT={repeat.count}")
    return ";".join(parts)


def repeat_of(rrule: str, dtstart: date) -> Repeat | None:
    """The repeat that a kept rule is, when the form can say it."""
    rule = parse(rrule, dtstart)
    if rule.months or rule.year_days or rule.weeks or rule.interval > MAX_INTERVAL:
        return None
    if rule.count is not None and rule.count > MAX_COUNT:
        return None
    if rule.interval > 1 and not rule.gives(dtstart.toordinal()):
        return None  # the form starts at the first date, which would shift the others
    kind = _kind(rule)
    if kind is None:
        return None
    weekdays = {day for _, day in rule.numbered} if kind == MONTH_WEEKDAY else rule.weekdays
    places = {place for place, _ in rule.numbered} if kind == MONTH_WEEKDAY else rule.positions
    return Repeat(
        kind,
        dtstart,
        rule.interval,
        () if kind == MONTH_WORKDAY else tuple(sorted(weekdays)),
        in_order(places),
        in_order(rule.month_days),
        None if rule.until is None else min(date.fromordinal(rule.until), LAST_DATE),
        rule.count,
    )


def from_first_date(repeat: Repeat) -> Repeat | None:
    """The repeat with ``first`` moved on to the first date that it gives; None when it gives none.

    "Every second Monday from Tuesday, June 9" begins on June 15: without this, RFC 5545 would count the weeks from the
    week of June 9, whose Monday is over, and begin on June 22.
    """
    every = replace(repeat, interval=1, until=None, count=None)
    begin = next(iter(next_dates(rrule_of(every), repeat.first, (), repeat.first, 1)), None)
    if begin is None or (repeat.until is not None and begin > repeat.until):
        return None
    return replace(repeat, first=begin)


def next_dates(
    rrule: str, dtstart: date, exdates: Collection[date], since: date, count: int = 5
) -> list[date]:
    """The first ``count`` dates of a rule from ``since`` on, as far as the next ten years have them."""
    rule = parse(rrule, dtstart)
    begin = max(since, dtstart).toordinal()
    end = min(begin + LOOK_AHEAD_DAYS, LAST_DATE.toordinal() + 1)
    left_out = {day.toordinal() for day in exdates}
    given = (day for day in range(begin, end) if day not in left_out and rule.gives(day))
    return [date.fromordinal(day) for day in islice(given, count)]


def in_order(numbers: Collection[int]) -> tuple[int, ...]:
    """1, 2, ..., then those that count from the end, the last one last."""
    return tuple(sorted(numbers, key=lambda number: (number < 0, number)))


def _kind(rule: Rule) -> str | None:
    if rule.freq == "WEEKLY":
        plain = rule.weekdays and not (rule.month_days or rule.positions)
        # where a week starts tells only when weeks are left out
        return WEEK if plain and (rule.week_start == 0 or rule.interval == 1) else None
    if rule.freq != "MONTHLY":
        return None
    if rule.numbered:
        places, days = {place for place, _ in rule.numbered}, {day for _, day in rule.numbered}
        whole = len(rule.numbered) == len(places) * len(days) and places <= set(PLACES)
        return MONTH_WEEKDAY if whole and not (rule.weekdays or rule.month_days or rule.positions) else None
    if rule.weekdays:
        nth = rule.positions and rule.positions <= set(PLACES) and not rule.month_days
        return MONTH_WORKDAY if nth and rule.weekdays == WORKDAYS else None
    days_only = rule.month_days and not rule.positions
    return MONTH_DAY if days_only and all(day > 0 or day == LAST_DAY for day in rule.month_days) else None
