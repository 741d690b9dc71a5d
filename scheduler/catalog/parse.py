"""Checks of what people type: each takes a value and returns it as it is kept, or raises ValueError with the fix.

The sentences end up behind a field's label ("Phone: enter ..."), so they start in lower case and say what to do. They
never repeat what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from scheduler import availability
from scheduler.letters import seen

Parser = Callable[[Any], Any]

NAME_LENGTH = 200
WORD_LENGTH = 64
PROSE_LENGTH = 5000
SHORTEST_REMINDER, LONGEST_REMINDER, MOST_REMINDERS = 10, 43_200, 5
FIRST_DATE = date(2000, 1, 1)
LAST_DATE = date(2199, 12, 31)

_PHONE = re.compile(r"\+?[0-9(][0-9 ().-]*[0-9)]( ?(x|ext\.?) ?[0-9]{1,6})?", re.ASCII | re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_US_POSTAL = re.compile(r"[0-9]{5}(-[0-9]{4})?", re.ASCII)
_POSTAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,14}", re.ASCII)
_KIND = re.compile(r"[a-z0-9]+([ -][a-z0-9]+)*", re.ASCII)
_NPI_PREFIX = "80840"
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK"
    " OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI"
)
US_STATES = frozenset(_STATES.split())


def text(most: int, *, required: bool = False, lines: bool = False) -> Parser:
    """Text of at most ``most`` characters without control characters and signs that nobody sees, blanks around it cut off;
    ``lines``: it may have several lines."""

    def parse(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("enter text.")
        kept = seen(value.replace("\r\n", "\n") if lines else value).strip()
        if any(
            unicodedata.category(letter) in ("Cc", "Cs") and not (lines and letter in "\n\t")
            for letter in kept
        ):
            raise ValueError("take out the characters that can't be shown.")
        if len(kept) > most:
            raise ValueError(f"use at most {most} characters.")
        if required and not kept:
            raise ValueError("fill this in.")
        return kept

    return parse


name = text(NAME_LENGTH, required=True)
optional_name = text(NAME_LENGTH)
word = text(WORD_LENGTH)
prose = text(PROSE_LENGTH, lines=True)


def whole(low: int, high: int) -> Parser:
    """A whole number from ``low`` to ``high``, both included."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"enter a whole number from {low} to {high}.")
        return value

    return parse


def reminders(value: Any) -> list[int]:
    """When patients are reminded: at most five lengths of 10 minutes to 30 days before the start, in minutes; the longest
    first, each once."""
    step = whole(SHORTEST_REMINDER, LONGEST_REMINDER)
    try:
        steps = sorted({step(one) for one in value}, reverse=True)
    except (TypeError, ValueError):
        raise ValueError("enter lengths from 10 minutes to 30 days, such as 2 days, 3 hours.") from None
    if len(steps) > MOST_REMINDERS:
        raise ValueError(f"enter at most {MOST_REMINDERS} of them.")
    return steps


def optional(parser: Parser) -> Parser:
    """What ``parser`` takes, or None."""
    return lambda value: None if value is None else parser(value)


def one_of(choices: Collection[str]) -> Parser:
    """One of the words ``choices``."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"choose one of: {', '.join(choices)}.")
        return value

    return parse


def code_of(table: Collection[str]) -> Parser:
    """A code of a coded table (``catalog.coded``), or "" for none."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or (value and value not in table):
            raise ValueError("choose one of the list.")
        return value

    return parse


def switch(value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ValueError("choose yes or no.")
    return value


def npi(value: Any) -> str | None:
    """A National Provider Identifier: ten digits of which the last is a check digit, or None.

    Luhn's formula over the digits behind the prefix 80840 (CMS, "NPI check digit"; ISO/IEC 7812-1 annex B).
    """
    if value is None or value == "":
        return None
    digits = value.replace(" ", "").replace("-", "") if isinstance(value, str) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10 and digits[0] in "12"):
        raise ValueError("an NPI has ten digits and starts with 1 or 2.")
    if luhn_sum(_NPI_PREFIX + digits) % 10:
        raise ValueError("this is not an NPI; check the digits for a slip.")
    return digits


def luhn_sum(digits: str) -> int:
    """Luhn's sum of decimal digits, the check digit at the end; a multiple of ten for a valid number."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled)


def phone(value: Any) -> str:
    """A telephone number as people write it, 7 to 15 digits (ITU-T E.164), or ""."""
    kept: str = word(value)
    digits = sum(letter.isdigit() for letter in re.split(r"x|e", kept, maxsplit=1, flags=re.IGNORECASE)[0])
    if kept and not (_PHONE.fullmatch(kept) and 7 <= digits <= 15):
        raise ValueError("enter a number such as 617-555-0142.")
    return kept


def email(value: Any) -> str:
    """A mail address of a good form, or ""."""
    kept: str = optional_name(value)
    if not kept:
        return ""
    try:
        return validate_email(kept, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueError("enter an address such as name@example.org.") from None


def web_address(value: Any) -> str:
    """An http or https address, or ""."""
    kept: str = optional_name(value)
    try:
        parts = urlsplit(kept)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in kept
    except ValueError:
        good = False
    if kept and not good:
        raise ValueError("enter an address such as https://clinic.example.org.")
    return kept


def zone(value: Any) -> str:
    """The name of a zone that the tzdata package knows."""
    return availability.check_zone(word(value))


def language(value: Any) -> str:
    """A language code such as ``en`` or ``pt-BR`` (BCP 47)."""
    kept: str = word(value)
    if not _LANGUAGE.fullmatch(kept):
        raise ValueError("choose a language, such as en or es.")
    return kept


def many(parser: Parser, most: int) -> Parser:
    """A list of at most ``most`` different values, each as ``parser`` takes it."""

    def parse(value: Any) -> list[Any]:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise ValueError("give a list.")
        if len(value) > most:
            raise ValueError(f"give at most {most}.")
        return list(dict.fromkeys(parser(item) for item in value))

    return parse


def country(value: Any) -> str:
    """A country code of two capital letters (ISO 3166-1)."""
    kept = word(value).upper()
    if not (len(kept) == 2 and kept.isascii() and kept.isalpha()):
        raise ValueError("enter a country code of two letters, such as US.")
    return str(kept)


def us_state(value: Any) -> str:
    """The two-letter code of a state, district or territory of the USA (USPS)."""
    kept = word(value).upper()
    if kept not in US_STATES:
        raise ValueError("enter a state code of two letters, such as MA.")
    return str(kept)


def postal_code(value: str, country_code: str) -> str:
    """A postal code; that of the USA is checked for its form, others only for their characters."""
    pattern, example = (_US_POSTAL, "02115 or 02115-1234") if country_code == "US" else (_POSTAL, "SW1A 1AA")
    if not pattern.fullmatch(value):
        raise ValueError(f"enter a postal code such as {example}.")
    return value


def degrees(most: float) -> Parser:
    """Degrees from ``-most`` to ``most``, or None."""

    def parse(value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            raise ValueError(f"enter degrees from -{most:g} to {most:g}.")
        return float(value)

    return parse


def local_date(value: Any) -> date:
    """A date of this century or the next."""
    if not isinstance(value, date) or not FIRST_DATE <= value <= LAST_DATE:
        raise ValueError(f"enter a date from {FIRST_DATE.year} to {LAST_DATE.year}.")
    return value


def resource_kind(value: Any) -> str:
    """The kind of a room or device in small letters, such as ``ultrasound room``."""
    kept = word(value).lower()
    if not _KIND.fullmatch(kept):
        raise ValueError("enter a kind such as exam room, in letters and digits.")
    return str(kept)


def window(value: Any) -> tuple[int, int]:
    """A window as (start, end) in wall minutes; end 1440 is the next midnight, end <= start runs overnight."""
    good = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2
    if not good or not all(isinstance(minute, int) and not isinstance(minute, bool) for minute in value):
        raise ValueError("enter hours with a start and an end.")
    try:
        made = availability.Window(value[0], value[1])
    except ValueError:
        raise ValueError("hours start between 00:00 and 23:59 and end between 00:00 and 24:00.") from None
    return made.start, made.end
