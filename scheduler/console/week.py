"""What the page of a week shows: its bookings day by day, and how much is open on each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduler.accounts import SignedIn
from scheduler.console.choices import Choices
from scheduler.console.empty import why_that_day
from scheduler.console.lines import known, offers_of, whose
from scheduler.console.offers import load_calendars
from scheduler.console.openings import openings_on, week_of
from scheduler.console.visits import Visit, load_booked
from scheduler.db import snapshot


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A local day of the week with its visits in order. ``openings``: how many times are open; ``why``: the address that
    says why none is, "" of a day that is over."""

    day: date
    visits: tuple[Visit, ...]
    holds: int
    openings: int
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """``zone`` is None when the week's times are of several zones (or it has none)."""

    first: date
    last: date
    day: date
    today: date
    days: tuple[WeekDay, ...]
    count: int
    zone: ZoneInfo | None
    whose: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    choices: Choices
    everyone: bool

    @property
    def before(self) -> date:
        return self.first - timedelta(days=7)

    @property
    def before_end(self) -> date:
        return self.first - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=7)

    @property
    def after_end(self) -> date:
        return self.first + timedelta(days=13)


def week_page(person: SignedIn, day: date | None, choices: Choices, now: int) -> Page:
    """The week of the day (None: today), Monday first, of all that the person may see and chose to see."""
    with snapshot() as session:
        calendars = load_calendars(session, person)
        today = calendars.today(now)
        day = day or today
        first, last = week_of(day)
        choices = known(choices, calendars)
        booked = load_booked(session, person, calendars, first, last, now)
        offers = offers_of(calendars, choices)
        openings = openings_on(session, offers, first, last, now)

    def shown(lines: tuple[str, ...], place: str) -> bool:
        return choices.who in ("", *lines) and choices.place in ("", place)

    visits: dict[date, list[Visit]] = defaultdict(list)
    for visit in booked.visits:
        if shown(visit.lines, visit.place_id):
            visits[visit.day].append(visit)
    holds: dict[date, int] = defaultdict(int)
    for hold in booked.holds:
        holds[hold.day] += shown(hold.lines, hold.place_id)
    free: dict[date, set[tuple[tuple[str, ...], int]]] = defaultdict(set)
    for opening in openings:
        free[opening.day].add((opening.offer.lines, opening.start))
    zones = {visit.zone for found in visits.values() for visit in found}
    return Page(
        first=first,
        last=last,
        day=day,
        today=today,
        days=tuple(
            WeekDay(
                at,
                tuple(visits[at]),
                holds[at],
                len(free[at]),
                why_that_day("", offers, at) if at >= today and not free[at] else "",
            )
            for at in (first + timedelta(days=number) for number in range(7))
        ),
        count=sum(len(found) for found in visits.values()),
        zone=next(iter(zones)) if len(zones) == 1 else None,
        whose=whose(calendars),
        places=tuple((place.id, place.name) for place in calendars.places.values() if place.active),
        choices=choices,
        everyone=calendars.everyone,
    )
