"""The console and sign-in in a real browser: with and without script, on a phone and a desk, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import accounts, booking, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_question,
    make_schedule,
    make_type,
    make_user,
    visitor,
)
from tests.support import ways
from tests.support.pages import PHONE
from tests.support.served import sign_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
EMAIL = "sam@example.org"
LONG = "Maximiliana-Alexandrina Wolfeschlegelsteinhausenbergerdorff"


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app)
    make_user(clinic, role="front-desk", email=EMAIL, name="Sam Desk")
    return clinic


def fill(clinic: Clinic) -> str:
    """A few days of bookings; the id of one with everything on it."""
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    follow_up = make_type(clinic, name="Follow-up", visibility="page", approval_required=True)
    other = make_schedule(clinic, type=follow_up.id, hosts=[colleague.actor])
    question = make_question(clinic, label="Which plan do you have?")
    starts = clinic.starts()
    for number, (given, family) in enumerate(
        (("Ana", "Silva"), ("Bo", ""), (LONG, "Jr."), ("Chidi", "Okafor"))
    ):
        make_appointment(clinic, start=starts[number * 5], given=given, family=family)
    make_appointment(clinic, schedule=other.id, email="", given="Dana", family="Petrova")
    who = visitor()
    held = make_hold(clinic, by=who, start=starts[2])
    details = replace(
        DETAILS,
        given="Erin",
        family="Walsh",
        reason="Knee hurts when climbing stairs",
        needs=("step-free", "interpreter: Spanish"),
        booker_given="Pat",
        booker_family="Walsh",
        relationship="mother",
        for_whom="child",
        consent=True,
    )
    with clinic.app.app_context():
        answer = booking.AnswerGiven(question.id, question.label, "Blue Shield, number 12")
        booking.book(by=who, appointment_id=held.id, details=details, answers=[answer])
    deliver(clinic.app)
    return held.id


def day_of(clinic: Clinic, booking_id: str) -> str:
    """The path of the day on which a booking stands."""
    with clinic.app.app_context(), snapshot() as session:
        return f"/console/day/{session.get_one(Appointment, booking_id).wall_time[:10]}"


@ways.BOTH_WAYS
def test_the_front_desk_signs_in_finds_a_booking_cancels_it_and_signs_out(
    clinic: Clinic, address: str, desktop: Page
) -> None:
    booking_id = fill(clinic)
    sign_in(desktop, address, EMAIL, "not the password")
    expect(desktop).to_have_title("Error: Sign in")
    sign_in(desktop, address, EMAIL)
    desktop.goto(f"{address}{day_of(clinic, booking_id)}")
    desktop.get_by_role("link", name="Erin Walsh").click()
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Erin Walsh")
    desktop.get_by_text("Cancel this booking").click()
    desktop.locator("#reason").fill("Clinician is ill")
    desktop.get_by_role("button", name="Cancel and tell the patient").click()
    expect(desktop.get_by_text("The time is open again.")).to_be_visible()
    expect(desktop.get_by_text("Cancelled by Sam Desk")).to_be_visible()
    desktop.goto(f"{address}{day_of(clinic, booking_id)}")
    expect(desktop.get_by_text("1 cancelled")).to_be_visible()
    desktop.get_by_role("button", name="Sign out").click()
    expect(desktop).to_have_url(f"{address}/")
    desktop.goto(f"{address}/console")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_every_page_is_accessible_and_fits(clinic: Clinic, address: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    with clinic.app.app_context(), transaction() as session:
        _, token = accounts.invite(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=clinic.organization,
            email="new.person@example.org",
            name="New Person",
            roles=["admin"],
        )

    def look(name: str) -> None:
        ways.look(page, f"console-{name}")

    page.goto(f"{address}/invitation/{token}")
    look("invitation")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Save and sign in").click()
    expect(page).to_have_title("Error: Choose your password")
    look("invitation-error")
    page.goto(f"{address}/invitation/nobody-knows-it")
    look("invitation-ended")
    page.goto(f"{address}/sign-in")
    look("sign-in")
    sign_in(page, address, EMAIL, "not the password")
    expect(page).to_have_title("Error: Sign in")
    look("sign-in-error")
    sign_in(page, address, EMAIL)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today, ")
    look("empty")
    booking_id = fill(clinic)
    page.goto(f"{address}{day_of(clinic, booking_id)}")
    look("day")
    page.goto(f"{address}/console/bookings/{booking_id}")
    page.get_by_text("Cancel this booking").click()
    look("booking")
    page.locator("#reason").fill("x" * 201)
    page.get_by_role("button", name="Cancel and tell the patient").click()
    expect(page.get_by_role("heading", name="1 answer needs a change")).to_be_visible()
    look("booking-error")
    page.goto(f"{address}/console/share")
    look("share")
    page.goto(f"{address}/console/bookings/never-was")
    look("booking-gone")
