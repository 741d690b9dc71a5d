"""A preview says what the save will offer, whatever the week and the dates, changes of clocks included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.accounts.session import SignedIn
from scheduler.availability import open_starts
from scheduler.booking import SYSTEM
from scheduler.clock import DAY
from scheduler.console.hours import previews
from scheduler.db import snapshot, transaction
from scheduler.models import Availability, Revision
from scheduler.models.situations import load_situations
from tests.factories import Clinic, make_clinic, make_schedule, make_type

NOWS = [int(datetime(*at, 12, tzinfo=UTC).timestamp()) for at in ((2027, 3, 8), (2027, 10, 30), (2027, 6, 7))]
MINUTES = st.integers(0, 95).map(lambda quarter: quarter * 15)
WINDOW = st.tuples(MINUTES, MINUTES.map(lambda minute: minute + 15))
WEEK = st.dictionaries(st.integers(0, 6), st.lists(WINDOW, max_size=3), max_size=7)
DATES = st.lists(st.tuples(st.integers(0, 27), st.lists(WINDOW, max_size=2)), max_size=3)


def person(clinic: Clinic) -> SignedIn:
    return SignedIn("u", clinic.organization, "Sam", "sam@example.org", frozenset({"front-desk"}), None, 1)


def offered(clinic: Clinic, schedules: list[str], now: int, days: int = 28) -> set[tuple[str, int]]:
    with snapshot() as session:
        found = load_situations(session, schedules, now, now + days * DAY)
        return {
            (key, start)
            for key, one in found.items()
            for start in open_starts(one, now, now, now + days * DAY)
        }


def pairs(openings: tuple[previews.Opening, ...]) -> set[tuple[str, int]]:
    return {(one.schedule_id, one.start) for one in openings}


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    return make_clinic(sqlite_app, weekly={6: [(0, 300)], 0: [(540, 720)], 5: [(1320, 240)]})


def test_gained_and_lost_are_what_the_save_adds_and_takes(clinic: Clinic) -> None:
    second = make_schedule(clinic, type=make_type(clinic, duration_minutes=50, interval_minutes=20).id)
    schedules = [clinic.schedule, second.id]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(week=WEEK, dates=DATES, now=st.sampled_from(NOWS))
    def check(week: dict[int, Any], dates: list[Any], now: int) -> None:
        with clinic.app.app_context():
            with snapshot() as session:
                version = session.get_one(Availability, clinic.availability).version
            before = offered(clinic, schedules, now)
            change = changed(clinic, week, dates, now, version)
            preview = previews.rehearse(change, schedules, now, person=person(clinic))
            assert offered(clinic, schedules, now) == before, "a preview leaves nothing behind"
            with transaction() as session:
                change(session)
            after = offered(clinic, schedules, now)
            assert pairs(preview.gained) == after - before
            assert pairs(preview.lost) == before - after
            for rows in (preview.by_type, preview.by_day):
                assert sum(row.gained for row in rows) == len(preview.gained)
                assert sum(row.lost for row in rows) == len(preview.lost)

    check()


def changed(
    clinic: Clinic, week: dict[int, Any], dates: list[Any], now: int, version: int
) -> Callable[[Session], object]:
    today = clock.to_utc(now).date()

    def change(session: Session) -> None:
        common: dict[str, Any] = {"by": SYSTEM, "now": now, "availability_id": clinic.availability}
        catalog.set_week(session, **common, version=version, weekly=week)
        for number, (ahead, windows) in enumerate(dates, 1):
            day = today + timedelta(days=ahead)
            catalog.set_dates(session, **common, version=version + number, days=[day], windows=windows)

    return change


def test_the_window_of_dated_changes_misses_nothing(clinic: Clinic) -> None:
    now = NOWS[0]
    days = [date(2027, 3, 13), date(2027, 3, 14)]
    with clinic.app.app_context():
        before = offered(clinic, [clinic.schedule], now, 40)
        since, until = previews.around(days, now)

        def change(session: Session) -> object:
            return catalog.add_time_off(
                session, by=SYSTEM, now=now, organization_id=clinic.organization, start_date=days[0],
                end_date=days[-1],
            )  # fmt: skip

        preview = previews.rehearse(
            change, [clinic.schedule], now, person=person(clinic), since=since, until=until
        )
        with transaction() as session:
            change(session)
        assert pairs(preview.lost) == before - offered(clinic, [clinic.schedule], now, 40)
        assert preview.lost


def test_a_refused_change_leaves_nothing(clinic: Clinic) -> None:
    def change(session: Session) -> object:
        catalog.set_week(
            session, by=SYSTEM, now=NOWS[0], availability_id=clinic.availability, version=1, weekly={}
        )
        raise RuntimeError("stop")

    with clinic.app.app_context():
        with pytest.raises(RuntimeError, match="stop"):
            previews.rehearse(change, [clinic.schedule], NOWS[0], person=person(clinic))
        with snapshot() as session:
            assert session.get_one(Availability, clinic.availability).version == 1
            assert not session.scalars(select(Revision)).all()
