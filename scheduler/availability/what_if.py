"""What a change that is not yet saved would do to the openings: the rule asked before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.availability.rule import open_starts
from scheduler.availability.values import Situation


@dataclass(frozen=True, slots=True)
class Difference:
    """Openings that come and go, as (start in epoch seconds, schedule id), sorted; ``unchanged`` counts the others."""

    gained: tuple[tuple[int, str], ...]
    lost: tuple[tuple[int, str], ...]
    unchanged: int

    @property
    def total(self) -> int:
        """How many openings there are after the change."""
        return len(self.gained) + self.unchanged


def what_if(
    before: Mapping[str, Situation], after: Mapping[str, Situation], now: int, since: int, until: int
) -> Difference:
    """The openings in [since, until) gained and lost by a change, given the Situations before and after it by schedule
    id. A schedule that is missing on one side has no opening there. Raises ValueError like open_starts."""
    were, are = (_openings(situations, now, since, until) for situations in (before, after))
    return Difference(tuple(sorted(are - were)), tuple(sorted(were - are)), len(were & are))


def _openings(situations: Mapping[str, Situation], now: int, since: int, until: int) -> set[tuple[int, str]]:
    return {
        (start, schedule)
        for schedule, situation in situations.items()
        for start in open_starts(situation, now, since, until)
    }
