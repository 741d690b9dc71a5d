"""A cold publish against those who write the same files another way, and how it grows."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fhir.resources.R4B.slot import Slot

from scheduler.models.slots import slot_id
from scheduler.publisher.cuts import Cut
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Times
from scheduler.publisher.shards import Visible, build_block
from scheduler.publisher.versions import Version
from scheduler.publisher.workers import Helpers, Job
from tests.bench import feed_peers, feed_workload
from tests.bench.feed_publish import SECRET, in_folder, must, publish, write_manifest
from tests.bench.feed_workload import NOW, Case
from tests.bench.turns import Row, row, take_turns
from tests.reference.slots import reference_open

# How many schedules each contender publishes in its turn: about a second's worth.
SIZES = {"naive": 40, "orjson": 60, "objects": 2}
LINES = [
    ("naive", "a loop over all bookings per start, json, gzip -6", 15),
    ("orjson", "the rule's starts, dicts, orjson, gzip -6", 6),
    ("objects", "fhir.resources objects, gzip -6", 150),
]
PEAK_MB = 150


def contenders(rounds: int, schedules: int, sizes: Mapping[str, int] = SIZES) -> list[Row]:
    """Against everybody, by the processor's time for one slot."""
    works = list(feed_workload.blocks(feed_workload.cases(schedules)))
    first = in_folder(lambda folder: publish(folder, works))
    size = sum(version.file.size for version in first.versions)
    print(f"cold publish: {schedules} schedules, {first.slots} slots, {size / 1e6:.0f} MB of text")

    def ours(_: float) -> float:
        done = in_folder(lambda folder: publish(folder, works))
        must(done.versions == first.versions, "a second publish writes other files")
        return done.seconds / done.slots

    turns = {"ours": ours}
    for name, several in sizes.items():
        check(name, several)
        turns[name] = contender(name, several)
    measured = take_turns(turns, rounds)
    return [row(f"cold, a slot: {what}", measured, "ours", name, goal) for name, what, goal in LINES]


def contender(name: str, schedules: int) -> Callable[[float], float]:
    """Turns of a contender that publishes so many schedules; processor seconds a slot."""
    works = several_of(feed_workload.cases(schedules))

    def turn(_: float) -> float:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.thread_time()
            slots = sum(feed_peers.publish(name, Path(folder), cases, cuts) for cases, cuts in works)
            return (time.thread_time() - begun) / slots

    return turn


def several_of(cases: list[Case]) -> list[tuple[list[Case], list[Cut]]]:
    """The cases of each block with its cuts."""
    by_id = {case.kind.schedule_id: case for case in cases}
    return [([by_id[key] for key in keys], cuts) for _, keys, cuts in feed_workload.blocks(cases)]


def check(name: str, schedules: int) -> None:
    """Stop unless a contender says what we say, which is valid and what the tests' reference says."""
    cases = feed_workload.cases(schedules)
    with tempfile.TemporaryDirectory() as mine, tempfile.TemporaryDirectory() as theirs:
        publish(Path(mine), feed_workload.blocks(cases))
        for several, cuts in several_of(cases):
            feed_peers.publish(name, Path(theirs), several, cuts)
        ours = sorted(lines_in(mine))
        must(len(set(ours)) == len(ours) > 0, "an id is there twice")
        plain = [json.loads(line) for line in ours]
        must(
            plain == sorted(map(json.loads, lines_in(theirs)), key=lambda one: one["id"]),
            f"{name} says other things",
        )
    for made in plain[:: max(1, len(plain) // 50)]:
        Slot(**made)
    for case in cases[:3]:
        starts = reference_open(case.plain(), NOW, NOW, case.starts[-1] + 1)
        ids = [slot_id(case.kind.schedule_id, start) for start in starts]
        found = [one["id"] for one in plain if one["schedule"]["reference"].endswith(case.kind.schedule_id)]
        must(found == ids, "the reference of the tests finds other starts")


def lines_in(folder: str) -> list[bytes]:
    """The lines of all files."""
    files = (gzip.decompress(path.read_bytes()) for path in Path(folder).glob("*.gz"))
    return [line for text in files for line in text.splitlines()]


def processes(rounds: int, schedules: int) -> list[Row]:
    """One process against two, by the clock on the wall; the second is there already, or has to be started."""
    works = list(feed_workload.blocks(feed_workload.cases(schedules)))
    jobs = [Job(block, situations, NOW, cuts) for block, situations, cuts in works]
    first = helped(0, jobs, ready=False)[1]

    def turn(count: int, ready: bool) -> Callable[[float], float]:
        def one(_: float) -> float:
            seconds, made = helped(count, jobs, ready=ready)
            must(made == first, "two processes make other files")
            return seconds

        return one

    turns = {"one": turn(0, False), "two": turn(1, True), "started": turn(1, False)}
    measured = take_turns(turns, rounds)
    return [
        row("cold, two processes: one", measured, "two", "one", 1.4),
        row("cold, two processes, the second started first: one", measured, "started", "one"),
    ]


def helped(count: int, jobs: Sequence[Job], *, ready: bool) -> tuple[float, set[Version]]:
    """Wall seconds with ``count`` helpers, and what was made; ``ready``: they are up before the clock runs."""
    with tempfile.TemporaryDirectory() as folder:
        store, zones = Store(Path(folder), SECRET), {}

        def build(job: Job) -> list[Version]:
            times = zones.setdefault(job.block.zone.info.key, Times(job.block.zone))
            return list(build_block(job.block, job.situations, NOW, job.cuts, times, store, Visible()))

        helpers = Helpers(count, store, Visible(), build)
        begun = time.perf_counter()
        with helpers:
            if ready:
                helpers.add(jobs[0])
                while not helpers.made:
                    time.sleep(0.01)
                begun = time.perf_counter()
            for job in jobs:
                helpers.add(job)
        write_manifest(Path(folder), helpers.made)
        store.settle()
        return time.perf_counter() - begun, set(helpers.made)


def growth(schedules: int, many: int, rounds: int = 3) -> list[Row]:
    """Fresh processes of two sizes: the memory that they take, and how time grows."""
    runs = [(alone(schedules), alone(many)) for _ in range(rounds)]
    times = many / schedules
    mb = [small["peak_mb"] for small, _ in runs]
    return [
        Row(
            f"{many} schedules: {times:g} times the time of {schedules}",
            runs[-1][1]["seconds"],
            runs[-1][0]["seconds"] * times,
            [small["seconds"] * times / large["seconds"] for small, large in runs],
            10 / 11,
        ),
        Row(
            f"peak memory of {schedules}, in GB: {PEAK_MB} MB",
            max(mb) / 1000,
            PEAK_MB / 1000,
            [PEAK_MB / one for one in mb],
            1,
        ),
    ]


def alone(schedules: int) -> dict[str, float]:
    """What a process of its own says about its publish."""
    command = [sys.executable, "-m", "tests.bench.feed_publish", str(schedules)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found
