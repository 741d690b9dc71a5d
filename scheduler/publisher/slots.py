"""The starts of one Schedule that the feed shows, as the slot rule gives them, and until when they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.availability import Situation, change_within, held_starts, open_starts, seats_left
from scheduler.clock import DAY
from scheduler.models.offers import MAX_HORIZON_DAYS


@dataclass(frozen=True, slots=True)
class Shown:
    """Starts (epoch seconds, sorted) by the status that they have. ``seats``: of each free one, where a session has
    several."""

    free: list[int]
    held: list[int]
    busy: list[int]
    seats: dict[int, int]

    @property
    def first(self) -> int | None:
        """The first start of any status."""
        return min((starts[0] for starts in (self.free, self.held, self.busy) if starts), default=None)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.free) + len(self.held) + len(self.busy)

    def without_held(self) -> Shown:
        """The same for those who know no held starts."""
        return Shown(self.free, [], self.busy, self.seats)


def asked_until(now: int, horizon_days: int | None = MAX_HORIZON_DAYS) -> int:
    """An instant that no start within the horizon reaches, in any zone."""
    return now + ((horizon_days if horizon_days is not None else MAX_HORIZON_DAYS) + 2) * DAY


def shown(
    situation: Situation,
    now: int,
    since: int,
    until: int,
    *,
    show_busy: bool,
    show_held: bool = True,
    show_seats: bool = True,
) -> Shown:
    """What the feed shows of [since, until) at ``now``: open starts are free; those that would be open but for live
    holds are held; with ``show_busy``, those that would be open but for bookings are busy. Without ``show_held`` held
    starts count as booked; without ``show_seats`` every session says that it has one seat."""
    free = open_starts(situation, now, since, until)
    held = held_starts(situation, now, since, until) if _has_holds(situation, now) else []
    busy: list[int] = []
    if show_busy:
        seen = {*free, *held} if show_held else set(free)
        busy = [
            start
            for start in open_starts(without_bookings(situation), now, since, until)
            if start not in seen
        ]
    seats: dict[int, int] = {}
    if situation.rules.capacity > 1 and free and show_seats:
        seats = dict(zip(free, seats_left(situation, free, now), strict=True))
    return Shown(free, held if show_held else [], busy, seats)


def without_bookings(situation: Situation) -> Situation:
    """The situation as it would be if nobody had booked or held anything; outside busy times stay."""
    return replace(
        situation,
        hosts=tuple(replace(host, taken=()) for host in situation.hosts),
        resources=tuple(tuple(replace(actor, taken=()) for actor in kind) for kind in situation.resources),
        seats=(),
        counted=tuple(() for _ in situation.counted),
    )


def stands_until(situation: Situation, now: int, since: int, until: int, found: Shown) -> int | None:
    """The first instant after ``now`` at which time alone may change what is shown of [since, until), which is
    ``found``; None: it never will."""
    return change_within(situation, now, since, until, found.first)


def _has_holds(situation: Situation, now: int) -> bool:
    actors = (*situation.hosts, *(actor for kind in situation.resources for actor in kind))
    return (
        any(one.expires is not None and one.expires > now for actor in actors for one in actor.taken)
        or any(one.expires is not None and one.expires > now for one in situation.seats)
        or any(
            one.expires is not None and one.expires > now for counted in situation.counted for one in counted
        )
    )
