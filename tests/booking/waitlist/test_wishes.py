"""Which times suit a wish, and until when an offer is kept: over the borders of the day and on days when clocks change."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.booking.waitlist.wishes import PARTS, When, deadline

NEW_YORK = "America/New_York"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-06-07T09:00:00-04:00", "2027-06-07T09:30:00-04:00"),
        ("2027-06-07T08:59:59-04:00", "2027-06-07T09:30:00-04:00"),
        ("2027-06-07T00:00:00-04:00", "2027-06-07T09:30:00-04:00"),
        ("2027-06-07T12:15:20-04:00", "2027-06-07T12:45:20-04:00"),
        ("2027-06-07T19:59:59-04:00", "2027-06-07T20:29:59-04:00"),
        ("2027-06-07T20:00:00-04:00", "2027-06-08T09:30:00-04:00"),
        ("2027-06-07T23:59:59-04:00", "2027-06-08T09:30:00-04:00"),
        # clocks go forward on March 14, back on November 7
        ("2027-03-13T21:00:00-05:00", "2027-03-14T09:30:00-04:00"),
        ("2027-03-14T01:59:59-05:00", "2027-03-14T09:30:00-04:00"),
        ("2027-03-14T09:00:00-04:00", "2027-03-14T09:30:00-04:00"),
        ("2027-11-06T20:00:00-04:00", "2027-11-07T09:30:00-05:00"),
        ("2027-11-07T01:30:00-04:00", "2027-11-07T09:30:00-05:00"),
        ("2027-11-07T01:30:00-05:00", "2027-11-07T09:30:00-05:00"),
    ],
)
def test_the_deadline_is_half_an_hour_by_day_else_half_past_nine_of_the_next_morning(
    now: str, until: str
) -> None:
    assert deadline(at(now), NEW_YORK) == at(until)


@given(
    st.integers(1_800_000_000, 1_900_000_000),
    st.sampled_from([NEW_YORK, "Europe/Madrid", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/UTC"]),
)
def test_an_offer_is_never_to_be_answered_at_night_and_never_later_than_next_morning(
    now: int, zone: str
) -> None:
    until = deadline(now, zone)
    asked, answered = (datetime.fromtimestamp(instant, ZoneInfo(zone)) for instant in (now, until))
    assert now + 30 * 60 <= until <= now + 15 * 3600
    assert (9, 30) <= (answered.hour, answered.minute) <= (20, 29)
    assert (answered.date() - asked.date()).days in (0, 1)
    assert (until == now + 30 * 60) or (answered.hour, answered.minute, answered.second) == (9, 30, 0)


@given(
    st.integers(1_800_000_000, 1_830_000_000),
    st.lists(st.integers(1, 7), max_size=7),
    st.sampled_from(sorted(PARTS)),
    st.one_of(st.none(), st.dates(date(2027, 1, 1), date(2028, 1, 1))),
    st.one_of(st.none(), st.dates(date(2027, 1, 1), date(2028, 1, 1))),
    st.one_of(st.none(), st.integers(1_800_000_000, 1_830_000_000)),
)
def test_a_time_suits_when_its_wall_clock_does(
    start: int, days: list[int], part: str, first: date | None, last: date | None, before: int | None
) -> None:
    local = datetime.fromtimestamp(start, ZoneInfo(NEW_YORK))
    since, until = PARTS[part]
    expected = (
        (not days or local.isoweekday() in days)
        and since <= local.hour * 60 + local.minute < until
        and (first is None or first <= local.date())
        and (last is None or local.date() <= last)
        and (before is None or start < before)
    )
    assert When(tuple(days), part, first, last, before).suits(start, NEW_YORK) is expected
