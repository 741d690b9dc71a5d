"""Overlaps: which starts an actor's claims and busy blocks take away (design.md, the slot rule, 6, 7 and
9)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from scheduler.availability.grid import NOTHING
from scheduler.availability.hours import Span, Stretches, pairs, stretches
from scheduler.availability.values import DAY, MINUTE, ActorTime, Busy, Moment, Taken, TypeRules

NO_GROUPS: frozenset[str] = frozenset()
# Below this a question looks through all claims once; above it, or asked again, sorting them first pays.
_SHORT = 8 * DAY


class Lasting:
    """What blocks an actor whoever asks and whenever: claims that are no holds, padded by their own buffers, and busy
    blocks, sorted and merged."""

    def __init__(self, actor: ActorTime) -> None:
        self.spans = stretches(sorted(_lasting(actor)))
        self.holds = [one for one in actor.taken if one.expires is not None]
        self.appointments = frozenset(one.appointment for one in actor.taken)
        self._shifted: dict[tuple[int, int], Stretches] = {}

    def shifted(self, reach: int, before: int) -> Stretches:
        """The stretches of starts that the spans block, for visits that reach so far (seconds)."""
        found = self._shifted.get((reach, before))
        if found is None:
            found = self._shifted[reach, before] = _shifted(self.spans, reach, before)
        return found

    def at(self, actor: ActorTime, moment: Moment) -> Stretches:
        """The spans that block at this moment."""
        if moment.leave_out is not None and moment.leave_out in self.appointments:
            return stretches(sorted(_spans(actor, moment)))
        live = [_padded(one) for one in self.holds if moment.counts(one.appointment, one.expires)]
        return stretches(sorted([*pairs(self.spans), *live])) if live else self.spans


def blocked(actor: ActorTime, rules: TypeRules, moment: Moment, since: int, until: int) -> Stretches:
    """The stretches of starts in [since, until) at which something of this actor overlaps the padded visit. They rise,
    but may overlap each other."""
    reach, before = (rules.duration + rules.buffer_after) * MINUTE - 1, rules.buffer_before * MINUTE
    lows, highs = _known(actor, moment, reach, before, since, until)
    first, last = bisect_right(highs, since), bisect_left(lows, until)
    return (lows[first:last], highs[first:last]) if first < last else NOTHING


def any_of(parts: list[Stretches]) -> Stretches:
    """What lies in any of the parts."""
    filled = [part for part in parts if part[0]]
    if len(filled) < 2:
        return filled[0] if filled else NOTHING
    return stretches(sorted(pair for part in filled for pair in pairs(part)))


def all_of(parts: list[Stretches], since: int, until: int) -> Stretches:
    """What lies in each of the parts; everything of [since, until) when there are none."""
    common: Stretches = ([since], [until])
    for part in parts:
        common = _in_both(common, stretches(pairs(part)))
    return common


def _in_both(one: Stretches, other: Stretches) -> Stretches:
    lows: list[int] = []
    highs: list[int] = []
    here, there = 0, 0
    while here < len(one[0]) and there < len(other[0]):
        low, high = max(one[0][here], other[0][there]), min(one[1][here], other[1][there])
        if low < high:
            lows.append(low)
            highs.append(high)
        if one[1][here] < other[1][there]:
            here += 1
        else:
            there += 1
    return lows, highs


def _known(actor: ActorTime, moment: Moment, reach: int, before: int, since: int, until: int) -> Stretches:
    kept: Lasting | None = actor.__dict__.get("_lasting")
    if kept is None:
        if until - since < _SHORT and "_asked" not in actor.__dict__:
            actor.__dict__["_asked"] = True
            return _shifted(_near(actor, moment, since - before, until + reach), reach, before)
        kept = actor.__dict__["_lasting"] = Lasting(actor)
    if not kept.holds and moment.leave_out is None:
        return kept.shifted(reach, before)
    return _shifted(kept.at(actor, moment), reach, before)


def _near(actor: ActorTime, moment: Moment, since: int, until: int) -> Stretches:
    taken = tuple(one for one in actor.taken if one[0] - one[2] < until and one[1] + one[3] > since)
    busy = tuple(one for one in actor.busy if one[0] < until and one[1] > since)
    return stretches(sorted(_spans(ActorTime(actor.actor, taken, busy), moment)))


def _shifted(spans: Stretches, reach: int, before: int) -> Stretches:
    return [begin - reach for begin in spans[0]], [end + before for end in spans[1]]


def _padded(one: Taken) -> Span:
    return one[0] - one[2], one[1] + one[3]


def _lasting(actor: ActorTime) -> list[Span]:
    spans = [
        (start - before, end + after)
        for start, end, before, after, _, _, expires in actor.taken
        if expires is None
    ]
    return spans + [(one[0], one[1]) for one in actor.busy]


def _spans(actor: ActorTime, moment: Moment) -> list[Span]:
    spans = [_padded(one) for one in actor.taken if moment.counts(one.appointment, one.expires)]
    return spans + [(one[0], one[1]) for one in actor.busy]


@dataclass(frozen=True, slots=True)
class Block:
    """What blocks one start: a claim with its buffers, or a busy block (``claim`` is None). Epoch seconds."""

    start: int
    end: int
    before: int
    after: int
    claim: Taken | None


class Blocks:
    """The blocking claims and busy blocks of one actor at one moment, sorted by their padded start."""

    def __init__(self, actor: ActorTime, rules: TypeRules, moment: Moment) -> None:
        self.actor = actor.actor
        self.before = rules.buffer_before * MINUTE
        self.reach = (rules.duration + rules.buffer_after) * MINUTE
        counts = moment.counts
        spans: list[tuple[int, int, Taken | Busy]] = [
            (one.start - one.before, one.end + one.after, one)
            for one in actor.taken
            if counts(one.appointment, one.expires) and one.start - one.before < one.end + one.after
        ]
        spans += [(one.start, one.end, one) for one in actor.busy if one.start < one.end]
        spans.sort(key=itemgetter(0))
        self._spans = spans

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups of the claims that block."""
        return frozenset(source.group for _, _, source in self._spans if isinstance(source, Taken))

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self._spans]

    @cached_property
    def _longest(self) -> int:
        return max((end - start for start, end, _ in self._spans), default=0)

    def against(self, start: int, groups: frozenset[str] = NO_GROUPS) -> list[Block]:
        """What overlaps a padded visit at ``start``, in order; claims of ``groups`` are let through."""
        low, high = start - self.before, start + self.reach
        found = []
        for place in range(bisect_left(self._starts, low - self._longest), bisect_left(self._starts, high)):
            _, end, source = self._spans[place]
            if end <= low:
                continue
            if isinstance(source, Busy):
                found.append(Block(source.start, source.end, 0, 0, None))
            elif source.group not in groups:
                found.append(Block(source.start, source.end, source.before, source.after, source))
        return found
