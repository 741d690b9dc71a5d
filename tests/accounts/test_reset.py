"""A forgotten password: asked for without telling who signs in here, chosen once, every session ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler.accounts import routes
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import AuditEntry, Outbox, User
from tests.accounts.test_sign_in import sign_in, token_of
from tests.factories import PASSWORD, Clinic, make_clinic, make_user
from tests.notify.test_deliver import mails, part

EMAIL = "robin@example.org"
NEW = "several words in a row"


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app)
    make_user(clinic, email=EMAIL)
    return clinic


@pytest.fixture
def browser(clinic: Clinic) -> FlaskClient:
    return clinic.app.test_client()


@pytest.fixture(autouse=True)
def no_tries_yet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(routes, "ANSWER_SECONDS", 0.0)
    throttles = (
        routes._per_person,
        routes._per_address,
        routes._asks_per_person,
        routes._asks_per_address,
    )
    for throttle in throttles:
        throttle._tries.clear()
    yield
    for throttle in throttles:
        throttle._tries.clear()


def ask(browser: FlaskClient, email: str = EMAIL) -> TestResponse:
    token = token_of(browser.get("/sign-in/forgot").text)
    return browser.post("/sign-in/forgot", data={"email": email, "csrf_token": token})


def mailed_path(clinic: Clinic) -> str:
    """The path of the link in the newest mail."""
    deliver(clinic.app)
    found = re.search(r"http://localhost(/sign-in/reset/\w+)", part(mails(clinic.app)[-1], "plain"))
    assert found is not None
    return found[1]


def choose(browser: FlaskClient, path: str, password: str = NEW) -> TestResponse:
    page = browser.get(path).text
    token = token_of(page if "csrf_token" in page else browser.get("/sign-in/forgot").text)
    return browser.post(path, data={"password": password, "csrf_token": token})


def test_the_mailed_link_sets_a_new_password_once_and_ends_every_session(
    browser: FlaskClient, clinic: Clinic
) -> None:
    elsewhere = clinic.app.test_client()
    sign_in(elsewhere)
    assert ask(browser, " Robin@Example.ORG ").headers["Location"] == "/sign-in/forgot?sent=1"
    path = mailed_path(clinic)
    [mail] = mails(clinic.app)
    assert (mail["To"], mail["Subject"]) == (EMAIL, "Choose a new password")
    assert path in part(mail, "html")
    for _ in range(2):
        page = browser.get(path)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    assert elsewhere.get("/console/share").status_code == 200, "opening the link changes nothing"
    answer = choose(browser, path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert "Your password is changed" in browser.get("/sign-in").text
    assert elsewhere.get("/console/share").status_code == 303
    assert browser.get(path).status_code == 404
    assert choose(browser, path, "yet another one").status_code == 404
    assert sign_in(browser, password=PASSWORD).status_code == 400
    assert sign_in(browser, password=NEW).status_code == 303
    with clinic.app.app_context(), snapshot() as session:
        user = session.scalars(select(User)).one()
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == user.id)).all()
        actions = [entry.action for entry in entries]
        assert actions[2:] == ["sign-in", "ask-reset", "set-password", "sign-in"]
        kept = session.scalars(select(Outbox)).one()
        assert path.rsplit("/", 1)[1] not in str(vars(kept))


def test_the_answer_is_the_same_whoever_signs_in_with_the_address(
    browser: FlaskClient, clinic: Clinic
) -> None:
    answers = [ask(browser, email) for email in (EMAIL, "nobody@example.org")]
    assert len({(answer.status_code, answer.headers["Location"], answer.data) for answer in answers}) == 1
    deliver(clinic.app)
    assert [mail["To"] for mail in mails(clinic.app)] == [EMAIL]


def test_the_answer_takes_as_long_for_an_address_that_nobody_has(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(routes, "ANSWER_SECONDS", 100.0)
    monkeypatch.setattr(routes.time, "sleep", paused.append)
    ask(browser)
    ask(browser, "nobody@example.org")
    assert len(paused) == 2
    assert all(90 < seconds < 100 for seconds in paused)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_asking_is_held_back_alike_for_each_address_and_each_client(browser: FlaskClient, email: str) -> None:
    for _ in range(3):
        assert ask(browser, email).status_code == 303
    answer = ask(browser, email)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3000
    assert "Email: too many tries" in answer.text
    for number in range(16):
        assert ask(browser, f"somebody-{number}@example.org").status_code == 303
    assert ask(browser, "somebody-else@example.org").status_code == 429


@pytest.mark.parametrize("email", ["", "   ", "no-at-sign", "x" * 300 + "@example.org", "a\u0301@b"])
def test_what_is_no_address_is_named(browser: FlaskClient, email: str) -> None:
    answer = ask(browser, email)
    assert answer.status_code == 400
    assert "Email: " in answer.text


@pytest.mark.parametrize("password", ["", "short", EMAIL, "x" * 300])
def test_a_password_that_will_not_do_is_refused_and_the_link_stays(
    browser: FlaskClient, clinic: Clinic, password: str
) -> None:
    ask(browser)
    path = mailed_path(clinic)
    answer = choose(browser, path, password)
    assert answer.status_code == 400
    assert "Password: " in answer.text
    assert choose(browser, path).status_code == 303


def test_somebody_who_is_no_longer_active_gets_no_mail(browser: FlaskClient, clinic: Clinic) -> None:
    ask(browser)
    with clinic.app.app_context(), transaction() as session:
        session.scalars(select(User)).one().active = False
    assert ask(browser).status_code == 303
    deliver(clinic.app)
    assert mails(clinic.app) == []
