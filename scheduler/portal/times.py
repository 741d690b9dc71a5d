"""The times page: which openings to show, from which day, at which place, in which zone.

The engine is asked once per Schedule shown, for the whole stretch at once; no query runs per time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability import (
    Situation,
    change_within,
    check_zone,
    without,
)
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY
from scheduler.models import HELD, Appointment
from scheduler.portal.offers import Offer
from scheduler.portal.situations import situations
from scheduler.portal.starts import ANY_DAY, Opening, Starts, Stretch, by_day, span_within, starts_between

FIRST_DAYS = 3
STRETCH_DAYS = 28
WEEK = 7
FIRST_TIMES = 6

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


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
    weeks: int = 1,
) -> TimesPage:
    """The times page of one appointment type: ``offers`` are its Schedules with one owner, at all places.

    ``since``: the first local date to show, None for today; ``place_id``: the chosen place, "" for the one with the
    earliest opening; ``now``: epoch seconds; ``moving``: the visit that gets another time, whose own never stands in its
    way and is not listed; ``only``: on local dates from the first of these to before the second; ``for_two``:
    only starts after which a relative's visit fits right away; ``weeks``: only those from which a series of so many
    weekly visits is open.
    """
    horizon = now + (max(offer.horizon_days for offer in offers) + 2) * DAY
    ids = [offer.schedule_id for offer in offers]
    holds = dict.fromkeys(ids, moving) if moving is not None else own_holds(session, visitor, ids, now)
    asked = situations(session, ids, now, horizon)
    if moving is None:
        asked = own_aside(session, asked, holds)
    everything = {
        place: starts_between(
            {offer.schedule_id: asked[offer.schedule_id] for offer in here if offer.schedule_id in asked},
            holds,
            now,
            *span_within(only, here[0].place.zone, now, horizon),
            for_two=for_two,
            weeks=weeks,
        )
        for place, here in _by_place(offers).items()
    }
    chosen = _choose_place(everything, place_id)
    first_of_all = min((times.at[0] for times in everything.values() if times.at), default=None)
    if moving is not None:
        everything = {
            place: times.without(moving.schedule_id, moving.starts_at) for place, times in everything.items()
        }
    offer = next(offer for offer in offers if offer.place.id == chosen)
    zone = zone_of(offer.place.zone)
    listed = everything[chosen]
    days = by_day(listed.at, zone)
    today, last = zone.day(now), zone.day(horizon)
    first = min(max(since.toordinal() if since else today, today), last)
    until = first + STRETCH_DAYS - 1
    shown = [one for one in days if first <= one.day <= until][:FIRST_DAYS]
    stands_until = _stands_until(asked, now, horizon, first_of_all, zone.next_day_begins(now))
    return TimesPage(
        offer=offer,
        places=_place_choices(offers, everything, chosen),
        days=tuple(
            Day(date.fromordinal(one.day), tuple(listed.openings(one.first, one.after))) for one in shown
        ),
        week=_week(days, shown[0].day if shown and since is None else first, today),
        since=date.fromordinal(first),
        until=date.fromordinal(until),
        today=date.fromordinal(today),
        next_day=next((date.fromordinal(one.day) for one in days if one.day > until), None),
        earliest=date.fromordinal(days[0].day) if days else None,
        viewer_zone=viewer_zone,
        stands_until=stands_until,
    )


def _by_place(offers: Sequence[Offer]) -> dict[str, list[Offer]]:
    places: dict[str, list[Offer]] = {}
    for offer in offers:
        places.setdefault(offer.place.id, []).append(offer)
    return places


def _choose_place(everything: Mapping[str, Starts], wanted: str) -> str:
    if wanted in everything:
        return wanted
    return min(
        everything, key=lambda place: everything[place].at[0] if everything[place].at else float("inf")
    )


def _place_choices(
    offers: Sequence[Offer], everything: Mapping[str, Starts], chosen: str
) -> tuple[PlaceChoice, ...]:
    return tuple(
        PlaceChoice(
            place_id=place,
            name=here[0].place.name,
            city=here[0].place.city,
            first=everything[place].at[0] if everything[place].at else None,
            zone=here[0].place.zone,
            chosen=place == chosen,
        )
        for place, here in _by_place(offers).items()
    )


def _week(days: Sequence[Stretch], around: int, today: int) -> Week:
    """The week around a day; days are ordinals, and ordinal 1 was a Monday."""
    monday = around - (around - 1) % WEEK
    counts = {one.day: one.after - one.first for one in days if monday <= one.day < monday + WEEK}
    following = monday + WEEK
    return Week(
        days=tuple(
            WeekDay(date.fromordinal(day), counts.get(day, 0), day == around)
            for day in range(monday, following)
        ),
        previous=date.fromordinal(monday - WEEK) if monday > today else None,
        next=date.fromordinal(following) if days and days[-1].day >= following else None,
    )
