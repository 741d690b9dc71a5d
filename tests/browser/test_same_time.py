"""Two people want one time: the front desk with a caller on the phone, and a patient on their own page. One gets it; the
other is shown the nearest times and types nothing again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic, make_user
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE
from tests.support.served import come_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
WHO = {
    "given": "Zebulon",
    "family": "Quillfeather",
    "birth_date-month": "2",
    "birth_date-day": "29",
    "birth_date-year": "1984",
}
PATIENT = WHO | {"email": GOOD["email"]}
CALLER = WHO | {"given": "Walburga", "family": "Appleyard", "phone": "617-555-0188"}


class Two:
    """The desk's page and the patient's page, both about ``start``, in browsers of their own."""

    def __init__(self, clinic: Clinic, address: str, new_page: NewPage) -> None:
        self.clinic, self.address = clinic, address
        self.start = clinic.starts()[4]
        self.slot = slot_id(clinic.schedule, self.start)
        self.desk, self.patient = new_page(DESKTOP), new_page(PHONE)
        come_in(self.desk, clinic.app, make_user(clinic, role="front-desk"), address)

    def desk_types(self) -> None:
        self.desk.goto(f"{self.address}/console/new?slot={self.slot}")
        fill(self.desk, CALLER)

    def desk_books(self) -> None:
        self.desk.get_by_role("button", name="Book this appointment").click()

    def patient_holds_and_types(self) -> None:
        self.patient.goto(f"{self.address}/book/{self.slot}")
        self.patient.get_by_role("button", name="Hold this time and continue").click()
        fill(self.patient, PATIENT)

    def patient_books(self) -> None:
        self.patient.get_by_role("button", name="Book this appointment").click()
        expect(self.patient.get_by_role("heading", level=1)).to_contain_text("You're booked")

    def booked(self) -> list[int]:
        """The starts of what is booked."""
        with self.clinic.app.app_context(), snapshot() as session:
            booked = select(Appointment.starts_at).where(Appointment.status == "booked")
            return sorted(session.scalars(booked))

    def hold_lapses(self) -> None:
        with self.clinic.app.app_context():
            with transaction() as session:
                held = Appointment.status == "held"
                session.execute(update(Appointment).where(held).values(expires_at=clock.now() - 1))
            booking.expire()


def fill(page: Page, typed: dict[str, str]) -> None:
    for name, text in typed.items():
        page.locator(f'[name="{name}"]').fill(text)


@pytest.fixture
def two(sqlite_app: Flask, address: str, new_page: NewPage) -> Two:
    return Two(make_clinic(sqlite_app), address, new_page)


@ways.BOTH_WAYS
def test_the_patient_holds_first_and_the_desk_is_shown_the_nearest_times(two: Two) -> None:
    two.desk_types()
    two.patient_holds_and_types()
    two.desk_books()
    expect(two.desk.get_by_role("heading", name=re.compile("Somebody else has just taken"))).to_be_visible()
    two.patient.get_by_role("button", name="Check your answers").click()
    two.patient_books()
    two.desk.locator(".near button").first.click()
    for name, text in CALLER.items():
        expect(two.desk.locator(f'[name="{name}"]')).to_have_value(text)
    two.desk_books()
    expect(two.desk.get_by_text("No email: read them the code")).to_be_visible()
    first, second = sorted(two.booked(), key=lambda start: abs(start - two.start))
    assert first == two.start
    assert abs(second - first) == 30 * clock.MINUTE


@ways.BOTH_WAYS
def test_the_desk_books_first_and_the_patient_is_shown_the_nearest_times(two: Two) -> None:
    two.patient_holds_and_types()
    two.hold_lapses()  # the patient was called away
    two.desk_types()
    two.desk_books()
    expect(two.desk.get_by_text("No email: read them the code")).to_be_visible()
    two.patient.get_by_role("button", name="Check your answers").click()
    expect(two.patient.get_by_role("heading", level=1)).to_contain_text("Someone else has just booked")
    expect(two.patient.get_by_text("Your answers are saved.")).to_be_visible()
    two.patient.locator("button.time").first.click()
    expect(two.patient.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(two.patient.get_by_text("Quillfeather")).to_be_visible()
    two.patient_books()
    first, second = sorted(two.booked(), key=lambda start: abs(start - two.start))
    assert first == two.start
    assert abs(second - first) == 30 * clock.MINUTE


@ways.BOTH_WAYS
def test_who_only_looked_is_met_by_the_desks_booking_too(two: Two) -> None:
    two.patient.goto(f"{two.address}/book/{two.slot}")
    two.desk_types()
    two.desk_books()
    two.patient.get_by_role("button", name="Hold this time and continue").click()
    expect(two.patient.get_by_role("heading", level=1)).to_contain_text("Someone else has just booked")
    two.patient.locator("button.time").first.click()
    fill(two.patient, PATIENT)
    two.patient.get_by_role("button", name="Check your answers").click()
    two.patient_books()
    assert len(set(two.booked())) == 2
