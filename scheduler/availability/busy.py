"""Overlaps: which starts an actor's claims and busy blocks take away (design.md, the slot rule, 6, 7 and
9)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from scheduler.availability.values import MINUTE, ActorTime, Busy, Moment, Taken, TypeRules

NO_GROUPS: frozenset[str] = frozenset()


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

    def leave_free(self, starts: list[int]) -> list[int]:
        """Those of the sorted ``starts`` at which nothing of this actor overlaps the padded visit."""
        if not starts or not self._spans:
            return starts
        kept: list[int] = []
        here, first, last = 0, starts[0], starts[-1]
        for begin, end, _ in self._spans:
            low, high = begin - self.reach + 1, end + self.before
            if high <= first:
                continue
            if low > last:
                break
            there = bisect_left(starts, low, here)
            kept += starts[here:there]
            here = bisect_left(starts, high, there)
        return kept + starts[here:]

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
