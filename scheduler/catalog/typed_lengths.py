"""Lengths of time as people type them: "40", "4 hours", "1 day 2 hours", "1.5 h". Pure.

The words that ``web.times.duration_words`` writes are read back as the same number of minutes.
"""

from __future__ import annotations

import re
from fractions import Fraction

_NAMES = {
    10_080: ("w", "wk", "wks", "week", "weeks"),
    1440: ("d", "day", "days"),
    60: ("h", "hr", "hrs", "hour", "hours"),
    1: ("m", "min", "mins", "minute", "minutes"),
}
_MINUTES = {name: size for size, names in _NAMES.items() for name in names}
_PART = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?) ?([a-z]+)", re.ASCII)
_BETWEEN = re.compile(r"(?:,| and |\s)+")
_LONGEST = 60
_FIX = "enter a length such as 40 minutes, 4 hours or 1 day."


def minutes_in(text: str) -> int:
    """The whole minutes of a typed length; a bare number is minutes. Raises ValueError with the fix for anything else."""
    typed = _BETWEEN.sub(" ", text.strip().lower())
    if len(typed) > _LONGEST:
        raise ValueError(_FIX)
    if typed.isascii() and typed.isdigit():
        return int(typed)
    if _PART.sub("", typed).strip() or not typed:
        raise ValueError(_FIX)
    total = Fraction(0)
    for number, unit in _PART.findall(typed):
        if unit not in _MINUTES:
            raise ValueError(_FIX)
        total += Fraction(number) * _MINUTES[unit]
    if total.denominator != 1:
        raise ValueError("enter whole minutes.")
    return int(total)


def several_minutes_in(text: str) -> list[int]:
    """The lengths of a list such as "2 days, 3 hours", in minutes; none for an empty text. Raises ValueError with the fix."""
    return [minutes_in(part) for part in re.split(r"[,;\n]", text) if part.strip()]
