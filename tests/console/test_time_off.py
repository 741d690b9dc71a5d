"""Time off through its page, of a person, a place or the whole clinic; previews, conflicts, undo."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from scheduler import clock
from scheduler.availability.zones import zone
from scheduler.db import transaction
from scheduler.models import (
    BusyBlock,
    Organization,
    TimeOff,
)
from tests.console.test_hours import DAY, MONDAY, owners_hours, rows, text, undo
from tests.factories import (
    make_appointment,
    make_practitioner,
)
from tests.people import Cast, make_cast
from tests.support.times import Clock


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    """Everybody, on a Monday."""
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_cast(sqlite_app)


@pytest.fixture
def hours(cast: Cast) -> str:
    return owners_hours(cast)


def off(**fields: Any) -> dict[str, Any]:
    return {"first": DAY, "last": "", "kind": "all-day", "act": "save"} | fields


def test_time_off_is_previewed_blocked_removed_and_undone(cast: Cast, hours: str) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    start = next(
        one for one in clinic.starts() if clock.local_date(one, zone(clinic.zone).info) == date(2027, 6, 9)
    )
    make_appointment(clinic, start=start, given="Ana", family="Silva")
    preview = text(browser.post("/console/time-off", data=off(act="preview", last="2027-06-13")))
    assert re.search(r"\+0 openings, -\d+ openings, June 9 to 13, 2027", preview)
    assert "1 booking outside the new hours" in preview
    assert not rows(clinic, TimeOff)
    done = browser.post(
        "/console/time-off", data=off(last="2027-06-13", note="Vacation"), follow_redirects=True
    )
    assert "Blocked: June 9 to 13, 2027, Dr. Maya Chen." in text(done)
    [row] = rows(clinic, TimeOff)
    assert (row.actor_id, row.note) == (clinic.actor, "Vacation")
    removed = browser.post(
        "/console/time-off/remove", data={"kind": "off", "id": row.id}, follow_redirects=True
    )
    assert not rows(clinic, TimeOff)
    undo(browser, removed.text)
    assert [one.id for one in rows(clinic, TimeOff)] == [row.id]
    for someone in (cast.colleague, cast.stranger):
        answer = someone.browser.post("/console/time-off/remove", data={"kind": "off", "id": row.id})
        assert answer.status_code == 404


def test_hours_off_are_blocked_on_each_day_in_the_places_zone(cast: Cast, hours: str) -> None:
    clinic, browser = cast.clinic, cast.desk.browser
    who = f"person-{clinic.actor}"
    form = off(last="2027-06-10", kind="hours", hours="1-3", who=who, note="Teaching")
    done = browser.post("/console/time-off", data=form, follow_redirects=True)
    assert "June 9 to 10, 2027, 1:00 PM to 3:00 PM" in text(done)
    blocks = rows(clinic, BusyBlock)
    info = zone(clinic.zone).info
    assert [clock.to_local(one.starts_at, info).isoformat() for one in blocks] == [
        "2027-06-09T13:00:00-04:00", "2027-06-10T13:00:00-04:00",
    ]  # fmt: skip
    undo(browser, done.text)
    assert not rows(clinic, BusyBlock)
    browser.post("/console/time-off", data=form)
    [one, _] = rows(clinic, BusyBlock)
    removed = browser.post(
        "/console/time-off/remove", data={"kind": "block", "id": one.id}, follow_redirects=True
    )
    assert len(rows(clinic, BusyBlock)) == 1
    undo(browser, removed.text)
    assert len(rows(clinic, BusyBlock)) == 2


def test_staff_close_a_place_or_the_whole_clinic_and_clinicians_do_not(cast: Cast, hours: str) -> None:
    clinic = cast.clinic
    other = make_practitioner(clinic, display_name="Dr. Kim")
    for who in (f"place-{clinic.location}", "clinic", f"person-{other.actor}"):
        assert cast.desk.browser.post("/console/time-off", data=off(who=who)).status_code == 303
        refused = cast.owner.browser.post("/console/time-off", data=off(who=who))
        assert refused.status_code == 400
        assert "Who: choose one of the list." in text(refused)
        assert cast.stranger.browser.post("/console/time-off", data=off(who=who)).status_code in (303, 400)
    assert len([row for row in rows(clinic, TimeOff) if row.organization_id == clinic.organization]) == 3
    assert (
        len([row for row in rows(clinic, TimeOff) if row.organization_id == cast.elsewhere.organization]) == 1
    )
    hours_of_a_place = cast.desk.browser.post(
        "/console/time-off", data=off(who="clinic", kind="hours", hours="1-3")
    )
    assert "How long: a place or the clinic closes for whole days." in text(hours_of_a_place)


BAD_TIME_OFF: list[tuple[dict[str, Any], str]] = [
    ({"first": "tomorrow"}, "From: enter a date"),
    ({"first": "x" * 10_000}, "From: enter a date"),
    ({"first": "2027-06-01"}, "From: that date has passed"),
    ({"last": "2077-06-09"}, "To: take at most 10 years off at once."),
    ({"last": "2027-06-01"}, "To: set it on or after"),
    ({"kind": "hours", "hours": ""}, "Hours: write hours"),
    ({"kind": "hours", "hours": "1-3", "last": "2028-06-09"}, "To: block hours at most 92 times"),
    ({"note": "x" * 10_000}, "Note: use at most"),
    ({"who": "person-nobody"}, "Who: choose one of the list."),
]


def test_bad_time_off_comes_back_filled_in(cast: Cast, hours: str) -> None:
    for fields, said in BAD_TIME_OFF:
        answer = cast.owner.browser.post("/console/time-off", data=off(**fields))
        assert answer.status_code == 400
        assert said in text(answer)
    assert not rows(cast.clinic, TimeOff)


def test_ten_years_off_are_previewed(cast: Cast, hours: str) -> None:
    last = (date(2027, 6, 9) + timedelta(days=3600)).isoformat()
    answer = cast.desk.browser.post("/console/time-off", data=off(act="preview", last=last, who="clinic"))
    assert answer.status_code == 200


def test_time_off_that_began_long_ago_is_previewed_from_now_on(cast: Cast, hours: str) -> None:
    form = off(act="preview", first="2025-06-01", last="2027-06-30")
    preview = text(cast.owner.browser.post("/console/time-off", data=form))
    assert re.search(r"-[1-9]\d* openings", preview)


def test_closing_the_clinic_is_previewed_with_the_clinics_below_it(cast: Cast, hours: str) -> None:
    with cast.clinic.app.app_context(), transaction() as session:
        below = session.get_one(Organization, cast.elsewhere.organization)
        below.parent_id = cast.clinic.organization
    start = next(
        one
        for one in cast.elsewhere.starts()
        if clock.local_date(one, zone(cast.elsewhere.zone).info).isoformat() == DAY
    )
    make_appointment(cast.elsewhere, start=start, given="Ana", family="Silva")
    answer = cast.desk.browser.post("/console/time-off", data=off(act="preview", who="clinic"))
    assert "1 of them is with colleagues" in text(answer)
    assert "Silva" not in answer.text
