"""A resident process with a real SQLite database: the first publish, one booking, and a quarter of an hour passing.

The clock is set to the workload's instant. Bookings are written as rows with their marks; what they cost is another bench.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, insert, select

from scheduler import clock, create_app
from scheduler.db import db, snapshot, transaction
from scheduler.models import Appointment, Claim
from scheduler.models.feed import Edition, Publication
from scheduler.models.marks import mark_shards
from scheduler.models.slots import slot_id
from scheduler.publisher import LiveFeed, feed_of
from scheduler.publisher.changes import Differ
from scheduler.publisher.cuts import Cut
from scheduler.publisher.feed import Current
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Times
from scheduler.publisher.manifest import file_names
from scheduler.publisher.shards import Visible, build_block
from scheduler.publisher.versions import Version
from tests.bench import feed_clinic, feed_workload
from tests.bench.feed_publish import SECRET, must, publish, write_manifest
from tests.bench.feed_workload import NOW, Case
from tests.bench.turns import Rounds, Row, row
from tests.support.apps import settings_for
from tests.support.databases import SqliteTemplates
from tests.support.times import Clock

Made = TypeVar("Made")
BOOKINGS_A_ROUND = 5
OPENS = 1_791_205_200  # 09:00 in New York that day


@contextmanager
def clinic(cases: Sequence[Case], *, taken: bool = True) -> Iterator[tuple[Flask, Clock]]:
    """An application whose database holds the workload, at the workload's instant."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = SqliteTemplates(folder).copy(folder / "clinic.sqlite")
        stopped = Clock()
        app = create_app(settings_for(url, folder))
        feed_clinic.make(app, cases, taken=taken)
        stopped.at(NOW)
        try:
            yield app, stopped
        finally:
            stopped.go_on()
            with app.app_context():
                db.engine.dispose()


def timed(call: Callable[[], Made]) -> tuple[float, Made]:
    """Processor seconds of this thread, and what the call gave."""
    begun = time.thread_time()
    made = call()
    return time.thread_time() - begun, made


def booking(rounds: int, schedules: int) -> list[Row]:
    """One booking: a shard against the cold publish, a page against a shard, and everything to the next manifest."""
    cases = feed_workload.cases(schedules)
    seconds: dict[str, list[float]] = {"cold": [], "shard": [], "page": []}
    walls: list[float] = []
    with clinic(cases) as (app, _):
        feed = feed_of(app)
        spent, _ = timed(feed.current)
        print(f"first publish from the database: {schedules} schedules in {spent:.2f} s of the processor")
        for number in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                for name, figure in in_memory(Path(folder), cases, number).items():
                    seconds[name].append(figure)
            walls += [
                booked(app, feed, cases, number * BOOKINGS_A_ROUND + n) for n in range(BOOKINGS_A_ROUND)
            ]
    measured = Rounds(seconds)
    p95 = quantiles(walls, n=20)[-1]
    print(f"from a booking to the next manifest: p50 {median(walls) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms")
    return [
        row("one booking, a shard: the cold publish", measured, "shard", "cold", 80),
        row("one booking, its page of the chain: a shard", measured, "page", "shard", 5),
    ]


def in_memory(folder: Path, cases: list[Case], number: int) -> dict[str, float]:
    """A cold publish, then a week of one block with one visit more, and the page that tells it."""
    works = list(feed_workload.blocks(cases))
    cold = publish(folder, works)
    block, situations, cuts = works[number % len(works)]
    cut = next(
        one for one in cuts if one.name.startswith("W") and one.until - one.since > 6 * feed_workload.DAY
    )
    store, times = Store(folder, SECRET), Times(block.zone)
    rest = [version for version in cold.versions if version.shard != f"Slot/{block.name}/{cut.name}"]
    key = next(iter(situations))
    before = {version.shard: version for version in cold.versions}

    def build(cut: Cut) -> dict[str, Version]:
        made = build_block(block, changed, NOW, [cut], times, store, Visible(), cold.outlines)
        versions = [*rest, *made]
        write_manifest(folder, versions)
        return {version.shard: version for version in versions}

    changed = dict(situations)
    build(cut)  # as in a process that has built it before
    changed[key] = feed_workload.with_visit(situations[key], cut)
    shard, after = timed(lambda: build(cut))
    differ = Differ(store, cold.outlines)
    page, told = timed(lambda: differ.page(before, after, NOW, 1 << 30))
    must(len(told.deleted) == 1 and not told.output, "a page tells something else than one slot")
    return {"cold": cold.seconds, "shard": shard, "page": page}


def booked(app: Flask, feed: LiveFeed, cases: Sequence[Case], number: int) -> float:
    """Book a free time and read the manifest; wall seconds of the reading."""
    case = cases[number * 37 % len(cases)]
    bookings, busy = case.taken()
    taken = bookings + busy
    starts = [
        start for start in case.starts if all(end <= start or start + 900 <= begin for begin, end in taken)
    ]
    start = starts[number % len(starts)]
    line = slot_id(case.kind.schedule_id, start).encode()
    before = feed.current()
    with app.app_context(), transaction() as session:
        visit, claim = feed_clinic.booked(case, f"new-{number}", (start, start + 900))
        session.execute(insert(Appointment), [visit])
        session.execute(insert(Claim), [claim])
        mark_shards(session, "clinic", [claim["actor_id"]], start, start + 900)
    begun = time.perf_counter()
    after = feed.current()
    spent = time.perf_counter() - begun
    gone, come = names(before) - names(after), names(after) - names(before)
    must(any(line in read(feed, name) for name in gone), "the slot was not there before")
    must(
        bool(come) and not any(line in read(feed, name) for name in come),
        "the next manifest still has the slot",
    )
    return spent


def names(current: Current) -> frozenset[str]:
    return file_names(current.text)


def read(feed: LiveFeed, name: str) -> bytes:
    return feed.store.read(name, compressed=False) or b""


def tick(rounds: int, schedules: int) -> list[Row]:
    """The read at the instant at which starts pass, and the one a second before, when nothing is due."""
    cases = feed_workload.cases(schedules)
    seconds: dict[str, list[float]] = {"due": [], "nothing": []}
    building: list[float] = []
    with clinic(cases, taken=False) as (app, stopped):
        feed = feed_of(app)
        stopped.at(OPENS)
        spent, _ = timed(feed.current)
        print(
            f"tick: first publish of {schedules} schedules with nothing booked: {spent:.1f} s of the processor"
        )
        while len(seconds["due"]) < rounds:
            building.append(timed(lambda: look_ahead(feed))[0])
            at = foreseen(app)
            stopped.at(at - 1)
            feed.current()
            stopped.at(at - 1)
            quiet, before = timed(feed.current)
            generation = published(app)
            stopped.at(at)
            due, after = timed(feed.current)
            must(
                after.from_ms == at * 1000 and after.number > before.number,
                "the instant brought no other edition",
            )
            must(published(app) == generation, "a reader had to build")
            seconds["due"].append(due)
            seconds["nothing"].append(quiet)
    print(f"tick: built ahead of readers in {median(building):.2f} s of the processor, for each instant")
    return [row("a read with nothing due, to one at the tick", Rounds(seconds), "due", "nothing", 1 / 3)]


def look_ahead(feed: LiveFeed) -> None:
    while feed.look_ahead():
        pass


def foreseen(app: Flask) -> int:
    """The instant of the next edition."""
    with app.app_context(), snapshot() as session:
        found = session.scalar(select(func.min(Edition.from_ms)).where(Edition.from_ms > clock.now_ms()))
    must(found is not None, "nothing was foreseen")
    return int(found or 0) // 1000


def published(app: Flask) -> int:
    """How often something was published."""
    with app.app_context(), snapshot() as session:
        return int(session.scalar(select(Publication.generation)) or 0)
