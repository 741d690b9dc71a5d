"""Never stale, for anybody: after every act the very next read is what the reference says, whoever reads it and how.

Two server processes publish one feed, whose clocks differ where the database has its own; acts are done by a third
process. Strangers' clients (``tests.reference``) read after each act through either server: one reads everything, one
polls, one asks what changed, one follows the chain, and some of them are late, by acts or by a day.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from flask import Flask

from tests.publisher.live import PUBLIC_URL, LiveClock, LiveServer
from tests.publisher.live_world import FeedWorld
from tests.reference.feed_clients import Chain, Client, Held, Late, Poller, Since, Snapshot
from tests.reference.feed_wire import Ledger, Wire
from tests.world import DAY

pytestmark = pytest.mark.processes

WORLDS = int(os.environ.get("FEED_WORLDS", "3"))
STEPS = 40
LATE = 0.12  # how often somebody who is late reads
GRACE = DAY
CHAIN_REACHES = DAY + 3600


class Readers:
    """All clients of one feed. ``snapshot`` is the measure of the others."""

    def __init__(self, wire: Wire, told: LiveClock) -> None:
        self.told = told
        self.snapshot = Snapshot(wire)
        self.since, self.chain = Since(wire), Chain(wire)
        self.prompt: list[Client] = [Poller(wire), self.since, self.chain]
        self.late: list[Client] = [Poller(wire), Since(wire), Chain(wire)]
        self.slow = Late(wire)
        self._looked: tuple[int, Held] | None = None
        self._read_at = {id(one): told.now for one in self.late}

    def read(self) -> Held:
        """The feed of this moment; all who are never late have the same."""
        held = self.snapshot.read()
        for client in self.prompt:
            self._agree(client, held)
        return held

    def come_late(self, chance: random.Random, often: float) -> None:
        """Some of those who are late read now, and have then the feed of this moment as well."""
        for client in self.late:
            if chance.random() < often:
                starts = client.starts if isinstance(client, Chain) else 0
                self._agree(client, self.snapshot.held)
                away = self.told.now - self._read_at[id(client)]
                self._read_at[id(client)] = self.told.now
                if isinstance(client, Chain) and starts and away <= CHAIN_REACHES:
                    assert client.starts == starts, f"the chain was lost after {away} s"

    def dawdle(self, chance: random.Random) -> None:
        """Look at a manifest, or read the files of the one that was looked at."""
        if self._looked is None:
            self.slow.look()
            self._looked = (self.told.now, self.snapshot.held)
        elif chance.random() < 0.3:
            at, then = self._looked
            if self.told.now - at < GRACE:
                assert self.slow.read() == then
            self._looked = None

    def _agree(self, client: Client, held: Held) -> None:
        name = type(client).__name__
        mine = client.read()
        differing = {key for key in {*mine, *held} if mine.get(key) != held.get(key)}
        assert not differing, f"{name} differs: {sorted(differing)[:5]}"
        assert client.time == self.snapshot.time, name


@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_client_has_at_once_what_the_reference_says(
    make_app: Callable[..., Flask],
    database_url: str,
    start_live: Callable[..., LiveServer],
    told: LiveClock,
    seed: int,
) -> None:
    show_busy = str(seed % 2)
    app = make_app(database_url, public_url=PUBLIC_URL, show_busy=show_busy)
    world = FeedWorld(app, told, seed, show_busy=show_busy == "1")
    servers = [start_live(file, show_busy=show_busy).url for file in told.files]
    readers = Readers(Wire(PUBLIC_URL, servers, Ledger(), world.chance), told)
    walk(world, readers)
    assert (readers.since.wholes, readers.chain.starts) == (1, 1), "nobody who reads in time starts over"
    assert min(readers.since.deltas, readers.chain.pages) >= STEPS // 4


def walk(world: FeedWorld, readers: Readers) -> None:
    log = [world.zone]
    world.check(readers.read(), log)
    readers.come_late(world.chance, 1)
    a_day = world.chance.randrange(STEPS // 3, STEPS)
    for step in range(STEPS):
        if step == a_day:
            log.append(world.pass_by(DAY))
        else:
            act = world.chance.choice(world.ACTS)
            log.append(f"{act.__name__}: {act(world)}")
        world.check(readers.read(), log)
        readers.come_late(world.chance, 1 if step in (a_day, STEPS - 1) else LATE)
        readers.dawdle(world.chance)
