"""The benches' own checks hold: everybody writes the same slots. No figure is looked at, and nothing is served."""

from __future__ import annotations

import pytest

from tests.bench import feed_cold, feed_live, feed_workload
from tests.bench.feed_publish import in_folder, publish


def test_the_workload_is_about_the_one_that_the_goals_are_about() -> None:
    cases = feed_workload.cases(8)

    made = in_folder(lambda folder: publish(folder, feed_workload.blocks(cases)))

    assert {len(case.starts) for case in cases} == {840}
    assert 755 <= made.slots / len(cases) <= 770
    assert 1000 <= made.versions[-1].file.size / made.versions[-1].file.count <= 1500


def test_every_contender_of_a_small_workload_writes_the_same_slots() -> None:
    assert len(feed_cold.contenders(1, 3, dict.fromkeys(feed_cold.SIZES, 1))) == 3


@pytest.mark.processes
def test_two_processes_write_what_one_does() -> None:
    assert len(feed_cold.processes(1, 4)) == 2


@pytest.mark.processes
def test_a_process_of_its_own_says_what_it_took() -> None:
    assert feed_cold.alone(2)["slots"] > 1400


def test_a_booking_is_in_the_next_manifest_and_its_page_tells_it_alone() -> None:
    assert len(feed_live.booking(1, 8)) == 2


def test_a_tick_was_built_ahead() -> None:
    assert len(feed_live.tick(1, 4)) == 1
