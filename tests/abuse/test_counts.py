"""Counts of the database: exact over processes, forgotten in time, and telling nobody whom they count."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler.abuse import counts
from scheduler.abuse.counts import Limited, Rule
from scheduler.db import snapshot
from scheduler.models import RateCount
from tests.support.apps import SECRET

NOW = 1_800_000_000
RULE = Rule("hold", 3, 600)


def take(rule: Rule = RULE, subject: str = "192.0.2.7", now: int = NOW) -> int:
    return counts.take(SECRET, [(rule, subject)], now)[0]


def rows() -> list[RateCount]:
    with snapshot() as session:
        return list(session.scalars(select(RateCount)))


def test_the_fourth_of_three_is_refused_until_the_first_windows_are_past(app_context: Flask) -> None:
    assert [take(now=NOW + second) for second in (0, 1, 2)] == [1, 2, 3]
    with pytest.raises(Limited) as refused:
        take(now=NOW + 3)
    wait = refused.value.retry_after
    assert 540 <= wait <= 600
    with pytest.raises(Limited):
        take(now=NOW + 3 + wait - 61)
    assert take(now=NOW + 3 + wait) == 1


def test_a_refusal_counts_nothing_of_what_was_to_be_counted_with_it(app_context: Flask) -> None:
    for _ in range(3):
        take()
    other = Rule("clinic", 0, 600)
    with pytest.raises(Limited):
        counts.take(SECRET, [(other, "c"), (RULE, "192.0.2.7")], NOW)
    assert take(other, "c") == 1


def test_no_limit_counts_and_never_refuses(app_context: Flask) -> None:
    assert [take(Rule("hold", 0, 600)) for _ in range(5)][-1] == 5


def test_subjects_and_kinds_are_counted_apart_and_stand_as_keyed_hashes(app_context: Flask) -> None:
    take(subject="192.0.2.7")
    take(subject="192.0.2.8")
    take(Rule("book", 3, 600))
    found = rows()
    assert [row.count for row in found] == [1, 1, 1]
    assert len({row.subject for row in found}) == 3
    assert all("192" not in row.subject and len(row.subject) == 64 for row in found)
    assert counts.subject_hash("another key" * 4, "hold", "192.0.2.7") not in {row.subject for row in found}


def test_many_at_once_are_counted_one_by_one(app: Flask) -> None:
    answers: list[int | None] = []

    def come() -> None:
        with app.app_context():
            try:
                answers.append(take(Rule("hold", 8, 600)))
            except Limited:
                answers.append(None)

    comers = [threading.Thread(target=come) for _ in range(12)]
    for one in comers:
        one.start()
    for one in comers:
        one.join()
    assert sorted(one for one in answers if one is not None) == list(range(1, 9))
    assert answers.count(None) == 4


def test_what_no_rule_asks_about_any_more_is_forgotten(app_context: Flask) -> None:
    take()
    assert counts.purge(NOW + 86_400) == 0
    assert counts.purge(NOW + 3 * 86_400) == 1
    assert rows() == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(gaps=st.lists(st.integers(0, 400), min_size=1, max_size=12), limit=st.integers(1, 4))
def test_no_span_holds_more_than_its_limit_and_who_waits_as_told_gets_on(
    sqlite_app: Flask, gaps: list[int], limit: int
) -> None:
    # the examples share a database, and one may be tried twice
    key = str(uuid4())
    rule, now, passed = Rule("hold", limit, 600), NOW, list[int]()
    with sqlite_app.app_context():
        for gap in gaps:
            now += gap
            try:
                take(rule, key, now)
            except Limited as refused:
                now += refused.retry_after
                take(rule, key, now)
            passed.append(now)
    for at in passed:
        assert sum(at - (600 - rule.window) < one <= at for one in passed) <= limit
