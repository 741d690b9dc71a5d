"""Staff with a keyboard alone: sign in, check in and undo; change the week; book for a caller. Each stop shows its focus.
Patients' keys, from a deep link to a booking, are in test_patient_links.py."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import clock
from tests.console.test_hours import kept
from tests.factories import (
    PASSWORD,
    Clinic,
    make_appointment,
    make_availability,
    make_clinic,
    make_schedule,
    make_user,
)
from tests.support.keys import Keys
from tests.support.served import come_in
from tests.support.times import midday_zone

pytestmark = pytest.mark.browser

ALWAYS = {day: [(0, 1440)] for day in range(7)}
EMAIL = "sam@example.org"


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    return make_clinic(sqlite_app, zone=midday_zone(), weekly=ALWAYS)


def test_keys_sign_in_check_in_and_undo(clinic: Clinic, address: str, desktop: Page) -> None:
    make_user(clinic, role="front-desk", email=EMAIL)
    soon = -(-clock.now() // 1800) * 1800
    make_appointment(clinic, start=soon, given="Ana", family="Silva")
    keys = Keys(desktop)
    desktop.goto(f"{address}/sign-in")
    keys.type("email", EMAIL)
    keys.type("password", PASSWORD)
    keys.press("Sign in")
    expect(desktop.get_by_role("heading", level=1)).to_contain_text("Today, ")
    keys.press("Check in Ana Silva")
    expect(desktop.locator("article .state")).to_have_text("Arrived")
    keys.press("Undo check-in of A. S.")
    expect(desktop.locator("article .state")).to_have_text("Booked")


def test_keys_change_preview_and_save_the_week(clinic: Clinic, address: str, desktop: Page) -> None:
    hours = make_availability(clinic, practitioner_id=clinic.practitioner, name="Dr. Chen, weekdays").id
    make_schedule(clinic, availability=hours)
    come_in(desktop, clinic.app, make_user(clinic, role="clinician"), address)
    keys = Keys(desktop)
    desktop.goto(f"{address}/console/day/today")
    keys.press("Hours")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Dr. Chen, weekdays")
    keys.to("Monday, range 1, start")
    desktop.keyboard.press("ControlOrMeta+a")
    desktop.keyboard.type("8")
    keys.to("Preview changes")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("button", name="Save", exact=True)).to_be_visible()
    keys.to("Save")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("The new hours are saved.")).to_be_visible()
    assert (0, 480, 1020) in kept(clinic, hours)


def test_keys_book_for_a_caller(clinic: Clinic, address: str, desktop: Page) -> None:
    come_in(desktop, clinic.app, make_user(clinic, role="front-desk"), address)
    keys = Keys(desktop)
    desktop.goto(f"{address}/console/day/today")
    keys.press("New booking")
    keys.press(desktop.locator("a.time .time-text").nth(3).inner_text())
    typed = {
        "given": "Ana",
        "family": "Silva",
        "birth_date-month": "4",
        "birth_date-day": "27",
        "birth_date-year": "1985",
        "phone": "617-555-0199",
    }
    for field, text in typed.items():
        keys.type(field, text)
    keys.press("Book this appointment")
    expect(desktop.get_by_text("No email: read them the code")).to_be_visible()
