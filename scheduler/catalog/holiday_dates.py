"""Which dates are holidays where, from the package ``holidays``: the only source of them here. Pure.

A holiday is known by its key, its English name without "(observed)": it is the same in every year. Where the law lets a
holiday that falls on a weekend be observed on another day, both days are dates of the holiday. The package is heavy, so
it is imported when it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

LANGUAGE = "en_US"
HOME = "US"
_MARKS = re.compile(r"(\s*\((?:observed|estimated|observed, estimated|in lieu|substitute day)\))+$")


@dataclass(frozen=True, slots=True)
class Holiday:
    """One date of a holiday. ``name`` says when it is observed on another day than its own."""

    day: date
    key: str
    name: str


def countries() -> list[str]:
    """Codes of the countries whose holidays are known (ISO 3166-1, two letters)."""
    return sorted(_supported())


def subdivisions(country: str) -> dict[str, str]:
    """Code to name of the parts of a country that have holidays of their own; by name."""
    if country not in _supported():
        return {}
    made = _calendar(country, "", ())
    names = {code: aliases[0] for code, aliases in made.get_subdivision_aliases().items() if aliases}
    found = {code: names.get(code, code) for code in made.subdivisions}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def region(country: str, state: str) -> tuple[str, str]:
    """The (country, subdivision) to ask for at an address; the United States where the country isn't known."""
    known = country if country in _supported() else HOME
    return known, state if country == known and state in subdivisions(known) else ""


def holidays_between(country: str, subdivision: str, first: date, last: date) -> list[Holiday]:
    """Every holiday from ``first`` to ``last``, both included, soonest first; [] for a region that isn't known."""
    if country not in _supported() or (subdivision and subdivision not in subdivisions(country)):
        return []
    years = range(first.year, last.year + 1)
    return [one for year in years for one in _year(country, subdivision, year) if first <= one.day <= last]


def closed_dates(
    country: str, subdivision: str, keys: Collection[str], first: date, last: date
) -> list[Holiday]:
    """The dates of the holidays ``keys`` from ``first`` to ``last``, both included, soonest first."""
    ticked = set(keys)
    return [one for one in holidays_between(country, subdivision, first, last) if one.key in ticked]


def key_of(name: str) -> str:
    """The name of a holiday without what it says of its date."""
    return _MARKS.sub("", name)


@lru_cache(maxsize=1)
def _supported() -> dict[str, list[str]]:
    import holidays

    return dict(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=512)
def _year(country: str, subdivision: str, year: int) -> tuple[Holiday, ...]:
    made = _calendar(country, subdivision, (year,))
    found = {
        Holiday(day, key_of(name), name)
        for day in made
        if day.year == year
        for name in made.get_list(day)
        if name
    }
    return tuple(sorted(found, key=lambda one: (one.day, one.name)))


def _calendar(country: str, subdivision: str, years: tuple[int, ...]) -> Any:
    import holidays

    languages = holidays.list_localized_countries(include_aliases=False).get(country, [])
    return holidays.country_holidays(
        country,
        subdiv=subdivision or None,
        years=years,
        expand=False,
        language=LANGUAGE if LANGUAGE in languages else None,
    )
