"""The times page: which openings to show, from which day, at which place, in which zone.

The engine is asked once per Schedule shown, for the whole stretch at once; no query runs per time.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability import (
    Situation,
    back_to_back,
    change_within,
    check_zone,
    open_starts,
    pools,
    without,
)
from scheduler.availability.zones import EPOCH_DAY, Zone
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
ANY_DAY = (date.min, date.max)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opening:
    """An open start (epoch seconds) of a Schedule. ``held_until``: when the visitor's own hold of it ends."""

    start: int
    schedule_id: str
    held_until: int | None = None

    @property
    def value(self) -> str:
        """The id of its slot, as a button sends it."""
        return slot_id(self.schedule_id, self.start)


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
    first later date with openings when there are none between; ``earliest`` the first date with openings of all.
    ``stands_until``: the instant (epoch seconds) from which time alone may change any of it."""

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
    stands_until: int

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
    if len(starts) == 1:
        [(schedule_id, times)] = starts.items()
        hold = holds.get(schedule_id)
        own = hold.starts_at if hold is not None else None
        return [
            Opening(start, schedule_id, hold.expires_at if hold is not None and start == own else None)
            for start in times
        ]
    openings = []
    for start, schedules in pools.union(starts):
        mine = next((one for one in schedules if one in holds and holds[one].starts_at == start), None)
        held_until = holds[mine].expires_at if mine else None
        openings.append(Opening(start, mine or schedules[0], held_until))
    return openings


def span_within(days: tuple[date, date], zone_name: str, since: int, until: int) -> tuple[int, int]:
    """The part of [since, until) (epoch seconds) that lies on local dates from the first of ``days`` to before the second;
    an empty one when there is none."""
    zone = zone_of(zone_name)
    last = zone.day(until) + 1
    begin, end = (zone.instant(min(max(day.toordinal(), EPOCH_DAY), last), 0) for day in days)
    found = max(since, begin)
    return found, max(found, min(until, end))


def by_day(openings: Sequence[Opening], zone: Zone) -> list[Day]:
    """Openings grouped by their local date in ``zone``."""
    days = []
    at = 0
    while at < len(openings):
        day = zone.day(openings[at].start)
        upto = _end_of(day, openings, at, zone)
        days.append(Day(date.fromordinal(day), tuple(openings[at:upto])))
        at = upto
    return days


def _end_of(day: int, openings: Sequence[Opening], at: int, zone: Zone) -> int:
    """Up to where the openings from ``at`` on are on the local date ``day``."""
    if zone.offset(day) is not None:  # it is whole: no clock changes on it
        return bisect_left(openings, zone.instant(day + 1, 0), at, key=attrgetter("start"))
    return next((n for n in range(at, len(openings)) if zone.day(openings[n].start) != day), len(openings))


def _stands_until(
    situations: Mapping[str, Situation], now: int, until: int, first: int | None, midnight: int
) -> int:
    """When time alone may change what is open in [now, until): a hold ends, notice passes, a date is released; or
    ``midnight``, from which another date is today. All in epoch seconds."""
    changes = (change_within(situation, now, now, until, first) for situation in situations.values())
    return min([midnight, *(at for at in changes if at is not None)])


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
    only: tuple[date, date] = ANY_DAY,
    for_two: bool = False,
) -> TimesPage:
    """The times page of one appointment type: ``offers`` are its Schedules with one owner, at all places.

    ``since``: the first local date to show, None for today; ``place_id``: the chosen place, "" for the one with the
    earliest opening; ``now``: epoch seconds; ``moving``: the visit that gets another time, whose own never stands in its
    way and is not listed; ``only``: on local dates from the first of these to before the second; ``for_two``: only starts after which a relative's visit fits right away.
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
            *span_within(only, here[0].place.zone, now, horizon),
            for_two=for_two,
        )
        for place, here in _by_place(offers).items()
    }
    chosen = _choose_place(everything, place_id)
    first_of_all = min((times[0].start for times in everything.values() if times), default=None)
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
    stands_until = _stands_until(situations, now, horizon, first_of_all, zone.next_day_begins(now))
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
        stands_until=stands_until,
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
