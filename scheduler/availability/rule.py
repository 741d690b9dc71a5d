"""The slot rule: design.md "The slot rule", 1 to 9, in order. Everybody who asks what is open asks here.

All instants are epoch seconds UTC and all ranges half-open. ``leave_out`` is the id of an appointment that no
check sees: one's own hold, or the visit that is being moved.
"""

from __future__ import annotations

from scheduler.availability import grid, limits
from scheduler.availability.hosts import Actors
from scheduler.availability.hours import DatedHours
from scheduler.availability.values import DAY, MINUTE, Hours, Moment, Situation, TypeRules
from scheduler.availability.zones import LATEST


def candidates(hours: Hours, rules: TypeRules, since: int, until: int) -> list[int]:
    """The starts in [since, until) that hours, grid and length allow (rules 1 to 5): sorted, each once."""
    return grid.candidates(DatedHours(hours), rules, since, until)


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
    return Actors(situation, Moment(now, leave_out)).free_seats(start)


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
    since, until = limits.asked_range(DatedHours(situation.hours).zone, situation.rules, now, now, until)
    length = 2 * DAY
    while since < until and len(found) < count:
        end = min(since + length, until)
        found += open_starts(situation, now, since, end, leave_out)
        since, length = end, length * 2
    return found[: max(count, 0)]


def next_change(situation: Situation, now: int, until: int) -> int | None:
    """The earliest instant after ``now`` at which time alone may change what is open or held in [now, until).

    A start passes its notice, a hold expires, a local midnight moves the horizon, a share is released. It may
    name an instant at which nothing changes in the end, but never misses one. None: nothing will change by
    time alone.
    """
    dated, rules = DatedHours(situation.hours), situation.rules
    instants = [expires for expires in _expiries(situation) if expires > now]
    for holds in (True, False):
        first = _first(situation, Moment(now, holds=holds), until)
        if first is not None:
            instants.append(first - rules.minimum_notice * MINUTE + 1)
    if rules.horizon_days is not None:
        instants.append(dated.zone.next_day_begins(now))
    if rules.release is not None:
        # Release times run with the dates, so the first one still to come is the earliest.
        for day in range(dated.zone.day(now) - 1, dated.zone.day(min(max(now, until), LATEST)) + 2):
            at = limits.release_instant(dated.zone, rules.release, day)
            if at > now:
                instants.append(at)
                break
    return min(instants, default=None)


def _open(situation: Situation, moment: Moment, since: int, until: int) -> list[int]:
    dated, rules = DatedHours(situation.hours), situation.rules
    since, until = limits.asked_range(dated.zone, rules, moment.now, since, until)
    if since >= until:
        return []
    starts = grid.candidates(dated, rules, since, until)
    starts = limits.within_horizon(dated.zone, rules, moment.now, starts)
    starts = limits.released(dated, rules, moment.now, starts)
    starts = Actors(situation, moment).leave_free(starts)
    return limits.below_caps(dated.zone, situation, moment, starts)


def _first(situation: Situation, moment: Moment, until: int) -> int | None:
    dated = DatedHours(situation.hours)
    since, until = limits.asked_range(dated.zone, situation.rules, moment.now, moment.now, until)
    length = 2 * DAY
    while since < until:
        starts = _open(situation, moment, since, min(since + length, until))
        if starts:
            return starts[0]
        since, length = since + length, length * 2
    return None


def _expiries(situation: Situation) -> set[int]:
    actors = [*situation.hosts, *(actor for kind in situation.resources for actor in kind)]
    held = [taken.expires for actor in actors for taken in actor.taken]
    held += [seat.expires for seat in situation.seats]
    held += [one.expires for counted in situation.counted for one in counted]
    return {expires for expires in held if expires is not None}
