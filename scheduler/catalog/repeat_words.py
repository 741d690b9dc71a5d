"""Hours that repeat, read back in words: any rule that is kept, also one that the form can't make. Pure.

Usual rules get the words that people use ("Every second Monday", "The first and third Monday of every month"); all others
are put together from their parts. Two rules with the same words give the same dates.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from scheduler.availability.recurrence import Rule, parse
from scheduler.catalog.hours import WEEKDAYS
from scheduler.catalog.repeats import WORKDAYS, in_order
from scheduler.catalog.typed_hours import write_ranges

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_LISTED = 6


def repeat_words(
    rrule: str, dtstart: date, windows: Sequence[Sequence[int]], exdates: Collection[date] = ()
) -> str:
    """ "Every second Monday from June 8, 2026, 9:00 AM to 12:00 PM, until December 31, not on July 6": a year is said when
    it is another one than before."""
    rule = parse(rrule, dtstart)
    words = rule_words(rrule, dtstart)
    parts = [f"{words}{',' if ',' in words else ''} from {_day(dtstart, None)}", write_ranges(windows)]
    year = dtstart.year
    if rule.until is not None:
        last = date.fromordinal(rule.until)
        parts.append(f"until {_day(last, year)}")
        year = last.year
    if rule.count is not None:
        parts.append("once" if rule.count == 1 else f"{rule.count} times")
    if exdates:
        parts.append(f"not on {days_words(sorted(exdates), dtstart.year if year == dtstart.year else None)}")
    return ", ".join(parts)


def days_words(days: Sequence[date], year: int | None = None) -> str:
    """ "July 6, August 3 and January 4, 2027": ``year`` is the one that goes without saying."""
    shown = days if len(days) <= _LISTED else days[: _LISTED - 1]
    said = []
    for day in shown:
        said.append(_day(day, year))
        year = day.year
    if len(shown) < len(days):
        said.append(f"{len(days) - len(shown)} more dates")
    return _list(said)


def rule_words(rrule: str, dtstart: date) -> str:
    """On which dates: "Every Monday and Friday", "The last working day (Monday to Friday) of every third month"."""
    rule = parse(rrule, dtstart)
    return (_usual(rule) or _composed(rule)) + _week_start(rule)


def _usual(rule: Rule) -> str:
    """The words of a rule of a usual form; "" for any other."""
    if rule.year_days or rule.weeks or (rule.months and rule.freq != "YEARLY"):
        return ""
    if rule.freq in ("MONTHLY", "YEARLY"):
        return _usual_months(rule)
    if rule.month_days or rule.positions:
        return ""
    if rule.freq == "DAILY":
        return "" if rule.weekdays else f"{_every(rule.interval)} day"
    names = _list([WEEKDAYS[day] for day in sorted(rule.weekdays)])
    if rule.interval == 1:
        return f"Every {names}"
    if len(rule.weekdays) == 1:
        return f"{_every(rule.interval)} {names}"
    return f"{_every(rule.interval)} week on {names}"


def _usual_months(rule: Rule) -> str:
    if rule.freq == "YEARLY" and not rule.months:
        return ""
    if rule.positions:
        usual = rule.weekdays == WORKDAYS and not (rule.numbered or rule.month_days)
        if not usual or (rule.freq == "YEARLY" and len(rule.months) > 1):
            return ""
        which = f"The {_places(rule.positions)} working day (Monday to Friday)"
    elif rule.numbered and not (rule.weekdays or rule.month_days):
        which = _numbered(rule)
    elif rule.month_days and not (rule.weekdays or rule.numbered):
        which = _month_days(rule.month_days)
    else:
        return ""
    when = f"{_every(rule.interval).lower()} {_UNITS[rule.freq]}"
    if rule.freq == "YEARLY":
        when = f"{_list([MONTHS[month - 1] for month in sorted(rule.months)])}, {when}"
    return f"{which[0].upper()}{which[1:]} of {when}"


def _composed(rule: Rule) -> str:
    """Any rule, from its parts: "Every day that is a Monday or a Friday, and also the 13th of the month"."""
    is_so = []
    scope = "month" if rule.freq == "MONTHLY" or rule.months else "year"
    if rule.weekdays or rule.numbered:
        days = [f"a {WEEKDAYS[day]}" for day in sorted(rule.weekdays)]
        days += [
            f"the {_place(place)} {WEEKDAYS[day]} of the {scope}"
            for day, place in sorted((day, place) for place, day in rule.numbered)
        ]
        is_so.append(_list(days, "or"))
    if rule.month_days:
        is_so.append(f"{_month_days(rule.month_days, 'or')} of the month")
    if rule.year_days:
        is_so.append(_list([_year_day(day) for day in in_order(rule.year_days)], "or"))
    if rule.weeks:
        is_so.append(f"a day of {_list([_week(week) for week in in_order(rule.weeks)], 'or')} of the year")
    if rule.months:
        is_so.append(f"a day in {_list([MONTHS[month - 1] for month in sorted(rule.months)], 'or')}")
    said = ", and also ".join(is_so) or "any day"
    unit = f"{_every(rule.interval).lower()} {_UNITS[rule.freq]}"
    if rule.positions:
        return f"The {_places(rule.positions)} of the days that are {said}, in {unit}"
    return f"Every day that is {said}" + (f", in {unit}" if rule.interval > 1 else "")


def _week_start(rule: Rule) -> str:
    tells = rule.weeks or (rule.freq == "WEEKLY" and (rule.interval > 1 or rule.positions))
    return f" (weeks begin on {WEEKDAYS[rule.week_start]})" if tells and rule.week_start else ""


def _numbered(rule: Rule) -> str:
    """ "the first and third Monday and the last Friday"."""
    by_day: dict[int, set[int]] = {}
    for place, day in rule.numbered:
        by_day.setdefault(day, set()).add(place)
    by_places: dict[tuple[int, ...], list[str]] = {}
    for day in sorted(by_day):
        by_places.setdefault(in_order(by_day[day]), []).append(WEEKDAYS[day])
    return _list([f"the {_places(places)} {_list(days)}" for places, days in by_places.items()])


def _month_days(days: Collection[int], word: str = "and") -> str:
    """ "the 1st, the 15th and the last day"."""
    return _list([f"the {_suffixed(d)}" if d > 0 else f"the {_place(d)} day" for d in in_order(days)], word)


def _year_day(day: int) -> str:
    return f"day {day} of the year" if day > 0 else f"the {_place(day)} day of the year"


def _week(week: int) -> str:
    return f"week {week}" if week > 0 else f"the {_place(week)} week"


def _places(places: Collection[int]) -> str:
    return _list([_place(place) for place in in_order(places)])


def _place(place: int) -> str:
    """ "first", "last", "second to last"."""
    if place == -1:
        return "last"
    return _nth(place) if place > 0 else f"{_nth(-place)} to last"


def _every(interval: int) -> str:
    return "Every" if interval == 1 else f"Every {_nth(interval)}"


def _nth(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else _suffixed(number)


def _suffixed(number: int) -> str:
    teen = 10 < number % 100 < 20
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _day(day: date, year: int | None) -> str:
    """ "June 8", with its year unless that is ``year``."""
    return f"{MONTHS[day.month - 1]} {day.day}" + ("" if day.year == year else f", {day.year}")


def _list(words: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
