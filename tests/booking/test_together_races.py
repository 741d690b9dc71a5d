"""Real processes want series and pairs that share a time, on both databases: each gets all of its times or none."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Appointment
from tests.booking.test_races import overlaps
from tests.factories import make_clinic

pytestmark = pytest.mark.processes
WEEK = 7 * 86400


def whole(answers: list[str], count: int) -> int:
    """How many got all their ``count`` times; nobody has a part, and all others were told that a time is gone."""
    assert [answer for answer in answers if not answer.startswith(("booked ", "gone:"))] == []
    with snapshot() as session:
        rows = session.execute(select(Appointment.together_id, Appointment.status)).all()
    sizes = Counter((together, status) for together, status in rows if together)
    assert set(sizes.values()) <= {count}
    assert {status for _, status in sizes} == {"booked"}
    won = sum(answer.startswith("booked ") for answer in answers)
    assert len(sizes) == won
    return won


def test_series_that_share_a_week_are_booked_whole_or_not_at_all(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, series_most=8)
    starts = clinic.starts(days=40)
    first = next(start for start in starts if start + 2 * WEEK in starts)
    clients = [
        [
            {
                "verb": "hold series and book",
                "schedule": clinic.schedule,
                "start": first + WEEK * (number % 3),
                "weeks": 4,
                "visitor": f"{number:064x}",
            }
        ]
        for number in range(9)
    ]
    assert whole(race(clients), 4) == 1
    assert overlaps() == 0


def test_pairs_that_share_a_time_are_booked_whole_or_not_at_all(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, relatives=True)
    starts = clinic.starts()[:4]
    clients = [
        [
            {
                "verb": "hold relatives and book",
                "schedule": clinic.schedule,
                "start": starts[number % 3],
                "visitor": f"{number:064x}",
            }
        ]
        for number in range(9)
    ]
    assert whole(race(clients), 2) in (1, 2)
    assert overlaps() == 0
