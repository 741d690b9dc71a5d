"""Times that are booked in one act: weekly ones, and two right after each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from scheduler.availability.explain import explain
from scheduler.availability.values import MINUTE, ActorTime, Counted, Situation, TypeRules
from scheduler.availability.zones import Zone

WEEK_DAYS = 7


def weekly(start: int, weeks: int, zone: Zone) -> list[int]:
    """``weeks`` starts (epoch seconds): ``start``, and its wall time in each of the following weeks, so that 10:30 stays
    10:30 when clocks change between them. A wall time that is skipped moves forward by the gap (slot rule 3)."""
    local = datetime.fromtimestamp(start, zone.info)
    day, minute = zone.day(start), local.hour * 60 + local.minute
    return [start, *(zone.instant(day + week * WEEK_DAYS, minute) for week in range(1, weeks))]


def series_starts(starts: Sequence[int], weeks: int, zone: Zone) -> list[int]:
    """Those of the open ``starts`` from which a weekly series of ``weeks`` visits is open as a whole."""
    free = frozenset(starts)
    return [start for start in starts if free.issuperset(weekly(start, weeks, zone))]


def right_after(rules: TypeRules, start: int) -> tuple[int, int]:
    """Where a visit must start that follows one at ``start`` without a pause: in [first, last), which is one step of the
    grid from the earliest instant that both visits' buffers allow."""
    first = start + (rules.duration + rules.buffer_after + rules.buffer_before) * MINUTE
    return first, first + rules.interval * MINUTE


def back_to_back(situation: Situation, starts: Sequence[int], now: int) -> dict[int, int]:
    """Those of the sorted open ``starts`` after which a second visit fits right away: first start → second start."""
    capped = situation.rules.max_per_day is not None or situation.rules.max_per_week is not None
    pairs: dict[int, int] = {}
    for start in starts:
        first, last = right_after(situation.rules, start)
        at = bisect_left(starts, first)
        if at == len(starts) or starts[at] >= last:
            continue
        if capped and explain(_with_one_more(situation, start), starts[at], now):
            continue
        pairs[start] = starts[at]
    return pairs


def without(situation: Situation, appointments: Collection[str]) -> Situation:
    """The situation as it would be without these appointments."""

    def left(actor: ActorTime) -> ActorTime:
        return replace(actor, taken=tuple(one for one in actor.taken if one.appointment not in appointments))

    return replace(
        situation,
        hosts=tuple(map(left, situation.hosts)),
        resources=tuple(tuple(map(left, kind)) for kind in situation.resources),
        seats=tuple(seat for seat in situation.seats if seat.appointment not in appointments),
        counted=tuple(
            tuple(one for one in counted if one.appointment not in appointments)
            for counted in situation.counted
        ),
    )


def _with_one_more(situation: Situation, start: int) -> Situation:
    """The situation with one more visit at ``start`` for the caps to count."""
    more = Counted("", start)
    return replace(situation, counted=tuple((*counted, more) for counted in situation.counted))
