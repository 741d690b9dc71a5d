"""The week as it is typed: rows of a start and an end per day, read with nothing lost, and the acts that change rows.

A row's start may hold whole hours ("9-12, 1-5:30p"), whatever its end says; those in the first row are the whole day, and what
stands in its other rows is of before. Texts stay as they were typed until they are
read without a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from sqlalchemy.orm import Session

from scheduler import catalog
from scheduler.booking import By
from scheduler.catalog.hours import MAX_WINDOWS_PER_DAY, WEEKDAYS
from scheduler.catalog.typed_hours import (
    BadHours,
    clock,
    names_ranges,
    parse_ranges,
    short_ranges,
    write_ranges,
)
from scheduler.console.refusals import whole

LUNCH = (720, 780)
WEEK = range(7)
WORKDAYS = range(5)
MAX_ROWS = 30

Range = tuple[int, int]
Weekly = dict[int, list[Range]]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week as typed. ``wrong`` is the row that ``problem`` is about, counted from 0."""

    number: int
    open: bool
    rows: tuple[tuple[str, str], ...]
    ranges: tuple[Range, ...] = ()
    problem: str = ""
    wrong: int = 0
    overlap: bool = False
    said: str = ""

    @property
    def name(self) -> str:
        return WEEKDAYS[self.number]

    @property
    def words(self) -> str:
        """The text twin of the day's picture: "Tuesday: 9:00 AM to 12:00 PM"."""
        if self.problem and not self.ranges:
            return f"{self.name}: not read yet"
        return f"{self.name}: {write_ranges(self.ranges if self.open else ())}"

    @property
    def row_words(self) -> list[str]:
        """What names each row's buttons: the hours when they can be read, else its number."""
        return [_row_words(number, *row) for number, row in enumerate(self.rows, 1)]

    @property
    def bars(self) -> list[tuple[int, int]]:
        """(start, length) in minutes of the day's own picture; what runs past midnight is cut there."""
        shown = self.ranges if self.open else ()
        return [(start, (end if end > start else 1440) - start) for start, end in shown]


@dataclass(frozen=True, slots=True)
class Draft:
    """A week as typed; ``version`` is that of the hours on which it is based. ``focus`` is the control to go on with."""

    version: int
    days: tuple[Day, ...]
    focus: str = ""

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(id of the control, sentence) for the error summary."""
        return [(f"day-{d.number}-start-{d.wrong + 1}", d.problem) for d in self.days if d.problem]

    @property
    def weekly(self) -> Weekly:
        """The windows of each open day."""
        return {day.number: list(day.ranges) for day in self.days if day.open and day.ranges}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The draft as hidden fields, for a page that asks to go on with it."""
        found = [("version", str(self.version))]
        for day in self.days:
            if day.open:
                found.append((f"day-{day.number}-on", "on"))
            for start, end in day.rows:
                found += [(f"day-{day.number}-start", start), (f"day-{day.number}-end", end)]
        return found


def draft_of(weekly: Mapping[int, Sequence[Range]], version: int) -> Draft:
    """The week as it is kept."""
    return Draft(version, tuple(_kept_day(number, sorted(weekly.get(number, ()))) for number in WEEK))


def read(form: Any) -> Draft:
    """The week that a form (a MultiDict) holds."""
    days = []
    for number in WEEK:
        starts, ends = form.getlist(f"day-{number}-start"), form.getlist(f"day-{number}-end")
        rows = tuple(zip_longest(starts[:MAX_ROWS], ends[:MAX_ROWS], fillvalue=""))
        days.append(_read_day(number, f"day-{number}-on" in form, rows))
    return Draft(whole(form.get("version")), tuple(days))


def change(draft: Draft, availability_id: str, by: By, now: int) -> Callable[[Session], object]:
    """The act of saving the draft, to be tried or done in a session."""

    def act(session: Session) -> object:
        return catalog.set_week(
            session,
            by=by,
            now=now,
            availability_id=availability_id,
            version=draft.version,
            weekly=draft.weekly,
        )

    return act


def act(draft: Draft, word: str, form: Any) -> Draft:
    """The draft after a press of a button: ``add-1``, ``remove-1-0``, ``lunch-1``, ``copy-1``, ``merge-1`` (days from 0).
    Any other word changes nothing."""
    verb, _, rest = word.partition("-")
    day, _, row = rest.partition("-")
    if day not in tuple(str(number) for number in WEEK):
        return draft
    number = int(day)
    if verb == "remove":
        return _put(draft, _without(draft.days[number], row), f"day-{number}-add")
    if verb == "copy":
        return _copied(draft, number, form.getlist(f"copy-{number}-to"))
    if verb in ("add", "lunch", "merge"):
        made = {"add": _with_row, "lunch": _split, "merge": _merged}[verb](draft.days[number])
        focus = f"day-{number}-start-{len(made.rows)}" if verb == "add" else f"day-{number}-start-1"
        return _put(draft, made, focus)
    return draft


def read_rows(rows: Sequence[tuple[str, str]]) -> list[list[Range]]:
    """The ranges of each row that counts. Raises BadHours, whose ``number`` is the row, counted from 1."""
    found: list[list[Range]] = []
    for number, (start, end) in enumerate(rows, 1):
        if not start.strip() and not end.strip():
            found.append([])
            continue
        if not start.strip():
            raise BadHours("it has no start. Write it such as 9 AM.", number)
        whole = names_ranges(start)
        try:
            found.append(parse_ranges(start if whole or not end.strip() else f"{start} - {end}"))
        except BadHours as error:
            raise BadHours(str(error), number) from None
        if whole and number == 1:
            break
    return found


def complete(draft: Draft) -> Draft:
    """The draft as it would be saved: a day that is ticked open needs hours."""
    return replace(
        draft,
        days=tuple(
            replace(day, problem=f"{day.name}: enter hours such as 9-12, or untick the day.")
            if day.open and not day.ranges and not day.problem
            else day
            for day in draft.days
        ),
    )


def _read_day(number: int, on: bool, rows: tuple[tuple[str, str], ...]) -> Day:
    typed = Day(number, on, rows)
    if not on:
        return typed
    try:
        by_row = read_rows(rows)
    except BadHours as error:
        return replace(typed, problem=error.about(typed.name), wrong=(error.number or 1) - 1)
    ranges = sorted(one for found in by_row for one in found)
    if len(ranges) > MAX_WINDOWS_PER_DAY:
        return replace(typed, problem=f"{typed.name}: give at most {MAX_WINDOWS_PER_DAY} ranges.")
    try:
        parse_ranges(short_ranges(ranges))
    except BadHours as error:
        at = next((place for place, found in enumerate(by_row) if found), 0)
        return replace(typed, ranges=tuple(ranges), problem=error.about(typed.name), wrong=at, overlap=True)
    return _kept_day(number, ranges, on, blank=sum(not found for found in by_row))


def _kept_day(number: int, ranges: Sequence[Range], on: bool | None = None, blank: int = 0) -> Day:
    rows = [(clock(start), clock(end or 1440)) for start, end in ranges] + [("", "")] * blank
    return Day(number, bool(ranges) if on is None else on, tuple(rows or [("", "")]), tuple(ranges))


def _put(draft: Draft, day: Day, focus: str) -> Draft:
    days = tuple(day if one.number == day.number else one for one in draft.days)
    return replace(draft, days=days, focus=focus)


def _with_row(day: Day) -> Day:
    return replace(day, open=True, rows=(*day.rows, ("", "")))


def _without(day: Day, row: str) -> Day:
    place = int(row) if row.isascii() and row.isdigit() and len(row) < 3 else len(day.rows)
    rows = tuple(one for number, one in enumerate(day.rows) if number != place)
    return _read_day(day.number, day.open, rows or (("", ""),))


def _split(day: Day) -> Day:
    """Noon to 1 PM taken out of the day's hours."""
    try:
        ranges = [one for found in read_rows(day.rows) for one in found]
    except BadHours as error:
        return replace(day, problem=error.about(day.name), wrong=(error.number or 1) - 1)
    parts = [part for one in sorted(ranges) for part in _around(one)]
    if parts == sorted(ranges):
        return replace(day, said=f"{day.name} is free from 12:00 PM to 1:00 PM already.")
    return _read_day(day.number, day.open, tuple((clock(a), clock(b or 1440)) for a, b in parts))


def _around(one: Range) -> list[Range]:
    start, end = one
    finish = end if end > start else 1440 + end
    parts = [(start, min(finish, LUNCH[0])), (max(start, LUNCH[1]), finish)]
    return [(a, b if b <= 1440 else b - 1440) for a, b in parts if a < b]


def _merged(day: Day) -> Day:
    """Ranges that overlap or touch made one."""
    try:
        ranges = sorted(one for found in read_rows(day.rows) for one in found)
    except BadHours:
        return day
    joined: list[Range] = []
    for start, end in ranges:
        finish = end if end > start else 1440 + end
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(finish, joined[-1][1]))
        else:
            joined.append((start, finish))
    # an overnight end that reaches round to its own start is the whole day
    kept = [(a, b if b <= 1440 else min(b - 1440, a)) for a, b in joined]
    return _read_day(day.number, day.open, tuple((clock(a), clock(b or 1440)) for a, b in kept))


def _copied(draft: Draft, number: int, to: Sequence[str]) -> Draft:
    source = draft.days[number]
    chosen = {str(day) for day in WEEK if day != number} & set(to)
    days = tuple(
        _read_day(day.number, source.open, source.rows) if str(day.number) in chosen else day
        for day in draft.days
    )
    return replace(draft, days=days, focus=f"day-{number}-copy")


def _row_words(number: int, start: str, end: str) -> str:
    try:
        ranges = read_rows([(start, end)])[0]
    except BadHours:
        ranges = []
    return write_ranges(ranges) if ranges else f"range {number}"
