"""One handler for all errors: the shapes that outsiders rely on, and what must never get out."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.db import transaction
from scheduler.models import Organization

STATUSES = {
    "not-found": 404,
    "conflict": 409,
    "invalid": 400,
    "too-many": 429,
    "unexpected": 500,
    "database-down": 503,
    "constraint": 500,
}


@pytest.mark.parametrize("what", STATUSES)
def test_every_error_is_a_page_with_a_title_a_sentence_and_a_way_on(visit: FlaskClient, what: str) -> None:
    answer = visit.get(f"/raise/{what}")
    assert answer.status_code == STATUSES[what]
    assert answer.mimetype == "text/html"
    assert "<h1>" in answer.text
    assert 'href="/"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


@pytest.mark.parametrize("what", STATUSES)
def test_json_has_one_shape(visit: FlaskClient, what: str) -> None:
    answer = visit.get(f"/raise/{what}", headers={"Accept": "application/json"})
    assert answer.status_code == STATUSES[what]
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    error = answer.json["error"]
    assert error["status"] == STATUSES[what]
    assert set(error) - {"field", "problems", "reference"} == {"code", "status", "message"}
    assert ("reference" in error) == (STATUSES[what] >= 500)


def test_fields_that_need_a_change_are_named(visit: FlaskClient) -> None:
    answer = visit.get("/raise/invalid", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["error"]["problems"] == {
        "given": "First name: enter it.",
        "born": "Birth date: enter a year.",
    }
    assert "Birth date: enter a year." in visit.get("/raise/invalid").text


def test_a_wait_is_said_in_the_header_too(visit: FlaskClient) -> None:
    assert visit.get("/raise/too-many").headers["Retry-After"] == "60"


@pytest.mark.parametrize("what", ["unexpected", "database-down", "constraint"])
def test_the_reference_of_a_5xx_is_in_the_log_and_nothing_of_the_patient_is(
    visit: FlaskClient, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = visit.get(f"/raise/{what}?email=ana@example.org", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["error"]["reference"] in caplog.text
    assert "small.py" in caplog.text
    for secret in ("Ana", "1985", "ana@example.org"):
        assert secret not in caplog.text
        assert secret not in answer.text


def test_the_clinic_s_phone_stands_on_the_page_of_a_failure(small: Flask) -> None:
    with small.app_context(), transaction() as session:
        session.add(
            Organization(id="o", organization_id="o", name="Riverside", phone="617-555-0142", created_at=0)
        )
    page = small.test_client().get("/raise/unexpected").text
    assert 'href="tel:6175550142"' in page
    assert "Riverside" in page


def test_the_page_comes_even_when_the_database_is_gone(small: Flask) -> None:
    from sqlalchemy import text

    with small.app_context(), transaction() as session:
        session.execute(text("DROP TABLE organization"))
    answer = small.test_client().get("/")
    assert answer.status_code == 503
    assert "This is taking longer than usual." in answer.text
    assert small.test_client().get("/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/privacy", 405),
        ("POST", "/", 405),
        ("GET", "/nowhere/at/all", 404),
        ("GET", "/static/no.css", 404),
    ],
)
def test_what_the_router_refuses_has_the_same_page(
    visit: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = visit.open(path, method=method)
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_405_keeps_the_list_of_allowed_methods(visit: FlaskClient) -> None:
    assert "GET" in visit.delete("/privacy").headers["Allow"]


def test_what_was_asked_for_is_never_echoed(visit: FlaskClient) -> None:
    assert "<script>" not in visit.get("/<script>alert(1)</script>").text.replace('<script src="', "")
