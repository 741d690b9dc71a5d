"""Kept pages: the same answer again while nothing changed, a new one from the very next request on when something did."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.web.kept import KeptPages
from tests.factories import Clinic, make_appointment, make_clinic, make_hold, make_type
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def made(app: Flask) -> list[str]:
    """The paths of the pages that the application had to make, in order."""
    paths: list[str] = []

    @app.before_request
    def note() -> None:
        from flask import request

        paths.append(request.full_path)

    return paths


def read(app: Flask, path: str, **headers: str) -> TestResponse:
    """As somebody reads it who has no cookies."""
    return app.test_client(use_cookies=False).get(path, headers=headers)


def fresh(app: Flask, path: str) -> str:
    """The page as it is made now: who has a cookie gets nothing that was kept."""
    return read(app, path, Cookie="nothing=here").text


def test_a_page_that_nothing_changed_is_not_made_again(app: Flask, made: list[str], frozen: Clock) -> None:
    frozen.at(MONDAY)
    path = make_clinic(app).times_path
    made.clear()

    pages = [read(app, path) for _ in range(3)]

    assert len(made) == 1
    assert {page.text for page in pages} == {pages[0].text}
    assert {page.status_code for page in pages} == {200}
    assert {tuple(page.headers) for page in pages} == {tuple(pages[0].headers)}


def test_who_has_the_page_is_told_that_it_stands(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    path = make_clinic(app).times_path
    tag = read(app, path).headers["ETag"]

    again = read(app, path, **{"If-None-Match": f'"other", W/{tag}'})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert "Content-Length" not in again.headers
    assert read(app, path, **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("act", [make_hold, make_appointment])
def test_what_was_taken_before_the_request_is_not_on_the_page(
    app: Flask, frozen: Clock, act: Callable[..., object]
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    second = clinic.starts()[1]
    before = read(app, clinic.times_path).text

    act(clinic, start=second)

    after = read(app, clinic.times_path).text
    assert before != after == fresh(app, clinic.times_path)


def test_what_time_alone_changes_is_changed_at_its_instant(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, minimum_notice_minutes=0)
    first = clinic.starts()[0]
    pages = []
    for instant in (first - 1, first, first + 1):
        frozen.at(instant)
        pages.append(read(app, clinic.times_path).text)
        assert pages[-1] == fresh(app, clinic.times_path)
    assert pages[0] == pages[1] != pages[2]


def test_a_hold_that_ends_gives_its_time_back_to_the_page(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    held = make_hold(clinic, start=clinic.starts()[1])
    without = read(app, clinic.times_path).text

    frozen.at(held.expires_at)

    assert without != read(app, clinic.times_path).text == fresh(app, clinic.times_path)


def test_somebody_with_cookies_gets_a_page_of_their_own(app: Flask, made: list[str], frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    read(app, clinic.times_path)
    client: FlaskClient = app.test_client()
    client.set_cookie("theme", "dark")
    made.clear()

    dark = [client.get(clinic.times_path).text for _ in range(2)]

    assert len(made) == 2
    assert 'data-theme="dark"' in dark[0] == dark[1]
    assert 'data-theme="dark"' not in read(app, clinic.times_path).text


@pytest.mark.parametrize("query", ["booking-referral=abc", "private=abc", "kept=abc", "from=soon"])
def test_what_is_one_visitors_own_or_wrong_is_never_kept(
    app: Flask, made: list[str], frozen: Clock, query: str
) -> None:
    frozen.at(MONDAY)
    path = f"{make_clinic(app).times_path}?{query}"
    made.clear()
    for _ in range(2):
        read(app, path)
    assert len(made) == 2


def test_gzip_and_plain_text_are_kept_apart(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    path = make_clinic(app).times_path
    for _ in range(2):
        assert read(app, path, **GZIP).headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in read(app, path).headers
    assert read(app, path, **GZIP).headers["ETag"] != read(app, path).headers["ETag"]


def test_a_change_of_the_type_is_on_the_next_page(app: Flask, frozen: Clock) -> None:
    from scheduler.db import transaction
    from scheduler.models import AppointmentType

    frozen.at(MONDAY)
    clinic = make_clinic(app)
    read(app, clinic.times_path)
    with app.app_context(), transaction() as session:
        session.get_one(AppointmentType, clinic.type).description = "Bring your pictures."
    assert "Bring your pictures." in read(app, clinic.times_path).text


def test_whatever_happens_a_kept_page_is_the_one_that_would_be_made(app: Flask, frozen: Clock) -> None:
    """Random holds, bookings and steps of the clock; after each the page is what a new one says."""
    chance = random.Random(7)
    frozen.at(MONDAY)
    clinic: Clinic = make_clinic(app, minimum_notice_minutes=60, hold_minutes=5)
    make_type(clinic, name="Another visit")
    now = clinic.first_start - 2 * 3600
    for _ in range(25):
        now += chance.choice((0, 1, 59, 60, 299, 900, 7200, 40_000))
        frozen.at(now)
        if chance.random() < 0.6:
            chance.choice((make_hold, make_appointment))(clinic, start=chance.choice(clinic.starts()[:8]))
        for _ in range(2):
            assert read(app, clinic.times_path).text == fresh(app, clinic.times_path)


def test_the_oldest_pages_make_room() -> None:
    calls: list[str] = []

    class Still:
        def look(self) -> int:
            return 1

    def application(environ, start_response):  # type: ignore[no-untyped-def]
        calls.append(environ["PATH_INFO"])
        environ["scheduler.kept.offered"] = (1, 2**40)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 100]

    layer = KeptPages(application, Still(), most_bytes=250)

    def ask(path: str) -> None:
        b"".join(layer({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_: None))  # type: ignore[arg-type, return-value]

    for path in ("/a", "/b", "/c", "/c", "/b", "/a"):
        ask(path)
    assert calls == ["/a", "/b", "/c", "/a"]
