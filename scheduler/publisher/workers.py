"""Other processes that help to build many blocks at once: a first publish, or everything again after an upgrade.

Blocks know nothing of each other. This process loads one after the other and builds those that no helper is free for, so
memory stays bounded, and nothing is lost when a helper is slow, dies or can't be started: what it did not finish is built
here. A helper is a program of its own (``main``), since a server with threads can't fork.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Full, Queue
from types import MappingProxyType
from typing import IO, Any
from zoneinfo import ZoneInfo

from scheduler.availability import Situation
from scheduler.availability.zones import Zone, zone
from scheduler.publisher.cuts import Cut
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Times
from scheduler.publisher.shards import Block, Visible, build_block
from scheduler.publisher.versions import Version

log = logging.getLogger(__name__)

# From so many Schedules on a helper is worth its start, which takes about as long as building a third of them.
WORTH_IT = 500
_STOP_SECONDS = 10
_PROGRAM = ("-c", "from scheduler.publisher.workers import main; raise SystemExit(main())")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Job:
    """One block to build: its Situations by Schedule, the instant, and the cuts."""

    block: Block
    situations: Mapping[str, Situation]
    at: int
    cuts: Sequence[Cut]


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Helpers:
    """``count`` helpers that write into the folder of ``store``; ``build`` does a job in this process. Use it as a
    context: at its end all jobs are done, and ``made`` has the versions of all of them."""

    def __init__(
        self, count: int, store: Store, visible: Visible, build: Callable[[Job], Sequence[Version]]
    ) -> None:
        self._build = build
        self._jobs: Queue[Job | None] = Queue(maxsize=max(count, 1))
        self._left: list[Job] = []
        self.made: list[Version] = []
        self._store = store
        self._threads = [
            threading.Thread(target=self._lead, args=(visible,), name=f"feed helper {number}", daemon=True)
            for number in range(count)
        ]

    def __enter__(self) -> Helpers:
        for thread in self._threads:
            thread.start()
        return self

    def add(self, job: Job) -> None:
        """Give the job to a helper, or do it here when all are busy."""
        if self._threads:
            with suppress(Full):
                self._jobs.put_nowait(job)
                return
        self.made += self._build(job)

    def __exit__(self, *raised: object) -> None:
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        if raised[0] is None:
            for job in self._left:
                self.made += self._build(job)

    def _lead(self, visible: Visible) -> None:
        """Hand jobs to one helper until there are no more; keep those that it can't do."""
        helper: _Helper | None = None
        try:
            helper = _Helper(self._store, visible)
        except OSError as error:
            log.warning("no process to help with the feed can be started (%s)", type(error).__name__)
        while (job := self._jobs.get()) is not None:
            made = None
            if helper is not None:
                try:
                    made = helper.do(job)
                except Exception as error:  # whatever it is, the job can still be done here
                    log.warning("a process that helped with the feed is gone (%s)", type(error).__name__)
                    helper.stop()
                    helper = None
            if made is None:
                self._left.append(job)
            else:
                self.made += made
        if helper is not None:
            helper.stop()


class _Helper:
    """A started helper."""

    def __init__(self, store: Store, visible: Visible) -> None:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, *_PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        _send(self._to, (store.folder, store.secret, visible))

    def do(self, job: Job) -> list[Version] | None:
        """The versions, or None when the helper could not make them. Raises OSError or EOFError when it is gone."""
        _send(self._to, job)
        made: list[Version] | None = pickle.load(self._from)  # noqa: S301 - our own process
        return made

    def stop(self) -> None:
        with suppress(OSError):
            self._to.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._from.close()


class _Pickler(pickle.Pickler):
    """Zones go by name: those that come from the tzdata package's files can't be pickled."""

    def reducer_override(self, made: Any) -> Any:
        if isinstance(made, Zone):
            return zone, (made.info.key,)
        if isinstance(made, ZoneInfo):
            return _info, (made.key,)
        if isinstance(made, MappingProxyType):
            return _read_only, (dict(made),)
        return NotImplemented


def _info(name: str) -> ZoneInfo:
    return zone(name).info


def _read_only(made: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(made)


def _send(to: IO[bytes], made: object) -> None:
    _Pickler(to, pickle.HIGHEST_PROTOCOL).dump(made)
    to.flush()


def main() -> int:
    """Build jobs from standard input until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, whose end is ours too
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    folder, secret, visible = pickle.load(given)  # noqa: S301 - from the process that started us
    store = Store(Path(folder), secret)
    zones: dict[str, Times] = {}
    while True:
        try:
            job: Job = pickle.load(given)  # noqa: S301 - the same
        except EOFError:
            return 0
        times = zones.setdefault(job.block.zone.info.key, Times(job.block.zone))
        try:
            made = list(build_block(job.block, job.situations, job.at, job.cuts, times, store, visible))
            store.settle()
        except (OSError, ValueError):
            made = None  # who asked tries it again, and hears why
        _send(answers, made)
