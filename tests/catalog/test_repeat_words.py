"""Hours that repeat in words: the usual ones as people say them, and never the same words for other dates."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from scheduler.availability.recurrence import parse
from scheduler.catalog.repeat_words import days_words, repeat_words, rule_words

START = date(2026, 6, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=WEEKLY", "Every Monday"),
        ("FREQ=WEEKLY;BYDAY=WE,MO,FR", "Every Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "Every second Monday"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE", "Every third week on Monday and Wednesday"),
        ("FREQ=WEEKLY;INTERVAL=12;BYDAY=MO", "Every 12th Monday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "Every second week on Monday and Sunday (weeks begin on Sunday)"),
        ("FREQ=DAILY", "Every day"),
        ("FREQ=DAILY;INTERVAL=3", "Every third day"),
        ("FREQ=MONTHLY;BYDAY=1MO", "The first Monday of every month"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO,-1FR", "The first and third Monday and the last Friday of every month"),
        ("FREQ=MONTHLY;BYDAY=1MO,1TU", "The first Monday and Tuesday of every month"),
        ("FREQ=MONTHLY;BYDAY=-2FR", "The second to last Friday of every month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "The last Friday of every second month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "The 1st, the 15th and the last day of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=2,3,11,22", "The 2nd, the 3rd, the 11th and the 22nd of every month"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
         "The first and last working day (Monday to Friday) of every month"),
        ("FREQ=YEARLY", "The 8th of June, every year"),
        ("FREQ=YEARLY;BYMONTH=9,1;BYDAY=1MO", "The first Monday of January and September, every year"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "Every day that is a Friday, and also the 13th of the month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO", "Every day that is a Monday, in every second month"),
        ("FREQ=WEEKLY;BYMONTH=6,7", "Every day that is a Monday, and also a day in June or July"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2", "The second of the days that are a Monday or a Tuesday, in every month"),
        ("FREQ=YEARLY;BYDAY=20MO", "Every day that is the 20th Monday of the year"),
        ("FREQ=YEARLY;BYWEEKNO=20,-1", "Every day that is a day of week 20 or the last week of the year"),
        ("FREQ=YEARLY;BYYEARDAY=100,-1", "Every day that is day 100 of the year or the last day of the year"),
    ],
)  # fmt: skip
def test_a_rule_is_said_as_people_say_it(text: str, words: str) -> None:
    assert rule_words(text, START) == words


def test_the_whole_sentence_names_first_day_hours_end_and_dates_left_out() -> None:
    text = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20261231"
    assert repeat_words(text, START, [(540, 720)], [date(2026, 7, 6)]) == (
        "Every second Monday from June 8, 2026, 9:00 AM to 12:00 PM, until December 31, not on July 6"
    )
    assert repeat_words("FREQ=MONTHLY;BYDAY=1MO;COUNT=5", START, [(540, 720), (780, 900)]) == (
        "The first Monday of every month from June 8, 2026, 9:00 AM to 12:00 PM, 1:00 PM to 3:00 PM, 5 times"
    )
    assert repeat_words("FREQ=DAILY;COUNT=1", START, [(540, 720)]).endswith(", once")


def test_a_year_is_said_when_it_is_another_than_before() -> None:
    days = [date(2026, 7, 6), date(2026, 8, 3), date(2027, 1, 4)]
    assert days_words(days, 2026) == "July 6, August 3 and January 4, 2027"
    assert days_words(days[:1]) == "July 6, 2026"
    many = [START + timedelta(days=n) for n in range(9)]
    assert days_words(many, 2026) == "June 8, June 9, June 10, June 11, June 12 and 4 more dates"


def _any_rule(chance: random.Random) -> str:
    def some(values: list[object], most: int = 2) -> str:
        return ",".join(str(one) for one in chance.sample(values, chance.randint(1, most)))

    freq = chance.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={freq}", f"INTERVAL={chance.choice([1, 1, 1, 2, 3])}"]
    days: list[object] = ["MO", "TU", "FR", "SU"]
    if freq in ("MONTHLY", "YEARLY") and chance.random() < 0.5:
        days += ["1MO", "-1FR", "2TU", "-2MO"]
    by_day = chance.random() < 0.6
    if by_day:
        parts.append(f"BYDAY={some(days, 3)}")
    if chance.random() < 0.2:
        parts.append("BYDAY=MO,TU,WE,TH,FR" if not by_day else "WKST=SU")
    if chance.random() < 0.3:
        parts.append(f"BYMONTH={some([1, 2, 6, 7])}")
    if freq != "WEEKLY" and chance.random() < 0.3:
        parts.append(f"BYMONTHDAY={some([1, 13, 31, -1, -2])}")
    if freq == "YEARLY" and chance.random() < 0.2:
        parts.append(f"BYYEARDAY={some([1, 100, -1, -100])}")
    if freq == "YEARLY" and chance.random() < 0.2:
        parts.append(f"BYWEEKNO={some([1, 20, -1])}")
    if chance.random() < 0.3:
        parts.append(f"BYSETPOS={some([1, 2, -1])}")
    return ";".join(parts)


def test_rules_with_the_same_words_give_the_same_dates() -> None:
    chance, said = random.Random(5), dict[str, tuple[str, list[int]]]()
    for _ in range(1500):
        text = _any_rule(chance)
        try:
            rule = parse(text, START)
        except ValueError:
            continue
        days = [day for day in range(START.toordinal(), START.toordinal() + 1100) if rule.gives(day)]
        other, others = said.setdefault(rule_words(text, START), (text, days))
        assert days == others, f"{text} and {other}: {rule_words(text, START)}"
    assert len(said) > 800
