"""Contenders take turns: in every round each one runs for a slice of time, and only ratios of one round count.

The speed of a shared machine swings by a factor of three within minutes; a ratio of two things measured within a
second of each other swings much less, and the median over rounds is what a goal is held against. What counts is the
time of the processor, not of the wall: else a long call would also pay for whoever interrupts it, a short one not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

SLICE = 0.08
_WORTH_A_LOOK = 0.002


def in_process(call: Callable[[], object]) -> Callable[[float], float]:
    """A contender of this process: calls for ``slice_`` seconds, at least once, and gives the median of one call.

    Quick ones are called many times between two looks at the clock, which itself takes about a microsecond.
    """
    known = 0.0

    def turn(slice_: float) -> float:
        nonlocal known
        spent: list[float] = []
        ends = time.perf_counter() + slice_
        calls = range(min(1000, max(1, round(_WORTH_A_LOOK / known))) if known else 1)
        while not spent or time.perf_counter() < ends:
            before = time.thread_time()
            for _ in calls:
                call()
            spent.append((time.thread_time() - before) / len(calls))
        known = median(spent)
        return known

    return turn


@dataclass(frozen=True)
class Rounds:
    """Processor seconds of one call, by contender, one figure a round."""

    seconds: Mapping[str, Sequence[float]]

    def typical(self, name: str) -> float:
        """The median of the rounds, in seconds: for the reader only, goals are held against ratios."""
        return median(self.seconds[name])

    def ratios(self, theirs: str, ours: str) -> list[float]:
        """How many times longer ``theirs`` took, round by round."""
        pairs = zip(self.seconds[theirs], self.seconds[ours], strict=True)
        return [slow / quick for slow, quick in pairs]


def take_turns(
    contenders: Mapping[str, Callable[[float], float]], rounds: int, slice_: float = SLICE
) -> Rounds:
    """Runs the rounds; the order turns round by round, so that nobody always follows the same neighbour."""
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        place = number % len(names)
        for name in names[place:] + names[:place]:
            seconds[name].append(contenders[name](slice_))
    return Rounds(seconds)


@dataclass(frozen=True)
class Row:
    """One line of the table: how many times quicker ours is, and the least that was wanted."""

    what: str
    ours: float
    theirs: float
    ratios: Sequence[float]
    goal: float | None = None

    @property
    def met(self) -> bool:
        return self.goal is None or median(self.ratios) >= self.goal


def row(what: str, rounds: Rounds, ours: str, theirs: str, goal: float | None = None) -> Row:
    """The line that compares two contenders of the same rounds."""
    return Row(what, rounds.typical(ours), rounds.typical(theirs), rounds.ratios(theirs, ours), goal)


def table(rows: Sequence[Row]) -> str:
    """The lines as text, for people."""
    cells = [("what", "ours", "theirs", "ratio, median [range]", "goal", "met")]
    for line in rows:
        low, middle, high = min(line.ratios), median(line.ratios), max(line.ratios)
        goal = "" if line.goal is None else f">= {line.goal:g}"
        met = "" if line.goal is None else "yes" if line.met else "NO"
        cells.append(
            (
                line.what,
                _span(line.ours),
                _span(line.theirs),
                f"{middle:.3g} [{low:.3g}..{high:.3g}]",
                goal,
                met,
            )
        )
    widths = [max(len(cell[column]) for cell in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True)) for cell in cells]
    return "\n".join(text.rstrip() for text in [lines[0], "  ".join("-" * w for w in widths), *lines[1:]])


def _span(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} us"
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
