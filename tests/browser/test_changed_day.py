"""A visit that is for some ages, on another day: which times a patient is shown, and what a page says that does not fit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import clock
from scheduler.availability.zones import zone as zone_of
from scheduler.booking.eligible import day_of
from scheduler.models.slots import slot_id
from tests.factories import make_clinic
from tests.portal.patient import Patient
from tests.support import ways

pytestmark = pytest.mark.browser


def test_who_will_be_too_old_is_shown_days_that_fit_and_moves_to_one(
    sqlite_app: Flask, address: str, phone: Page
) -> None:
    clinic = make_clinic(sqlite_app, maximum_age=17)
    today = date.fromordinal(zone_of(clinic.zone).day(clock.now()))
    birthday = today + timedelta(days=8)
    born = {
        "birth_date-month": birthday.month,
        "birth_date-day": min(birthday.day, 28),
        "birth_date-year": birthday.year - 18,
    }
    starts = clinic.starts()
    path = Patient(sqlite_app).book(clinic, starts[0], **{name: str(part) for name, part in born.items()})
    late = next(start for start in starts if day_of(start, clinic.zone) > birthday)
    phone.goto(f"{address}{path}/reschedule/{slot_id(clinic.schedule, late)}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("The age on that day doesn't fit this visit.")
    expect(phone.get_by_text("Nothing has changed:")).to_be_visible()
    ways.look(phone, "move-not-for-their-age")
    phone.get_by_role("link", name="See all times").click()
    expect(phone.get_by_text("Only days that fit are shown: this visit is for ages 0 to 17")).to_be_visible()
    ways.look(phone, "move-days-that-fit")
    phone.go_back()
    phone.locator("a.time").first.click()
    phone.get_by_role("button", name="Move my appointment").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Your appointment has moved")


def test_find_my_booking_in_another_language_keeps_what_was_typed(
    sqlite_app: Flask, address: str, phone: Page
) -> None:
    make_clinic(sqlite_app)
    phone.goto(f"{address}/find-booking")
    phone.get_by_label("Email or phone").fill("ana@example.org")
    phone.get_by_label("Year").fill("1984")
    phone.get_by_role("button", name="\u0627\u0644\u0639\u0631\u0628\u064a\u0629").click()
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    expect(phone.locator("[name=contact]")).to_have_value("ana@example.org")
    expect(phone.locator("[name=birth_date-year]")).to_have_value("1984")
    ways.look(phone, "find-arabic")
