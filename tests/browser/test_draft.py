"""What is typed is kept as it is typed: a reload, a second tab, a tab thrown away bring it back."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import PatientDetails
from tests.factories import make_clinic, make_question
from tests.portal.patient import GOOD

pytestmark = pytest.mark.browser


def hold(app: Flask, address: str, phone: Page) -> None:
    clinic = make_clinic(app)
    make_question(clinic, label="Referral number", required=True)
    phone.goto(address + clinic.times_path)
    phone.locator("button.time").nth(1).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your details")


def draft(app: Flask) -> dict[str, list[str]]:
    with app.app_context(), snapshot() as session:
        found = session.scalars(select(PatientDetails.draft)).one()
    kept: dict[str, list[str]] = json.loads(found or "{}")["typed"]
    return kept


def test_a_reload_and_a_second_tab_have_what_was_typed_without_a_press(
    sqlite_app: Flask, address: str, phone: Page
) -> None:
    hold(sqlite_app, address, phone)
    with phone.expect_response("**/typed") as kept:
        phone.get_by_label("My child").check(force=True)
        phone.locator('[name="given"]').fill(GOOD["given"])
        phone.locator('[name="birth_date-year"]').fill("198")  # not a year yet
        phone.get_by_label("Referral number").fill("R-17")
    assert kept.value.status == 204
    second = phone.context.new_page()
    second.goto(phone.url)
    phone.reload()
    for page in (phone, second):
        expect(page.get_by_label("My child")).to_be_checked()
        expect(page.locator('[name="given"]')).to_have_value(GOOD["given"])
        expect(page.locator('[name="birth_date-year"]')).to_have_value("198")
        expect(page.get_by_label("Referral number")).to_have_value("R-17")
        assert page.locator(".error-summary").count() == 0


def test_a_press_waits_for_older_words_on_their_way_so_that_they_do_not_come_after_it(
    sqlite_app: Flask, address: str, phone: Page
) -> None:
    hold(sqlite_app, address, phone)
    waiting: list[Route] = []

    def stop(route: Route) -> None:
        waiting.append(route)

    phone.route("**/typed", stop)
    with phone.expect_request("**/typed"):
        phone.locator('[name="given"]').fill("Zeb")
    phone.locator('[name="given"]').fill("Zebulon")
    phone.get_by_role("button", name="Check your answers").click()
    assert phone.locator(".error-summary").count() == 0
    waiting[0].continue_()
    expect(phone.locator(".error-summary")).to_be_visible()  # most is not typed yet
    assert draft(sqlite_app)["given"] in ("Zebulon", ["Zebulon"])
