"""Unsafe requests: from where they may come, and when a token is needed."""

from __future__ import annotations

import re

import pytest
from flask import Request
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from scheduler.web.origin import CROSS, OPAQUE, SAME, UNSAID, whence

PUBLIC = "https://book.example.org"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, UNSAID),
        ({"Sec-Fetch-Site": "same-origin"}, SAME),
        ({"Sec-Fetch-Site": "none"}, SAME),
        ({"Sec-Fetch-Site": "same-site"}, CROSS),
        ({"Sec-Fetch-Site": "cross-site"}, CROSS),
        ({"Sec-Fetch-Site": "cross-site", "Origin": PUBLIC}, CROSS),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, SAME),
        ({"Origin": PUBLIC}, SAME),
        ({"Origin": "http://inside:8000"}, SAME),
        ({"Origin": "https://inside:8000"}, SAME),
        ({"Origin": "https://book.example.org.evil.example"}, CROSS),
        ({"Origin": "https://evil.example"}, CROSS),
        ({"Origin": "https://[broken"}, CROSS),
        ({"Origin": "null"}, OPAQUE),
    ],
)
def test_whence(headers: dict[str, str], expected: str) -> None:
    environ = EnvironBuilder(path="/hold", base_url="http://inside:8000", headers=headers).get_environ()
    assert whence(Request(environ), PUBLIC) == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_hold_needs_no_token_but_must_come_from_here(
    visit: FlaskClient, headers: dict[str, str], status: int
) -> None:
    answer = visit.post("/hold", headers=headers)
    assert answer.status_code == status
    assert ("visitor" in (answer.headers.get("Set-Cookie") or "")) == (status == 200)


def test_a_page_that_sends_no_referrer_may_hold_when_its_visitor_is_known(visit: FlaskClient) -> None:
    visit.post("/hold")
    assert visit.post("/hold", headers={"Origin": "null"}).status_code == 200


def test_other_forms_need_the_token_of_their_session(visit: FlaskClient) -> None:
    refused = visit.post("/with-token", data={"text": "abc"})
    assert refused.status_code == 400
    assert "Nothing was changed" in refused.text
    found = re.search(r'name="csrf_token" value="([^"]+)"', visit.get("/gallery").text)
    assert found is not None
    sent = {"text": "abc", "csrf_token": found[1]}
    assert visit.post("/with-token", data=sent).text == "got 3"
    assert visit.post("/with-token", data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    stranger = visit.application.test_client()
    assert stranger.post("/with-token", data=sent).status_code == 400
