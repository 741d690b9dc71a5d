"""Words for instants and lengths: the only place that writes a time for people. No clock.

Instants are epoch seconds UTC; a zone is an IANA name or a ZoneInfo. Zone names come from CLDR (babel), abbreviations
from the tz database. The offset is the zone's at that instant (ux.md 3.5). Words are in the language of the page or mail
that is being made (``speech.locale_now``), English where none is; 12 or 24 hours, order of day and month and names
are CLDR's for the locale that ``LOCALES`` gives that language. Examples below are English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, time
from functools import lru_cache, reduce
from itertools import product
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_time, get_timezone_name
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, HOUR, local_date, to_local
from scheduler.web.speech import locale_now

LOCALE = "en_US"
# Spanish as in the United States, where the clinics' clocks have 12 hours. Arabic as everywhere: digits are 0 to 9, as in
# phone numbers, codes and addresses beside them. Weeks begin on Monday in all of them.
LOCALES = {"en": LOCALE, "es": "es_US", "ar": "ar", "zh": "zh_Hans_CN"}
FIRST, SECOND = "first", "second"

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

Zone = str | ZoneInfo


class Timed(Protocol):
    """Something at an instant: epoch seconds."""

    @property
    def start(self) -> int: ...


_ENGLISH = {
    "long": "EEEE, MMMM d",
    "year": "EEEE, MMMM d, y",
    "plain": "EEEE MMMM d",
    "short": "EEE, MMM d",
    "weekday": "EEEE",
    "strip": "EEE",
    "date": "MMMM d, y",
    "month-day": "MMMM d",
}


def time_of_day(instant: int, zone: Zone) -> str:
    """ "10:30 AM"; in an hour that comes twice with its abbreviation, "1:30 AM EDT", because it is no time without."""
    text = _clock_time(instant, _zone(zone))
    return f"{text} {abbreviation(instant, zone)}" if repeated(instant, zone) else text


def with_time_of_day(items: Sequence[Timed], zone: Zone) -> list[tuple[Timed, str]]:
    """Items that have a ``start``, each with its ``time_of_day``: what a list of many times is written from."""
    where, locale = _zone(zone), _locale()
    known = zone_of(where.key)
    found = []
    for item in items:
        offset = known.offset(known.day(item.start))
        if offset is None:  # a clock changes on that date
            found.append((item, time_of_day(item.start, where)))
        else:
            minute = (item.start + offset) % DAY // 60
            found.append((item, _minute_words(minute // 60, minute % 60, locale)))
    return found


def time_with_zone(instant: int, zone: Zone) -> str:
    """ "10:30 AM EDT"."""
    return f"{_clock_time(instant, _zone(zone))} {abbreviation(instant, zone)}"


def time_range(start: int, end: int, zone: Zone) -> str:
    """ "10:30 AM to 11:10 AM EDT"."""
    return _("%(start)s to %(end)s", start=time_of_day(start, zone), end=time_with_zone(end, zone))


def abbreviation(instant: int, zone: Zone) -> str:
    """ "EDT"; where the tz database has only an offset, "GMT+3" or "GMT+5:45". In Chinese the zone's name, with its season in
    an hour that comes twice: there CST is China's own time."""
    locale = _locale()
    if locale == LOCALES["zh"]:
        if repeated(instant, zone):
            return _season_name(_zone(zone).key, bool(to_local(instant, _zone(zone)).dst()), locale)
        if whole := _cldr_name(_zone(zone).key, locale):
            return whole
    name = to_local(instant, _zone(zone)).tzname() or "UTC"
    if name[0] not in "+-":
        return name
    hours, minutes = name[1:3].lstrip("0") or "0", name[3:5]
    return f"GMT{name[0]}{hours}" + (f":{minutes}" if minutes not in ("", "00") else "")


def zone_name(zone: Zone, instant: int) -> str:
    """ "Eastern time": the zone's name for people, without season."""
    bare = zone_word(zone, instant)
    if bare == abbreviation(instant, zone) or _locale() != LOCALE:
        return bare
    return f"{bare} time"


def zone_word(zone: Zone, instant: int) -> str:
    """ "Eastern", as in "Boston time (Eastern)"; an abbreviation when CLDR knows no name. Languages other than English give
    the whole name."""
    where = _zone(zone)
    name = _cldr_name(where.key, _locale())
    return name.removesuffix(" Time") if name else abbreviation(instant, where)


def day_long(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday, June 8", of a local date, or of an instant in ``zone``."""
    return _format(value, zone, "long")


def day_with_year(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday, June 8, 2027"."""
    return _format(value, zone, "year")


def day_plain(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday June 8": the day inside an accessible name, where commas part the parts."""
    return _format(value, zone, "plain")


def date_short(value: date | int, zone: Zone | None = None) -> str:
    """ "Tue, Jun 8"."""
    return _format(value, zone, "short")


def weekday(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday"."""
    return _format(value, zone, "weekday")


def weekday_short(value: date | int, zone: Zone | None = None) -> str:
    """ "Tue": as short as a week's strip needs it."""
    return _format(value, zone, "strip")


def date_long(value: date | int, zone: Zone | None = None) -> str:
    """ "June 8, 2027"."""
    return _format(value, zone, "date")


def date_words(text: str) -> str:
    """ "June 8, 2027" of an ISO date as it is kept; any other text as it is."""
    if not _ISO_DATE.fullmatch(text):
        return text
    try:
        return date_long(date.fromisoformat(text))
    except ValueError:  # such as February 30
        return text


def day_and_time(instant: int, zone: Zone) -> str:
    """ "Tuesday, June 8, 10:30 AM EDT"."""
    return _("%(day)s, %(time)s", day=day_long(instant, zone), time=time_with_zone(instant, zone))


def month_number(text: str) -> int | None:
    """1 to 12 for a month's name or the beginning of it ("Feb", "sept."), in English or the page's language; else None."""
    typed = text.strip().rstrip(".").casefold()
    return _months(_locale()).get(typed)


def after_until(time_words: str) -> str:
    """A time of day as it stands behind "until": Spanish wants its article, "la 1:05 p.m.", "las 7:40 a.m."."""
    if _locale() != LOCALES["es"]:
        return time_words
    return f"la {time_words}" if time_words.startswith("1:") else f"las {time_words}"


def until_time(instant: int, zone: Zone, now: int) -> str:
    """ "10:30 AM EDT", behind "until"; with its day when that is another one or more than an hour is left: "9:30 AM EDT,
    Tuesday, June 8"."""
    clock_time = after_until(time_with_zone(instant, zone))
    if instant - now <= HOUR and local_date(instant, _zone(zone)) == local_date(now, _zone(zone)):
        return clock_time
    return _("%(time)s, %(day)s", time=clock_time, day=day_long(instant, zone))


def date_order() -> tuple[str, ...]:
    """The parts of a date in the order in which they are written: ("month", "day", "year")."""
    return _date_order(_locale())


def spoken_time(instant: int, zone: Zone) -> str:
    """The whole accessible name of a time: "10:30 AM, Tuesday June 8, Eastern time" (ux.md 3.4)."""
    return time_of_day(instant, zone) + spoken_rest(instant, zone)


def spoken_rest(instant: int, zone: Zone) -> str:
    """What follows the visible time in its accessible name: ", Tuesday June 8, Eastern time"."""
    return _(", %(day)s, %(zone)s", day=day_plain(instant, zone), zone=zone_name(zone, instant))


def week_range(first: date, last: date) -> str:
    """ "June 14 to 20", "June 28 to July 4", with years when they differ."""
    locale = _locale()
    if locale != LOCALE:
        return str(
            format_interval(first, last, "MMMMd" if first.year == last.year else "yMMMMd", locale=locale)
        )
    if first.year != last.year:
        return f"{_format(first, None, 'date')} to {_format(last, None, 'date')}"
    end = str(last.day) if first.month == last.month else _format(last, None, "month-day")
    return f"{_format(first, None, 'month-day')} to {end}"


def duration_words(minutes: int) -> str:
    """Minutes in words: 40 is "40 minutes", 75 "1 hour 15 minutes", 1500 "1 day 1 hour"."""
    days, rest = divmod(minutes, 1440)
    hours, rest = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("%(num)d day", "%(num)d days", days))
    if hours:
        parts.append(ngettext("%(num)d hour", "%(num)d hours", hours))
    if rest or not parts:
        parts.append(ngettext("%(num)d minute", "%(num)d minutes", rest))
    return reduce(lambda longer, shorter: _("%(longer)s %(shorter)s", longer=longer, shorter=shorter), parts)


def repeated(instant: int, zone: Zone) -> str | None:
    """FIRST or SECOND when the wall time of ``instant`` comes twice that day, else None."""
    where = _zone(zone)
    known = zone_of(where.key)
    if known.offset(known.day(instant)) is not None:
        return None  # no clock changes on that date
    moment = to_local(instant, where)
    twin = moment.replace(fold=1 - moment.fold)
    if twin.utcoffset() == moment.utcoffset():
        return None
    back = twin.astimezone(UTC).astimezone(moment.tzinfo)
    if back.replace(tzinfo=None) != moment.replace(tzinfo=None):
        return None  # a wall time inside a gap has two readings as well, but never comes
    return SECOND if moment.fold else FIRST


def repeated_note(instant: int, zone: Zone) -> str:
    """M10, or an empty text: "Clocks change on November 7, so 1:30 AM comes twice. This is the first one (EDT)."."""
    which = repeated(instant, zone)
    if which is None:
        return ""
    where = _zone(zone)
    said = {
        "day": _format(instant, where, "month-day"),
        "time": _clock_time(instant, where),
        "zone": abbreviation(instant, where),
    }
    if which == FIRST:
        return _(
            "Clocks change on %(day)s, so %(time)s comes twice. This is the first one (%(zone)s).", **said
        )
    return _("Clocks change on %(day)s, so %(time)s comes twice. This is the second one (%(zone)s).", **said)


def first_repeated_note(items: Sequence[Timed], zone: Zone) -> str:
    """The first ``repeated_note`` among items that have a ``start``; an empty text when none has one."""
    known = zone_of(_zone(zone).key)
    doubtful = (item.start for item in items if known.offset(known.day(item.start)) is None)
    return next((note for start in doubtful if (note := repeated_note(start, zone))), "")


def zone_place(city: str, zone: Zone, instant: int) -> str:
    """ "Boston time (Eastern)"; without a city "Eastern time"."""
    if not city:
        return zone_name(zone, instant)
    return _("%(city)s time (%(zone)s)", city=city, zone=zone_word(zone, instant))


def zone_city(city: str, zone: Zone, instant: int) -> str:
    """ "Boston (Eastern)"; without a city "Eastern time"."""
    if not city:
        return zone_name(zone, instant)
    return _("%(city)s (%(zone)s)", city=city, zone=zone_word(zone, instant))


def iso_instant(instant: int, zone: Zone) -> str:
    """The machine's form for a ``time`` element: "2027-06-08T10:30:00-04:00"."""
    return to_local(instant, _zone(zone)).isoformat()


def _zone(zone: Zone) -> ZoneInfo:
    return zone_of(zone).info if isinstance(zone, str) else zone


def _clock_time(instant: int, zone: ZoneInfo) -> str:
    local = to_local(instant, zone)
    return _minute_words(local.hour, local.minute, _locale())


@lru_cache(maxsize=4 * 1440)
def _minute_words(hour: int, minute: int, locale: str) -> str:
    # CLDR puts a narrow no-break space before AM; a common space is what people type and search, css keeps it whole.
    text = format_time(time(hour, minute), format="short", locale=locale)
    return text.replace("\u202f", " ").replace("\xa0", " ")


def _locale() -> str:
    """The CLDR locale of the page or mail that is being made."""
    locale = locale_now()
    return LOCALES.get(locale.language, LOCALE) if locale is not None else LOCALE


def _format(value: date | int, zone: Zone | None, kind: str) -> str:
    if isinstance(value, int):
        if zone is None:
            raise ValueError("an instant has no day without a zone")
        value = local_date(value, _zone(zone))
    return _day_words(value, kind, _locale())


@lru_cache(maxsize=4096)
def _day_words(day: date, kind: str, locale: str) -> str:
    return format_date(day, format=_pattern(kind, locale), locale=locale)


@lru_cache(maxsize=64)
def _pattern(kind: str, locale: str) -> str:
    """The pattern of a day in words. English has its own; those of other languages are CLDR's."""
    if locale == LOCALE:
        return _ENGLISH[kind]
    if kind == "weekday":
        return "EEEE"
    own = Locale.parse(locale)
    if kind == "strip":
        # names of days that CLDR doesn't shorten are too wide for a week's strip
        same = own.days["format"]["abbreviated"] == own.days["format"]["wide"]
        return "EEEEE" if same else "EEE"
    if kind in ("year", "date"):
        return str(own.date_formats["full" if kind == "year" else "long"].pattern)
    skeleton = {"long": "MMMMEd", "plain": "MMMMEd", "short": "MMMEd", "month-day": "MMMMd"}[kind]
    pattern = str(own.datetime_skeletons[skeleton].pattern)
    if kind != "short":
        pattern = pattern.replace("E", "EEEE")
    return pattern.replace(",", "").replace("،", "") if kind == "plain" else pattern


@lru_cache(maxsize=8)
def _months(locale: str) -> dict[str, int]:
    """Names of months with their numbers, and what they begin with as far as no two begin alike; three letters at least, or as
    many as CLDR shortens a name to."""
    found: dict[str, set[int]] = {}
    # the Levant and Iraq write Arabic months by other names
    for name in (LOCALE, locale, *(["ar_SY"] if locale == LOCALES["ar"] else [])):
        months = Locale.parse(name).months
        for form, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, word in months[form][width].items():
                plain = word.rstrip(".").casefold()
                for letters in range(min(3, len(plain)), len(plain) + 1):
                    found.setdefault(plain[:letters], set()).add(number)
                found[plain] = {number} if width == "wide" else found[plain]
    return {word: numbers.pop() for word, numbers in found.items() if len(numbers) == 1}


@lru_cache(maxsize=8)
def _date_order(locale: str) -> tuple[str, ...]:
    pattern = str(Locale.parse(locale).date_formats["short"].pattern)
    return tuple(sorted(("month", "day", "year"), key=lambda part: pattern.lower().index(part[0])))


@lru_cache(maxsize=64)
def _season_name(key: str, summer: bool, locale: str) -> str:
    """CLDR's name of one season of a zone."""
    variant: Literal["daylight", "standard"] = "daylight" if summer else "standard"
    return get_timezone_name(zone_of(key).info, width="long", zone_variant=variant, locale=locale)


@lru_cache(maxsize=2048)
def _cldr_name(key: str, locale: str) -> str:
    """CLDR's name without season, or an empty text where CLDR has only an offset."""
    info = zone_of(key).info
    name = get_timezone_name(info, width="long", zone_variant="generic", locale=locale)
    nowhere = any(word in name for word in ("Unknown", Locale.parse(locale).territories["ZZ"]))
    if "(" in name and not nowhere:
        # CLDR names such a zone by country and city; its one season has a name that people use
        season = get_timezone_name(info, width="long", zone_variant="standard", locale=locale)
        name = season.replace(" Standard Time", " Time")
    offset = ("GMT", "UTC", "غرينتش")  # as CLDR begins what is only an offset
    return "" if name.startswith(offset) or nowhere else name
