"""Candidates: the grid of each merged window, ends, and the union over midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.availability import Hours, Window, candidates
from scheduler.availability.grid import without
from tests.availability.make import NEW_YORK, TUESDAY, at, hours, rules, walls, weekly

DAY = (at("00:00"), at("2026-05-06T00:00"))


def test_the_grid_starts_at_each_window_and_not_at_the_asked_range() -> None:
    made = hours(Window.of("09:10", "10:40"), Window.of("13:00", "14:00"))

    assert walls(candidates(made, rules(duration=30), *DAY)) == ["09:10", "09:40", "10:10", "13:00", "13:30"]
    assert walls(candidates(made, rules(duration=30), at("09:11"), at("13:00"))) == ["09:40", "10:10"]


def test_a_visit_may_end_with_the_window_and_not_later() -> None:
    assert walls(candidates(hours(), rules(), *DAY)) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_a_visit_may_cross_midnight_into_the_next_dates_window() -> None:
    made = hours(Window.of("00:00", "01:00"), Window.of("23:00", "24:00"))

    assert walls(candidates(made, rules(), *DAY)) == ["00:00", "23:00", "23:30"]


def test_a_visit_may_not_cross_midnight_into_a_closed_date() -> None:
    made = hours(Window.of("23:00", "24:00"), overrides={date(2026, 5, 6): ()})

    assert walls(candidates(made, rules(), *DAY)) == ["23:00"]


def test_an_instant_of_two_dates_grids_counts_once_and_both_grids_count() -> None:
    made = Hours(NEW_YORK, weekly(Window.of("22:00", "01:30"), Window.of("00:00", "02:00")))
    starts = candidates(made, rules(duration=30, interval=40), *DAY)

    assert starts == sorted(set(starts))
    assert walls(starts)[:6] == ["00:00", "00:40", "01:20", "22:00", "22:40", "23:20"]
    made = Hours(NEW_YORK, weekly(Window.of("22:00", "01:30"), Window.of("00:15", "02:00")))
    assert walls(candidates(made, rules(duration=30), *DAY))[:5] == [
        "00:00",
        "00:15",
        "00:30",
        "00:45",
        "01:00",
    ]


def test_the_grid_is_elapsed_time_on_a_day_on_which_the_clock_changes() -> None:
    made = hours(Window.of("00:00", "06:00"))
    spring = candidates(made, rules(interval=60), at("2026-03-08T00:00"), at("2026-03-09T00:00"))

    assert walls(spring) == ["00:00", "01:00", "03:00", "04:00", "05:00"]


def test_a_range_far_out_of_time_is_answered_with_nothing() -> None:
    for since, until in [(10**17, 10**18), (-(10**18), -(10**17)), (5, 5), (9, 3)]:
        assert candidates(hours(), rules(), since, until) == []


def test_a_long_visit_needs_a_long_union() -> None:
    made = hours(Window.of("00:00", "24:00"), time_off=((date(2026, 5, 7), date(2026, 5, 7)),))
    starts = candidates(
        made, rules(duration=36 * 60, interval=12 * 60), at("2026-05-04T00:00"), at("2026-05-09T00:00")
    )

    assert date(2026, 5, 5) == TUESDAY
    assert [start - at("2026-05-04T00:00") for start in starts] == [0, 43200, 86400, 129600, 345600, 388800]


def test_an_overnight_window_reaches_over_a_date_that_the_zone_skips() -> None:
    # Samoa went from 2011-12-29 straight to 2011-12-31.
    made = Hours("Pacific/Apia", ((),) * 7, overrides={date(2011, 12, 29): (Window.of("22:00", "06:00"),)})
    morning = at("2011-12-31T05:00", "Pacific/Apia")

    assert candidates(made, rules(duration=30), morning, morning + 86400) == [morning, morning + 1800]


def test_an_hour_that_comes_back_after_midnight_lies_in_the_new_dates_windows() -> None:
    # In St. John's the clock went from 00:01 back to 23:01; the new date's grid began at its first 00:00.
    made = Hours("America/St_Johns", weekly(Window.of("00:00", "24:00")))
    again = at("2010-11-07T00:00", "America/St_Johns") + 15 * 60

    assert walls(
        candidates(made, rules(duration=15, interval=15), again, again + 60), "America/St_Johns"
    ) == ["23:15"]


def on(days: dict[int, tuple[Window, ...]], zone: str = NEW_YORK) -> Hours:
    """Hours on some dates of May 2026 alone."""
    return Hours(zone, ((),) * 7, overrides={date(2026, 5, day): windows for day, windows in days.items()})


EVENING, NIGHT = Window.of("23:00", "24:00"), Window.of("00:00", "01:00")


@pytest.mark.parametrize("until", ["2026-05-06T00:00", "2026-05-06T00:01", "2026-05-07T00:00"])
def test_a_visit_may_cross_a_single_midnight_wherever_the_question_ends(until: str) -> None:
    made = on({5: (EVENING,), 6: (NIGHT,)})

    assert walls(candidates(made, rules(), at("12:00"), at(until)))[:2] == ["23:00", "23:30"]


def test_the_last_instant_that_is_asked_for_may_be_a_midnight() -> None:
    midnight = at("2026-05-06T00:00")

    assert candidates(on({6: (NIGHT,)}), rules(), at("12:00"), midnight + 1) == [midnight]
    assert candidates(on({6: (NIGHT,)}), rules(), at("12:00"), midnight) == []


def test_two_dates_whose_windows_overlap_once_keep_both_grids_wherever_the_question_begins() -> None:
    none: tuple[Window, ...] = ()
    week = (none, (Window.of("23:00", "01:00"),), (Window.of("00:20", "02:00"),), none, none, none, none)
    made = Hours(NEW_YORK, week)
    expected = ["23:00", "23:30", "00:00", "00:20", "00:30", "00:50"]

    for since, left in [("12:00", 6), ("2026-05-06T00:00", 4), ("2026-05-06T00:30", 2)]:
        assert walls(candidates(made, rules(), at(since), at("2026-05-07T00:00"))) == expected[-left:]
    assert walls(candidates(made, rules(), at("12:00"), at("2026-05-06T00:00"))) == expected[:2]


def test_a_long_visit_is_found_also_when_it_is_asked_for_alone() -> None:
    made = hours(Window.of("00:00", "24:00"), time_off=((date(2026, 5, 9), date(2026, 5, 9)),))
    long = rules(duration=70 * 60, interval=60)
    first, last = at("2026-05-06T00:00"), at("2026-05-06T02:00")

    assert candidates(made, long, first, first + 1) == [first]
    assert candidates(made, long, last, last + 1) == [last]
    assert candidates(made, long, last + 3600, last + 3601) == []


def test_an_hour_that_comes_back_alone_lies_in_the_new_dates_windows() -> None:
    # As above, but no window reaches a midnight by itself.
    made = Hours("America/St_Johns", weekly(Window.of("00:00", "02:00")))
    again = at("2010-11-07T00:00", "America/St_Johns") + 15 * 60

    assert candidates(made, rules(duration=15, interval=15), again, again + 60) == [again]
    only_then = replace(made, weekly=((),) * 7, overrides={date(2010, 11, 7): (Window.of("00:00", "02:00"),)})
    assert candidates(only_then, rules(duration=15, interval=15), again, again + 60) == [again]
    # Asked from the first 00:00 on: the question ends on the date before the one on which it begins.
    first = again - 15 * 60
    assert candidates(replace(made), rules(duration=15, interval=15), first, again) == [first]


def test_hours_that_a_skipped_midnight_moves_into_the_next_dates_are_one_stretch_with_them() -> None:
    # In Toronto the clock went from 23:30 to 00:30: 23:45 became 00:45 of the next date.
    made = Hours("America/Toronto", weekly(Window.of("22:30", "23:45"), Window.of("00:30", "02:00")))
    last = at("1919-03-30T22:30", "America/Toronto")

    assert candidates(made, rules(duration=120, interval=30), last, last + 7200) == [last, last + 1800]
    assert candidates(made, rules(duration=120, interval=30), last + 1800, last + 1801) == [last + 1800]


def test_starts_are_taken_out_by_each_blocked_stretch() -> None:
    assert without([0, 10, 20, 30, 40], ([5, 25], [15, 35])) == [0, 20, 40]
    assert without([0, 10, 20, 30, 40], ([0, 5], [15, 30])) == [30, 40]
