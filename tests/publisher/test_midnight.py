"""Midnights at which time alone changes what the feed says, and that they are foreseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from scheduler import catalog
from scheduler.clock import DAY
from scheduler.db import snapshot, transaction
from scheduler.models.operations import ShardMark
from scheduler.publisher import feed_of, rebuild
from scheduler.publisher.rebuild import read_row
from tests.factories import SYSTEM, make_clinic
from tests.publisher import clinic
from tests.publisher.reading import MANIFEST, read
from tests.support.times import Clock


def until(app: Flask) -> int:
    """Until when (epoch seconds) what is published says by itself what holds."""
    with app.app_context(), snapshot() as session:
        kept = read_row(session).until_ms
    assert kept is not None
    return kept // 1000


def content(app: Flask) -> dict[str, object]:
    return read(app).resources


def mark_everything(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.add(ShardMark(organization_id="", schedule_id=None, week=None))


def test_nothing_changes_before_the_instant_until_which_the_feed_is_said_to_hold(
    app_context: Flask, frozen: Clock
) -> None:
    now = frozen.at("2026-06-03T18:50:00-04:00")
    made = make_clinic(app_context)
    with transaction() as session:
        catalog.set_override(
            session, by=SYSTEM, now=now, day=date(2026, 6, 2), windows=[], availability_id=made.availability
        )
    for _ in range(8):
        first = content(app_context)
        at = until(app_context)
        assert at > now
        frozen.at(at - 1)
        mark_everything(app_context)
        assert content(app_context) == first
        now = frozen.at(at)
    assert now > frozen.at("2026-06-04T00:00:00Z")


@pytest.mark.parametrize("shown", [{}, {"show_busy": "1"}, {"show_held": "0"}])
def test_what_was_foreseen_is_what_a_feed_made_at_that_instant_would_be(
    make_app: Callable[..., Flask],
    sqlite_url: str,
    frozen: Clock,
    monkeypatch: pytest.MonkeyPatch,
    shown: dict[str, str],
) -> None:
    now = frozen.at("2026-06-01T20:00:00-04:00")
    app = make_app(sqlite_url, **shown)
    clinic.make(app)
    clinic.hold(app, clinic.SKIN, clinic.FIRST + DAY)
    feed = feed_of(app)
    for _ in range(60):
        while feed.look_ahead():
            pass
        now = frozen.at(now + 17 * 60)
        with monkeypatch.context() as watched:
            watched.setattr(rebuild, "build_block", None)  # who has to build on the way to a reader fails
            foreseen = app.test_client().get(MANIFEST).data
        before = read(app)
        mark_everything(app)
        assert read(app).resources == before.resources, now
        assert foreseen == before.text
