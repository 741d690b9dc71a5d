"""Midnights at which time alone changes what the feed says."""

from __future__ import annotations

from datetime import date

from flask import Flask

from scheduler import catalog
from scheduler.db import snapshot, transaction
from scheduler.publisher.build import Built, build
from tests.factories import SYSTEM, make_clinic
from tests.support.times import Clock


def built(now: int) -> Built:
    with snapshot() as session:
        return build(session, "http://localhost", now, show_busy=False)


def test_nothing_changes_before_the_instant_until_which_the_feed_is_said_to_hold(
    app_context: Flask, frozen: Clock
) -> None:
    now = frozen.at("2026-06-03T18:50:00-04:00")
    clinic = make_clinic(app_context)
    with transaction() as session:
        catalog.set_override(
            session, by=SYSTEM, now=now, day=date(2026, 6, 2), windows=[], availability_id=clinic.availability
        )
    for _ in range(6):
        first = built(now)
        assert first.valid_until is not None
        assert built(first.valid_until - 1).output == first.output
        now = first.valid_until
    assert now > frozen.at("2026-06-04T00:00:00Z")
