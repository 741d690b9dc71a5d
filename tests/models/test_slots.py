"""Slot ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.models.slots import parse_slot_id, slot_id

MINUTES = st.integers(min_value=0, max_value=7_258_118_400 // 60 - 1).map(lambda minute: minute * 60)


def test_a_slot_id_is_the_schedule_and_the_start_in_utc() -> None:
    assert slot_id("abc123", 1_795_530_600) == "abc123-20261124T1430"


@given(schedule=st.from_regex(r"[A-Za-z0-9.-]{1,50}", fullmatch=True), start=MINUTES)
def test_a_slot_id_is_read_back(schedule: str, start: int) -> None:
    assert parse_slot_id(slot_id(schedule, start)) == (schedule, start)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "abc-20261124T143", "abc-20261324T1430", "abc-20261124T2460", "-20261124T1430", "a b-20261124T1430",
     "abc-20261124T1430\n", "abc-٢٠٢٦1124T1430", "x" * 51 + "-20261124T1430", "abc-00000101T0000", "a\0-20261124T1430"],
)  # fmt: skip
def test_what_is_no_slot_id_is_none(text: str) -> None:
    assert parse_slot_id(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_slot_id(text)
