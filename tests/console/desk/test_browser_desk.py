"""The front desk's forms in a real browser: with and without script, phone and desk, keys, presses counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.clock import to_local
from scheduler.db import transaction
from scheduler.models import User
from scheduler.models.slots import slot_id
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_type,
    make_user,
)
from tests.support import ways
from tests.support.pages import PHONE, assert_accessible, screenshot
from tests.support.served import sign_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
EMAIL = "sam@example.org"
WHOLE_WEEK = {day: [(0, 1440)] for day in range(7)}


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app, weekly=WHOLE_WEEK)
    make_user(clinic, role="front-desk", email=EMAIL, name="Sam Desk")
    return clinic


def type_patient(page: Page) -> None:
    page.get_by_label("First name", exact=True).fill("Ana")
    page.get_by_label("Last name", exact=True).fill("Silva")
    for part, typed in (("Month", "4"), ("Day", "27"), ("Year", "1985")):
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_label("Phone", exact=True).fill("617-555-0199")


@ways.BOTH_WAYS
def test_a_phone_booking_meets_a_patient_who_takes_the_same_time_and_nothing_is_typed_twice(
    clinic: Clinic, address: str, desktop: Page
) -> None:
    start = clinic.starts()[4]
    sign_in(desktop, address, EMAIL)
    desktop.goto(f"{address}/console/new?slot={slot_id(clinic.schedule, start)}")
    type_patient(desktop)
    make_appointment(clinic, start=start)
    desktop.get_by_role("button", name="Book this appointment").click()
    expect(desktop.get_by_role("heading", name=re.compile("Somebody else has just taken"))).to_be_visible()
    expect(desktop.get_by_label("Last name", exact=True)).to_have_value("Silva")
    assert "?" not in desktop.url
    presses = 0
    desktop.locator(".near button").first.click()
    presses += 1
    expect(desktop.get_by_label("Last name", exact=True)).to_have_value("Silva")
    desktop.get_by_role("button", name="Book this appointment").click()
    presses += 1
    expect(desktop.get_by_text("No email: read them the code")).to_be_visible()
    assert re.search(r"/console/bookings/\w+$", desktop.url)
    assert presses == 2


@ways.BOTH_WAYS
def test_a_walk_in_takes_two_presses_and_four_fields(clinic: Clinic, address: str, phone: Page) -> None:
    sign_in(phone, address, EMAIL)
    phone.goto(f"{address}/console/find")
    phone.get_by_role("link", name="Walk-in").first.click()  # press 1
    typed = {"First name": "Ana", "Last name": "Silva", "Birth date": "4/27/1985", "Phone": "617-555-0199"}
    for label, text in typed.items():
        phone.get_by_label(label, exact=True).fill(text)
    expect(phone.locator("input[name=slot]:checked")).to_have_count(1)
    phone.get_by_role("button", name="Add to the day").last.click()  # press 2
    expect(phone.get_by_role("heading", name="Ana Silva")).to_be_visible()
    assert len(typed) == 4


@ways.BOTH_WAYS
def test_blocking_time_takes_two_presses_and_two_fields_and_undo_gives_it_back(
    clinic: Clinic, address: str, desktop: Page
) -> None:
    sign_in(desktop, address, EMAIL)
    desktop.goto(f"{address}/console/find")
    desktop.get_by_role("link", name="Block time").first.click()  # press 1
    desktop.get_by_label("Start").fill("10:30p")
    desktop.get_by_label("End").fill("11p")
    desktop.get_by_role("button", name="Block", exact=True).click()  # press 2
    expect(desktop.locator(".toast")).to_contain_text("Blocked: Dr. Maya Chen, 10:30 PM to 11:00 PM")
    desktop.get_by_role("button", name="Undo block of Dr. Maya Chen, 10:30 PM").click()
    expect(desktop.get_by_text("Nothing is blocked that day.")).to_be_visible()


def test_keys_alone_find_and_open_a_booking_and_never_act_while_somebody_types(
    clinic: Clinic, address: str, desktop: Page
) -> None:
    made = make_appointment(clinic, given="Erin", family="Walsh")
    sign_in(desktop, address, EMAIL)
    expect(desktop.get_by_role("heading", level=1)).to_contain_text("Today")
    keys = desktop.keyboard
    keys.press("/")
    desktop.wait_for_url("**/console/find")
    expect(desktop.locator("#query")).to_be_focused()
    keys.type("wals?wtnb")
    expect(desktop.locator("#query")).to_have_value("wals?wtnb")
    for _ in range(5):
        keys.press("Backspace")
    keys.press("Enter")
    expect(desktop.get_by_role("link", name=re.compile("Erin Walsh"))).to_be_focused()
    keys.press("Enter")
    desktop.wait_for_url(f"**/console/bookings/{made.id}")
    keys.press("?")
    expect(desktop.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(desktop)
    keys.press("w")
    expect(desktop.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    keys.press("Control+b")
    keys.press("b")
    desktop.wait_for_url("**/console/block")
    expect(desktop.get_by_role("heading", name="Block time")).to_be_visible()
    desktop.get_by_label("Start").fill("10:30p")
    desktop.get_by_label("End").fill("11p")
    keys.press("Enter")
    expect(desktop.locator(".toast")).to_be_visible()
    keys.press("Escape")
    desktop.locator("h1").click()
    keys.press("u")
    expect(desktop.get_by_text("Nothing is blocked that day.")).to_be_visible()
    desktop.goto(f"{address}/console/sheet/2027-06-08")
    keys.press("]")
    desktop.wait_for_url("**/console/sheet/2027-06-09")
    keys.press("[")
    desktop.wait_for_url("**/console/sheet/2027-06-08")
    for key, path in (
        ("n", "/console/new?date=2027-06-08"),
        ("w", "/console/walk-in"),
        ("t", "/console/day/today"),
    ):
        desktop.keyboard.press(key)
        desktop.wait_for_url(f"{address}{path}")
        desktop.goto(f"{address}/console/sheet/2027-06-08")
    with clinic.app.app_context(), transaction() as session:
        session.query(User).filter(User.email == EMAIL).one().shortcuts = False
    desktop.reload()
    assert desktop.locator("#keys").count() == 0


def test_every_page_and_state_is_accessible_and_fits(clinic: Clinic, address: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    sign_in(page, address, EMAIL)

    def look(name: str) -> None:
        ways.look(page, f"desk-{name}")

    starts = fill(clinic)
    day = to_local(starts[0], ZoneInfo(clinic.zone)).date().isoformat()
    slot = slot_id(clinic.schedule, starts[2])
    page.goto(f"{address}/console/new?date={day}")
    look("new-times")
    page.goto(f"{address}/console/new?slot={slot}")
    look("new-patient")
    type_patient(page)
    make_appointment(clinic, start=starts[2])
    page.get_by_role("button", name="Book this appointment").click()
    look("new-lost")
    page.get_by_role("button", name="Book this appointment").click()
    look("new-overbook-error")
    page.goto(f"{address}/console/new?date=2035-06-08&time=9:10a")
    page.get_by_role("button", name="Book this appointment").click()
    look("new-warnings-error")
    page.goto(f"{address}/console/walk-in")
    look("walk-in")
    page.get_by_role("button", name=re.compile("All starts for")).first.click()
    look("walk-in-starts")
    page.get_by_role("button", name="Add to the day").last.click()
    look("walk-in-error")
    page.goto(f"{address}/console/find")
    look("find")
    page.get_by_label("Name, phone").fill("wal")
    page.get_by_role("button", name="Find", exact=True).click()
    look("found")
    page.get_by_label("Name, phone").fill("nobody at all")
    page.get_by_role("button", name="Find", exact=True).click()
    look("found-nothing")
    page.goto(f"{address}/console/block?date={day}")
    page.get_by_role("button", name="Block", exact=True).click()
    look("block-error")
    page.get_by_label("Start").fill("12:00a")
    page.get_by_label("End").fill("24:00")
    page.get_by_role("button", name="Block", exact=True).click()
    look("blocked")
    page.goto(f"{address}/console/sheet/{day}?names=whole")
    look("sheet")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Console")).to_be_hidden()
    screenshot(page, "desk-sheet-print")


def fill(clinic: Clinic) -> list[int]:
    """A busy day with two clinicians; the open starts that were left before."""
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    follow_up = make_type(clinic, name="Follow-up", duration_minutes=20)
    make_schedule(clinic, type=follow_up.id)
    other = make_schedule(clinic, type=follow_up.id, hosts=[colleague.actor])
    starts = clinic.starts()
    for place, (given, family) in enumerate((("Erin", "Walsh"), ("Bo", ""), ("Maximiliana-Alexandrina", "Wallensteinhausenbergerdorff"))):  # fmt: skip
        make_appointment(clinic, start=starts[3 + place], given=given, family=family)
    with clinic.app.app_context():
        for actor in (colleague.actor,):
            booking.block_time(by=SYSTEM, actor_id=actor, start=starts[0] - 2 * 86400, end=starts[0] - 3600)
        booking.desk_book(
            by=SYSTEM, schedule_id=other.id, start=starts[0], details=replace(DETAILS, given="Wally", family="Petrova"),
            set_aside=frozenset({"hours", "limits"}),
        )  # fmt: skip
    return starts
