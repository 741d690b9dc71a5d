"""Times that are booked in one act, before anything is held: the dates of a weekly series, and starts that fit two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler.availability import Situation, back_to_back, open_starts, weekly
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY
from scheduler.models.situations import load_situation
from scheduler.portal.nearest import BUTTONS, REACH, Nearest, NearTime
from scheduler.portal.offers import Offer
from scheduler.portal.slots import Chosen, Handover
from scheduler.portal.starts import Opening
from scheduler.portal.times import own_aside, own_holds

SERIES, RELATIVES = "series", "relatives"


@dataclass(frozen=True, slots=True)
class Week:
    """One visit of a series: its start (epoch seconds) and whether it is open."""

    start: int
    open: bool


@dataclass(frozen=True, slots=True)
class WeeklyPage:
    """The dates of a series that begins with ``chosen``. ``most``: how many weeks can be chosen; ``fewer``: how many from
    the first one on are open, when not all are; ``nearest``: other first times from which all weeks are."""

    chosen: Chosen
    weeks: tuple[Week, ...]
    most: int
    nearest: tuple[NearTime, ...]

    @property
    def fits(self) -> bool:
        return all(week.open for week in self.weeks)

    @property
    def fewer(self) -> int:
        return next((number for number, week in enumerate(self.weeks) if not week.open), len(self.weeks))

    @property
    def closed(self) -> tuple[Week, ...]:
        return tuple(week for week in self.weeks if not week.open)


def wanted(offer: Offer, travels: Handover) -> str:
    """What somebody wants to book in one act, as far as the type allows it: ``series``, ``relatives`` or ""."""
    if offer.team is not None:
        return ""
    if travels.weeks and 2 <= int(travels.weeks) <= offer.series_most:
        return SERIES
    return RELATIVES if travels.party and offer.for_two else ""


def weekly_page(session: Session, chosen: Chosen, weeks: int, *, now: int, visitor: str | None) -> WeeklyPage:
    """The dates of a series of ``weeks`` visits, each with how it stands for this visitor. ``now``: epoch seconds."""
    offer, zone = chosen.offer, zone_of(chosen.zone)
    horizon = now + (offer.horizon_days + 2) * DAY
    situation = _situation(session, offer, now, horizon, visitor, now)
    starts = open_starts(situation, now, now, horizon) if situation is not None else []
    free = set(starts)
    dates = tuple(Week(start, start in free) for start in weekly(chosen.start, weeks, zone))
    near: list[int] = []
    if not all(week.open for week in dates):
        near = [
            start
            for start in starts
            if abs(start - chosen.start) <= REACH and free.issuperset(weekly(start, weeks, zone))
        ]
    return WeeklyPage(chosen, dates, offer.series_most, _near(offer, near, chosen.start))


def second_start(session: Session, chosen: Chosen, *, now: int, visitor: str | None) -> int | None:
    """When a relative's visit right after the chosen one would start (epoch seconds); None when both don't fit."""
    if not chosen.offer.for_two or chosen.offer.team is not None:
        return None
    situation = _situation(session, chosen.offer, chosen.start, chosen.start + 3 * DAY, visitor, now)
    if situation is None:
        return None
    starts = open_starts(situation, now, chosen.start, chosen.start + 3 * DAY)
    return back_to_back(situation, starts, now).get(chosen.start)


def nearest_for_two(session: Session, offer: Offer, start: int, *, now: int, visitor: str | None) -> Nearest:
    """Up to six first times nearest to ``start`` within 14 days at which two relatives fit one after the other."""
    since, until = max(now, start - REACH), max(now, start) + REACH
    situation = _situation(session, offer, since, until, visitor, now)
    pairs: list[int] = []
    if situation is not None:
        pairs = list(back_to_back(situation, open_starts(situation, now, since, until), now))
    return Nearest(_near(offer, pairs, start), ())


def _situation(
    session: Session, offer: Offer, since: int, until: int, visitor: str | None, now: int
) -> Situation | None:
    """The Schedule's situation without this visitor's own holds, which never hide a time from them."""
    holds = own_holds(session, visitor, [offer.schedule_id], now)
    if not offer.bookable:
        return None
    situation = load_situation(session, offer.schedule_id, since, until)
    return own_aside(session, {offer.schedule_id: situation}, holds)[offer.schedule_id]


def _near(offer: Offer, starts: Sequence[int], around: int) -> tuple[NearTime, ...]:
    closest = sorted(starts, key=lambda start: (abs(start - around), start))[:BUTTONS]
    return tuple(NearTime(Opening(start, offer.schedule_id), offer) for start in closest)
