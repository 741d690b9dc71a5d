"""The slot rule: design.md "The slot rule", 1 to 9, in order. Everybody who asks what is open asks here.

All instants are epoch seconds UTC and all ranges half-open. ``leave_out`` is the id of an appointment that no
check sees: one's own hold, or the visit that is being moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scheduler.availability import grid, limits
from scheduler.availability.hosts import Actors, blocked_starts
from scheduler.availability.hours import DatedHours, dated
from scheduler.availability.values import (
    DAY,
    MINUTE,
    Counted,
    Hours,
    Moment,
    Seat,
    Situation,
    Taken,
    TypeRules,
)
from scheduler.availability.zones import EARLIEST, LATEST

# Further away no hold bears on a start: claims and buffers reach three days, caps count whole local weeks.
_HOLD_REACH = 9 * DAY


def candidates(hours: Hours, rules: TypeRules, since: int, until: int) -> list[int]:
    """The starts in [since, until) that hours, grid and length allow (rules 1 to 5): sorted, each once."""
    return grid.candidates(dated(hours), rules, since, until)


def open_starts(
    situation: Situation, now: int, since: int, until: int, leave_out: str | None = None
) -> list[int]:
    """The open starts in [since, until), sorted. Raises ValueError for an unknown zone or a bad RRULE."""
    return _open(situation, Moment(now, leave_out), since, until)


def is_open(situation: Situation, start: int, now: int, leave_out: str | None = None) -> bool:
    """Whether this very start is open: what open_starts says of it."""
    return start in open_starts(situation, now, start, start + 1, leave_out)


def held_starts(
    situation: Situation, now: int, since: int, until: int, leave_out: str | None = None
) -> list[int]:
    """The starts in [since, until) that only live holds keep from being open: the feed's busy-tentative."""
    shown = set(open_starts(situation, now, since, until, leave_out))
    without_holds = _open(situation, Moment(now, leave_out, holds=False), since, until)
    return [start for start in without_holds if start not in shown]


def free_seats(situation: Situation, start: int, now: int, leave_out: str | None = None) -> int:
    """How many seats may still be booked at a start; 0 when it is not open."""
    if not is_open(situation, start, now, leave_out):
        return 0
    return seats_left(situation, [start], now, leave_out)[0]


def seats_left(
    situation: Situation, starts: Sequence[int], now: int, leave_out: str | None = None
) -> list[int]:
    """The seats that may still be booked at each of ``starts``, which are open."""
    actors = Actors(situation, Moment(now, leave_out))
    return [actors.free_seats(start) for start in starts]


def choose_actors(
    situation: Situation, start: int, now: int, leave_out: str | None = None
) -> tuple[str, ...]:
    """The actors that a booking at ``start`` takes: all hosts, then one of each kind of resource.

    A session that exists keeps its own room; else the first free one in the given order. Raises ValueError
    when the start is not open.
    """
    if not is_open(situation, start, now, leave_out):
        raise ValueError("This start is not open.")
    actors = Actors(situation, Moment(now, leave_out))
    chosen = [actors.chosen(kind, start) for kind in actors.kinds]
    return tuple(host.actor for host in actors.hosts) + tuple(one.actor for one in chosen if one is not None)


def next_open(
    situation: Situation, now: int, count: int, until: int, leave_out: str | None = None
) -> list[int]:
    """The first ``count`` open starts before ``until``, found without looking at days that are not needed."""
    found: list[int] = []
    moment = Moment(now, leave_out)
    for since, end in _stretches(situation, now, until):
        if len(found) >= count:
            break
        found += _open(situation, moment, since, end)
    return found[:count]


def next_open_of(
    situations: Mapping[str, Situation], now: int, count: int, until: int
) -> list[tuple[int, str]]:
    """The first ``count`` open starts before ``until`` over many Schedules, as (start, key) in order.

    Goes day by day from ``now`` over all of them and stops at the day that completes the answer. Once enough is known,
    each further Schedule is asked only about times that would still be among the first.
    """
    found: list[tuple[int, str]] = []
    moment, since = Moment(now), now
    while since < until and len(found) < count:
        end = following = min(since + DAY, until)
        for key, situation in situations.items():
            found += [(start, key) for start in _open(situation, moment, since, end)]
            if len(found) >= count:
                found = sorted(found)[:count]
                end = found[-1][0] + 1
        since = following
    return sorted(found)


def next_change(situation: Situation, now: int, until: int) -> int | None:
    """The earliest instant after ``now`` at which time alone may change what is open or held in [now, until).

    A start passes its notice, a hold expires, a local midnight moves the horizon, a share is released. It may
    name an instant at which nothing changes in the end, but never misses one. None: nothing will change by
    time alone.
    """
    firsts = [_first(situation, Moment(now, holds=holds), until) for holds in (True, False)]
    return change_within(
        situation, now, now, until, min((at for at in firsts if at is not None), default=None)
    )


def change_within(situation: Situation, now: int, since: int, until: int, first: int | None) -> int | None:
    """What ``next_change`` says of [since, until) alone, for who knows its starts already: ``first`` is the first one
    that is open or held there at ``now``, None when there is none."""
    made, rules = dated(situation.hours), situation.rules
    zone = made.zone
    instants = [at for at in _expiries(situation, since - _HOLD_REACH, until + _HOLD_REACH) if at > now]
    if first is not None:
        instants.append(first - rules.minimum_notice * MINUTE + 1)
    if rules.horizon_days is not None:
        midnight = zone.next_day_begins(now)
        entering = limits.last_day(zone, rules.horizon_days, midnight)
        if zone.day(max(since, EARLIEST)) - 1 <= entering <= zone.day(min(until, LATEST)) + 1:
            instants.append(midnight)
    if rules.release is not None:
        # Release times run with the dates, so the first one still to come is the earliest.
        for day in range(zone.day(max(since, EARLIEST)) - 1, zone.day(min(max(since, until), LATEST)) + 2):
            at = limits.release_instant(zone, rules.release, day)
            if at > now:
                instants.append(at)
                break
    return min(instants, default=None)


def _open(situation: Situation, moment: Moment, since: int, until: int) -> list[int]:
    made, rules = dated(situation.hours), situation.rules
    since, until = limits.asked_range(made.zone, rules, moment.now, since, until)
    if since >= until:
        return []
    blocked = blocked_starts(situation, moment, since, until)
    starts = grid.candidates(made, rules, since, until, blocked)
    if rules.capacity > 1:
        starts = _with_sessions(made, situation, moment, starts, (since, until))
    if rules.horizon_days is not None:
        starts = limits.within_horizon(made.zone, rules, moment.now, starts)
    if rules.release is not None:
        starts = limits.released(made, rules, moment.now, starts)
    if rules.max_per_day is not None or rules.max_per_week is not None:
        starts = limits.below_caps(made.zone, situation, moment, starts)
    return starts


def _with_sessions(
    made: DatedHours, situation: Situation, moment: Moment, starts: list[int], asked: tuple[int, int]
) -> list[int]:
    """Sorted ``starts`` at which everybody is free, corrected for the sessions that exist: a visit joins one while it
    has a seat, whatever the session's own claims take, and starts no second one beside it (rule 8)."""
    actors = Actors(situation, moment)
    if not actors.sessions:
        return starts
    alone = [start for start in starts if start not in actors.sessions]
    joined = [
        start
        for start in grid.candidates(made, situation.rules, *asked)
        if start in actors.sessions and actors.joins(start, actors.sessions[start])
    ]
    return sorted(alone + joined)


def _first(situation: Situation, moment: Moment, until: int) -> int | None:
    for since, end in _stretches(situation, moment.now, until):
        starts = _open(situation, moment, since, end)
        if starts:
            return starts[0]
    return None


def _stretches(situation: Situation, now: int, until: int) -> Iterator[tuple[int, int]]:
    """What notice and horizon leave of [now, until), in pieces that grow: two days, four, eight, ..."""
    since, until = limits.asked_range(dated(situation.hours).zone, situation.rules, now, now, until)
    length = 2 * DAY
    while since < until:
        yield since, min(since + length, until)
        since, length = since + length, length * 2


def _expiries(situation: Situation, since: int, until: int) -> set[int]:
    """When the holds of visits in [since, until) end."""
    actors = [*situation.hosts, *(actor for kind in situation.resources for actor in kind)]
    held: list[Taken | Seat | Counted] = [taken for actor in actors for taken in actor.taken]
    held += situation.seats
    for counted in situation.counted:
        held += counted
    return {one.expires for one in held if one.expires is not None and since <= one.start < until}
