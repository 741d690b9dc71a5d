"""What is typed at a desk: times of day and birth dates in the ways people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.console.desk.typed import birth_dates, minutes_of, plain

TODAY = date(2027, 6, 7)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("9", 540), ("09:30", 570), ("9.30", 570), ("930", None), ("1:30p", 810), ("1:30 PM", 810), ("1.30 p.m.", 810),
        ("12a", 0), ("12:15 am", 15), ("12p", 720), ("noon", 720), ("midnight", 1440), ("24:00", 1440), ("24:01", None),
        ("13p", None), ("0a", None), ("9:60", None), ("", None), ("nine", None), ("-1", None), ("９", 540), ("9" * 500, None),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_as_people_write_it(typed: str, minutes: int | None) -> None:
    assert minutes_of(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    [
        "4/27/1985", "04-27-1985", "4.27.1985", "27.4.1985", "27/4/1985", "1985-04-27", "4/27/85", "April 27, 1985",
        "Apr 27 1985", "27 April 1985", "27th of April 1985".replace(" of", ""), "apr. 27, 1985", "04271985", "19850427",
        " 4 27 1985 ",
    ],
)  # fmt: skip
def test_a_birth_date_is_read_in_many_ways_of_writing(typed: str) -> None:
    assert date(1985, 4, 27) in birth_dates(typed, TODAY)


def test_a_date_that_could_be_two_gives_both_with_the_month_first() -> None:
    assert birth_dates("5/4/1985", TODAY) == [date(1985, 5, 4), date(1985, 4, 5)]
    assert birth_dates("5.4.1985", TODAY) == [date(1985, 4, 5), date(1985, 5, 4)]


def test_two_digits_of_a_year_are_the_last_such_year() -> None:
    assert birth_dates("6/7/27", TODAY)[0] == date(2027, 6, 7)
    assert birth_dates("6/7/28", TODAY)[0] == date(1928, 6, 7)


@pytest.mark.parametrize(
    "typed", ["2/30/1985", "4/27/2199", "1/1/1849", "4/27", "Ana Silva", "", "0/0/0", "Foo 3 1985"]
)
def test_what_is_no_birth_date_is_none(typed: str) -> None:
    assert birth_dates(typed, TODAY) == []


@given(st.text(max_size=40))
def test_no_text_whatever_is_a_failure(typed: str) -> None:
    minutes = minutes_of(typed)
    assert minutes is None or 0 <= minutes <= 1440
    assert all(day <= TODAY for day in birth_dates(typed, TODAY))


def test_accents_case_and_blanks_are_put_aside() -> None:
    assert plain("  JOSÉ   Núñez ") == "jose nunez"
    assert plain("Straße") == plain("STRASSE")
