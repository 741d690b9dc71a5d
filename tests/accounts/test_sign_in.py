"""Sign-in, sign-out, sessions that end, and links that lead nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler import accounts, clock
from scheduler.accounts import routes
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.models import AuditEntry, User
from tests.factories import PASSWORD, Clinic, make_clinic, make_user

EMAIL = "robin@example.org"


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app)
    make_user(clinic, email=EMAIL)
    return clinic


@pytest.fixture
def browser(clinic: Clinic) -> FlaskClient:
    return clinic.app.test_client()


@pytest.fixture(autouse=True)
def no_tries_yet() -> Iterator[None]:
    for throttle in (routes._per_person, routes._per_address):
        throttle._tries.clear()
    yield
    for throttle in (routes._per_person, routes._per_address):
        throttle._tries.clear()


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def sign_in(browser: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: str) -> TestResponse:
    token = token_of(browser.get("/sign-in").text)
    return browser.post("/sign-in", data={"email": email, "password": password, "csrf_token": token, **more})


def test_the_right_password_opens_the_console(browser: FlaskClient) -> None:
    assert browser.get("/console").headers["Location"] == "/sign-in?next=/console"
    answer = sign_in(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console")
    assert browser.get("/console/day/today").status_code == 200
    assert browser.get("/sign-in").headers["Location"] == "/console"


def test_letters_of_the_address_may_be_large(browser: FlaskClient) -> None:
    assert sign_in(browser, email=" Robin@Example.ORG ").status_code == 303


def test_sign_in_leads_to_the_page_that_was_asked_for_and_never_elsewhere(browser: FlaskClient) -> None:
    page = browser.get("/sign-in?next=/console/share").text
    assert 'name="next" type="hidden" value="/console/share"' in page
    assert sign_in(browser, next="/console/share").headers["Location"] == "/console/share"
    other = browser.application.test_client()
    assert sign_in(other, next="//evil.example/console").headers["Location"] == "/console"
    assert "evil" not in other.application.test_client().get("/sign-in?next=https://evil.example").text


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "a wrong password"),
        ("nobody@example.org", PASSWORD),
        ("not an address", PASSWORD),
        (EMAIL, PASSWORD.upper()),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(browser: FlaskClient, email: str, password: str) -> None:
    answer = sign_in(browser, email=email, password=password)
    assert answer.status_code == 400
    assert "these don&#39;t match a sign-in" in answer.text
    assert password not in answer.text
    assert "<title>Error: Sign in</title>" in answer.text
    assert browser.get("/console/day/today").status_code == 303


@pytest.mark.parametrize(("field", "label"), [("email", "Email: "), ("password", "Password: ")])
@pytest.mark.parametrize("value", ["", "   ", "x" * 100_000])
def test_each_field_says_what_to_do(browser: FlaskClient, field: str, label: str, value: str) -> None:
    answer = sign_in(browser, **{field: value})
    assert answer.status_code == 400
    assert label in answer.text or "these don&#39;t match" in answer.text


def test_without_its_token_the_form_is_refused(browser: FlaskClient) -> None:
    browser.get("/sign-in")
    assert browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}).status_code == 400
    assert browser.get("/console/day/today").status_code == 303


def test_guessing_is_held_back_even_when_right_at_last(browser: FlaskClient) -> None:
    for _ in range(8):
        assert sign_in(browser, password="a wrong password").status_code == 400
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Password: too many tries. Wait 15 minutes" in answer.text
    assert f'value="{EMAIL}"' in answer.text
    assert sign_in(browser, email="somebody-else@example.org").status_code == 400


def test_signing_in_is_audited_and_begins_a_new_session(browser: FlaskClient, clinic: Clinic) -> None:
    browser.get("/sign-in")
    with browser.session_transaction() as before:
        before["left"] = "over"
    sign_in(browser)
    with browser.session_transaction() as after:
        assert "left" not in after
    with clinic.app.app_context(), snapshot() as session:
        user = session.scalars(select(User)).one()
        assert user.signed_in_at is not None
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == user.id)).all()
    assert list(actions) == ["add", "set-password", "sign-in"]


def test_sign_out_needs_a_post_with_its_token_and_ends_the_session(browser: FlaskClient) -> None:
    sign_in(browser)
    assert browser.get("/sign-out").status_code in (404, 405)
    assert browser.post("/sign-out").status_code == 400
    assert browser.get("/console/day/today").status_code == 200
    token = token_of(browser.get("/console/day/today").text)
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert browser.get("/console/day/today").status_code == 303


@pytest.mark.parametrize("how", ["new password", "end sessions", "not active"])
def test_a_session_ends_everywhere_when_it_is_revoked(browser: FlaskClient, clinic: Clinic, how: str) -> None:
    sign_in(browser)
    assert browser.get("/console/day/today").status_code == 200
    with clinic.app.app_context(), transaction() as session:
        user = session.scalars(select(User)).one()
        if how == "new password":
            accounts.set_password(session, by=SYSTEM, now=clock.now(), user=user, password="another long one")
        elif how == "end sessions":
            accounts.end_sessions(session, by=SYSTEM, now=clock.now(), user=user)
        else:
            user.active = False
    assert browser.get("/console").headers["Location"].startswith("/sign-in")
    if how == "not active":
        assert sign_in(browser).status_code == 400


def test_a_forged_session_names_nobody(browser: FlaskClient) -> None:
    for kept in ("nobody.1", "", ".", "x" * 500):
        with browser.session_transaction() as session:
            session["_user_id"] = kept
        assert browser.get("/console/day/today").status_code == 303


def test_pages_of_signed_in_people_are_kept_by_no_cache(browser: FlaskClient) -> None:
    sign_in(browser)
    assert browser.get("/console").headers["Cache-Control"] == "no-store"
