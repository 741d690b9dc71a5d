"""The plain form's repeats and the rules that are kept: each says the other, and the dates are those of dateutil."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.availability import check_rrule
from scheduler.catalog import repeats
from scheduler.catalog.repeats import (
    MONTH_DAY,
    MONTH_WEEKDAY,
    MONTH_WORKDAY,
    WEEK,
    Repeat,
    from_first_date,
    next_dates,
    repeat_of,
    rrule_of,
)

some = settings(max_examples=500, derandomize=True, database=None, deadline=None)


def several(values: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(values, min_size=1, unique=True).map(repeats.in_order)


@st.composite
def typed(draw: st.DrawFn) -> Repeat:
    """Any repeat that the form can ask for, begun on any day."""
    kind = draw(st.sampled_from(repeats.KINDS))
    first = draw(st.dates(date(2024, 1, 1), date(2032, 3, 5)))
    ends = draw(st.sampled_from(["never", "until", "count"]))
    return Repeat(
        kind,
        first,
        draw(st.sampled_from([1, 1, 2, 3, 5, 12, 52])),
        draw(several(st.integers(0, 6))) if kind in (WEEK, MONTH_WEEKDAY) else (),
        draw(several(st.sampled_from(repeats.PLACES))) if kind in (MONTH_WEEKDAY, MONTH_WORKDAY) else (),
        draw(several(st.sampled_from([1, 2, 15, 28, 29, 30, 31, -1]))) if kind == MONTH_DAY else (),
        first + timedelta(days=draw(st.integers(0, 800))) if ends == "until" else None,
        draw(st.integers(1, 30)) if ends == "count" else None,
    )


@some
@given(typed())
def test_what_the_form_asks_for_is_read_back_from_its_rule(asked: Repeat) -> None:
    begun = from_first_date(asked)
    if begun is None:
        assert asked.until is not None
        return
    text = rrule_of(begun)
    assert repeat_of(check_rrule(text, begun.first), begun.first) == begun


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(typed(), st.integers(-40, 400), st.lists(st.integers(0, 12), max_size=3))
def test_next_dates_are_those_of_dateutil(asked: Repeat, later: int, skipped: list[int]) -> None:
    begun = from_first_date(asked)
    if begun is None:
        return
    text, since = rrule_of(begun), begun.first + timedelta(days=later)
    end = begun.first + timedelta(days=3000)
    by_dateutil = []
    for occurrence in rrulestr(text, dtstart=datetime.fromisoformat(begun.first.isoformat())):
        if occurrence.date() > end:
            break
        by_dateutil.append(occurrence.date())
    left_out = [by_dateutil[place] for place in skipped if place < len(by_dateutil)]
    expected = [day for day in by_dateutil if day >= since and day not in left_out][:5]
    found = next_dates(text, begun.first, left_out, since)
    assert [day for day in found if day <= end] == expected
    assert since > begun.first or begun.first in (*found, *left_out), "it begins on its first date"


def test_every_second_week_counts_from_the_first_of_its_days() -> None:
    asked = Repeat(WEEK, date(2026, 6, 9), 2, (0,))
    begun = from_first_date(asked)
    assert begun is not None
    assert begun.first == date(2026, 6, 15)
    assert next_dates(rrule_of(begun), begun.first, (), begun.first, 2) == [
        date(2026, 6, 15),
        date(2026, 6, 29),
    ]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (Repeat(WEEK, date(2026, 6, 8), 2, (0,), until=date(2026, 12, 31)), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20261231"),
        (Repeat(MONTH_WEEKDAY, date(2026, 6, 1), 1, (0, 4), (1, -1)), "FREQ=MONTHLY;BYDAY=1MO,-1MO,1FR,-1FR"),
        (Repeat(MONTH_WORKDAY, date(2026, 6, 30), 1, (), (-1,), count=5), "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=5"),
        (Repeat(MONTH_DAY, date(2026, 6, 15), 3, month_days=(15, -1)), "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15,-1"),
    ],
)  # fmt: skip
def test_each_way_of_repeating_has_its_rule(asked: Repeat, text: str) -> None:
    assert rrule_of(asked) == text


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY", "FREQ=YEARLY", "FREQ=MONTHLY;BYDAY=1MO,2TU", "FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=MONTHLY;BYMONTHDAY=-2", "FREQ=WEEKLY;BYMONTH=6",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "FREQ=WEEKLY;INTERVAL=53", "FREQ=WEEKLY;COUNT=1001",
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5",
    ],
)  # fmt: skip
def test_a_rule_that_the_form_cannot_say_is_left_alone(text: str) -> None:
    assert repeat_of(text, date(2026, 6, 8)) is None


def test_a_rule_that_the_form_would_shift_is_not_offered_for_editing() -> None:
    assert repeat_of("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", date(2026, 6, 9)) is None
    assert repeat_of("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", date(2026, 6, 8)) is not None
