"""Readers at full speed beside writers, while a server that publishes is killed with -9 again and again.

Real time, real processes. Whatever is read meanwhile is whole: the clients (``tests.reference``) assert that every listed
file answers as listed, that transactionTime never goes back whoever answers, and that no ETag names two contents. What
was booked before a read began is not free in it, and when all is over every client has the same.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.booking.transaction import mark_appointment
from scheduler.db import snapshot, transaction
from scheduler.errors import SlotGone
from scheduler.models import Appointment, ShardMark
from scheduler.models.slots import slot_id
from tests.factories import SYSTEM, Clinic, make_clinic, make_practitioner, make_schedule
from tests.publisher.live import PUBLIC_URL, LiveServer
from tests.reference.feed_clients import Chain, Client, Held, Poller, Since, Snapshot
from tests.reference.feed_wire import Ledger, Unavailable, Wire
from tests.world import DETAILS

pytestmark = pytest.mark.processes

READS = int(os.environ.get("FEED_READS", "16"))
KILLS = READS // 4
MOST_SECONDS = 120 + READS
LIVES = (0.02, 2.5)  # how long a victim lives, in seconds
READERS = (Snapshot, Poller, Since, Chain)


class Scene:
    """The servers, the last of which is killed and replaced; what was booked so far; what went wrong."""

    def __init__(self, start: Callable[..., LiveServer]) -> None:
        self.start = start
        self.alive = [start(), start(), start(ahead=True)]
        self.urls = [one.url for one in self.alive]
        self.steady = self.urls[:-1]
        self.ledger = Ledger()
        self.over = threading.Event()
        self.booked: set[tuple[str, str]] = set()
        self.kills = self.reads = 0
        self.failures: list[BaseException] = []

    def wire(self, seed: int) -> Wire:
        return Wire(PUBLIC_URL, self.urls, self.ledger, random.Random(seed))

    def loop(self, step: Callable[[], None]) -> threading.Thread:
        """A thread that does ``step`` until all is over or anything fails."""

        def run() -> None:
            try:
                while not self.over.is_set():
                    step()
            except BaseException as error:
                self.failures.append(error)
                self.over.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def is_enough(self) -> bool:
        return self.reads >= READS and self.kills >= KILLS

    def kill_one(self) -> None:
        """Kill the last server at some moment, and put another one in its place."""
        victim = self.alive[-1]
        time.sleep(random.uniform(*LIVES))
        victim.kill()
        self.alive[-1] = self.start(ahead=True)
        self.urls[-1] = self.alive[-1].url
        self.kills += 1


def reader(scene: Scene, client: Client) -> Callable[[], None]:
    """Reads that never show as free what was booked before them."""

    def read() -> None:
        before = set(scene.booked)
        try:
            held = client.read()
        except Unavailable as gone:
            if gone.server in scene.steady:
                raise
            return
        scene.reads += 1
        assert shown_free(held, before & scene.booked) == [], type(client).__name__

    return read


def shown_free(held: Held, booked: set[tuple[str, str]]) -> list[str]:
    """The booked slots (slot and appointment) that a reader was told are free."""
    return [slot for slot, _ in booked if held.get(("Slot", slot), {}).get("status") == "free"]


def writer(scene: Scene, clinic: Clinic, schedules: list[str], number: int) -> Callable[[], None]:
    """Books one time after the other of its own schedule, and takes some back."""
    chance = random.Random(number)
    schedule = schedules[number]
    starts = clinic.starts(schedule)
    kept: list[tuple[str, str]] = []

    def write() -> None:
        by = By("patient", visitor=f"{chance.getrandbits(250):064x}")
        if len(kept) > 20:
            scene.booked.discard(kept[0])
            with clinic.app.app_context():
                booking.cancel(by=SYSTEM, appointment_id=kept.pop(0)[1])
        at = chance.choice(starts)
        try:
            with clinic.app.app_context():
                held = booking.hold(by=by, schedule_id=schedule, start=at)
                made = booking.book(by=by, appointment_id=held.id, details=DETAILS)
        except SlotGone:
            return
        kept.append((slot_id(schedule, at), made.id))
        scene.booked.add(kept[-1])
        time.sleep(chance.choice([0, 0.02, 0.2]))

    return write


def agree(client: Client, measure: Snapshot) -> None:
    """Both have the same. Time goes on between two reads, and with it the feed: then they look again."""
    for _ in range(20):
        if measure.read() and client.read() and client.time == measure.time:
            assert client.held == measure.held, type(client).__name__
            return
    raise AssertionError("the feed does not come to rest")


def holder(scene: Scene, clinic: Clinic, schedule: str) -> Callable[[], None]:
    """Holds times that come back by themselves a second or two later, which is foreseen."""
    chance = random.Random(3)
    starts = clinic.starts(schedule)

    def hold() -> None:
        by = By("patient", visitor=f"{chance.getrandbits(250):064x}")
        try:
            with clinic.app.app_context():
                held = booking.hold(by=by, schedule_id=schedule, start=chance.choice(starts))
                with transaction() as session:
                    row = session.get_one(Appointment, held.id)
                    row.expires_at = clock.now() + chance.choice([1, 2])
                    mark_appointment(session, row)
        except SlotGone:
            return
        time.sleep(chance.choice([0.05, 0.3]))

    return hold


@contextmanager
def ended(scene: Scene, threads: list[threading.Thread]) -> Iterator[None]:
    try:
        yield
    finally:
        scene.over.set()
        for thread in threads:
            thread.join()


def test_what_is_read_is_whole_while_publishers_die(
    make_app: Callable[..., Flask], database_url: str, start_live: Callable[..., LiveServer]
) -> None:
    app = make_app(database_url, public_url=PUBLIC_URL)
    clinic = make_clinic(app, horizon_days=10)
    other = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
    third = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
    schedules = [clinic.schedule, other.id]
    scene = Scene(start_live)
    clients = [kind(scene.wire(number)) for number, kind in enumerate(READERS)]
    steps = [reader(scene, client) for client in clients]
    steps += [writer(scene, clinic, schedules, number) for number in range(len(schedules))]
    steps.append(holder(scene, clinic, third.id))
    with ended(scene, [scene.loop(step) for step in [*steps, scene.kill_one]]):
        until = time.monotonic() + MOST_SECONDS
        while not scene.is_enough() and time.monotonic() < until and not scene.over.is_set():
            time.sleep(0.05)
    assert scene.failures == []
    assert scene.is_enough(), (scene.reads, scene.kills)
    measure = Snapshot(scene.wire(99))
    for client in clients:
        agree(client, measure)
    assert shown_free(measure.held, scene.booked) == []
    with app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).select_from(ShardMark)) == 0
