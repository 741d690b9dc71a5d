"""Which dates an RRULE gives, and which texts are refused."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random

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
    """The same by dateutil, which is told where to stop."""
    parts = dict(part.split("=") for part in text.split(";"))
    last = (dtstart + timedelta(days=days - 1)).strftime("%Y%m%d")
    count = parts.pop("COUNT", None)
    parts["UNTIL"] = min(parts.get("UNTIL", last), last)
    rule = rrulestr(
        ";".join(f"{name}={value}" for name, value in parts.items()),
        dtstart=datetime.fromisoformat(dtstart.isoformat()),
    )
    return [one.date() for one in islice(rule, None if count is None else int(count))]


def joined(values: list[int]) -> str:
    return ",".join(map(str, values))


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
NUMBERS = {
    "BYMONTH": list(range(1, 13)),
    "BYMONTHDAY": [1, 2, 13, 28, 29, 30, 31, -1, -30, -31],
    "BYYEARDAY": [1, 59, 60, 61, 365, 366, -1, -306, -366],
    "BYWEEKNO": [1, 20, 30, -20, -30],
    "BYSETPOS": [1, 2, 10, -1, -3],
}
Chosen = tuple[str, date, int]


def make_rule(freq: str, seed: int, names: tuple[str, ...], weekdays: str, ending: str) -> Chosen:
    """Rules on which RFC 5545 and dateutil agree: no plain weekdays mixed with numbered ones, no cut first weeks, and
    not the last weeks of a year, of which dateutil misses days that lie in January."""
    chance = Random(seed)
    parts = {"FREQ": freq, "INTERVAL": str(chance.choice([1, 1, 2, 3, 5]))}
    for name in names:
        if freq != "WEEKLY" or name == "BYMONTH":
            parts[name] = joined(chance.sample(NUMBERS[name], chance.randint(1, 3)))
    numbered = weekdays == "numbered" and freq in ("MONTHLY", "YEARLY")
    numbers = [1, 2, 4, 5, -1, -2, -5]
    if freq == "YEARLY" and "BYMONTH" not in parts:  # dateutil fails on the 53rd Monday of a month
        numbers += [20, 52, -52]
    if weekdays:
        days = chance.sample(WEEKDAYS, chance.randint(1, 4))
        parts["BYDAY"] = ",".join(f"{chance.choice(numbers)}{day}" if numbered else day for day in days)
    if freq == "YEARLY" and not numbered and chance.random() < 0.25:
        parts["BYWEEKNO"] = joined(chance.sample(NUMBERS["BYWEEKNO"], 2))
    if freq in ("MONTHLY", "YEARLY") and len(parts) > 2 and chance.random() < 0.5:
        parts["BYSETPOS"] = joined(chance.sample(NUMBERS["BYSETPOS"], chance.randint(1, 2)))
    if chance.random() < 0.5:
        parts["WKST"] = chance.choice(WEEKDAYS)
    start = date(2019, 12, 20) + timedelta(days=chance.randrange(3000))
    if ending == "COUNT":
        parts["COUNT"] = str(chance.randint(1, 8))
    elif ending == "UNTIL":
        parts["UNTIL"] = (start + timedelta(days=chance.randint(0, 900))).strftime("%Y%m%d")
    return (
        ";".join(f"{name}={value}" for name, value in parts.items()),
        start,
        1200 if freq == "YEARLY" else 400,
    )


RULES = st.builds(
    make_rule,
    freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    seed=st.integers(0, 2**40),
    names=st.sampled_from(
        [
            (),
            ("BYMONTH",),
            ("BYMONTHDAY",),
            ("BYYEARDAY",),
            ("BYMONTH", "BYMONTHDAY"),
            ("BYMONTHDAY", "BYYEARDAY"),
        ]
    ),
    weekdays=st.sampled_from(["", "plain", "numbered"]),
    ending=st.sampled_from(["", "UNTIL", "COUNT"]),
)


@many
@given(RULES)
def test_dates_are_those_of_dateutil(rule: Chosen) -> None:
    text, start, days = rule
    # Where no date is near, dateutil would look until the year 9999.
    if not dates(text.partition(";COUNT")[0], start, days):
        return

    assert dates(text, start, days) == by_dateutil(text, start, days)


# Each part by itself, and beside the part that changes what it means.
ALONE = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYMONTHDAY=1,-1,-30",
    "FREQ=DAILY;BYDAY=MO,FR;BYSETPOS=1",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=WE",
    "FREQ=WEEKLY;BYDAY=TU,WE,SU;BYSETPOS=-1",
    "FREQ=WEEKLY;BYDAY=MO,WE;WKST=WE;BYSETPOS=-1",
    "FREQ=WEEKLY;BYDAY=MO,WE;WKST=MO;BYSETPOS=-1",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;INTERVAL=5",
    "FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=-28,29",
    "FREQ=MONTHLY;BYDAY=2TU,-1SU",
    "FREQ=MONTHLY;BYDAY=1MO,5MO,-5FR",
    "FREQ=MONTHLY;BYMONTHDAY=1,2,3;BYSETPOS=1",
    "FREQ=MONTHLY;BYMONTHDAY=1,2,3;BYSETPOS=2,-1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;INTERVAL=3",
    "FREQ=YEARLY;BYMONTH=3,10",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=1SU,-1SU",
    "FREQ=YEARLY;BYMONTHDAY=13",
    "FREQ=YEARLY;BYYEARDAY=1,60,365",
    "FREQ=YEARLY;BYYEARDAY=-1,-306,-366",
    "FREQ=YEARLY;BYYEARDAY=366",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO,SU",
    "FREQ=YEARLY;BYWEEKNO=20,-20;WKST=SU",
    "FREQ=YEARLY;BYWEEKNO=10,-10;WKST=TH",
    "FREQ=YEARLY;BYDAY=1MO,20TU,-1FR",
    "FREQ=YEARLY;BYDAY=1TH,53TH,-1TH",
    "FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=1,31;BYSETPOS=1,-1",
    "FREQ=YEARLY;BYYEARDAY=1,2,3;BYSETPOS=1",
]


@pytest.mark.parametrize("text", ALONE)
def test_each_part_of_a_rule_gives_the_dates_of_dateutil(text: str) -> None:
    for start in (START, date(2024, 1, 31)):
        assert dates(text, start, 2000) == by_dateutil(text, start, 2000)


@pytest.mark.parametrize("number", [52, 53, -1, -52, -53])
def test_the_last_iso_weeks_of_a_year_are_those_of_the_calendar(number: int) -> None:
    start, days = date(2018, 12, 1), 15 * 366
    last_weeks = {year: date(year, 12, 28).isocalendar().week for year in range(2018, 2035)}
    expected = []
    for day in (start + timedelta(days=n) for n in range(days)):
        year, week, _ = day.isocalendar()
        if week == (number if number > 0 else last_weeks[year] + 1 + number):
            expected.append(day)

    assert dates(f"FREQ=YEARLY;BYWEEKNO={number}", start, days) == expected


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
        ("FREQ=", "looks like"),
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
    ("text", "sentence"),
    [
        ("FREQ", "A repeat rule looks like FREQ=WEEKLY;BYDAY=TU."),
        ("BYDAY=MO", "A repeat rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."),
        ("FREQ=HOURLY", "Hours repeat by days, weeks, months or years, not more often."),
        ("FREQ=DAILY;BYHOUR=9", "The time of day is set by the hours, not by BYHOUR."),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is there twice."),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260601", "A repeat rule has COUNT or UNTIL, not both."),
        ("FREQ=DAILY;COUNT=3661", "COUNT is at most 3660. Leave it out for a rule that doesn't end."),
        ("FREQ=DAILY;COUNT=x", "COUNT is a whole number from 1 on."),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL is a date such as 20261231."),
        ("FREQ=DAILY;WKST=8", "WKST is a weekday such as MO."),
        ("FREQ=DAILY;BYEASTER=0=1", "A repeat rule cannot have BYEASTER."),
        ("FREQ=DAILY;<b>=1", "A repeat rule cannot have that part."),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH has numbers from 1 to 12."),
        ("FREQ=DAILY;BYMONTHDAY=32", "BYMONTHDAY has numbers from 1 to 31, or negative ones."),
        ("FREQ=DAILY;BYDAY=XX", "BYDAY has weekdays such as MO, TU or 1MO, -1FR."),
        (
            "FREQ=WEEKLY;BYDAY=1MO",
            "A numbered weekday such as 1MO belongs to FREQ=MONTHLY or YEARLY, numbered 1 to 53.",
        ),
        ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO belongs to FREQ=YEARLY."),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", "BYWEEKNO cannot go with a numbered weekday."),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS needs another BY part to choose from."),
        ("FREQ=DAILY;UNTIL=20260504", "This repeat rule gives no date at all."),
        ("FREQ=DAILY" + ";" * 491, "A repeat rule has at most 500 characters."),
    ],
)
def test_each_fault_has_a_sentence_of_its_own(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        check_rrule(text, START)
    assert str(refused.value) == sentence


def test_what_lies_just_within_the_limits_is_accepted() -> None:
    assert check_rrule("FREQ=DAILY;COUNT=3660", START)
    assert check_rrule("FREQ=DAILY;UNTIL=20260505", START)
    assert check_rrule("FREQ=DAILY;INTERVAL=999999", START)
    assert check_rrule("FREQ=DAILY;BYMONTH=1" + ",1" * 240, START)
    assert check_rrule("FREQ=DAILY", date(1900, 1, 1))


def test_the_dates_end_with_the_year_2199() -> None:
    assert dates("FREQ=DAILY;COUNT=9", date(2199, 12, 30), 4)[:2] == [date(2199, 12, 30), date(2199, 12, 31)]
    with pytest.raises(ValueError, match=r"^A repeat rule starts between 1900 and 2199\.$"):
        check_rrule("FREQ=DAILY", date(2200, 1, 1))


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
