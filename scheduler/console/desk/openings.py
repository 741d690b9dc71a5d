"""Open times as the front desk sees them: without the limits that bind patients alone (notice, horizon, release, caps).

All of it is asked of the slot rule, by giving it a type's rules without those limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from scheduler.availability import Situation, open_starts
from scheduler.clock import DAY, MINUTE
from scheduler.console.desk.offers import Offered
from scheduler.models.situations import load_situations
from scheduler.models.slots import slot_id

DAYS_SHOWN = 3
SEARCHED_DAYS = 60
NEAREST, NEAR_DAYS = 6, 14
STEP = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Opening:
    """A start that can be booked. ``limited``: staff alone may, a patient meets a limit (notice, horizon, cap)."""

    slot: str
    start: int
    offer: Offered
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A local day with its openings."""

    day: date
    openings: tuple[Opening, ...]


def without_limits(situation: Situation, *, interval: int | None = None) -> Situation:
    """The same Schedule for staff: no notice, horizon, release or cap; ``interval``: another step in minutes."""
    rules = replace(
        situation.rules,
        minimum_notice=0,
        horizon_days=None,
        release=None,
        max_per_day=None,
        max_per_week=None,
        interval=interval or situation.rules.interval,
    )
    return replace(situation, rules=rules)


def days_with_openings(session: Session, offer: Offered, first: date, now: int) -> tuple[Day, ...]:
    """The openings of ``first`` and of the next days that have any: three days, of the next sixty."""
    since = max(now, offer.clock.instant(first.toordinal(), 0))
    until = since + SEARCHED_DAYS * DAY
    situation = load_situations(session, [offer.schedule], since, until).get(offer.schedule)
    if situation is None:
        return ()
    days: dict[int, list[int]] = {}
    at, length = since, 2 * DAY
    while at < until:
        for start in open_starts(without_limits(situation), now, at, min(at + length, until)):
            days.setdefault(offer.clock.day(start), []).append(start)
        at, length = at + length, length * 2
        # the last day found may go on in the next stretch
        if len(days) > DAYS_SHOWN:
            break
    chosen = sorted(days)[:DAYS_SHOWN]
    if not chosen:
        return ()
    for_patients = set(open_starts(situation, now, since, days[chosen[-1]][-1] + 1))
    return tuple(
        Day(
            date.fromordinal(day),
            tuple(
                Opening(slot_id(offer.schedule, at), at, offer, at not in for_patients) for at in days[day]
            ),
        )
        for day in chosen
    )


def nearest(
    session: Session, offers: Mapping[str, Offered], offer: Offered, start: int, now: int
) -> list[Opening]:
    """The openings nearest to ``start`` within 14 days: of the same Schedule first, then of the same type at the
    same place with others."""
    wanted = {
        one.schedule: one
        for one in offers.values()
        if one.schedule == offer.schedule or (one.type_id == offer.type_id and one.place == offer.place)
    }
    since, until = max(now, start - NEAR_DAYS * DAY), max(now, start) + NEAR_DAYS * DAY
    found = []
    for schedule, situation in load_situations(session, sorted(wanted), since, until).items():
        starts = open_starts(without_limits(situation), now, since, until)
        closest = sorted(starts, key=lambda at: (abs(at - start), at))[:NEAREST]
        found += [Opening(slot_id(schedule, at), at, wanted[schedule]) for at in closest]
    found.sort(key=lambda one: (one.offer.schedule != offer.schedule, abs(one.start - start), one.start))
    return found[:NEAREST]
