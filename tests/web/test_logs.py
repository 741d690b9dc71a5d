"""Logs hold no signed link, no hold's id, no query string."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.web.logs import redact
from tests.web.small import make_app


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[io.StringIO]:
    """What a handler writes that stood at the root before the application was made."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    make_app(tmp_path / "second")
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('"GET /b/aGVsbG8-d29ybGQ HTTP/1.1" 200', '"GET /b/- HTTP/1.1" 200'),
        ("POST /hold/8fj2k4m5n6p7q8r9/book 303", "POST /hold/-/book 303"),
        ("GET /invitation/abc.def-ghi", "GET /invitation/-"),
        ("GET /sign-in/reset/0123abc 404", "GET /sign-in/reset/- 404"),
        ("GET /book/s-20261124T1430?source=x&booking-referral=secret 200", "GET /book/s-20261124T1430 200"),
        ("opened /maya/visit?private=k3y", "opened /maya/visit"),
        ("private=k3y given", "private=- given"),
        ("POST /hold 303", "POST /hold 303"),
        ("Who is it? Nobody.", "Who is it? Nobody."),
    ],
)
def test_secrets_are_cut_out_of_a_line(line: str, kept: str) -> None:
    assert redact(line) == kept


def test_a_request_is_logged_by_its_route(visit: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        visit.get("/b/secret-token?name=Ana")
        visit.get("/no/such/Ana")
    assert "GET /b/<token> 200" in caplog.text
    assert "(no page) 404" in caplog.text
    for secret in ("secret-token", "Ana"):
        assert secret not in caplog.text


def test_what_any_room_logs_is_cut_too(small: Flask, capture: io.StringIO) -> None:
    logging.getLogger("scheduler.notify").warning("could not open %s", "/b/secret-token")
    assert capture.getvalue().strip() == "could not open /b/-"


def test_an_exception_is_logged_by_its_place_and_without_its_text(small: Flask, capture: io.StringIO) -> None:
    try:
        raise ValueError("Ana Patient")
    except ValueError:
        logging.getLogger("scheduler.jobs").exception("job failed")
    assert "job failed: ValueError" in capture.getvalue()
    assert "test_logs.py" in capture.getvalue()
    assert "Ana" not in capture.getvalue()
