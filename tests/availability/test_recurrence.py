"""Which dates an RRULE gives, and which texts are refused."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from scheduler.availability import check_rrule
from scheduler.availability.recurrence import parse
from tests.support.examples import many

START = date(2026, 5, 5)


def dates(text: str, dtstart: date = START, days: int = 800) -> list[date]:
    rule = parse(text, dtstart)
    around = [dtstart + timedelta(days=n) for n in range(-10, days)]
    return [day for day in around if rule.gives(day.toordinal())]


def by_dateutil(text: str, dtstart: date, days: int) -> list[date]:
    found = []
    last = dtstart + timedelta(days=days - 1)
    for occurrence in rrulestr(text, dtstart=datetime.fromisoformat(dtstart.isoformat())):
        if occurrence.date() > last:
            break
        found.append(occurrence.date())
    return found


def joined(values: list[int]) -> str:
    return ",".join(map(str, values))


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
PARTS = {
    "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=4).map(joined),
    "BYMONTHDAY": st.lists(st.sampled_from([1, 2, 13, 28, 29, 30, 31, -1, -30, -31]), min_size=1).map(joined),
    "BYYEARDAY": st.lists(st.sampled_from([1, 59, 60, 61, 365, 366, -1, -306, -366]), min_size=1).map(joined),
}


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, date]:
    """Rules on which RFC 5545 and dateutil agree (not: plain mixed with numbered weekdays, cut first
    weeks)."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": freq, "INTERVAL": str(draw(st.sampled_from([1, 1, 2, 3, 5])))}
    names = ["BYMONTH"] if freq == "WEEKLY" else list(PARTS)
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=2)):
        parts[name] = draw(PARTS[name])
    days = draw(st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=4))
    numbered = freq in ("MONTHLY", "YEARLY") and draw(st.booleans())
    number = st.sampled_from([1, 2, 4, 5, -1, -2, -5] + ([20, 53, -53] if freq == "YEARLY" else []))
    if days:
        parts["BYDAY"] = ",".join(f"{draw(number)}{day}" if numbered else day for day in days)
    if freq == "YEARLY" and not numbered and draw(st.integers(0, 3)) == 0:
        parts["BYWEEKNO"] = joined(draw(st.lists(st.sampled_from([1, 20, 52, 53, -1, -53]), min_size=1)))
    if freq in ("MONTHLY", "YEARLY") and len(parts) > 2 and draw(st.booleans()):
        parts["BYSETPOS"] = joined(draw(st.lists(st.sampled_from([1, 2, 10, -1, -3]), min_size=1)))
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(WEEKDAYS))
    ending = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    start = draw(st.dates(date(2019, 12, 20), date(2028, 3, 5)))
    if ending == "COUNT":
        parts["COUNT"] = str(draw(st.integers(1, 12)))
    elif ending == "UNTIL":
        parts["UNTIL"] = (start + timedelta(days=draw(st.integers(0, 900)))).strftime("%Y%m%d")
    return ";".join(f"{name}={value}" for name, value in parts.items()), start


@many
@given(rules())
def test_dates_are_those_of_dateutil(rule: tuple[str, date]) -> None:
    text, start = rule
    try:
        check_rrule(text, start)
    except ValueError:
        assert dates(text, start, 1000) == []
        return

    assert dates(text, start, 1000) == by_dateutil(text, start, 1000)


def test_dtstart_counts_only_when_it_matches() -> None:
    assert dates("FREQ=WEEKLY;BYDAY=WE;COUNT=2") == [date(2026, 5, 6), date(2026, 5, 13)]


def test_plain_and_numbered_weekdays_together_are_a_union() -> None:
    assert dates("FREQ=MONTHLY;BYDAY=1MO,SU;COUNT=5", date(2026, 6, 1)) == [
        date(2026, 6, 1),
        date(2026, 6, 7),
        date(2026, 6, 14),
        date(2026, 6, 21),
        date(2026, 6, 28),
    ]


def test_until_with_a_time_is_judged_by_its_date() -> None:
    assert dates("FREQ=DAILY;UNTIL=20260507T000000Z")[-1] == date(2026, 5, 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "looks like"),
        ("nonsense", "looks like"),
        ("FREQ=WEEKLY;;BYDAY=MO", "looks like"),
        ("BYDAY=MO", "needs FREQ"),
        ("FREQ=FORTNIGHTLY", "needs FREQ"),
        ("FREQ=SECONDLY", "not more often"),
        ("FREQ=MINUTELY", "not more often"),
        ("FREQ=HOURLY;COUNT=3", "not more often"),
        ("FREQ=DAILY;COUNT=3661", "COUNT is at most 3660"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;BYMINUTE=0,15", "BYMINUTE"),
        ("FREQ=DAILY;BYSECOND=1", "BYSECOND"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=\u0661", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260601", "not both"),
        ("FREQ=DAILY;UNTIL=20261301", "UNTIL"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260504", "no date"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=2MO", "numbered"),
        ("FREQ=MONTHLY;BYDAY=0MO", "numbered"),
        ("FREQ=MONTHLY;BYDAY=54MO", "numbered"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO"),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", "BYWEEKNO"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;WKST=8", "WKST"),
        ("FREQ=DAILY;<script>=1", "that part"),
        ("FREQ=DAILY\nRRULE:FREQ=DAILY", "needs FREQ"),
        ("FREQ=DAILY;BYMONTH=\x00", "BYMONTH"),
        ("FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 200), "500"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_rrule(text, START)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=999999",
        "FREQ=YEARLY;BYSETPOS=300;BYDAY=MO,TU",
        "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=180",
    ],
)
def test_a_rule_without_any_date_is_refused_soon_and_gives_nothing(text: str) -> None:
    before = time.process_time()

    with pytest.raises(ValueError, match="no date"):
        check_rrule(text, START)
    assert dates(text) == []
    # No figure for speed: a search without an end takes minutes.
    assert time.process_time() - before < 30


def test_a_start_far_out_of_range_is_refused() -> None:
    for year in (1, 1899, 2200, 9999):
        with pytest.raises(ValueError, match="1900 and 2199"):
            check_rrule("FREQ=DAILY", date(year, 1, 1))


def test_an_accepted_rule_comes_back_in_one_spelling() -> None:
    assert check_rrule(" rrule:freq=weekly;byday=tu ", START) == "FREQ=WEEKLY;BYDAY=TU"
    assert check_rrule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", START) == "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"
