"""RFC 5545 recurrence rules at the resolution of dates: does a rule give this date?

A rule is asked date by date instead of being expanded, so that no text, however written, can search for ever;
only COUNT needs the dates from the start on, and those are kept. Checked against dateutil in the tests. Where
BYDAY mixes plain and numbered days, any of them will do, as RFC 5545 section 3.3.10 says.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice

from scheduler.availability.values import DAY
from scheduler.availability.zones import EARLIEST, EPOCH_DAY, LATEST

LONGEST_TEXT = 500
MOST_DATES = 3660
_FIRST_DAY = EARLIEST // DAY + EPOCH_DAY
_LAST_DAY = LATEST // DAY + EPOCH_DAY
_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BYDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(T[0-9]{6}Z?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_NUMBERS = {
    "BYMONTH": (12, False),
    "BYMONTHDAY": (31, True),
    "BYYEARDAY": (366, True),
    "BYWEEKNO": (53, True),
    "BYSETPOS": (366, True),
}
_TOO_FINE = ("BYHOUR", "BYMINUTE", "BYSECOND")


@dataclass(frozen=True)
class Rule:
    """A parsed RRULE with its start; days are ordinals. Made by ``parse``."""

    freq: str
    start: int
    interval: int
    count: int | None
    until: int | None
    week_start: int
    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weeks: frozenset[int]
    weekdays: frozenset[int]
    numbered: frozenset[tuple[int, int]]
    positions: frozenset[int]

    def gives(self, day: int) -> bool:
        """Whether the rule gives this day, COUNT and UNTIL considered."""
        if self.count is None:
            return self._recurs(day)
        return day in self._counted

    def _recurs(self, day: int) -> bool:
        if day < self.start or (self.until is not None and day > self.until):
            return False
        if self.freq == "WEEKLY" and self.weekdays and (day + 6) % 7 not in self.weekdays:
            return False
        when = date.fromordinal(day)
        if self._periods_since_start(when) % self.interval or not self._matches(when):
            return False
        return not self.positions or day in _chosen(self, *self._period(when))

    @cached_property
    def _counted(self) -> frozenset[int]:
        days = (day for day in range(self.start, _LAST_DAY + 1) if self._recurs(day))
        return frozenset(islice(days, self.count))

    def _periods_since_start(self, when: date) -> int:
        if self.freq == "DAILY":
            return when.toordinal() - self.start
        if self.freq == "WEEKLY":
            return self._week(when.toordinal()) - self._week(self.start)
        first = date.fromordinal(self.start)
        if self.freq == "MONTHLY":
            return (when.year - first.year) * 12 + when.month - first.month
        return when.year - first.year

    def _week(self, day: int) -> int:
        return (day - 1 - self.week_start) // 7

    def _matches(self, when: date) -> bool:
        if self.months and when.month not in self.months:
            return False
        if self.month_days:
            back = when.day - monthrange(when.year, when.month)[1] - 1
            if when.day not in self.month_days and back not in self.month_days:
                return False
        if self.year_days:
            number = when.toordinal() - date(when.year, 1, 1).toordinal() + 1
            if number not in self.year_days and number - 367 + (not isleap(when.year)) not in self.year_days:
                return False
        if self.weeks and not self._in_weeks(when):
            return False
        return (
            not (self.weekdays or self.numbered) or when.weekday() in self.weekdays or self._is_numbered(when)
        )

    def _in_weeks(self, when: date) -> bool:
        fourth = (when.toordinal() - 1 - self.week_start) // 7 * 7 + 4 + self.week_start
        year = date.fromordinal(fourth).year
        number = (fourth - date(year, 1, 1).toordinal()) // 7 + 1
        last = (date(year, 12, 28).toordinal() - 1 - self.week_start) // 7 * 7 + 4 + self.week_start
        weeks = (last - date(year, 1, 1).toordinal()) // 7 + 1
        return number in self.weeks or number - weeks - 1 in self.weeks

    def _is_numbered(self, when: date) -> bool:
        if not self.numbered:
            return False
        if self.freq == "MONTHLY" or self.months:
            before, after = when.day - 1, monthrange(when.year, when.month)[1] - when.day
        else:
            before = when.toordinal() - date(when.year, 1, 1).toordinal()
            after = date(when.year, 12, 31).toordinal() - when.toordinal()
        weekday = when.weekday()
        return (before // 7 + 1, weekday) in self.numbered or (-(after // 7) - 1, weekday) in self.numbered

    def _period(self, when: date) -> tuple[int, int]:
        day = when.toordinal()
        if self.freq == "DAILY":
            return day, day
        if self.freq == "WEEKLY":
            first = self._week(day) * 7 + 1 + self.week_start
            return first, first + 6
        if self.freq == "MONTHLY":
            return day - when.day + 1, day - when.day + monthrange(when.year, when.month)[1]
        return date(when.year, 1, 1).toordinal(), date(when.year, 12, 31).toordinal()


@lru_cache(maxsize=4096)
def _chosen(rule: Rule, first: int, last: int) -> frozenset[int]:
    """The days of one period that BYSETPOS chooses."""
    inside = [day for day in range(first, last + 1) if rule._matches(date.fromordinal(day))]
    size = len(inside)
    return frozenset(
        day
        for place, day in enumerate(inside)
        if place + 1 in rule.positions or place - size in rule.positions
    )


@lru_cache(maxsize=2048)
def parse(text: str, dtstart: date) -> Rule:
    """The rule that an RRULE text means from ``dtstart`` on. Raises ValueError with a sentence for people."""
    if not _FIRST_DAY <= dtstart.toordinal() < _LAST_DAY:
        raise ValueError("A repeat rule starts between 1900 and 2199.")
    parts = _parts(text)
    freq = parts.pop("FREQ", "")
    if freq in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise ValueError("Hours repeat by days, weeks, months or years, not more often.")
    if freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError("A repeat rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    interval = _whole(parts, "INTERVAL")
    count = _whole(parts, "COUNT")
    until = _until(parts.pop("UNTIL")) if "UNTIL" in parts else None
    if count is not None and until is not None:
        raise ValueError("A repeat rule has COUNT or UNTIL, not both.")
    week_start = parts.pop("WKST", "MO")
    if week_start not in _DAYS:
        raise ValueError("WKST is a weekday such as MO.")
    numbers = {name: _numbers(name, parts.pop(name, "")) for name in _NUMBERS}
    weekdays, numbered = _byday(parts.pop("BYDAY", ""), freq)
    if parts:
        raise ValueError(f"A repeat rule cannot have {_shown(next(iter(parts)))}.")
    if numbers["BYWEEKNO"] and freq != "YEARLY":
        raise ValueError("BYWEEKNO belongs to FREQ=YEARLY.")
    if numbers["BYWEEKNO"] and numbered:
        raise ValueError("BYWEEKNO cannot go with a numbered weekday.")
    if numbers["BYSETPOS"] and not (
        weekdays or numbered or any(v for k, v in numbers.items() if k != "BYSETPOS")
    ):
        raise ValueError("BYSETPOS needs another BY part to choose from.")
    months, month_days = numbers["BYMONTH"], numbers["BYMONTHDAY"]
    if not (weekdays or numbered or month_days or numbers["BYYEARDAY"] or numbers["BYWEEKNO"]):
        if freq == "WEEKLY":
            weekdays = frozenset([dtstart.weekday()])
        elif freq in ("MONTHLY", "YEARLY"):
            month_days = frozenset([dtstart.day])
            months = months or (frozenset([dtstart.month]) if freq == "YEARLY" else months)
    return Rule(
        freq,
        dtstart.toordinal(),
        interval or 1,
        count,
        until,
        _DAYS[week_start],
        months,
        month_days,
        numbers["BYYEARDAY"],
        numbers["BYWEEKNO"],
        weekdays,
        numbered,
        numbers["BYSETPOS"],
    )


def check_rrule(text: str, dtstart: date) -> str:
    """The RRULE text in one spelling (capitals, no prefix). Raises ValueError with a sentence naming the
    fault.

    Refused: nonsense, more often than daily, parts of a day, over 500 characters, a COUNT over ten years of
    days, a rule that gives no date at all.
    """
    rule = parse(text, dtstart)
    if not any(rule._recurs(day) for day in range(rule.start, min(rule.until or _LAST_DAY, _LAST_DAY) + 1)):
        raise ValueError("This repeat rule gives no date at all.")
    if rule.count is not None and rule.count > MOST_DATES:
        raise ValueError(f"COUNT is at most {MOST_DATES}. Leave it out for a rule that doesn't end.")
    return text.strip().upper().removeprefix("RRULE:")


def _parts(text: str) -> dict[str, str]:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"A repeat rule has at most {LONGEST_TEXT} characters.")
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise ValueError("A repeat rule looks like FREQ=WEEKLY;BYDAY=TU.")
        if name in _TOO_FINE:
            raise ValueError(f"The time of day is set by the hours, not by {name}.")
        if name in parts:
            raise ValueError(f"{_shown(name)} is there twice.")
        parts[name] = value
    return parts


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[A-Z-]{1,20}", name) else "that part"


def _whole(parts: dict[str, str], name: str) -> int | None:
    if name not in parts:
        return None
    text = parts.pop(name)
    if not _WHOLE.fullmatch(text) or int(text) < 1:
        raise ValueError(f"{name} is a whole number from 1 on.")
    return int(text)


def _until(text: str) -> int:
    found = _UNTIL.fullmatch(text)
    if found is not None:
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).toordinal()
        except ValueError:
            pass
    raise ValueError("UNTIL is a date such as 20261231.")


def _numbers(name: str, text: str) -> frozenset[int]:
    most, negative = _NUMBERS[name]
    found = set()
    for item in text.split(",") if text else ():
        number = int(item) if _NUMBER.fullmatch(item) else 0
        if not 1 <= abs(number) <= most or (number < 0 and not negative):
            raise ValueError(
                f"{name} has numbers from 1 to {most}{', or negative ones' if negative else ''}."
            )
        found.add(number)
    return frozenset(found)


def _byday(text: str, freq: str) -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    plain, numbered = set(), set()
    for item in text.split(",") if text else ():
        found = _BYDAY.fullmatch(item)
        if found is None:
            raise ValueError("BYDAY has weekdays such as MO, TU or 1MO, -1FR.")
        if found[1] is None:
            plain.add(_DAYS[found[2]])
            continue
        number = int(found[1])
        if freq not in ("MONTHLY", "YEARLY") or not 1 <= abs(number) <= 53:
            raise ValueError(
                "A numbered weekday such as 1MO belongs to FREQ=MONTHLY or YEARLY, numbered 1 to 53."
            )
        numbered.add((number, _DAYS[found[2]]))
    return frozenset(plain), frozenset(numbered)
