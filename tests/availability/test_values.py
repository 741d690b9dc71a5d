"""Impossible values are refused where they are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scheduler.availability import Hours, Release, Situation, TypeRules, Window, wall_minutes
from tests.availability.make import NEW_YORK, TUESDAY, hours, rules


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": 0},
        {"interval": 0},
        {"capacity": 0},
        {"duration": 7 * 1440 + 1},
        {"buffer_before": -1},
        {"buffer_after": -5},
        {"minimum_notice": -1},
        {"horizon_days": -1},
        {"max_per_day": -1},
        {"max_per_week": -1},
    ],
)
def test_impossible_type_rules_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        TypeRules(**{"duration": 30, "interval": 30, **wrong})


@pytest.mark.parametrize(
    "wrong", [(-1, 0, 0), (101, 0, 0), (50, -1, 0), (50, 401, 0), (50, 0, 1440), (50, 0, -1)]
)
def test_an_impossible_release_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Release(*wrong)


def test_a_situation_needs_an_actor() -> None:
    with pytest.raises(ValueError, match="actor"):
        Situation(hours(), rules(), ())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: wall_minutes("9:00"), "A time of day is written HH:MM, from 00:00 to 24:00."),
        (lambda: Window(1440, 60), "Hours start between 00:00 and 23:59."),
        (lambda: Window(0, 1441), "Hours end between 00:00 and 24:00."),
        (lambda: Hours(NEW_YORK, ((),)), "Weekly hours have seven days, Monday first."),
        (
            lambda: hours(time_off=((TUESDAY, TUESDAY.replace(day=4)),)),
            "Time off ends on or after the date on which it starts.",
        ),
        (lambda: Release(101, 0, 0), "A share is a whole number from 0 to 100."),
        (lambda: Release(50, 401, 0), "Times are released from 0 to 400 days before."),
        (lambda: Release(50, 0, 1440), "The release time is between 00:00 and 23:59."),
        (lambda: rules(duration=0), "Duration, interval and capacity are at least 1."),
        (lambda: rules(duration=7 * 1440 + 1), "A visit lasts at most a week."),
        (lambda: rules(buffer_after=-1), "Buffers, notice, horizon and caps are not negative."),
        (lambda: Situation(hours(), rules(), ()), "A schedule needs at least one actor."),
    ],
)
def test_each_impossible_value_has_a_sentence_of_its_own(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        make()
    assert str(refused.value) == sentence


def test_what_lies_just_within_the_limits_is_accepted() -> None:
    rules(duration=1, interval=1, capacity=1, horizon_days=0, max_per_day=0, max_per_week=0)
    rules(duration=7 * 1440)
    Release(0, 0, 0), Release(100, 400, 1439)
    Window(0, 0), Window(1439, 1440)
    hours(time_off=((TUESDAY, TUESDAY),))


def test_a_window_that_ends_when_it_starts_runs_overnight() -> None:
    assert Window(60, 60).overnight
    assert not Window(60, 61).overnight
