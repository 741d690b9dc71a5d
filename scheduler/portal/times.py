"""The times page: which openings to show, from which day, at which place, in which zone.

The engine is asked once per Schedule shown, for the whole stretch at once; no query runs per time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability import Situation, back_to_back, check_zone, open_starts, pools, without
from scheduler.availability.zones import Zone
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY
from scheduler.models import HELD, Appointment
from scheduler.models.situations import load_situations
from scheduler.models.slots import slot_id
from scheduler.portal.offers import Offer

FIRST_DAYS = 3
STRETCH_DAYS = 28
WEEK = 7
FIRST_TIMES = 6

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opening:
    """An open start (epoch seconds) and its slot's id (``value``, as a button sends it). ``held_until``: when the
    visitor's own hold of it ends."""

    start: int
    value: str
    held_until: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A local date with its openings in order."""

    date: date
    openings: tuple[Opening, ...]

    @property
    def shown(self) -> int:
        """How many are shown at once: all when they are few."""
        return len(self.openings) if len(self.openings) <= FIRST_TIMES + 2 else FIRST_TIMES


@dataclass(frozen=True, slots=True)
class WeekDay:
    date: date
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A Monday-to-Sunday strip; ``previous`` and ``next`` are the Mondays beside it where there is something to see."""

    days: tuple[WeekDay, ...]
    previous: date | None
    next: date | None

    @property
    def previous_end(self) -> date | None:
        return self.previous + timedelta(days=WEEK - 1) if self.previous else None

    @property
    def next_end(self) -> date | None:
        return self.next + timedelta(days=WEEK - 1) if self.next else None


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    place_id: str
    name: str
    city: str
    first: int | None
    zone: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TimesPage:
    """What the times page shows. ``since`` is the first day looked at, ``until`` the last one; ``next_day`` is the
    first later date with openings when there are none between; ``earliest`` the first date with openings of all."""

    offer: Offer
    places: tuple[PlaceChoice, ...]
    days: tuple[Day, ...]
    week: Week
    since: date
    until: date
    today: date
    next_day: date | None
    earliest: date | None
    viewer_zone: str

    @property
    def asked(self) -> bool:
        """Whether a day later than today was asked for."""
        return self.since > self.today


def parse_day(text: str) -> date | None:
    """An ISO date, None for anything else."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_zone(text: str) -> str:
    """A zone that we know, "" for anything else."""
    try:
        return check_zone(text)
    except ValueError:
        return ""


def own_holds(
    session: Session, visitor: str | None, schedule_ids: Iterable[str], now: int
) -> dict[str, Appointment]:
    """The visitor's live holds by schedule; an own hold never hides its time from its owner (design.md)."""
    if visitor is None:
        return {}
    rows = session.execute(
        select(Appointment)
        .where(
            Appointment.visitor == visitor,
            Appointment.status == HELD,
            Appointment.expires_at > now,
            Appointment.schedule_id.in_(set(schedule_ids)),
        )
        # of what is held together the first one stands for all
        .order_by(Appointment.starts_at.desc(), Appointment.id)
    ).scalars()
    return {row.schedule_id: row for row in rows}


def own_aside(
    session: Session, situations: Mapping[str, Situation], holds: Mapping[str, Appointment]
) -> dict[str, Situation]:
    """The situations without the visitor's own ``holds`` of several times, none of which hides a time from them."""
    together = {hold.together_id for hold in holds.values() if hold.together_id}
    if not together:
        return dict(situations)
    own = set(session.scalars(select(Appointment.id).where(Appointment.together_id.in_(together))))
    return {key: without(situation, own) for key, situation in situations.items()}


def openings_between(
    situations: Mapping[str, Situation],
    holds: Mapping[str, Appointment],
    now: int,
    since: int,
    until: int,
    *,
    for_two: bool = False,
) -> list[Opening]:
    """Open starts of several Schedules in [since, until) as one list; a start that two of them offer counts once.
    ``for_two``: only those after which a second visit fits right away."""
    starts = {
        schedule_id: open_starts(
            situation, now, since, until, leave_out=holds[schedule_id].id if schedule_id in holds else None
        )
        for schedule_id, situation in situations.items()
    }
    if for_two:
        starts = {key: list(back_to_back(situations[key], found, now)) for key, found in starts.items()}
    openings = []
    for start, schedules in pools.union(starts):
        mine = next((one for one in schedules if one in holds and holds[one].starts_at == start), None)
        held_until = holds[mine].expires_at if mine else None
        openings.append(Opening(start, slot_id(mine or schedules[0], start), held_until))
    return openings


def by_day(openings: Iterable[Opening], zone: Zone) -> list[Day]:
    """Openings grouped by their local date in ``zone``."""
    grouped = groupby(openings, key=lambda opening: zone.day(opening.start))
    return [Day(date.fromordinal(day), tuple(times)) for day, times in grouped]


def times_page(
    session: Session,
    offers: Sequence[Offer],
    *,
    now: int,
    since: date | None,
    place_id: str,
    viewer_zone: str,
    visitor: str | None = None,
    moving: Appointment | None = None,
    for_two: bool = False,
) -> TimesPage:
    """The times page of one appointment type: ``offers`` are its Schedules with one owner, at all places.

    ``since``: the first local date to show, None for today; ``place_id``: the chosen place, "" for the one with the
    earliest opening; ``now``: epoch seconds; ``moving``: the visit that gets another time, whose own never stands in its
    way and is not listed; ``for_two``: only starts after which a relative's visit fits right away.
    """
    horizon = now + (max(offer.horizon_days for offer in offers) + 2) * DAY
    ids = [offer.schedule_id for offer in offers]
    holds = dict.fromkeys(ids, moving) if moving is not None else own_holds(session, visitor, ids, now)
    situations = load_situations(session, ids, now, horizon)
    if moving is None:
        situations = own_aside(session, situations, holds)
    everything = {
        place: openings_between(
            {
                offer.schedule_id: situations[offer.schedule_id]
                for offer in here
                if offer.schedule_id in situations
            },
            holds,
            now,
            now,
            horizon,
            for_two=for_two,
        )
        for place, here in _by_place(offers).items()
    }
    chosen = _choose_place(everything, place_id)
    if moving is not None:
        present = slot_id(moving.schedule_id, moving.starts_at)
        everything = {
            place: [opening for opening in times if opening.value != present]
            for place, times in everything.items()
        }
    offer = next(offer for offer in offers if offer.place.id == chosen)
    zone = zone_of(offer.place.zone)
    days = by_day(everything[chosen], zone)
    today = date.fromordinal(zone.day(now))
    last = date.fromordinal(zone.day(horizon))
    first = min(max(since or today, today), last)
    until = first + timedelta(days=STRETCH_DAYS - 1)
    shown = [day for day in days if first <= day.date <= until][:FIRST_DAYS]
    return TimesPage(
        offer=offer,
        places=_place_choices(offers, everything, chosen),
        days=tuple(shown),
        week=_week(days, shown[0].date if shown and since is None else first, today),
        since=first,
        until=until,
        today=today,
        next_day=next((day.date for day in days if day.date > until), None),
        earliest=days[0].date if days else None,
        viewer_zone=viewer_zone,
    )


def _by_place(offers: Sequence[Offer]) -> dict[str, list[Offer]]:
    places: dict[str, list[Offer]] = {}
    for offer in offers:
        places.setdefault(offer.place.id, []).append(offer)
    return places


def _choose_place(everything: Mapping[str, Sequence[Opening]], wanted: str) -> str:
    if wanted in everything:
        return wanted
    return min(
        everything, key=lambda place: everything[place][0].start if everything[place] else float("inf")
    )


def _place_choices(
    offers: Sequence[Offer], everything: Mapping[str, Sequence[Opening]], chosen: str
) -> tuple[PlaceChoice, ...]:
    return tuple(
        PlaceChoice(
            place_id=place,
            name=here[0].place.name,
            city=here[0].place.city,
            first=everything[place][0].start if everything[place] else None,
            zone=here[0].place.zone,
            chosen=place == chosen,
        )
        for place, here in _by_place(offers).items()
    )


def _week(days: Sequence[Day], around: date, today: date) -> Week:
    monday = around - timedelta(days=around.weekday())
    counts = {day.date: len(day.openings) for day in days}
    strip = [monday + timedelta(days=number) for number in range(WEEK)]
    following = monday + timedelta(days=WEEK)
    return Week(
        days=tuple(WeekDay(one, counts.get(one, 0), one == around) for one in strip),
        previous=monday - timedelta(days=WEEK) if monday > today else None,
        next=following if any(day.date >= following for day in days) else None,
    )
