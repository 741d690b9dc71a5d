"""The slot rule's speed: ``python -m tests.bench.availability [--rounds 11] [--only w1|day|next|import]``.

Workload W1 (tests/bench/slots_workload.py) against what is usual: a loop over all bookings for each start, the same
bucketed by day, django-appointment's own slot functions, a zone-aware dayjs object per start, and the slow reference of
the tests; then one day against 60, the next times of a thousand schedules, and the time that an import takes. Every
contender must give the same starts, else the bench stops. The two foreign programs are installed into .cache/bench
when they are not there; without a network their lines are left out, and the output says so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable

from scheduler.availability import open_starts
from tests.bench import many_schedules, peers
from tests.bench.slots_workload import (
    Work,
    bucketed,
    json_of,
    naive,
    one_day,
    plain_of,
    situation_of,
    workload,
)
from tests.bench.turns import SLICE, Row, in_process, row, table, take_turns
from tests.reference.slots import reference_open

ROUNDS = 11
PEERS = {
    "django-appointment": (peers.django_appointment, "django-appointment's slot functions", 6),
    "dayjs": (peers.dayjs, "a zone-aware object per start (dayjs)", 400),
}


def must_be_equal(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise SystemExit(f"{what} gives other starts: the figures would mean nothing.")


def w1(rounds: int, slice_: float = SLICE, work: Work | None = None, foreign: bool = True) -> list[Row]:
    """W1 against everybody."""
    work = work or workload()
    plain, situation = plain_of(work), situation_of(work)
    asked = work.now, work.since, work.until
    expected = open_starts(situation, *asked)
    ours = {
        "ours": lambda: open_starts(situation, *asked),
        "naive": lambda: naive(work),
        "bucketed": lambda: bucketed(work),
        "oracle": lambda: reference_open(plain, *asked),
    }
    for name, call in ours.items():
        must_be_equal(name, call(), expected)
    turns = {name: in_process(call) for name, call in ours.items()}
    lines = [
        ("naive", "a loop over all bookings per start", 80),
        ("bucketed", "the same, bucketed by day", 30),
    ]
    workers = []
    try:
        for name, (start, what, goal) in PEERS.items() if foreign else ():
            try:
                worker = start(json_of(work))
            except peers.Missing as why:
                print(f"left out: {what}: {why}")
                continue
            workers.append(worker)
            must_be_equal(name, worker.starts, expected)
            turns[name] = worker.turn
            lines.append((name, what, goal))
        measured = take_turns(turns, rounds, slice_)
    finally:
        for worker in workers:
            worker.stop()
    lines.append(("oracle", "the reference of the tests", 120))
    return [row(f"W1: {what}", measured, "ours", name, goal) for name, what, goal in lines]


def day(rounds: int, slice_: float = SLICE, work: Work | None = None) -> list[Row]:
    """One day against all: as a page of one day loads it, and of the whole schedule as it stands."""
    work = work or workload()
    short = one_day(work)
    whole, small = situation_of(work), situation_of(short)
    calls = {
        "all": lambda: open_starts(whole, work.now, work.since, work.until),
        "loaded": lambda: open_starts(small, work.now, short.since, short.until),
        "asked": lambda: open_starts(whole, work.now, short.since, short.until),
    }
    expected = [start for start in calls["all"]() if short.since <= start < short.until]
    must_be_equal("one day, loaded", calls["loaded"](), expected)
    must_be_equal("one day, asked", calls["asked"](), expected)
    measured = take_turns({name: in_process(call) for name, call in calls.items()}, rounds, slice_)
    return [
        row("one day, loaded as such: all 60", measured, "loaded", "all", 40),
        row("one day of all that is loaded: all 60", measured, "asked", "all"),
    ]


def next_times(rounds: int, slice_: float = SLICE, size: int = 1000) -> list[Row]:
    """The next five of a thousand schedules against computing the 60 days of each."""
    situations = many_schedules.thousand(size)
    whole = many_schedules.whole_lists(situations)
    first = sorted((start, key) for key, starts in whole.items() for start in starts[:5])[:5]
    must_be_equal("next_open_of", many_schedules.lazily(situations), first)
    heads = {key: starts[:5] for key, starts in whole.items()}
    must_be_equal("next_open", many_schedules.each_alone(situations), heads)
    calls: dict[str, Callable[[], object]] = {
        "whole": lambda: many_schedules.whole_lists(situations),
        "of": lambda: many_schedules.lazily(situations),
        "each": lambda: many_schedules.each_alone(situations),
    }
    measured = take_turns({name: in_process(call) for name, call in calls.items()}, rounds, slice_)
    return [
        row(f"next 5 of {size} schedules: their 60 days", measured, "of", "whole", 10),
        row(f"next 5 of each of {size} schedules: their 60 days", measured, "each", "whole"),
    ]


def imports(rounds: int) -> list[Row]:
    """A process that imports the rule against one that imports what the rule is made of."""
    names = {"ours": "scheduler.availability", "theirs": "zoneinfo, dataclasses, importlib.resources, re"}

    def turn(modules: str) -> Callable[[float], float]:
        code = f"import time, {modules}; print(time.process_time())"

        def one(_: float) -> float:
            done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
            return float(done.stdout)

        return one

    measured = take_turns({name: turn(modules) for name, modules in names.items()}, rounds)
    return [row("process with the rule: with its standard modules alone", measured, "ours", "theirs")]


def main() -> int:
    parser = argparse.ArgumentParser(description="The slot rule's speed, as ratios.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=["w1", "day", "next", "import"])
    chosen = parser.parse_args()
    parts: dict[str, Callable[[int], list[Row]]] = {
        "w1": w1,
        "day": day,
        "next": next_times,
        "import": imports,
    }
    rows: list[Row] = []
    for name, part in parts.items():
        if chosen.only in (None, name):
            rows += part(chosen.rounds)
    print(f"\n{chosen.rounds} rounds, all starts equal; a ratio above 1: ours is quicker")
    print(table(rows))
    return 0 if all(line.met for line in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
