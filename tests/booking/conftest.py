"""``race``: real processes that want the same time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.apps import environ_for
from tests.support.servers import ROOT

_LONGEST_RACE_SECONDS = 200


class Racers:
    """The process of ``tests/booking/racers.py``, which starts one for every client of a race."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with open(log, "wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.booking.racers"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=written, text=True, cwd=ROOT, start_new_session=True,
            )  # fmt: skip

    def race(self, job: dict[str, Any]) -> list[str]:
        """The answers to a job, those of each client in order."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        patience = threading.Timer(_LONGEST_RACE_SECONDS, self.kill)
        patience.start()
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answered = self.process.stdout.readline()
        patience.cancel()
        if not answered:
            self.kill()
            pytest.fail(self.log.read_text(encoding="utf-8", errors="replace")[-3000:])
        return [answer for answers in json.loads(answered) for answer in answers]

    def kill(self) -> None:
        """End the process and its clients at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


@pytest.fixture(scope="session")
def racers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Racers]]:
    """``racers()``: the process that all races of this test process share; a new one when the last one failed."""
    folder = tmp_path_factory.mktemp("racers")
    started: list[Racers] = []

    def running() -> Racers:
        if not started or started[-1].process.poll() is not None:
            started.append(Racers(folder / f"{len(started)}.log"))
        return started[-1]

    yield running
    for one in started:
        one.kill()
        for pipe in (one.process.stdin, one.process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def race(racers: Callable[[], Racers], database_url: str, data_dir: Path) -> Callable[..., list[str]]:
    """``race(clients)``: every client's acts in a process of its own, all started at once; their answers in order."""

    def run(clients: list[list[dict[str, Any]]]) -> list[str]:
        return racers().race({"environ": environ_for(database_url, data_dir), "clients": clients})

    return run
