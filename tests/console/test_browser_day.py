"""A front desk's day in a real browser: from a patient's booking to done, moved, cancelled; with and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.db import snapshot
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment
from scheduler.models.slots import parse_slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_schedule,
    make_session_type,
    make_user,
)
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE
from tests.support.served import sign_in
from tests.support.times import midday_zone

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
EMAIL = "sam@example.org"
ALWAYS = {day: [(0, 1440)] for day in range(7)}


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app, zone=midday_zone(), weekly=ALWAYS)
    make_user(clinic, role="front-desk", email=EMAIL, name="Sam Desk")
    return clinic


def book_as_a_patient(page: Page, address: str, clinic: Clinic) -> None:
    page.goto(f"{address}{clinic.times_path}")
    page.locator("button.time").nth(1).click()  # the next one may begin at any moment
    for name in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
        page.locator(f'[name="{name}"]').fill(GOOD[name])
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You're booked")


def the_visit(clinic: Clinic) -> Appointment:
    with clinic.app.app_context(), snapshot() as session:
        return session.scalars(select(Appointment)).one()


@ways.BOTH_WAYS
def test_a_patient_books_and_the_desk_checks_in_finishes_moves_and_cancels(
    clinic: Clinic, address: str, new_page: NewPage, data_dir: Path
) -> None:
    patient, desk = new_page(PHONE), new_page(DESKTOP)
    book_as_a_patient(patient, address, clinic)
    sign_in(desk, address, EMAIL)
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Today, ")

    # one press checks in; each step is undone by the toast or the card
    desk.get_by_role("button", name="Check in Zebulon Quillfeather").click()
    expect(desk.get_by_text("Z. Q. checked in.")).to_be_visible()
    desk.get_by_role("button", name="In room").click()
    desk.get_by_role("button", name="Done").click()
    expect(desk.locator("article .state")).to_have_text("Done")
    for step, state in (("done", "In room"), ("in room", "Arrived"), ("check-in", "Booked")):
        desk.locator("article").get_by_role("button", name=f"Undo {step} of Z. Q.").click()
        expect(desk.locator("article .state")).to_have_text(state)
    desk.get_by_role("button", name="Check in Zebulon Quillfeather").click()
    desk.locator(".toast").get_by_role("button", name="Undo check-in of Z. Q.").click()
    expect(desk.locator("article .state")).to_have_text("Booked")

    # move: three presses from the booking
    before = the_visit(clinic)
    desk.get_by_role("link", name="Zebulon Quillfeather").click()
    desk.get_by_role("link", name="Move", exact=True).click()
    desk.locator(".picks input").nth(3).check()
    desk.get_by_label("Message to the patient").fill("We had to move you. See you soon.")
    desk.get_by_role("button", name="Move and tell patient").click()
    expect(desk.get_by_text("Moved to").first).to_be_visible()
    moved = the_visit(clinic)
    assert moved.starts_at != before.starts_at
    patient.reload()
    expect(patient.get_by_text("We had to move you. See you soon.")).to_be_visible()

    # cancel asks first, and tells
    desk.get_by_role("link", name="Cancel", exact=True).click()
    desk.get_by_label("Message to the patient").fill("The clinic is closed that day.")
    desk.get_by_role("button", name="Cancel and tell the patient").click()
    expect(desk.get_by_text("Cancelled. The time is open again. The patient gets a mail.")).to_be_visible()
    deliver(clinic.app)
    mails = [mail.read_text() for mail in sorted((data_dir / "mail").rglob("*.eml"))]
    assert any("The clinic is closed that day." in mail for mail in mails)
    patient.reload()
    expect(patient.get_by_text("The clinic is closed that day.")).to_be_visible()
    desk.locator(".toast").get_by_role("button", name="Undo cancellation of Z. Q.").click()
    expect(desk.get_by_text("a new confirmation is on its way")).to_be_visible()
    assert the_visit(clinic).status == "booked"


@ways.BOTH_WAYS
def test_a_move_that_meets_somebody_keeps_what_was_typed_and_warns(
    clinic: Clinic, address: str, desktop: Page
) -> None:
    visit = make_appointment(clinic, email="")
    sign_in(desktop, address, EMAIL)
    desktop.goto(f"{address}/console/bookings/{visit.id}/move")
    picked = desktop.locator(".picks input").nth(2)
    slot = picked.get_attribute("value") or ""
    picked.check()
    desktop.get_by_label("Message to the patient").fill("Please come a little later.")
    parsed = parse_slot_id(slot)
    assert parsed is not None
    make_hold(clinic, start=parsed[1])
    desktop.get_by_role("button", name="Move", exact=True).click()
    expect(desktop.get_by_text("Not moved yet")).to_be_visible()
    expect(desktop.get_by_text("Held by someone booking now")).to_be_visible()
    expect(desktop.get_by_label("Message to the patient")).to_have_value("Please come a little later.")
    desktop.locator(".picks input").first.check()
    desktop.get_by_role("button", name="Move", exact=True).click()
    expect(desktop.get_by_text("Moved to").first).to_be_visible()
    expect(desktop.get_by_text("Please come a little later.")).to_be_visible()


def test_every_page_of_the_day_is_accessible_and_fits(
    clinic: Clinic, address: str, new_page: NewPage
) -> None:
    page = new_page(PHONE)
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    shared = make_session_type(clinic, name="Back class")
    starts = clinic.starts()
    make_hold(clinic, schedule=shared.id, start=starts[12])
    make_appointment(clinic, schedule=shared.id, start=starts[12], given="Cy")
    far = make_appointment(clinic, start=starts[2], given="Maximiliana-Alexandrina Wolfeschlegelsteinhausen")
    make_appointment(clinic, schedule=theirs.id, start=starts[3], needs=("step-free", "interpreter: Spanish"))
    make_hold(clinic, start=starts[4])
    with clinic.app.app_context():
        end = starts[2] + 1800
        booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=starts[2], end=end, note="Meeting")

    def look(name: str) -> None:
        ways.look(page, f"desk-{name}")

    sign_in(page, address, EMAIL)
    page.goto(f"{address}/console/day/{far.wall_time[:10]}")
    look("day")
    page.goto(f"{address}/console/week/{far.wall_time[:10]}")
    look("week")
    page.goto(f"{address}/console/week/{far.wall_time[:10]}?form=agenda")
    look("agenda")
    page.goto(f"{address}/console/bookings/{far.id}?cancel=1")
    look("booking")
    page.goto(f"{address}/console/bookings/{far.id}/details")
    look("details")
    page.locator("#given").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    look("details-error")
    page.goto(f"{address}/console/bookings/{far.id}/move")
    look("move")
    page.get_by_role("button", name="Move and tell patient").click()
    expect(page.get_by_role("heading", name="1 answer needs a change")).to_be_visible()
    look("move-error")
