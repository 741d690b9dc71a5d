"""Welcome and Setup without a screen: who gets what, what is kept of what was typed, and that nothing is made twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scheduler.accounts import routes as accounts_routes
from scheduler.accounts.welcome import welcome_token
from scheduler.catalog import presets
from scheduler.db import snapshot, transaction
from scheduler.models import Actor, Base, Organization, Practitioner, User, UserRole
from tests.factories import make_clinic, make_location, make_practitioner, make_user
from tests.people import browser_of
from tests.support.apps import SECRET
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
LINK = f"/welcome/{welcome_token(SECRET)}"
OWNER = {
    "clinic": "Riverside Clinic",
    "name": "Dr. Maya Chen",
    "email": "Maya@Example.org",
    "password": "several words in a row",
}
TYPED: dict[str, Any] = {
    **presets.PRESETS[0].typed(),
    "preset": "primary",
    "place_name": "Riverside Clinic",
    "phone": "617-555-0142",
    "line": "12 Main Street",
    "city": "Boston",
    "state": "MA",
    "postal_code": "02115",
    "zone": "America/New_York",
    "display_name": "Dr. Maya Chen",
    "npi": "",
    "ask_insurance": "y",
    "is_me": "y",
}


@pytest.fixture(autouse=True)
def no_tries_yet(frozen: Clock) -> Iterator[None]:
    frozen.at(MONDAY)
    yield
    for throttle in (accounts_routes._per_person, accounts_routes._per_address):
        throttle._tries.clear()


def token_of(browser: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def post(browser: FlaskClient, path: str, form: dict[str, Any], token: str = "") -> Any:
    return browser.post(path, data={**form, "csrf_token": token or token_of(browser, "/console/share")})


def welcomed(app: Flask) -> FlaskClient:
    """The browser of the owner, who has just begun."""
    browser = app.test_client()
    answer = post(browser, LINK, OWNER, token_of(browser, LINK))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/setup")
    return browser


def rows(app: Flask) -> dict[str, int]:
    with app.app_context(), snapshot() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_the_welcome_link_makes_the_clinic_and_its_admin_and_works_once(app: Flask) -> None:
    other = app.test_client()
    other_token = token_of(other, LINK)
    browser = welcomed(app)
    assert browser.get("/console/setup").status_code == 200
    with app.app_context(), snapshot() as session:
        owner = session.scalars(select(Organization)).one()
        user = session.scalars(select(User)).one()
        assert (owner.name, user.email, user.organization_id) == (
            "Riverside Clinic",
            "maya@example.org",
            owner.id,
        )
        assert session.scalars(select(UserRole.role)).all() == ["admin"]
    before = rows(app)
    assert other.get(LINK).status_code == 404
    late = post(other, LINK, {**OWNER, "email": "eve@example.org"}, other_token)
    assert late.status_code == 404
    assert "opens nothing" in late.text
    assert rows(app) == before
    again = app.test_client()
    form = {"email": "maya@example.org", "password": OWNER["password"]}
    assert post(again, "/sign-in", form, token_of(again, "/sign-in")).status_code == 303


def test_a_welcome_that_is_not_filled_in_comes_back_with_all_that_is_wrong(sqlite_app: Flask) -> None:
    browser = sqlite_app.test_client()
    bad = {"clinic": " ", "name": "x" * 201, "email": "nobody", "password": "short"}
    answer = post(browser, LINK, bad, token_of(browser, LINK))
    assert answer.status_code == 400
    assert "4 answers need a change" in answer.text
    assert 'value="nobody"' in answer.text
    assert "short" not in answer.text.replace("shorten", "")
    assert sum(rows(sqlite_app).values()) == 0
    token = token_of(browser, LINK)
    for wrong in ("x" * 32, LINK[-31:], LINK[9:] + "a", "\N{BEAR FACE}"):
        assert browser.get(f"/welcome/{wrong}").status_code == 404
        assert post(browser, f"/welcome/{wrong}", OWNER, token).status_code == 404
    assert sum(rows(sqlite_app).values()) == 0


def test_saving_leads_to_share_with_the_new_link_and_links_the_owner(app: Flask) -> None:
    browser = welcomed(app)
    saved = post(browser, "/console/setup", TYPED)
    assert saved.status_code == 303
    page = browser.get(saved.headers["Location"]).text
    assert "Your first opening is Mon, Jun 7, 1:00 PM EDT. Finders will list it within a minute." in page
    assert 'value="http://localhost/maya-chen/new-patient-visit"' in page
    assert "Nobody has read the feed yet." in page
    assert app.test_client().get("/maya-chen/new-patient-visit").status_code == 200
    with app.app_context(), snapshot() as session:
        user = session.scalars(select(User)).one()
        assert user.practitioner_id is not None
        assert set(session.scalars(select(UserRole.role))) == {"admin", "clinician"}


def test_a_second_press_and_a_second_tab_make_nothing_twice(sqlite_app: Flask) -> None:
    browser = welcomed(sqlite_app)
    token = token_of(browser, "/console/setup")
    assert post(browser, "/console/setup", TYPED, token).status_code == 303
    before = rows(sqlite_app)
    again = post(browser, "/console/setup", {**TYPED, "first_type": "Another"}, token)
    assert (again.status_code, again.headers["Location"]) == (303, "/console/share")
    assert post(browser, "/console/setup/preview", TYPED, token).status_code == 303
    assert "Nothing was made twice." in browser.get("/console/share").text
    assert browser.get("/console/setup").headers["Location"] == "/console/share"
    assert rows(sqlite_app) == before


def test_the_manager_of_somebody_elses_practice_is_not_made_a_clinician(sqlite_app: Flask) -> None:
    browser = welcomed(sqlite_app)
    form = {name: value for name, value in TYPED.items() if name != "is_me"}
    assert post(browser, "/console/setup", {**form, "display_name": "Dr. Omar Reyes"}).status_code == 303
    with sqlite_app.app_context(), snapshot() as session:
        assert session.scalars(select(User)).one().practitioner_id is None
        assert session.scalars(select(UserRole.role)).all() == ["admin"]


def test_what_is_wrong_comes_back_filled_in(sqlite_app: Flask) -> None:
    browser = welcomed(sqlite_app)
    before = rows(sqlite_app)
    bad = {
        **TYPED,
        "monday": "9-12, 1-12:30",
        "state": "<script>",
        "first_minutes": "9" * 400,
        "zone": "Mars",
    }
    answer = post(browser, "/console/setup", bad)
    assert answer.status_code == 400
    assert "<title>Error: Setup" in answer.text
    assert "Monday, range 2: it ends before it starts. Set the end after 1:00 PM." in answer.text
    assert "4 answers need a change" in answer.text
    assert 'value="9-12, 1-12:30"' in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text
    assert rows(sqlite_app) == before
    empty = post(browser, "/console/setup", {})
    assert empty.status_code == 400
    assert rows(sqlite_app) == before


def test_a_preset_fills_in_and_keeps_the_place_and_the_first_week_follows(sqlite_app: Flask) -> None:
    browser = welcomed(sqlite_app)
    before = rows(sqlite_app)
    page = post(browser, "/console/setup/preview", {**TYPED, "line": "7 Elm Road", "apply": "dental"}).text
    assert 'value="7 Elm Road"' in page
    assert 'value="New patient exam"' in page
    assert re.search(r'value="dental"[^>]*aria-pressed="true"', page)
    only = {**TYPED, "part": "week", "line": "", "display_name": ""}
    week = post(browser, "/console/setup/preview", {**only, **dict.fromkeys(presets.WEEKDAYS, "10-11")})
    assert week.status_code == 200
    assert "<html" not in week.text
    assert "First opening Tue, Jun 8, 10:00 AM EDT." in week.text
    assert "10:00 AM to 11:00 AM" in week.text
    assert "New patient visit: 2 times" in week.text
    zone = post(browser, "/console/setup/preview", {**only, "zone": "America/Los_Angeles"}).text
    assert "First opening Mon, Jun 7, 9:00 AM PDT." in zone
    tight = post(browser, "/console/setup/preview", {**only, **dict.fromkeys(presets.WEEKDAYS, "9-9:10")})
    assert "No visit fits into these hours." in tight.text
    wrong = post(browser, "/console/setup/preview", {**only, "friday": "5-3"})
    assert wrong.status_code == 400
    assert "Friday, range 1: it ends before it starts. Set the end after 5:00 PM." in wrong.text
    assert rows(sqlite_app) == before


def test_an_invited_clinician_finds_place_and_npi_there_and_types_nothing(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    user = make_user(clinic, role="clinician", practitioner=person.practitioner)
    browser = browser_of(sqlite_app, user)
    page = browser.get("/console/setup").text
    assert "Everything is filled in." in page
    assert 'name="line"' not in page
    assert 'name="npi"' not in page
    saved = post(browser, "/console/setup", presets.PRESETS[1].typed())
    assert saved.status_code == 303
    assert "/omar-reyes/new-patient-visit-2" in browser.get(saved.headers["Location"]).text


def test_looking_at_setup_takes_no_write_lock(sqlite_app: Flask) -> None:
    browser = welcomed(sqlite_app)
    with sqlite_app.app_context(), transaction() as session:
        session.execute(select(1))  # the lock is taken with the first statement
        page = browser.get("/console/setup")
    assert page.status_code == 200
    assert "Press Preview to see it." in page.text


def test_a_clinician_sets_up_only_where_they_work(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic)
    other = make_location(clinic, name="Harbor House")
    browser = browser_of(sqlite_app, make_user(clinic, role="clinician", practitioner=person.practitioner))
    assert "Harbor House" not in browser.get("/console/setup").text
    form = {**presets.PRESETS[0].typed(), "location_id": other.id}
    before = rows(sqlite_app)
    for path in ("/console/setup", "/console/setup/preview"):
        answer = post(browser, path, form)
        assert answer.status_code == 400
        assert "Place: choose one of the list." in answer.text
    assert rows(sqlite_app) == before


def test_a_clinician_who_no_longer_works_here_is_told_so(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic)
    browser = browser_of(sqlite_app, make_user(clinic, role="clinician", practitioner=person.practitioner))
    with sqlite_app.app_context(), transaction() as session:
        session.get_one(Practitioner, person.practitioner).active = False
        session.get_one(Actor, person.actor).active = False
    answer = post(browser, "/console/setup", presets.PRESETS[0].typed())
    assert answer.status_code == 400
    assert "Who: choose practitioners who work here." in answer.text


def test_the_front_desk_waits_for_an_administrator(sqlite_app: Flask) -> None:
    browser = welcomed(sqlite_app)
    with sqlite_app.app_context(), snapshot() as session:
        owner = session.scalars(select(Organization.id)).one()
    elsewhere = make_clinic(sqlite_app, organization={"name": "Elsewhere"})
    clinic = type(elsewhere)(**{**vars(elsewhere), "organization": owner})
    desk = browser_of(sqlite_app, make_user(clinic, role="front-desk"))
    page = desk.get("/console/setup")
    assert page.status_code == 200
    assert "Nothing can be booked yet" in page.text
    assert post(desk, "/console/setup", TYPED).status_code == 403
    assert post(desk, "/console/setup/preview", TYPED).status_code == 403
    assert 'href="/console/setup"' in desk.get("/console/share").text
    assert browser.get("/console/setup").status_code == 200
