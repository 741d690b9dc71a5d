"""Hours of one day as people type and read them: "9-12, 1-5:30p". Pure; minutes since wall midnight.

A range is (start, end): end 1440 is the next midnight, end <= start runs overnight, as in ``availability.Window``.

How a time is read: an am, pm, 24-hour form ("13", "09:00", "0900", "noon", "midnight") is taken at its word. A bare
number is a guess that suits a clinic: a start from 7 to 11 is in the morning, 12 is noon, 1 to 6 is in the afternoon; an
end is the first such time after its start. So only a range that says both ends outright can run overnight.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NOON, DAY = 720, 1440
MAX_LENGTH = 500
MAX_RANGES = 24
CLOSED = "Closed"

_HOW = "write hours such as 9-12, 1-5:30p."
_NONE = frozenset({"", "-", "closed", "none", "off"})
_WHOLE_DAY = frozenset({"all day", "24 hours", "24h"})
_TOKEN = re.compile(
    r"(?P<time>(?P<word>noon|midday|midnight)\b"
    r"|(?P<hour>\d{1,2}?)(?:[:.]?(?P<minute>\d\d))?(?!\d)\s*(?:(?P<half>[ap])(?:\.?m\b\.?|\b\.?))?)"
    r"|(?P<to>-|to\b|until\b|till\b)"
    r"|(?P<next>\(?(?:the )?next day\)?)"
    r"|(?P<sep>[,;&+\n]|and\b)"
    r"|(?P<space>\s+)",
    re.ASCII,
)
_JOINED = re.compile(r"-|\b(?:to|until|till|and)\b|[,;&+\n]", re.ASCII)
_DASHES = re.compile("[\u2010-\u2015\u2212]")


class BadHours(ValueError):
    """Hours that can't be read. The text says what to do and begins in lower case; ``number`` is the range it is about,
    counted from 1 as typed, or None for all of them."""

    def __init__(self, fix: str, number: int | None = None) -> None:
        super().__init__(fix)
        self.number = number

    def about(self, label: str) -> str:
        """The whole sentence: "Tuesday, range 2: it ends before it starts. Set the end after 1:00 PM."."""
        return f"{label}{'' if self.number is None else f', range {self.number}'}: {self}"


@dataclass(frozen=True, slots=True)
class _Time:
    """A typed time: its minute by the hour as typed, 0 to 1440, and whether that is the only reading."""

    minute: int
    sure: bool


def parse_ranges(text: str) -> list[tuple[int, int]]:
    """The ranges that ``text`` names, by start; none for an empty text or "closed". Raises BadHours, a ValueError."""
    plain = _plain(text)
    if len(plain) > MAX_LENGTH:
        raise BadHours(f"use at most {MAX_LENGTH} characters.")
    if plain in _NONE:
        return []
    if plain in _WHOLE_DAY:
        return [(0, DAY)]
    ranges = [_read(start, end, number) for number, (start, end) in enumerate(_pairs(plain), 1)]
    if len(ranges) > MAX_RANGES:
        raise BadHours(f"give at most {MAX_RANGES} ranges.")
    return _apart(sorted(ranges))


def names_ranges(text: str) -> bool:
    """Whether ``text`` is about whole ranges ("9-12, 1-5:30p", "all day"), well written or not, rather than one time."""
    plain = _plain(text)
    return plain in _WHOLE_DAY or (plain not in _NONE and _JOINED.search(plain) is not None)


def write_ranges(ranges: Iterable[Sequence[int]]) -> str:
    """For reading: "9:00 AM to 12:00 PM, 1:00 PM to 5:30 PM", or "Closed"; overnight "10:00 PM to 2:00 AM (next day)"."""
    return ", ".join(_written(start, end) for start, end in ranges) or CLOSED


def short_ranges(ranges: Iterable[Sequence[int]]) -> str:
    """For a field: "9 AM-12 PM, 1-5:30 PM", empty for none. ``parse_ranges`` reads the same minutes back (an end of 0,
    which is the next midnight, as 1440)."""
    return ", ".join(_shortened(start, end) for start, end in ranges)


def clock(minute: int) -> str:
    """ "1:05 PM"; 1440 is "midnight"."""
    return "midnight" if minute == DAY else f"{minute // 60 % 12 or 12}:{minute % 60:02} {_half(minute)}"


def _plain(text: str) -> str:
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip().lower())


def _pairs(text: str) -> list[tuple[_Time, _Time]]:
    """The typed (start, end) of each range. Raises BadHours."""
    found: list[tuple[_Time, _Time]] = []
    parts: list[_Time | str] = []
    for kind, time in _tokens(text):
        number = len(found) + 1
        if kind == "sep":
            if parts:
                raise BadHours(_unfinished(parts), number)
        elif kind == "next":
            if parts or not found:
                raise BadHours(_HOW, number)
        elif (kind == "to") is not (len(parts) == 1):
            raise BadHours(_unfinished(parts), number)
        elif time is None:
            parts.append("to")
        elif not parts:
            parts.append(time)
        else:
            start = parts[0]
            assert isinstance(start, _Time)
            found.append((start, time))
            parts = []
    if parts:
        raise BadHours(_unfinished(parts), len(found) + 1)
    return found


def _unfinished(parts: Sequence[object]) -> str:
    return "it has no end. Write it such as 9-12." if parts else _HOW


def _tokens(text: str) -> Iterable[tuple[str, _Time | None]]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadHours(_HOW)
        place = match.end()
        kind = match.lastgroup if match["time"] is None else "time"
        if kind == "time":
            yield "time", _time(match)
        elif kind != "space":
            yield str(kind), None


def _time(match: re.Match[str]) -> _Time:
    if match["word"]:
        return _Time(0 if match["word"] == "midnight" else NOON, True)
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if minute > 59 or hour * 60 + minute > DAY or (half and not 1 <= hour <= 12):
        raise BadHours("times run from 12 AM to 11:59 PM, or from 0:00 to 24:00.")
    if half:
        return _Time(hour % 12 * 60 + minute + (NOON if half == "p" else 0), True)
    leading_zero = len(match["hour"]) == 2 and match["hour"][0] == "0"
    return _Time(hour * 60 + minute, hour > 12 or hour == 0 or leading_zero)


def _read(start: _Time, end: _Time, number: int) -> tuple[int, int]:
    """The range that two typed times mean. Raises BadHours."""
    begin = _begin(start, end)
    if begin == DAY:
        raise BadHours("a range can't start at 24:00. Start it at 0:00 of the next day.", number)
    close = end.minute or DAY
    if close <= begin and not end.sure and close < NOON:
        close += NOON
    if close <= begin and not (start.sure and end.sure):
        night = " For hours past midnight, write am or pm at both ends." if begin >= 18 * 60 else ""
        raise BadHours(f"it ends before it starts. Set the end after {clock(begin)}.{night}", number)
    return begin, close


def _begin(start: _Time, end: _Time) -> int:
    minute = start.minute
    if start.sure or minute >= 7 * 60:
        return minute
    # "6-10am", "6-2pm": a morning is the only reading that ends after it starts; "1-12:30pm" is a slip
    early = end.sure and minute < end.minute <= minute + NOON and (end.minute < NOON or minute >= 5 * 60)
    return minute if early else minute + NOON


def _apart(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges, which touch at most. Raises BadHours."""
    for one, two in itertools.pairwise(ranges):
        if one[1] > two[0] or one[1] <= one[0]:
            raise BadHours(f"{_written(*one)} and {_written(*two)} overlap. Shorten one, or merge them.")
    return ranges


def _written(start: int, end: int) -> str:
    night = " (next day)" if 0 < end <= start else ""
    return f"{clock(start)} to {clock(end or DAY)}{night}"


def _shortened(start: int, end: int) -> str:
    finish = "midnight" if end in (0, DAY) else f"{_bare(end)} {_half(end)}"
    compact = f"{_bare(start)}-{finish}"
    try:
        if _half(start) == _half(end) and parse_ranges(compact) == [(start, end)]:
            return compact
    except BadHours:
        pass
    return f"{_bare(start)} {_half(start)}-{finish}"


def _bare(minute: int) -> str:
    return f"{minute // 60 % 12 or 12}" + (f":{minute % 60:02}" if minute % 60 else "")


def _half(minute: int) -> str:
    return "AM" if minute % DAY < NOON else "PM"
