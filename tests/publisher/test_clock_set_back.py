"""A clock that is set back: no taken time is free again, and transactionTime never goes back."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.publisher import clinic
from tests.publisher.clinic import BEN, FIRST, HALF_HOUR, SKIN
from tests.publisher.reading import read
from tests.support.times import Clock


@pytest.fixture
def app(sqlite_app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


@pytest.mark.parametrize("minutes", [0.1, 4, 60, 60 * 24 * 9])
def test_what_was_booked_before_the_step_stays_taken(app: Flask, frozen: Clock, minutes: float) -> None:
    now = frozen.at(clinic.MORNING)
    read(app)
    frozen.forward(minutes=30)
    clinic.book(app, SKIN, FIRST)
    before = read(app)
    frozen.at(now + 30 * 60 - int(minutes * 60))
    after = read(app)
    assert after.status(SKIN, "20260601T1300") is None
    assert after.manifest["transactionTime"] >= before.manifest["transactionTime"]
    clinic.book(app, SKIN, FIRST + HALF_HOUR, by=BEN)
    last = read(app)
    assert last.status(SKIN, "20260601T1330") is None
    assert last.manifest["transactionTime"] > before.manifest["transactionTime"]
