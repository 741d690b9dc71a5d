"""Words for instants and lengths: the only place that writes a time for people. Pure; no Flask, no clock.

Instants are epoch seconds UTC; a zone is an IANA name or a ZoneInfo. Zone names come from CLDR (babel), abbreviations
from the tz database. The offset is the zone's at that instant (ux.md 3.5). English now; the patterns are CLDR's, so
another locale needs another name in ``LOCALE`` and catalogues for the few words here.
"""

from __future__ import annotations

from datetime import UTC, date
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import local_date, to_local

LOCALE = "en_US"
FIRST, SECOND = "first", "second"

Zone = str | ZoneInfo


def time_of_day(instant: int, zone: Zone) -> str:
    """ "10:30 AM"; in an hour that comes twice with its abbreviation, "1:30 AM EDT", because it is no time without."""
    text = _clock_time(instant, _zone(zone))
    return f"{text} {abbreviation(instant, zone)}" if repeated(instant, zone) else text


def time_with_zone(instant: int, zone: Zone) -> str:
    """ "10:30 AM EDT"."""
    return f"{_clock_time(instant, _zone(zone))} {abbreviation(instant, zone)}"


def time_range(start: int, end: int, zone: Zone) -> str:
    """ "10:30 AM to 11:10 AM EDT"."""
    return f"{time_of_day(start, zone)} to {time_with_zone(end, zone)}"


def abbreviation(instant: int, zone: Zone) -> str:
    """ "EDT"; where the tz database has only an offset, "GMT+3" or "GMT+5:45"."""
    name = to_local(instant, _zone(zone)).tzname() or "UTC"
    if name[0] not in "+-":
        return name
    hours, minutes = name[1:3].lstrip("0") or "0", name[3:5]
    return f"GMT{name[0]}{hours}" + (f":{minutes}" if minutes not in ("", "00") else "")


def zone_name(zone: Zone, instant: int) -> str:
    """ "Eastern time": the zone's name for people, without season."""
    bare = zone_word(zone, instant)
    return bare if bare == abbreviation(instant, zone) else f"{bare} time"


def zone_word(zone: Zone, instant: int) -> str:
    """ "Eastern", as in "Boston time (Eastern)"; an abbreviation when CLDR knows no name."""
    where = _zone(zone)
    name = _cldr_name(where.key)
    return name.removesuffix(" Time") if name else abbreviation(instant, where)


def day_long(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday, June 8", of a local date, or of an instant in ``zone``."""
    return _format(value, zone, "EEEE, MMMM d")


def day_with_year(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday, June 8, 2027"."""
    return _format(value, zone, "EEEE, MMMM d, y")


def day_plain(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday June 8": the day inside an accessible name, where commas part the parts."""
    return _format(value, zone, "EEEE MMMM d")


def date_short(value: date | int, zone: Zone | None = None) -> str:
    """ "Tue, Jun 8"."""
    return _format(value, zone, "EEE, MMM d")


def weekday(value: date | int, zone: Zone | None = None) -> str:
    """ "Tuesday"."""
    return _format(value, zone, "EEEE")


def spoken_time(instant: int, zone: Zone) -> str:
    """The whole accessible name of a time: "10:30 AM, Tuesday June 8, Eastern time" (ux.md 3.4)."""
    return time_of_day(instant, zone) + spoken_rest(instant, zone)


def spoken_rest(instant: int, zone: Zone) -> str:
    """What follows the visible time in its accessible name: ", Tuesday June 8, Eastern time"."""
    return f", {day_plain(instant, zone)}, {zone_name(zone, instant)}"


def week_range(first: date, last: date) -> str:
    """ "June 14 to 20", "June 28 to July 4", with years when they differ."""
    if first.year != last.year:
        return f"{_format(first, None, 'MMMM d, y')} to {_format(last, None, 'MMMM d, y')}"
    end = "d" if first.month == last.month else "MMMM d"
    return f"{_format(first, None, 'MMMM d')} to {_format(last, None, end)}"


def duration_words(minutes: int) -> str:
    """Minutes in words: 40 is "40 minutes", 75 "1 hour 15 minutes", 1500 "1 day 1 hour"."""
    parts = []
    rest = minutes
    for word, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 minutes"


def repeated(instant: int, zone: Zone) -> str | None:
    """FIRST or SECOND when the wall time of ``instant`` comes twice that day, else None."""
    moment = to_local(instant, _zone(zone))
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
    day = _format(instant, where, "MMMM d")
    clock = _clock_time(instant, where)
    return f"Clocks change on {day}, so {clock} comes twice. This is the {which} one ({abbreviation(instant, where)})."


def zone_place(city: str, zone: Zone, instant: int) -> str:
    """ "Boston time (Eastern)"; without a city "Eastern time"."""
    return f"{city} time ({zone_word(zone, instant)})" if city else zone_name(zone, instant)


def iso_instant(instant: int, zone: Zone) -> str:
    """The machine's form for a ``time`` element: "2027-06-08T10:30:00-04:00"."""
    return to_local(instant, _zone(zone)).isoformat()


def _zone(zone: Zone) -> ZoneInfo:
    return zone_of(zone).info if isinstance(zone, str) else zone


def _clock_time(instant: int, zone: ZoneInfo) -> str:
    # CLDR puts a narrow no-break space before AM; a common space is what people type and search, css keeps it whole.
    return format_time(to_local(instant, zone).time(), format="short", locale=LOCALE).replace("\u202f", " ")


def _format(value: date | int, zone: Zone | None, pattern: str) -> str:
    if isinstance(value, int):
        if zone is None:
            raise ValueError("an instant has no day without a zone")
        value = local_date(value, _zone(zone))
    return format_date(value, format=pattern, locale=LOCALE)


@lru_cache(maxsize=512)
def _cldr_name(key: str) -> str:
    """CLDR's name without season, or an empty text where CLDR has only an offset."""
    info = zone_of(key).info
    name = get_timezone_name(info, width="long", zone_variant="generic", locale=LOCALE)
    if "(" in name and "Unknown" not in name:
        # CLDR names such a zone by country and city; its one season has a name that people use
        season = get_timezone_name(info, width="long", zone_variant="standard", locale=LOCALE)
        name = season.replace(" Standard Time", " Time")
    return "" if name.startswith(("GMT", "UTC")) or "Unknown" in name else name
