"""The benches' own checks hold: everybody computes the same starts. No figure is looked at, and nothing is installed."""

from __future__ import annotations

from tests.bench import availability
from tests.bench.slots_workload import plain_of, situation_of, workload
from tests.bench.turns import Row, table
from tests.reference.slots import all_candidates


def test_the_workload_is_the_one_that_the_goals_are_about() -> None:
    work = workload()

    assert len(all_candidates(plain_of(work), work.since, work.until)) == 1560
    assert len(availability.open_starts(situation_of(work), work.now, work.since, work.until)) == 731
    assert (len(work.bookings), len(work.busy), work.days) == (200, 40, 60)


def test_every_contender_of_a_small_workload_gives_the_same_starts() -> None:
    small = workload(days=6, bookings=10, busy=3)

    assert len(availability.w1(1, 0, small, foreign=False)) == 3
    assert len(availability.day(1, 0, small)) == 2
    assert len(availability.next_times(1, 0, size=8)) == 2


def test_a_line_says_the_ratio_and_whether_the_goal_is_met() -> None:
    text = table([Row("slow", 1e-4, 9e-3, [80, 90, 100], 80), Row("near", 1e-4, 2e-3, [20, 21, 22], 30)])

    assert "90 [80..100]" in text
    assert text.splitlines()[2].endswith(">= 80  yes")
    assert text.splitlines()[3].endswith(">= 30  NO")
