"""The open times of some days, by the rule, as Day and Week show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from scheduler.availability import next_open, open_starts
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, MINUTE, local_date
from scheduler.console.offers import Offer
from scheduler.models.situations import load_situations
from scheduler.models.slots import slot_id

_SEARCHED_DAYS = 60


@dataclass(frozen=True, slots=True)
class Opening:
    """An open start of one Schedule."""

    start: int
    end: int
    zone: ZoneInfo
    day: date
    slot: str
    offer: Offer


def openings_on(
    session: Session,
    offers: Sequence[Offer],
    first: date,
    last: date,
    now: int,
    leave_out: str | None = None,
) -> list[Opening]:
    """What is open on the local days ``first`` to ``last``, in order. ``leave_out``: a visit that is being moved."""
    if not offers:
        return []
    zones = {zone_of(offer.zone) for offer in offers}
    since = min(zone.instant(first.toordinal(), 0) for zone in zones)
    until = max(zone.instant(last.toordinal() + 1, 0) for zone in zones)
    situations = load_situations(session, [offer.schedule_id for offer in offers], since, until)
    found = []
    for offer in offers:
        if offer.schedule_id not in situations:
            continue
        zone = zone_of(offer.zone).info
        for start in open_starts(situations[offer.schedule_id], now, since, until, leave_out):
            day = local_date(start, zone)
            if first <= day <= last:
                end = start + offer.minutes * MINUTE
                found.append(Opening(start, end, zone, day, slot_id(offer.schedule_id, start), offer))
    return sorted(found, key=lambda opening: (opening.start, opening.offer.type, opening.slot))


def first_opening(session: Session, offers: Collection[Offer], now: int) -> Opening | None:
    """The first open start of all, looking two months ahead; None when there is none."""
    situations = load_situations(
        session, [offer.schedule_id for offer in offers], now, now + _SEARCHED_DAYS * DAY
    )
    best: Opening | None = None
    for offer in offers:
        if offer.schedule_id not in situations:
            continue
        until = best.start if best else now + _SEARCHED_DAYS * DAY
        for start in next_open(situations[offer.schedule_id], now, 1, until):
            zone = zone_of(offer.zone).info
            end = start + offer.minutes * MINUTE
            best = Opening(
                start, end, zone, local_date(start, zone), slot_id(offer.schedule_id, start), offer
            )
    return best


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of a day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)
