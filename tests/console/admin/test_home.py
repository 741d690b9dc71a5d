"""The admin home: what needs a hand, the gravest first, and today's figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from scheduler import clock
from scheduler.abuse.limits import before_hold
from scheduler.db import db, transaction
from scheduler.jobs.runner import deliver
from scheduler.jobs.table import run_job
from scheduler.models.constraints import NAME
from tests.factories import make_appointment, make_availability, make_hold, make_schedule, make_type
from tests.people import Cast, browser_of, make_cast
from tests.support.times import Clock


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> Clock:
    frozen.at("2027-06-07T08:00:00-04:00")
    return frozen


def home(cast: Cast) -> str:
    assert cast.admin.user is not None
    # signed in just now: these clocks go on for longer than a sign-in lasts
    return browser_of(cast.clinic.app, cast.admin.user).get("/admin").text


def test_when_all_is_well_one_line_says_so(cast: Cast) -> None:
    page = home(cast)
    assert "All is well" in page
    assert "Needs a hand" not in page
    assert "first-problem" not in page


def test_todays_bookings_and_live_holds_are_counted(cast: Cast, monday: Clock) -> None:
    starts = cast.clinic.starts()
    make_appointment(cast.clinic, start=starts[0])
    make_appointment(cast.clinic, start=starts[20])
    make_hold(cast.clinic, start=starts[3])
    assert "Holds this minute</dt><dd>1</dd>" in home(cast)
    assert '<a href="/console/day/today">0</a>' in home(cast)
    monday.at("2027-06-08T00:30:00-04:00")
    assert '<a href="/console/day/today">1</a>' in home(cast)
    monday.at("2027-06-08T23:30:00-04:00")
    assert '<a href="/console/day/today">1</a>' in home(cast)
    assert "Holds this minute</dt><dd>0</dd>" in home(cast)


def test_a_service_without_openings_for_two_weeks_is_named(cast: Cast) -> None:
    kind = make_type(cast.clinic, name="Rare visit")
    make_schedule(cast.clinic, type=kind.id, availability=make_availability(cast.clinic, {}).id)
    page = home(cast)
    assert "1 service has no openings" in page
    assert "Rare visit at Riverside Clinic, Main Street" in page


def test_a_lost_constraint_comes_before_everything_else(cast: Cast) -> None:
    kind = make_type(cast.clinic, name="Rare visit")
    make_schedule(cast.clinic, type=kind.id, availability=make_availability(cast.clinic, {}).id)
    with cast.clinic.app.app_context(), db.engine.begin() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in [row.name for row in found]:
            connection.execute(text(f"DROP TRIGGER {name}"))
    page = home(cast)
    assert page.index("Two bookings could overlap") < page.index("1 service has no openings")
    assert "first-problem grave" in page
    assert NAME not in page


def test_looking_at_it_takes_no_write_lock(cast: Cast, monday: Clock) -> None:
    home(cast)  # builds the feed, which the page of its own may
    with cast.clinic.app.app_context(), transaction() as session:
        session.execute(text("SELECT 1"))  # the lock is taken with the first statement
        assert "All is well" in home(cast)


def test_background_work_that_stands_still_is_noticed_by_what_it_leaves_lying(
    cast: Cast, monday: Clock
) -> None:
    make_appointment(cast.clinic)
    assert "Background work stands still" not in home(cast)
    monday.forward(seconds=400)
    assert "Background work stands still" in home(cast)
    run_job(cast.clinic.app, "chain-audit")
    deliver(cast.clinic.app)
    page = home(cast)
    assert "Background work stands still" not in page
    assert "less than a minute ago" in page


def test_a_clinic_that_offers_nothing_is_told_where_to_begin(cast: Cast) -> None:
    with cast.clinic.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE schedule SET active = 0"))
    assert "Nothing can be booked" in home(cast)


def test_only_administrators_may_open_it(cast: Cast) -> None:
    for someone in (cast.owner, cast.desk):
        assert someone.browser.get("/admin").status_code == 403


def test_times_that_are_taken_unusually_fast_are_said(
    make_app: Callable[..., Flask], sqlite_url: str, frozen: Clock
) -> None:
    frozen.at("2027-06-07T09:00:00-04:00")
    app = make_app(sqlite_url, attack_rate="1")
    cast = make_cast(app)
    for address in ("192.0.2.1", "192.0.2.2"):
        with app.app_context():
            before_hold(
                app.config["SETTINGS"],
                organization_id=cast.clinic.organization,
                address=address,
                now=clock.now(),
            )
    admin = cast.admin.user
    assert admin is not None
    page = browser_of(app, admin).get("/admin").text
    assert "Times are being chosen unusually fast" in page
    frozen.forward(minutes=20)
    assert "unusually fast" not in browser_of(app, admin).get("/admin").text
