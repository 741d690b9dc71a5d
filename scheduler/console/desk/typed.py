"""What people type at a desk in one go: a time of day, a date, a birth date. Pure.

A birth date comes in many ways of writing; where day and month could be either, the page's locale (month first) is the
first reading.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?:([ap])\.?(?:m\.?)?)?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,4})[/.\- ]+(\d{1,2})[/.\- ]+(\d{1,4})", re.ASCII)
_BARE = re.compile(r"\d{8}", re.ASCII)
_WORDS = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)|([a-z]+) (\d{1,2})(?:st|nd|rd|th)?) (\d{2,4})", re.ASCII
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR = 1850

# O'Brien is OBrien, whatever sign a keyboard has for it; letters that carry their stroke inside don't come apart
_LEFT_OUT = dict.fromkeys(map(ord, "'’‘ʼ`´"))
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def plain(text: str) -> str:
    """Lower case without accents and apostrophes, blanks made one: what two ways of writing a word have in common."""
    text = text.translate(_LEFT_OUT)
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN_LETTERS))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())


def minutes_of(text: str) -> int | None:
    """Minutes since midnight of "9", "9:30", "1:30p", "1.30 pm", "13:00", "noon" or "24:00"; None for anything else."""
    kept = plain(text).replace(" ", "")
    if kept in ("noon", "midnight"):
        return 720 if kept == "noon" else 1440
    found = _TIME.fullmatch(kept)
    if found is None:
        return None
    hours, minutes, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "p" else 0)
    fits = minutes < 60 and (hours < 24 or (hours == 24 and minutes == 0))
    return hours * 60 + minutes if fits else None


def birth_dates(text: str, today: date) -> list[date]:
    """The dates up to ``today`` that a text may mean, the likeliest first; [] when it is no date."""
    kept = " ".join(plain(text).replace(",", " ").split())
    found = [day for day in _readings(kept, today) if day is not None and day <= today]
    return list(dict.fromkeys(found))


def _readings(kept: str, today: date) -> list[date | None]:
    if numbers := _NUMBERS.fullmatch(kept):
        first, middle, last = (numbers[place] for place in (1, 2, 3))
        if len(first) == 4:
            return [_date(first, middle, last, today)]
        month_first, day_first = _date(last, first, middle, today), _date(last, middle, first, today)
        return [day_first, month_first] if "." in kept else [month_first, day_first]
    if _BARE.fullmatch(kept):
        return [_date(kept[4:], kept[:2], kept[2:4], today), _date(kept[:4], kept[4:6], kept[6:], today)]
    if words := _WORDS.fullmatch(kept.replace(".", "")):
        month = next((n for n, name in enumerate(_MONTHS, 1) if (words[2] or words[3])[:3] == name), 0)
        return [_date(words[5], str(month), words[1] or words[4], today)]
    return []


def _date(year: str, month: str, day: str, today: date) -> date | None:
    if len(year) not in (2, 4):
        return None
    whole = int(year)
    if len(year) == 2:  # nobody is born later than today
        whole += today.year // 100 * 100
        whole -= 100 if whole > today.year else 0
    try:
        return date(whole, int(month), int(day)) if whole >= _FIRST_YEAR else None
    except ValueError:
        return None
