"""Dates of holidays: one key for every year, observed days beside their own, and nothing for what isn't known."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.catalog import holiday_dates
from scheduler.catalog.holiday_dates import closed_dates, holidays_between, key_of, region, subdivisions

FIRST, LAST = date(2026, 6, 1), date(2027, 7, 31)


def days(country: str, part: str, *keys: str) -> list[tuple[date, str]]:
    return [(one.day, one.name) for one in closed_dates(country, part, keys, FIRST, LAST)]


def test_a_holiday_has_its_date_in_each_year() -> None:
    assert days("US", "", "Thanksgiving Day", "Labor Day") == [
        (date(2026, 9, 7), "Labor Day"),
        (date(2026, 11, 26), "Thanksgiving Day"),
    ]


def test_a_holiday_on_a_weekend_is_closed_on_its_own_and_on_the_observed_day() -> None:
    assert days("US", "", "Independence Day") == [
        (date(2026, 7, 3), "Independence Day (observed)"),
        (date(2026, 7, 4), "Independence Day"),
        (date(2027, 7, 4), "Independence Day"),
        (date(2027, 7, 5), "Independence Day (observed)"),
    ]


def test_a_substitute_day_is_closed_with_its_holiday() -> None:
    days = closed_dates("JE", "", ["Christmas Day", "Boxing Day"], date(2027, 12, 1), date(2027, 12, 31))
    assert [one.day.day for one in days] == [25, 26, 27, 28]


def test_the_state_decides() -> None:
    assert days("US", "MA", "Patriots' Day") == [(date(2027, 4, 19), "Patriots' Day")]
    assert days("US", "NY", "Patriots' Day") == []
    assert days("GB", "SCT", "Saint Andrew's Day") == [(date(2026, 11, 30), "Saint Andrew's Day")]


def test_new_years_day_observed_belongs_to_the_year_before() -> None:
    found = closed_dates("US", "", ["New Year's Day"], date(2027, 12, 30), date(2028, 1, 2))
    assert [one.day for one in found] == [date(2027, 12, 31), date(2028, 1, 1)]
    assert {one.key for one in found} == {"New Year's Day"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Independence Day (observed)", "Independence Day"),
        ("Eid al-Fitr (estimated)", "Eid al-Fitr"),
        ("Eid al-Fitr (observed, estimated)", "Eid al-Fitr"),
        ("Labor Day", "Labor Day"),
    ],
)
def test_a_key_says_nothing_of_the_date(name: str, key: str) -> None:
    assert key_of(name) == key


def test_a_region_that_is_not_known_has_none() -> None:
    assert holidays_between("ZZ", "", FIRST, LAST) == []
    assert holidays_between("US", "ZZ", FIRST, LAST) == []
    assert subdivisions("ZZ") == {}


def test_an_address_names_its_region() -> None:
    assert region("US", "MA") == ("US", "MA")
    assert region("US", "Bavaria") == ("US", "")
    assert region("ZZ", "MA") == ("US", "")
    assert subdivisions("US")["MA"] == "Massachusetts"


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(["", "MA", "TX"]), st.dates(date(2024, 1, 1), date(2032, 1, 1)), st.integers(0, 500), st.integers(0, 500))  # fmt: skip
def test_splitting_a_range_changes_nothing(part: str, first: date, one: int, two: int) -> None:
    middle = date.fromordinal(first.toordinal() + one)
    last = date.fromordinal(middle.toordinal() + 1 + two)
    after = date.fromordinal(middle.toordinal() + 1)
    whole = holidays_between("US", part, first, last)
    assert holidays_between("US", part, first, middle) + holidays_between("US", part, after, last) == whole


def test_every_country_of_the_list_has_dates() -> None:
    codes = holiday_dates.countries()
    assert len(codes) > 200
    for code in ("US", "CA", "GB", "DE", "FR", "IN", "MX", "JP", "AU", "BR"):
        assert holidays_between(code, "", date(2027, 1, 1), date(2027, 12, 31)), code


def test_the_package_is_loaded_only_when_it_is_asked() -> None:
    code = "import sys, scheduler.catalog; print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
