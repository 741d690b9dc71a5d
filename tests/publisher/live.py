"""Two server processes of one feed, and one clock for all of them and the database.

- ``hatchery``: starts servers quickly (``live_process.py``); one per test process.
- ``start_live(told.files[0], beliefs, show_busy="1")``: a server on ``database_url``, killed after the test.
- ``told``: a ``LiveClock``, the test's clock, two servers' and PostgreSQL's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.apps import environ_for
from tests.support.servers import ROOT, clean_environ
from tests.support.times import Clock

PUBLIC_URL = "https://feed.example.org"
_CLOCK = """
CREATE SCHEMA told;
CREATE TABLE told.clock (at timestamptz NOT NULL);
INSERT INTO told.clock VALUES ('2026-01-01T00:00:00Z');
CREATE FUNCTION told.now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM told.clock';
CREATE FUNCTION told.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM told.clock';
CREATE FUNCTION told.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM told.clock';
CREATE FUNCTION told.transaction_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM told.clock';
"""


class LiveServer:
    """A started server: address and process id."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.url = pid, f"http://127.0.0.1:{port}"

    def kill(self) -> None:
        """End it at once, as ``kill -9`` does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Hatchery:
    """The program of ``live_process.py``, and what it started."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.publisher.live_process"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=clean_environ({}),
        )  # fmt: skip

    def start(
        self,
        environ: Mapping[str, str],
        clock: Path | None = None,
        beliefs: Mapping[str, Any] | None = None,
        *,
        ahead: bool = False,
    ) -> LiveServer:
        """A server on these settings. ``clock``: the file with its time; ``beliefs``: see ``live_process.believe``;
        ``ahead``: it does the job of looking ahead too."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wanted = {
            "environ": dict(environ),
            "clock": str(clock or ""),
            "beliefs": dict(beliefs or {}),
            "ahead": ahead,
        }
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        assert told, "the server did not start"
        return LiveServer(**json.loads(told))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def hatchery() -> Iterator[Hatchery]:
    made = Hatchery()
    yield made
    made.close()


class LiveClock(Clock):
    """The stopped clock of the test's process, of servers (by their files) and of a PostgreSQL database. Machines' clocks
    differ: a file may run ahead or behind by whole seconds. A SQLite database has no clock but the machine's."""

    def __init__(self, folder: Path, database_url: str, skews: Sequence[int]) -> None:
        super().__init__()
        self._files = {folder / f"clock-{n}": skew for n, skew in enumerate(skews)}
        self._database: psycopg.Connection[Any] | None = None
        if database_url.startswith("postgresql"):
            self._database = psycopg.connect(database_url, autocommit=True)
            self._database.execute(_CLOCK)
            name = self._database.info.dbname
            self._database.execute(f'ALTER DATABASE "{name}" SET search_path = told, pg_catalog, public')
        self.now = 0

    @property
    def files(self) -> list[Path]:
        return list(self._files)

    def at(self, moment: str | int) -> int:
        self.now = super().at(moment)
        for path, skew in self._files.items():
            path.with_suffix(".new").write_text(str(self.now + skew))
            path.with_suffix(".new").replace(path)
        if self._database is not None:
            self._database.execute("UPDATE told.clock SET at = to_timestamp(%s)", [self.now])
        return self.now

    def close(self) -> None:
        self.go_on()
        if self._database is not None:
            self._database.close()


@pytest.fixture
def told(tmp_path: Path, database_url: str) -> Iterator[LiveClock]:
    made = LiveClock(tmp_path, database_url, (-7, 13) if database_url.startswith("postgresql") else (0, 0))
    yield made
    made.close()


@pytest.fixture
def start_live(hatchery: Hatchery, database_url: str, data_dir: Path) -> Iterator[Callable[..., LiveServer]]:
    started: list[LiveServer] = []

    def start(
        clock: Path | None = None,
        beliefs: Mapping[str, Any] | None = None,
        *,
        ahead: bool = False,
        **changes: str,
    ) -> LiveServer:
        environ = environ_for(database_url, data_dir, public_url=PUBLIC_URL, feed_limit="0", **changes)
        started.append(hatchery.start(environ, clock, beliefs, ahead=ahead))
        return started[-1]

    yield start
    for server in started:
        server.kill()
