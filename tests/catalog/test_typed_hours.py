"""scheduler.catalog.typed_hours: what people type for a day's hours, what they read back, what they are told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.availability import Window
from scheduler.catalog.typed_hours import BadHours, names_ranges, parse_ranges, short_ranges, write_ranges

NINE, NOON, ONE, HALF_FIVE = 540, 720, 780, 1050

WINDOWS = st.tuples(st.integers(0, 1439), st.integers(0, 1440))


@pytest.mark.parametrize(
    "typed",
    [
        "9-12, 1-5:30p",
        "9:00-12:00 13-17:30",
        "9am to noon; 1pm to 5:30 p.m.",
        "9\u201312, 1\u20135:30",
        "0900-1200\n1300-1730",
        "9 a - 12 p & 1 - 5.30",
        "1-5:30p, 9-12",
        "9-midday and 1 until 530p",
        "\uff19\uff0d\uff11\uff12, 13-17:30",
        "9:00\u202fAM to 12:00\u202fPM, 1:00\u202fPM to 5:30\u202fPM",
    ],
)
def test_one_day_is_read_from_every_usual_way_to_write_it(typed: str) -> None:
    assert parse_ranges(typed) == [(NINE, NOON), (ONE, HALF_FIVE)]


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("9-12, 1-5:30p", True),
        ("9 to 3p", True),
        ("9\u201312", True),
        ("All day", True),
        ("9-", True),
        ("9", False),
        ("1:30 p.m.", False),
        ("noon", False),
        ("-", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_whole_ranges_are_told_from_one_time(typed: str, whole: bool) -> None:
    assert names_ranges(typed) is whole


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("9-5", NINE, 1020),
        ("7-3", 420, 900),
        ("11-1", 660, 780),
        ("1-5", 780, 1020),
        ("6-8", 1080, 1200),
        ("12-1", 720, 780),
        ("9-9", 540, 1260),
        ("6-10am", 360, 600),
        ("6-2p", 360, 840),
        ("6-14:00", 360, 840),
        ("9am-5", 540, 1020),
        ("9pm-11", 1260, 1380),
        ("13-5", 780, 1020),
        ("10p-2a", 1320, 120),
        ("22:00-02:00", 1320, 120),
        ("9-24:00", 540, 1440),
        ("9-0:00", 540, 1440),
        ("9-midnight", 540, 1440),
        ("midnight-9am", 0, 540),
        ("12am-6am", 0, 360),
        ("all day", 0, 1440),
    ],
)
def test_a_bare_number_is_read_as_a_clinic_means_it(typed: str, start: int, end: int) -> None:
    assert parse_ranges(typed) == [(start, end)]


@pytest.mark.parametrize("typed", ["", "   ", "closed", "Closed", "off", "none", "-", "\u2013"])
def test_no_hours(typed: str) -> None:
    assert parse_ranges(typed) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("9-12, 1-12:30", "Tuesday, range 2: it ends before it starts. Set the end after 1:00 PM."),
        ("9-1, 12-5", "Tuesday: 9:00 AM to 1:00 PM and 12:00 PM to 5:00 PM overlap. Shorten one, or merge them."),
        ("9-5, 9-5", "Tuesday: 9:00 AM to 5:00 PM and 9:00 AM to 5:00 PM overlap. Shorten one, or merge them."),
        (
            "8p-2a, 9p-10p",
            "Tuesday: 8:00 PM to 2:00 AM (next day) and 9:00 PM to 10:00 PM overlap. Shorten one, or merge them.",
        ),
        (
            "10-2, 22-2",
            "Tuesday, range 2: it ends before it starts. Set the end after 10:00 PM."
            " For hours past midnight, write am or pm at both ends.",
        ),
        ("9-12, 1", "Tuesday, range 2: it has no end. Write it such as 9-12."),
        ("9-12-3", "Tuesday, range 2: write hours such as 9-12, 1-5:30p."),
        ("24:00-3", "Tuesday, range 1: a range can't start at 24:00. Start it at 0:00 of the next day."),
        ("25-3", "Tuesday: times run from 12 AM to 11:59 PM, or from 0:00 to 24:00."),
        ("9:60-12", "Tuesday: times run from 12 AM to 11:59 PM, or from 0:00 to 24:00."),
        ("13pm-4", "Tuesday: times run from 12 AM to 11:59 PM, or from 0:00 to 24:00."),
        ("whenever", "Tuesday: write hours such as 9-12, 1-5:30p."),
        ("9-5\0", "Tuesday: write hours such as 9-12, 1-5:30p."),
        (", ".join(["9-12"] * 100), "Tuesday: use at most 500 characters."),
        (",".join(f"{hour}:{a}-{hour}:{a + 9}" for hour in range(9, 14) for a in (10, 20, 30, 40, 50)),
         "Tuesday: give at most 24 ranges."),
    ],
)  # fmt: skip
def test_hours_that_mean_nothing_are_answered_with_the_fix(typed: str, sentence: str) -> None:
    with pytest.raises(BadHours) as caught:
        parse_ranges(typed)
    assert caught.value.about("Tuesday") == sentence


def test_hours_are_written_for_reading_and_for_a_field() -> None:
    ranges = [(NINE, NOON), (ONE, HALF_FIVE), (1320, 120)]
    assert write_ranges(ranges) == ("9:00 AM to 12:00 PM, 1:00 PM to 5:30 PM, 10:00 PM to 2:00 AM (next day)")
    assert short_ranges(ranges) == "9 AM-12 PM, 1-5:30 PM, 10 PM-2 AM"
    assert (write_ranges([]), short_ranges([])) == ("Closed", "")


@given(WINDOWS)
def test_every_window_comes_back_from_both_forms(window: tuple[int, int]) -> None:
    start, end = window
    kept = [(start, end or 1440)]
    assert parse_ranges(short_ranges([window])) == kept
    assert parse_ranges(write_ranges([window])) == kept


@given(st.lists(WINDOWS, max_size=6))
def test_windows_apart_come_back_in_order_and_others_are_refused(windows: list[tuple[int, int]]) -> None:
    spans = sorted((start, end + 1440 if end <= start else end) for start, end in windows)
    apart = all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    for text in (short_ranges(windows), write_ranges(windows)):
        if apart:
            assert parse_ranges(text) == sorted((start, end or 1440) for start, end in windows)
        else:
            with pytest.raises(BadHours, match="overlap"):
                parse_ranges(text)


@given(st.text(alphabet="0123456789:.apm-, to\u2013", max_size=25) | st.text(max_size=40))
def test_any_text_gives_windows_that_the_rule_takes_or_a_sentence(typed: str) -> None:
    try:
        found = parse_ranges(typed)
    except BadHours as error:
        found, sentence = [], str(error)
    else:
        sentence = "a sentence."
    assert all(Window(start, end) for start, end in found)
    assert sentence.endswith(".")
