"""Windows of a local date: who owns it, overnight ends, gaps and repeated hours, merging."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.availability import Hours, RecurringHours, Window, wall_minutes
from scheduler.availability.hours import DatedHours, dated, merged, pairs, stretches
from tests.availability.make import NEW_YORK, NINE_TO_TWELVE, at, hours, weekly

DAY = date(2026, 5, 5)
NEXT = date(2026, 5, 6)
NIGHT = Window.of("22:00", "02:00")


def spans(made: Hours, day: date = DAY) -> list[tuple[int, int]]:
    return DatedHours(made).spans(day.toordinal())


def test_an_override_replaces_weekly_hours_and_rules_of_its_date() -> None:
    rule = RecurringHours("FREQ=DAILY", DAY, Window.of("14:00", "15:00"))
    made = hours(rules=(rule,), overrides={DAY: (Window.of("18:00", "19:00"),)})

    assert spans(made) == [(at("18:00"), at("19:00"))]
    assert len(spans(made, NEXT)) == 2


def test_an_empty_override_closes_and_time_off_beats_an_override() -> None:
    assert spans(hours(overrides={DAY: ()})) == []
    assert spans(hours(overrides={DAY: (NINE_TO_TWELVE,)}, time_off=((DAY, DAY),))) == []


def test_time_off_covers_both_end_dates_and_nothing_beside() -> None:
    made = hours(time_off=((date(2026, 5, 10), date(2026, 5, 20)), (date(2026, 5, 18), date(2026, 5, 22))))
    closed = [day for day in range(5, 28) if not spans(made, date(2026, 5, day))]

    assert closed == list(range(10, 23))


def test_an_overnight_window_ends_on_the_next_date() -> None:
    assert spans(hours(NIGHT)) == [(at("22:00"), at("2026-05-06T02:00"))]


@pytest.mark.parametrize("owned", [{"overrides": {NEXT: (NINE_TO_TWELVE,)}}, {"time_off": ((NEXT, NEXT),)}])
def test_an_overnight_window_is_cut_at_midnight_when_the_next_date_is_owned(owned: dict[str, object]) -> None:
    assert spans(hours(NIGHT, **owned)) == [(at("22:00"), at("2026-05-06T00:00"))]
    assert spans(hours(Window.of("22:00", "24:00"), **owned)) == [(at("22:00"), at("2026-05-06T00:00"))]


def test_an_overnight_override_runs_into_a_date_of_ordinary_hours() -> None:
    assert spans(hours(overrides={DAY: (NIGHT,)})) == [(at("22:00"), at("2026-05-06T02:00"))]


def test_the_end_0000_is_the_next_midnight() -> None:
    assert spans(hours(Window.of("22:00", "00:00"))) == spans(hours(Window.of("22:00", "24:00")))
    assert spans(hours(Window.of("00:00", "00:00"))) == [(at("00:00"), at("2026-05-06T00:00"))]


def test_a_window_inside_the_gap_moves_forward_and_one_that_becomes_empty_is_dropped() -> None:
    spring = date(2026, 3, 8)

    assert spans(hours(Window.of("02:00", "02:30")), spring) == [
        (at("2026-03-08T03:00"), at("2026-03-08T03:30"))
    ]
    assert spans(hours(Window.of("02:30", "03:15")), spring) == []


def test_a_repeated_hour_makes_a_window_longer_or_is_read_as_the_first() -> None:
    autumn = date(2026, 11, 1)
    [(start, end)] = spans(hours(Window.of("00:00", "04:00")), autumn)
    [(early, late)] = spans(hours(Window.of("01:00", "01:30")), autumn)

    assert end - start == 5 * 3600
    assert (early, late) == (start + 3600, start + 5400)


def test_a_day_without_midnight_begins_after_the_gap() -> None:
    beirut = Hours("Asia/Beirut", weekly(Window.of("00:00", "24:00")))
    [(start, end)] = spans(beirut, date(2026, 3, 29))
    [(_, before)] = spans(beirut, date(2026, 3, 28))

    assert end - start == 23 * 3600
    assert before == start


def test_overlapping_and_touching_windows_of_one_date_merge_after_conversion() -> None:
    made = hours(Window.of("11:00", "13:00"), NINE_TO_TWELVE, Window.of("13:00", "14:00"))

    assert spans(made) == [(at("09:00"), at("14:00"))]
    # 02:30 is skipped and becomes 03:30, which touches what begins then.
    made = hours(Window.of("01:00", "02:30"), Window.of("03:30", "04:00"))
    assert spans(made, date(2026, 3, 8)) == [(at("2026-03-08T01:00"), at("2026-03-08T04:00"))]


def test_exdates_are_left_out_and_still_count() -> None:
    rule = RecurringHours("FREQ=DAILY;COUNT=3", DAY, NINE_TO_TWELVE, (NEXT,))
    made = Hours(NEW_YORK, ((),) * 7, rules=(rule,))

    assert [day for day in range(1, 20) if spans(made, date(2026, 5, day))] == [5, 7]


@pytest.mark.parametrize(
    ("text", "minutes"), [("00:00", 0), ("09:05", 545), ("23:59", 1439), ("24:00", 1440)]
)
def test_wall_times_are_read(text: str, minutes: int) -> None:
    assert wall_minutes(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "9:00", "24:01", "12:60", "12-00", "12:00 ", "\u0661\u0662:00", "12:00:00"]
)
def test_other_texts_are_no_wall_times(text: str) -> None:
    with pytest.raises(ValueError, match="HH:MM"):
        wall_minutes(text)


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (1440, 60), (0, 1441), (0, -1)])
def test_impossible_windows_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="Hours"):
        Window(start, end)


def test_impossible_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="seven"):
        Hours(NEW_YORK, ((),))
    with pytest.raises(ValueError, match="Time off"):
        hours(time_off=((NEXT, DAY),))
    with pytest.raises(ValueError, match="time zone"):
        DatedHours(Hours("Mars/Olympus", ((),) * 7))


def test_hours_are_made_ready_once() -> None:
    made = hours()

    assert dated(made) is dated(made)
    assert dated(made) is not dated(hours())


def test_stretches_are_spans_that_do_not_touch_and_have_as_many_ends_as_beginnings() -> None:
    found = stretches([(1, 3), (2, 5), (5, 6), (7, 7), (8, 9)])

    assert found == ([1, 8], [6, 9])
    assert list(pairs(found)) == merged([(8, 9), (7, 7), (5, 6), (2, 5), (1, 3)]) == [(1, 6), (8, 9)]
    with pytest.raises(ValueError, match="zip"):
        list(pairs(([1, 8], [6])))
