"""Names of the countries and their parts whose holidays are known."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from scheduler.catalog import holiday_dates


@lru_cache(maxsize=1)
def country_choices() -> tuple[tuple[str, str], ...]:
    """(code, name) of the countries, by name."""
    names = Locale("en").territories
    found = [(code, str(names.get(code, code))) for code in holiday_dates.countries()]
    return tuple(sorted(found, key=lambda one: one[1]))


def region_words(country: str, subdivision: str) -> str:
    """ "Massachusetts", or the country's name."""
    parts = holiday_dates.subdivisions(country)
    return parts.get(subdivision) or dict(country_choices()).get(country, country)
