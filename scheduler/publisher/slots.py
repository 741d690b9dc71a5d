"""The openings of one Schedule, as the slot rule gives them, and until when they stand by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduler.availability import Situation, free_seats, held_starts, next_change, open_starts
from scheduler.clock import DAY
from scheduler.fhir.slot import BUSY, FREE, HELD
from scheduler.models.offers import MAX_HORIZON_DAYS


@dataclass(frozen=True, slots=True)
class Opening:
    """A start (epoch seconds) with its FHIR status and the seats that are free."""

    start: int
    status: str
    seats: int


def asked_until(now: int, horizon_days: int | None = MAX_HORIZON_DAYS) -> int:
    """An instant that no start within the horizon reaches, in any zone."""
    return now + ((horizon_days if horizon_days is not None else MAX_HORIZON_DAYS) + 2) * DAY


def openings(situation: Situation, now: int, *, show_busy: bool) -> Iterator[Opening]:
    """All starts that the feed shows, in order: open ones are free; those that would be open but for live
    holds are held; with ``show_busy``, those that would be open but for bookings are busy."""
    until = asked_until(now, situation.rules.horizon_days)
    shared = situation.rules.capacity > 1
    status = dict.fromkeys(open_starts(situation, now, now, until), FREE)
    status |= dict.fromkeys(held_starts(situation, now, now, until), HELD)
    if show_busy:
        unbooked = open_starts(without_bookings(situation), now, now, until)
        status = dict.fromkeys(unbooked, BUSY) | status
    for start in sorted(status):
        free = status[start] == FREE
        yield Opening(
            start, status[start], free_seats(situation, start, now) if shared and free else int(free)
        )


def without_bookings(situation: Situation) -> Situation:
    """The situation as it would be if nobody had booked or held anything; outside busy times stay."""
    return replace(
        situation,
        hosts=tuple(replace(host, taken=()) for host in situation.hosts),
        resources=tuple(tuple(replace(actor, taken=()) for actor in kind) for kind in situation.resources),
        seats=(),
        counted=tuple(() for _ in situation.counted),
    )


def stands_until(situation: Situation, now: int, *, show_busy: bool) -> int | None:
    """The first instant after ``now`` at which time alone may change ``openings``; None: it never will."""
    until = asked_until(now, situation.rules.horizon_days)
    asked = [situation, without_bookings(situation)] if show_busy else [situation]
    return min((at for one in asked if (at := next_change(one, now, until)) is not None), default=None)
