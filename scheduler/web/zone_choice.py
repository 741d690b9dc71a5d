"""Choosing a time zone by its city: what a list offers, and what a typed answer means (ux.md 3.5).

A label is the city with the zone's everyday name, "Boise, Mountain time"; the zone's own name stands behind it where
two would be the same. Cities and countries are those of the tz database's zone.tab.
"""

from __future__ import annotations

import importlib.resources
from functools import lru_cache

from scheduler.availability import check_zone
from scheduler.clock import DAY
from scheduler.web.times import zone_name

# What people of the United States call their zone when they don't name a city.
_BY_NAME = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "arizona": "America/Phoenix",
    "pacific": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
}


def zone_labels(now: int) -> tuple[str, ...]:
    """All labels, those of the United States first, then by city. ``now``: epoch seconds."""
    return tuple(_labels(now // DAY).values())


def zone_label(zone: str, now: int) -> str:
    """The label of a zone; of one that has no city of its own, its name."""
    return _labels(now // DAY).get(zone, zone)


def typed_zone(text: str, now: int) -> str:
    """The zone that a typed text names: by label, by its own name, by an everyday name of the United States, or
    by a city that only one zone has. A text that
    names none comes back as it is, for the check of zones to refuse."""
    wanted = _plain(text)
    labels = _labels(now // DAY)
    by_label = {_plain(label): zone for zone, label in labels.items()}
    if wanted in by_label:
        return by_label[wanted]
    if wanted.removesuffix(" time") in _BY_NAME:
        return _BY_NAME[wanted.removesuffix(" time")]
    try:
        return check_zone(text.strip())
    except ValueError:
        pass
    cities = [zone for zone, label in labels.items() if _plain(label).split(",")[0] == wanted]
    return cities[0] if len(cities) == 1 else text.strip()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=2)
def _labels(day: int) -> dict[str, str]:
    """Zone to label, on a day (epoch days): the everyday name of a zone may be its abbreviation, which has seasons."""
    listed = sorted((country != "US", _city(zone), zone) for country, zone in _zone_tab())
    made = {zone: f"{city}, {zone_name(zone, day * DAY)}" for _, city, zone in listed}
    twice = {label for label in made.values() if sum(label == other for other in made.values()) > 1}
    return {zone: f"{label} ({zone})" if label in twice else label for zone, label in made.items()}


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _zone_tab() -> list[tuple[str, str]]:
    """(country code, zone) of the tz database's list of zones by country."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return [(row[0], row[2]) for row in rows]
