"""Helpers build the same as this process does, and what they don't finish is built here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scheduler.publisher import workers
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Times
from scheduler.publisher.shards import Visible, build_block
from scheduler.publisher.versions import Version
from scheduler.publisher.workers import Helpers, Job
from tests.bench import feed_workload
from tests.support.apps import SECRET

JOBS = [
    Job(block, situations, feed_workload.NOW, cuts)
    for block, situations, cuts in feed_workload.blocks(feed_workload.cases(8))
]


def builder(store: Store, done: list[Job]) -> Callable[[Job], Sequence[Version]]:
    def build(job: Job) -> Sequence[Version]:
        done.append(job)
        times = Times(job.block.zone)
        return list(build_block(job.block, job.situations, job.at, job.cuts, times, store, Visible()))

    return build


def built(folder: Path, count: int, done: list[Job]) -> set[Version]:
    store = Store(folder, SECRET)
    with Helpers(count, store, Visible(), builder(store, done)) as helpers:
        for job in JOBS:
            helpers.add(job)
    assert all(store.has(name) for version in helpers.made for name in version.names)
    assert len(helpers.made) == len(set(helpers.made))
    return set(helpers.made)


@pytest.mark.processes
def test_a_helper_makes_what_this_process_makes(tmp_path: Path) -> None:
    here: list[Job] = []

    made = built(tmp_path / "helped", 2, here)

    assert len(here) < len(JOBS)
    assert made == built(tmp_path / "alone", 0, [])


@pytest.mark.processes
def test_what_a_helper_that_dies_did_not_finish_is_built_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_PROGRAM", ("-c", "import sys; sys.stdin.buffer.read(100); sys.exit(3)"))
    here: list[Job] = []

    made = built(tmp_path / "helped", 1, here)

    assert len(here) == len(JOBS)
    assert made == built(tmp_path / "alone", 0, [])


def test_a_helper_that_cannot_be_started_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    here: list[Job] = []

    made = built(tmp_path / "helped", 1, here)

    assert len(here) == len(JOBS)
    assert made == built(tmp_path / "alone", 0, [])


@pytest.mark.processes
def test_a_job_that_a_helper_cannot_do_fails_here_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "helped"
    folder.write_text("a file where the folder should be")
    store = Store(folder, SECRET)

    with pytest.raises(OSError), Helpers(1, store, Visible(), builder(store, [])) as helpers:  # noqa: PT011
        helpers.add(JOBS[0])
