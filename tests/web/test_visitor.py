"""The visitor cookie: which browser took a hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.small import make_app


def test_looking_at_pages_sets_no_cookie(visit: FlaskClient) -> None:
    for path in ("/", "/privacy", "/health", "/robots.txt", "/nowhere"):
        assert "Set-Cookie" not in visit.get(path).headers


def test_a_hold_sets_a_cookie_that_scripts_cannot_read(visit: FlaskClient) -> None:
    answer = visit.post("/hold")
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert answer.json is not None
    value = cookie.split(";")[0].removeprefix("visitor=")
    assert answer.json == {
        "before": None,
        "visitor": hashlib.sha256(value.encode()).hexdigest(),
        "after": hashlib.sha256(value.encode()).hexdigest(),
    }


def test_the_same_browser_stays_the_same_visitor_and_another_is_another(visit: FlaskClient) -> None:
    first, again = visit.post("/hold").json, visit.post("/hold").json
    other = visit.application.test_client().post("/hold").json
    assert first is not None
    assert again is not None
    assert other is not None
    assert again["before"] == again["visitor"] == first["visitor"]
    assert other["visitor"] != first["visitor"]


@pytest.mark.parametrize("value", ["", "short", "a" * 21, "a" * 23, "ü" * 22, "a" * 21 + "!"])
def test_a_cookie_that_is_not_ours_counts_for_nothing(visit: FlaskClient, value: str) -> None:
    visit.set_cookie("visitor", value)
    answer = visit.post("/hold")
    assert answer.json is not None
    assert answer.json["before"] is None


def test_under_https_the_cookie_travels_encrypted_only(tmp_path: Path) -> None:
    app = make_app(tmp_path, SCHEDULER_PUBLIC_URL="https://book.example.org")
    assert "Secure" in app.test_client().post("/hold").headers["Set-Cookie"]
