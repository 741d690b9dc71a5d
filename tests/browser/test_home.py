"""From the home page a patient reaches a clinician, a clinician the sign-in, a finder the feed; with and without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from scheduler.db import transaction
from tests.discovery.rows import add_clinic, add_practitioner, add_schedule, add_type
from tests.support import ways
from tests.support.pages import PHONE, assert_accessible, assert_fits
from tests.support.served import served

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]


@pytest.fixture
def home(sqlite_app: Flask) -> Iterator[str]:
    """The whole application with one clinic, served; its address."""
    with sqlite_app.app_context(), transaction() as session:
        add_clinic(session, demo=True)
        add_type(session, "new", "New patient visit")
        add_type(session, "flu", "Flu shot", 10)
        for key, name in (
            ("maya", "Dr. Maya Chen"),
            ("owen", "Dr. Owen Adeyemi"),
            ("rosa", "Rosa Lindqvist, NP"),
        ):
            add_practitioner(session, key, name, specialty="Family medicine")
            add_schedule(session, "new", key, roles=True)
        add_schedule(session, "flu")
    with served(sqlite_app) as address:
        yield address


@ways.BOTH_WAYS
def test_a_patient_reaches_a_clinician_s_page(home: str, phone: Page) -> None:
    phone.goto(home)
    assert phone.get_by_role("heading", level=1).inner_text() == "Book an appointment"
    assert phone.get_by_text("This is a demo clinic. Nothing here is real.").is_visible()
    phone.get_by_role("link", name="Choose a time with Dr. Maya Chen").click()
    assert phone.url.startswith(f"{home}/maya")
    assert phone.get_by_role("heading", level=1).is_visible()
    phone.get_by_role("link", name="Riverside Health").click()
    assert phone.url == f"{home}/"


@ways.BOTH_WAYS
def test_staff_reach_the_sign_in_and_anybody_the_feed_s_address(home: str, phone: Page) -> None:
    phone.goto(home)
    assert phone.get_by_label("Address of the feed").input_value().endswith("/fhir/$bulk-publish")
    phone.get_by_role("link", name="Sign in").click()
    assert phone.url == f"{home}/sign-in"
    phone.get_by_role("link", name="Privacy").click()
    assert phone.get_by_role("heading", level=1).inner_text() == "Privacy"


def test_the_page_is_accessible_and_fits(home: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(home)
    ways.look(page, "home")


def test_a_first_visit_weighs_little(home: str, phone: Page) -> None:
    sizes: dict[str, int] = {}
    phone.on("requestfinished", lambda asked: sizes.update({asked.url: asked.sizes()["responseBodySize"]}))
    phone.goto(home, wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes.values()) <= 60_000


def test_the_first_day_of_an_installation_looks_right_too(sqlite_app: Flask, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.route("**/*", lambda route: _answer(sqlite_app, route))
    page.goto("http://localhost/")
    assert page.get_by_role("heading", level=1).inner_text() == "Nothing to book yet"
    assert_accessible(page)
    assert_fits(page)


def _answer(app: Flask, route) -> None:  # type: ignore[no-untyped-def]  # Playwright's Route
    answer = app.test_client().get(route.request.url)
    route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
