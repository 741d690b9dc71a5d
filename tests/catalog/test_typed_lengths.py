"""Lengths as people type them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.catalog.typed_lengths import minutes_in
from scheduler.web.times import duration_words

READ = {
    "0": 0, "40": 40, " 40 ": 40, "40 minutes": 40, "40min": 40, "1 minute": 1, "4 hours": 240, "4h": 240,
    "1 H 15 M": 75, "1 hour, 15 minutes": 75, "1 hour and 15 minutes": 75, "1.5 hours": 90, "0.25 h": 15, "1 day": 1440,
    "2 weeks": 20_160, "1 day 4 hours": 1680, "30 mins 1 hr": 90,
}  # fmt: skip
UNREAD = (
    "", " ", "soon", "-5", "4 fortnights", "1:30", "4 hours 30", "hours", "1/2 hour", "٣", "1e3", "0.1 minutes", "a" * 400,
    "4 hours\0", "99999999999 days",
)  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_what_people_type_is_read_as_minutes(text: str) -> None:
    assert minutes_in(text) == READ[text]


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_no_length_is_refused_with_the_fix(text: str) -> None:
    with pytest.raises(ValueError, match=r"^enter .*\.$") as error:
        minutes_in(text)
    assert "fortnights" not in str(error.value)


@given(st.integers(0, 600_000))
def test_the_words_of_a_length_are_read_back_as_the_same_length(minutes: int) -> None:
    assert minutes_in(duration_words(minutes)) == minutes
    assert minutes_in(str(minutes)) == minutes


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert minutes_in(text) >= 0
