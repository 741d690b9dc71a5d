"""Impossible values are refused where they are made."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.availability import Release, Situation, TypeRules
from tests.availability.make import hours, rules


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
