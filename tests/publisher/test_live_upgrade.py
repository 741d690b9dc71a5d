"""A server comes back with other code, zone data or settings; and two generations of the code at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest
from flask import Flask

from scheduler.publisher.rebuild import CODE_GENERATION
from tests.factories import make_clinic
from tests.publisher.live import PUBLIC_URL, LiveClock, LiveServer
from tests.publisher.live_world import FeedWorld
from tests.reference.feed_clients import Chain, Client, Poller, Since, Snapshot
from tests.reference.feed_wire import Ledger, Unavailable, Wire, instant

pytestmark = pytest.mark.processes


def of_generation(number: int) -> dict[str, object]:
    """What a process of that code believes."""
    return {f"scheduler.publisher.{name}:CODE_GENERATION": number for name in ("rebuild", "feed")}


OLD = of_generation(CODE_GENERATION - 1) | {"scheduler.fhir.systems:DEEP_LINK": "http://old.example.org"}
WORLDS = int(os.environ.get("FEED_WORLDS", "3"))
STEPS = 12
NOON = "2026-06-01T12:07:00-04:00"


class Feed:
    """One server of a small clinic's feed that can be replaced, and clients of it."""

    def __init__(self, start_live: Callable[..., LiveServer], told: LiveClock) -> None:
        self._start, self._told = start_live, told
        self.server = start_live(told.files[0])
        self._urls = [self.server.url]
        wire = Wire(PUBLIC_URL, self._urls, Ledger(), Random(1))
        self.snapshot, self.chain, self.since = Snapshot(wire), Chain(wire), Since(wire)

    def come_back(self, beliefs: dict[str, object], **changes: str) -> None:
        """The server ends and another one takes its place, a second later."""
        self.server.kill()
        self._told.forward(seconds=1)
        self.server = self._start(self._told.files[0], beliefs, **changes)
        self._urls[0] = self.server.url

    def read(self) -> str:
        """All read, and agree; the transactionTime."""
        held = self.snapshot.read()
        assert self.chain.read() == held
        assert self.since.read() == held
        return self.snapshot.time


@pytest.fixture
def feed(
    make_app: Callable[..., Flask], database_url: str, start_live: Callable[..., LiveServer], told: LiveClock
) -> Feed:
    told.at(NOON)
    make_clinic(make_app(database_url, public_url=PUBLIC_URL), horizon_days=10)
    return Feed(start_live, told)


def test_a_server_that_comes_back_as_it_was_publishes_nothing_new(feed: Feed) -> None:
    before = feed.read()
    feed.come_back({})
    assert feed.read() == before
    assert (feed.chain.starts, feed.since.wholes) == (1, 1)


@pytest.mark.parametrize(
    ("beliefs", "changes"),
    [
        ({"tzdata": "2099z"}, {}),
        (of_generation(CODE_GENERATION + 1), {}),
        ({}, {"feed_max_age": "61"}),
        ({}, {"show_busy": "1"}),
    ],
    ids=["zone data", "code", "polling hint", "booked times shown"],
)
def test_a_server_that_comes_back_another_one_publishes_anew_and_closes_the_chain(
    feed: Feed, beliefs: dict[str, object], changes: dict[str, str]
) -> None:
    before = feed.read()
    feed.come_back(beliefs, **changes)
    assert instant(feed.read()) > instant(before)
    assert (feed.chain.starts, feed.chain.pages) == (2, 0)
    assert (feed.since.wholes, feed.since.deltas) == (2, 0)


@pytest.mark.parametrize("seed", range(max(2, WORLDS // 4)))
def test_of_two_generations_only_the_newer_one_publishes(
    make_app: Callable[..., Flask],
    database_url: str,
    start_live: Callable[..., LiveServer],
    told: LiveClock,
    seed: int,
) -> None:
    """The old code writes another deep link, so that any line of it would show."""
    world = FeedWorld(make_app(database_url, public_url=PUBLIC_URL), told, seed, show_busy=False)
    ledger = Ledger()
    old, new = (
        Wire(PUBLIC_URL, [start_live(file, beliefs).url], ledger, world.chance)
        for file, beliefs in zip(told.files, (OLD, {}), strict=True)
    )
    assert "http://old.example.org" in repr(Snapshot(old).read())
    log = ["upgrade"]
    chain: Client = Chain(Wire(PUBLIC_URL, [*old.servers, *new.servers], ledger, world.chance))
    for _ in range(STEPS):
        if world.chance.random() < 0.5:
            assert_newer(world, old, log)
        held = Snapshot(new).read()
        world.check(held, log)
        assert Poller(old).read() == held, "the old one tells what the new one published"
        assert chain.read() == held
        act = world.chance.choice(world.ACTS)
        log.append(f"{act.__name__}: {act(world)}")


def assert_newer(world: FeedWorld, old: Wire, log: list[str]) -> None:
    """The old server says nothing, or what the newer code published and still holds."""
    try:
        held = Snapshot(old).read()
    except Unavailable:
        return
    if len(log) > 1:
        world.check(held, log)
