"""The form of hours that repeat, as it is typed and as it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from scheduler import catalog
from scheduler.booking import By
from scheduler.catalog import repeats
from scheduler.catalog.hours import WEEKDAYS
from scheduler.catalog.repeat_words import days_words
from scheduler.catalog.repeating import MAX_EXDATES, MAX_RULES
from scheduler.catalog.repeats import MONTH_DAY, MONTH_WEEKDAY, MONTH_WORKDAY, WEEK, Repeat
from scheduler.catalog.typed_hours import BadHours, parse_ranges, short_ranges
from scheduler.console.hours.dates_form import iso_date
from scheduler.console.hours.reading import Hours
from scheduler.console.hours.repeat_reading import Repeating, repeating
from scheduler.console.refusals import whole

NEVER, UNTIL, COUNT = "never", "until", "count"
ENDS = (NEVER, UNTIL, COUNT)
KIND_WORDS = {
    WEEK: "By the week, such as every second Monday",
    MONTH_WEEKDAY: "By the month on a weekday, such as the first Monday or the last Friday",
    MONTH_WORKDAY: "By the month on a working day, such as the last one (Monday to Friday)",
    MONTH_DAY: "By the month on a date, such as the 15th",
}
PLACE_WORDS = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", -1: "Last"}
# The control that a problem is about, for the links of the error summary.
CONTROLS = {"weekdays": "weekday-0", "places": "place-1", "left_out": "left-out-1"}
_SEPARATORS = re.compile(r"[\s,;&+]+|\band\b")
_SUFFIX = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?", re.ASCII)
_TEXTS = ("interval", "month_days", "hours", "first", "until", "count")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed. ``instead_of`` are the rules that it edits; ``blanks`` how many empty fields for dates to
    leave out are shown."""

    version: int
    kind: str = WEEK
    interval: str = "1"
    weekdays: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    month_days: str = ""
    hours: str = ""
    first: str = ""
    ends: str = NEVER
    until: str = ""
    count: str = ""
    left_out: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    blanks: int = 1

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The form as hidden fields."""
        single = [(name, str(getattr(self, name))) for name in ("version", "kind", "ends", *_TEXTS)]
        several = (("weekday", self.weekdays), ("place", self.places), ("left_out", self.left_out))
        return [
            *single,
            *((name, value) for name, values in several for value in values),
            *(("instead_of", key) for key in self.instead_of),
        ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for; ``repeats`` is None where ``problems`` (field to sentence) has something to say, and for a
    removal."""

    typed: Typed
    problems: dict[str, str] = field(default_factory=dict)
    repeats: Repeating | None = None


def read(form: Any) -> Typed:
    """The form (a MultiDict), with nothing lost."""
    left_out = [text for text in form.getlist("left_out")[:MAX_EXDATES] if text.strip()]
    kind, ends = str(form.get("kind", "")), str(form.get("ends", ""))
    texts: dict[str, Any] = {name: str(form.get(name, "")) for name in _TEXTS}
    return Typed(
        version=whole(form.get("version")),
        kind=kind if kind in repeats.KINDS else WEEK,
        ends=ends if ends in ENDS else NEVER,
        weekdays=tuple(form.getlist("weekday")[:7]),
        places=tuple(form.getlist("place")[:7]),
        left_out=tuple(left_out),
        instead_of=tuple(form.getlist("instead_of")[:MAX_RULES]),
        **texts,
    )


def with_another_date(typed: Typed) -> Typed:
    """The form with room for three more dates to leave out."""
    return replace(typed, blanks=3)


def typed_of(rule: Repeating | None, hours: Hours) -> Typed:
    """The form filled with a rule that stands now, or empty for a new one."""
    said = repeats.repeat_of(rule.rrule, rule.dtstart) if rule else None
    if rule is None or said is None:
        return Typed(hours.version, first=hours.today.isoformat())
    ends = UNTIL if said.until else COUNT if said.count else NEVER
    return Typed(
        version=hours.version,
        kind=said.kind,
        interval=str(said.interval),
        weekdays=tuple(map(str, said.weekdays)),
        places=tuple(map(str, said.places)),
        month_days=", ".join("last" if day == repeats.LAST_DAY else str(day) for day in said.month_days),
        hours=short_ranges(rule.windows),
        first=said.first.isoformat(),
        ends=ends,
        until=said.until.isoformat() if said.until else "",
        count=str(said.count or ""),
        left_out=tuple(day.isoformat() for day in rule.exdates),
        instead_of=rule.ids,
    )


def still_there(typed: Typed, hours: Hours) -> Typed:
    """The form without the rules that somebody else has removed meanwhile."""
    there = {key for rule in hours.rules for key in rule.ids}
    return replace(typed, instead_of=tuple(key for key in typed.instead_of if key in there))


def check(typed: Typed, hours: Hours) -> Asked:
    """What the form asks for, with every problem named."""
    problems: dict[str, str] = {}
    repeat = _repeat(typed, hours.today, problems)
    windows: list[Range] = []
    try:
        windows = parse_ranges(typed.hours)
    except BadHours as error:
        problems["hours"] = error.about("Hours")
    else:
        if not windows:
            problems["hours"] = "Hours: write hours such as 9-12."
    left_out = [iso_date(text) for text in dict.fromkeys(typed.left_out)]
    if None in left_out:
        problems["left_out"] = "Dates left out: enter dates such as 2027-07-06, or leave the field empty."
    if problems or repeat is None:
        return Asked(typed, problems)
    rrule, exdates = repeats.rrule_of(repeat), sorted(day for day in left_out if day is not None)
    strangers = [day for day in exdates if repeats.next_dates(rrule, repeat.first, (), day, 1) != [day]]
    found = repeating(rrule, repeat.first, windows, exdates, hours.today)
    if strangers:
        verb = "is not one of its dates" if len(strangers) == 1 else "are not among its dates"
        coming = f" It comes next on {days_words(found.next[:3])}." if found.next else ""
        problems["left_out"] = f"Dates left out: {days_words(strangers)} {verb}.{coming}"
    elif not found.next:
        name = _ending(typed)
        problems[name] = (
            f"{_LABELS[name]}: no date is left from today on. Change the dates, or remove these hours."
        )
    return Asked(typed, problems, None if problems else found)


def removal(typed: Typed, hours: Hours) -> Asked:
    """The rules that are to go."""
    there = any(set(rule.ids) & set(typed.instead_of) for rule in hours.rules)
    gone = {} if there else {"first": "These hours are removed already. There is nothing left to take away."}
    return Asked(typed, gone)


def change(asked: Asked, availability_id: str, by: By, now: int) -> Callable[[Session], object]:
    """The act that the form asks for, to be tried or done in a session."""
    common: dict[str, Any] = {"by": by, "now": now, "availability_id": availability_id}
    typed, rule = asked.typed, asked.repeats

    def act(session: Session) -> object:
        if rule is None:
            catalog.remove_repeating(session, **common, version=typed.version, rule_ids=typed.instead_of)
            return None
        return catalog.set_repeating(
            session,
            **common,
            version=typed.version,
            rrule=rule.rrule,
            dtstart=rule.dtstart,
            windows=rule.windows,
            exdates=rule.exdates,
            instead_of=typed.instead_of,
        )

    return act


_LABELS: Mapping[str, str] = {"first": "From", "until": "Until", "count": "Times"}


def _ending(typed: Typed) -> str:
    return {UNTIL: "until", COUNT: "count"}.get(typed.ends, "first")


def _repeat(typed: Typed, today: date, problems: dict[str, str]) -> Repeat | None:
    interval = _number(typed.interval, repeats.MAX_INTERVAL, "interval", "Every", problems)
    weekdays = _ticked(typed.weekdays, range(len(WEEKDAYS)))
    places = _ticked(typed.places, repeats.PLACES)
    month_days: tuple[int, ...] = ()
    if typed.kind in (MONTH_WEEKDAY, MONTH_WORKDAY) and not places:
        problems["places"] = "Which: tick at least one, such as First."
    if typed.kind in (WEEK, MONTH_WEEKDAY) and not weekdays:
        problems["weekdays"] = "Days: tick at least one."
    if typed.kind == MONTH_DAY:
        month_days = _month_days(typed.month_days, problems)
    first, until, count = iso_date(typed.first), None, None
    if first is None:
        problems["first"] = "From: enter a date such as 2027-06-08."
    if typed.ends == UNTIL:
        until = iso_date(typed.until)
        if until is None:
            problems["until"] = "Until: enter a date such as 2027-12-31."
        elif first is not None and until < first:
            problems["until"] = "Until: set it on or after the first day."
        elif until < today:
            problems["until"] = "Until: that date has passed. Check the year."
    elif typed.ends == COUNT:
        count = _number(typed.count, repeats.MAX_COUNT, "count", "Times", problems)
    if problems or first is None:
        return None
    kind = typed.kind
    asked = Repeat(
        kind,
        first,
        interval,
        weekdays if kind in (WEEK, MONTH_WEEKDAY) else (),
        places if kind in (MONTH_WEEKDAY, MONTH_WORKDAY) else (),
        month_days,
        until,
        count,
    )
    begun = repeats.from_first_date(asked)
    if begun is None:
        name = "until" if until else "first"
        problems[name] = f"{_LABELS[name]}: none of its dates lies between these two days. Change one."
    return begun


def _ticked(texts: tuple[str, ...], choices: range | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(number for number in choices if str(number) in texts)


def _number(text: str, most: int, name: str, label: str, problems: dict[str, str]) -> int:
    plain = text.strip()
    if plain.isascii() and plain.isdigit() and len(plain) < 6 and 1 <= int(plain) <= most:
        return int(plain)
    problems[name] = f"{label}: enter a whole number from 1 to {most}."
    return 1


def _month_days(text: str, problems: dict[str, str]) -> tuple[int, ...]:
    """ "1, 15th and last" as numbers."""
    days = set()
    for word in _SEPARATORS.split(text.strip().lower()[:200]):
        found = _SUFFIX.fullmatch(word)
        if word == "last":
            days.add(repeats.LAST_DAY)
        elif found is not None and 1 <= int(found[1]) <= 31:
            days.add(int(found[1]))
        elif word:
            days.clear()
            break
    if not days:
        problems["month_days"] = (
            "Dates of the month: write numbers from 1 to 31 such as 1, 15, or the word last."
        )
    return repeats.in_order(days)
