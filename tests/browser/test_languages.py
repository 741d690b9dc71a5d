"""A patient who reads another language than English: from a finder's link to booked, in each language, on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler.db import snapshot
from scheduler.models import PatientDetails
from tests.factories import Clinic, make_clinic, make_question
from tests.portal.patient import GOOD
from tests.support.pages import NARROW, PHONE, assert_accessible, assert_fits, screenshot
from tests.support.served import served

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]

LANGUAGES = [
    pytest.param("es", "Español", "ltr", "Su cita está reservada: ", id="es"),
    pytest.param("ar", "العربية", "rtl", "تم حجز موعدك: ", id="ar"),
    pytest.param("zh", "中文", "ltr", "您已预约：", id="zh"),
]


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app)
    make_question(clinic, label="Referral number", required=True, hint="It is on the letter.")
    return clinic


@pytest.fixture
def site(sqlite_app: Flask) -> Iterator[str]:
    with served(sqlite_app) as address:
        yield address


def look(page: Page, name: str, language: str, direction: str) -> None:
    """The page is in its language and direction, accessible, and fits the narrowest screen."""
    root = page.locator("html")
    expect(root).to_have_attribute("lang", language)
    expect(root).to_have_attribute("dir", direction)
    assert_accessible(page)
    screenshot(page, f"{language}-{name}")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert_fits(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


@pytest.mark.parametrize(("language", "name", "direction", "booked"), LANGUAGES)
def test_from_the_times_to_booked_in_another_language(
    sqlite_app: Flask,
    clinic: Clinic,
    site: str,
    new_page: NewPage,
    language: str,
    name: str,
    direction: str,
    booked: str,
) -> None:
    page = new_page(PHONE, zone="America/Los_Angeles")
    page.goto(f"{site}{clinic.times_path}")
    page.get_by_role("button", name=name).click()
    look(page, "times", language, direction)
    slot = page.locator("button.time").nth(2).get_attribute("value")
    page.goto(f"{site}/book/{slot}")
    look(page, "landing", language, direction)
    page.locator(f'button[value="{slot}"]').click()
    look(page, "details", language, direction)
    page.locator("#details .actions button.primary").click()
    look(page, "errors", language, direction)
    for field in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
        page.locator(f'[name="{field}"]').fill(GOOD[field])
    page.get_by_label("Referral number").fill("R-17")
    page.locator("#details .actions button.primary").click()
    look(page, "review", language, direction)
    page.locator("main form[method=post] button.primary").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith(booked)
    look(page, "booked", language, direction)
    with sqlite_app.app_context(), snapshot() as session:
        assert [row.language for row in session.query(PatientDetails)] == [language]


def test_a_language_chosen_while_typing_keeps_what_was_typed(
    clinic: Clinic, site: str, new_page: NewPage
) -> None:
    page = new_page(PHONE)
    page.goto(f"{site}{clinic.times_path}")
    page.locator("button.time").nth(2).click()
    page.locator('[name="given"]').fill("Zebulon")
    page.get_by_label("Referral number").fill("R-17")
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator('[name="given"]')).to_have_value("Zebulon")
    expect(page.get_by_label("Referral number")).to_have_value("R-17")
