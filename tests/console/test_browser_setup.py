"""From nothing to the first shared link in a real browser: welcome, Setup, Share; with script and without; presses and
typed fields counted (ux.md 2.1 and 5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import accounts, clock
from scheduler.accounts.welcome import welcome_token
from scheduler.booking import SYSTEM
from scheduler.db import transaction
from tests.factories import make_clinic, make_practitioner, npi
from tests.support import ways
from tests.support.apps import SECRET
from tests.support.pages import DESKTOP, PHONE, assert_accessible, assert_fits, screenshot

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
PASSWORD = "several words in a row"
PLACE = {
    "Phone": "617-555-0142",
    "Street": "12 Main Street",
    "City": "Boston",
    "State": "MA",
    "Postal code": "02115",
}


@dataclass
class Counted:
    """A person at a page, whose presses and typed fields are counted."""

    page: Page
    presses: int = 0
    typed: int = 0

    def press(self, name: str) -> None:
        self.presses += 1
        self.page.get_by_role("button", name=name, exact=True).click()

    def type(self, label: str, text: str) -> None:
        self.typed += 1
        self.page.get_by_label(label, exact=True).fill(text)


def welcome(page: Page, address: str) -> None:
    """Begin an installation; lands on Setup."""
    page.goto(f"{address}/welcome/{welcome_token(SECRET)}")
    page.get_by_label("Clinic's name").fill("Riverside Clinic")
    page.get_by_label("Your name").fill("Dr. Maya Chen")
    page.get_by_label("Email").fill("maya@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page).to_have_url(f"{address}/console/setup")


@ways.BOTH_WAYS
def test_the_first_shared_link_takes_three_presses_and_eight_typed_fields(
    sqlite_app: Flask, address: str, new_page: NewPage, javascript: bool
) -> None:
    page = new_page(DESKTOP)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing to book yet")
    assert welcome_token(SECRET) not in page.content()
    welcome(page, address)
    me = Counted(page)
    me.press("Therapy")
    expect(page.get_by_label("First type", exact=True)).to_have_value("First session")
    for label, text in PLACE.items():
        me.type(label, text)
    me.type("NPI (optional)", npi())
    me.press("Save and get my link")
    expect(page.get_by_role("heading", name="Your link is ready")).to_be_visible()
    expect(page.get_by_text("Your first opening is")).to_contain_text("Finders will list it within a minute.")
    link = page.get_by_label("Link for First session", exact=True)
    expect(link).to_be_focused()
    assert link.input_value() == "http://localhost/maya-chen/first-session"
    if javascript:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        me.press("Copy link for First session")
        expect(page.get_by_text("Link copied").first).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == link.input_value()
    assert me.presses <= 3
    assert me.typed <= 8
    assert sqlite_app.test_client().get("/maya-chen/first-session").status_code == 200
    page.goto(f"{address}/console/setup")
    expect(page).to_have_url(f"{address}/console/share")
    expect(page.get_by_role("navigation").get_by_role("link", name="Setup")).to_have_count(0)


def test_every_page_and_state_is_accessible_and_fits(
    sqlite_app: Flask, address: str, new_page: NewPage
) -> None:
    page = new_page(PHONE)

    def look(name: str) -> None:
        ways.look(page, f"setup-{name}")

    page.goto(address)
    look("home")
    page.goto(f"{address}/welcome/{welcome_token(SECRET)}")
    look("welcome")
    page.get_by_role("button", name="Begin").click()
    expect(page).to_have_title("Error: Set up your clinic")
    look("welcome-error")
    page.goto(f"{address}/welcome/nobody-knows-it")
    look("welcome-ended")
    welcome(page, address)
    look("fresh")
    page.get_by_label("Monday", exact=True).fill("9-12, 1-12:30")
    page.get_by_label("Tuesday", exact=True).fill("9-1, 12-5")
    page.get_by_role("button", name="Save and get my link").click()
    expect(page.get_by_role("heading", name="7 answers need a change")).to_be_visible()
    look("error")
    page.get_by_label("Monday", exact=True).fill("9-12, 1-5:30p")
    page.get_by_label("Tuesday", exact=True).fill("8a-2p")
    for label, text in PLACE.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save and get my link").click()
    expect(page.get_by_role("heading", name="Your link is ready")).to_be_visible()
    for summary in page.get_by_text("QR code, text, website button").all():
        summary.click()
    look("share-new")
    page.get_by_role("button", name="Hide from finders: New patient visit").click()
    expect(page.get_by_text("is on your page only now.")).to_be_visible()
    look("share-hidden")
    page.get_by_text("QR code, text, website button").first.click()
    page.get_by_role("link", name="Print it").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book online")
    look("print")


@ways.BOTH_WAYS
def test_an_invited_clinician_types_nothing(
    sqlite_app: Flask, address: str, new_page: NewPage, javascript: bool
) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    with sqlite_app.app_context(), transaction() as session:
        _, token = accounts.invite(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=clinic.organization,
            email="omar@example.org",
            name="Omar Reyes",
            roles=["clinician"],
            practitioner_id=person.practitioner,
        )
    page = new_page(PHONE)
    page.goto(f"{address}/invitation/{token}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    page.goto(f"{address}/console/setup")
    expect(page.get_by_text("Everything is filled in.")).to_be_visible()
    if javascript:
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, "setup-invited-390")
    page.get_by_label("First type", exact=True).press("Enter")  # saves, and presses no preset
    expect(page.get_by_role("heading", name="Your link is ready")).to_be_visible()
    link = page.get_by_label("Link for New patient visit", exact=True)
    expect(link).to_be_focused()
    assert link.input_value().startswith("http://localhost/omar-reyes/")


def test_the_first_week_follows_what_is_typed_and_the_zone_is_the_browsers(
    address: str, new_page: NewPage
) -> None:
    page = new_page(DESKTOP, zone="America/Los_Angeles")
    welcome(page, address)
    week = page.locator("[data-week]")
    expect(page.get_by_text("Hours are in Pacific time (Los Angeles).")).to_be_visible()
    expect(week).to_contain_text(re.compile("[AP]M P[DS]T"))
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_label(day, exact=True).fill("9-10")
    page.get_by_label("Saturday", exact=True).fill("10-2")
    page.get_by_label("Sunday", exact=True).focus()
    expect(week).to_contain_text("10:00 AM to 2:00 PM")
    expect(week).to_contain_text("New patient visit: 2 times")
    page.get_by_label("Sunday", exact=True).fill("5-3")
    page.get_by_label("Saturday", exact=True).focus()
    expect(week).to_contain_text("Sunday, range 1: it ends before it starts. Set the end after 5:00 PM.")
    page.get_by_role("button", name="Blank").click()
    expect(week).to_contain_text("Appointment: ")
    expect(page.get_by_label("Sunday", exact=True)).to_have_value("")
    page.get_by_role("button", name="Change the time zone").click()
    expect(page.get_by_label("Time zone")).to_be_focused()
    page.get_by_label("Time zone").select_option("Pacific/Honolulu")
    expect(week).to_contain_text("HST")


@pytest.mark.parametrize("javascript", [False], ids=["no script"])
def test_without_script_preview_is_a_press_and_the_zone_a_list(address: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    welcome(page, address)
    page.get_by_label("Time zone").select_option("America/Chicago")
    page.get_by_label("Monday", exact=True).fill("10-11")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("[data-week]")).to_contain_text("10:00 AM to 11:00 AM")
    expect(page.locator("[data-week]")).to_contain_text("CST" if "CST" in page.content() else "CDT")
    expect(page.get_by_label("Time zone")).to_have_value("America/Chicago")
