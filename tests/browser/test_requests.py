"""A request in a real browser: the patient asks, the clinic says yes to one and no to another, the patient reads both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.factories import Clinic, make_clinic, make_user
from tests.portal.patient import GOOD
from tests.support.pages import DESKTOP, PHONE, assert_accessible, assert_fits, screenshot
from tests.support.served import come_in

pytestmark = pytest.mark.browser


def ask_for(page: Page, address: str, clinic: Clinic, given: str, time: int) -> None:
    page.goto(f"{address}{clinic.times_path}")
    page.locator("button.time").nth(time).click()
    expect(page.get_by_text("The clinic confirms each request for this visit.")).to_be_visible()
    for name in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
        page.locator(f'[name="{name}"]').fill(given if name == "given" else GOOD[name])
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_text("until then the time is kept for you.")).to_be_visible()
    screenshot(page, "request-review")
    page.get_by_role("button", name="Send this request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your request is with the clinic")
    assert_accessible(page)
    assert_fits(page)


def test_the_clinic_approves_one_request_and_declines_another(
    sqlite_app: Flask, address: str, new_page: Callable[..., Page]
) -> None:
    clinic = make_clinic(sqlite_app, approval_required=True)
    first, second, desk = new_page(PHONE), new_page(PHONE), new_page(DESKTOP)
    ask_for(first, address, clinic, "Zebulon", 2)
    screenshot(first, "request-waiting")
    ask_for(second, address, clinic, "Wilhelmina", 4)

    come_in(desk, sqlite_app, make_user(clinic, role="front-desk", name="Sam Desk"), address)
    desk.goto(f"{address}/console/requests")
    expect(desk.locator(".nav-wide").get_by_role("link", name="Requests 2 waiting")).to_be_visible()
    assert_accessible(desk)
    screenshot(desk, "requests")
    desk.get_by_role("button", name="Approve the request of Zebulon Quillfeather").click()
    expect(desk.get_by_text("Z. Q.: approved. The patient gets a mail.")).to_be_visible()
    desk.get_by_text("Decline the request of Wilhelmina").click()
    desk.locator("textarea").fill("We are on a course that day. Call us, please.")
    screenshot(desk, "requests-decline")
    desk.get_by_role("button", name="Decline and tell the patient").click()
    expect(desk.get_by_text("No request waits for an answer.")).to_be_visible()

    first.reload()
    expect(first.get_by_role("heading", level=1)).to_contain_text("You're booked")
    second.reload()
    expect(second.get_by_role("heading", level=1)).to_have_text(
        "The clinic could not confirm this appointment"
    )
    expect(second.get_by_text("We are on a course that day.")).to_be_visible()
    assert_accessible(second)
    screenshot(second, "request-declined")
    second.get_by_role("link", name="Choose a new time").click()
    expect(second.locator("button.time").first).to_be_visible()
