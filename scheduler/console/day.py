"""What the page of one day shows: how it stands, and a line per clinician."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduler.accounts import SignedIn
from scheduler.availability.zones import zone as zone_of
from scheduler.console.absences import load_absences
from scheduler.console.choices import Choices
from scheduler.console.empty import why_that_day, with_empty
from scheduler.console.lines import Line, known, lines_of, offers_of, whose
from scheduler.console.offers import load_calendars
from scheduler.console.openings import Opening, first_opening, openings_on
from scheduler.console.visits import Visit, load_booked
from scheduler.db import snapshot
from scheduler.models import ARRIVED, BOOKED, COMPLETED, NO_SHOW, PENDING


@dataclass(frozen=True, slots=True)
class Counts:
    """How the day stands."""

    booked: int
    arrived: int
    done: int
    no_show: int
    pending: int
    openings: int

    @property
    def visits(self) -> int:
        return self.booked + self.arrived + self.done + self.no_show + self.pending


@dataclass(frozen=True, slots=True)
class Page:
    """``idle``: names of clinicians with nothing on this day, each with the address that says why; ``outside``: visits that staff should settle; ``first``:
    the first opening from now on, when the day has no visits. ``zone`` is None when the lines are not all in one;
    ``home_zone`` is the clinic's; ``noon`` an instant of the day, to name zones by."""

    day: date
    today: date
    lines: tuple[Line, ...]
    idle: tuple[tuple[str, str], ...]
    counts: Counts
    outside: tuple[Visit, ...]
    zone: ZoneInfo | None
    home_zone: ZoneInfo
    noon: int
    first: Opening | None
    whose: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    choices: Choices
    everyone: bool

    @property
    def before(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.day + timedelta(days=1)


def day_page(person: SignedIn, day: date | None, choices: Choices, now: int) -> Page:
    """The day (None: today) of all that the person may see and chose to see. ``now``: epoch seconds."""
    with snapshot() as session:
        calendars = load_calendars(session, person)
        today = calendars.today(now)
        day = day or today
        choices = known(choices, calendars)
        offers = offers_of(calendars, choices)
        booked = load_booked(session, person, calendars, day, day, now)
        openings = openings_on(session, offers, day, day, now)
        absences = load_absences(session, person, calendars, day)
        lines = lines_of(calendars, choices, booked, openings, absences)
        shown = _unique(visit for line in lines for visit in _visits(line))
        first = None
        if not shown and not openings:
            first = first_opening(session, offers, now)
    zones = {line.zone for line in lines}
    whole = next(iter(zones)) if len(zones) == 1 else None
    used = {line.key for line in lines}
    return Page(
        day=day,
        today=today,
        lines=tuple(with_empty(line, offers, day, now) for line in lines),
        idle=tuple(
            (one.name, why_that_day(one.id, offers, day) if day >= today else "")
            for one in calendars.clinicians.values()
            if one.id not in used
            and any(one.id in offer.lines for offer in offers)
            and choices.who in ("", one.id)
        ),
        counts=_counts(shown, {(opening.offer.lines, opening.start) for opening in openings}),
        outside=tuple(visit for visit in shown if visit.outside),
        zone=whole,
        home_zone=absences.zone,
        noon=_noon(day, whole),
        first=first or (openings[0] if openings and not shown else None),
        whose=whose(calendars),
        places=tuple((place.id, place.name) for place in calendars.places.values() if place.active),
        choices=choices,
        everyone=calendars.everyone,
    )


def _visits(line: Line) -> list[Visit]:
    found = [entry.visit for entry in line.entries if entry.visit is not None]
    found += [visit for entry in line.entries if entry.group is not None for visit in entry.group.visits]
    return found


def _unique(visits: Iterable[Visit]) -> list[Visit]:
    """Each visit once, in order: one with two clinicians stands on two lines."""
    found = {visit.id: visit for visit in visits}
    return sorted(found.values(), key=lambda visit: (visit.starts_at, visit.id))


def _counts(visits: Sequence[Visit], openings: set[tuple[tuple[str, ...], int]]) -> Counts:
    def of(status: str) -> int:
        return sum(visit.status == status for visit in visits)

    return Counts(
        booked=of(BOOKED),
        arrived=of(ARRIVED),
        done=of(COMPLETED),
        no_show=of(NO_SHOW),
        pending=of(PENDING),
        openings=len(openings),
    )


def _noon(day: date, zone: ZoneInfo | None) -> int:
    """An instant of the day, to name the zone by."""
    return zone_of(zone.key if zone else "UTC").instant(day.toordinal(), 720)
