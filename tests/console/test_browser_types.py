"""Appointment types in a real browser: from a new type to its retirement, with and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import catalog, clock
from scheduler.db import transaction
from scheduler.models import AppointmentType
from tests.factories import (
    SYSTEM,
    Clinic,
    make_appointment,
    make_clinic,
    make_question,
    make_room,
    make_type,
    make_user,
)
from tests.support import ways
from tests.support.pages import PHONE, assert_fits
from tests.support.served import sign_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
EMAIL = "maya@example.org"


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    clinic = make_clinic(sqlite_app)
    make_room(clinic)
    make_user(clinic, role="clinician", email=EMAIL, name="Maya Chen")
    return clinic


def save_elsewhere(clinic: Clinic, **changes: object) -> None:
    """A colleague saves the clinic's type meanwhile."""
    with clinic.app.app_context(), transaction() as session:
        version = session.get_one(AppointmentType, clinic.type).version
        catalog.edit_appointment_type(
            session,
            by=SYSTEM,
            now=clock.now(),
            appointment_type_id=clinic.type,
            version=version,
            **changes,
        )


@ways.walk_ways()
def test_a_new_type_is_booked_from_asks_a_question_goes_private_and_is_retired(
    clinic: Clinic, address: str, new_page: NewPage, size: tuple[int, int]
) -> None:
    page, patient = new_page(size), new_page(PHONE)
    sign_in(page, address, EMAIL, then="/console/types")
    page.get_by_role("link", name="Add a type").click()
    page.get_by_label("Name", exact=True).fill("Ultrasound")
    page.get_by_label("Length", exact=True).fill("1 h 15 min")
    page.get_by_label("Minimum notice").fill("1 day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ultrasound")
    expect(page.get_by_text("Ultrasound is saved.")).to_be_visible()
    expect(page.get_by_label("Length", exact=True)).to_have_value("1 hour 15 minutes")
    expect(
        page.get_by_text("1 hour 15 minutes, starts every 15 minutes, bookable from 1 day")
    ).to_be_visible()

    patient.goto(f"{address}/{clinic.slug}/ultrasound")
    expect(patient.get_by_role("heading", level=1)).to_contain_text("Ultrasound")
    own = page.url
    for question in ("Are you pregnant?", "Which side hurts?"):
        page.get_by_role("link", name="Add a question").click()
        page.get_by_label("Question", exact=True).fill(question)
        page.get_by_role("button", name="Add the question").click()
    page.get_by_role("button", name="Up : Which side hurts?").click()
    expect(page.get_by_role("heading", level=4).first).to_have_text("Which side hurts?")
    patient.goto(f"{address}/{clinic.slug}/ultrasound")
    patient.get_by_role("button", name="AM").or_(patient.get_by_role("button", name="PM")).first.click()
    expect(patient.get_by_label("Which side hurts?")).to_be_visible()

    page.get_by_label("Shown", exact=True).select_option(label="By private link only")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("There is no private link, so nobody can book it.")).to_be_visible()
    assert patient.request.get(f"{address}/{clinic.slug}/ultrasound").status == 404
    page.get_by_role("link", name="Make a private link").last.click()
    page.get_by_label("Label").fill("For Dr. Ash")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("For Dr. Ash").input_value().partition("/maya-chen")[2]
    assert patient.request.get(f"{address}/{clinic.slug}{link}").status == 200

    page.get_by_role("button", name="Retire Ultrasound").click()
    expect(page.get_by_text("Ultrasound is retired.")).to_be_visible()
    page.get_by_role("button", name="Undo retiring Ultrasound").click()
    expect(page.get_by_text("Ultrasound is offered again.")).to_be_visible()
    page.get_by_role("button", name="Pause Ultrasound").click()
    page.get_by_role("button", name="Resume Ultrasound").click()
    expect(page.get_by_text("Ultrasound is open by private link only.")).to_be_visible()
    page.goto(own)
    assert_fits(page)


def test_every_page_and_state_is_accessible_and_fits(clinic: Clinic, address: str, new_page: NewPage) -> None:
    page = new_page(PHONE)

    def look(name: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        ways.look(page, f"types-{name}")

    save_elsewhere(clinic, service_type_code="")
    for number, start in enumerate(clinic.starts()[:9:3]):
        make_appointment(clinic, start=start, given=f"Patient {number}")
    for label in (
        "Which side hurts?",
        "Did a doctor refer you to us, and if so, what is their name and town?",
    ):
        make_question(clinic, label=label, kind="choice", choices=["Left", "Right", "Both"], required=True)
    make_type(clinic, name="Never offered")
    sign_in(page, address, EMAIL, then="/console/types")
    look("list")
    editor = f"{address}/console/types/{clinic.type}"
    page.goto(f"{address}/console/types/new")
    look("new")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="1 answer needs a change")).to_be_visible()
    look("new-error")
    page.goto(f"{editor}/links/new")
    look("link")
    page.get_by_label("Label").fill("Colleagues of the cardiology department")
    page.get_by_role("button", name="Make the link").click()
    look("editor")
    page.get_by_label("Length", exact=True).fill("soon")
    page.get_by_label("Minimum notice").fill("2 years of waiting")
    page.get_by_label("Seats").fill("none")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="3 answers need a change")).to_be_visible()
    look("editor-errors")
    page.goto(editor)
    page.get_by_label("Interval").fill("1 hour")
    page.get_by_label("Interval").blur()
    expect(page.get_by_text("30 minutes, starts every 1 hour")).to_be_visible()
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_text("next 4 weeks")).to_be_visible()
    look("preview")
    save_elsewhere(clinic, interval_minutes=20, bring="A list of your medicines")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Somebody else saved this type while you had it open")).to_be_visible()
    look("conflict")
    page.goto(editor)
    page.get_by_role("link", name="Retire").click()
    expect(page.get_by_text("3 bookings are still to come.")).to_be_visible()
    look("retire")
    page.get_by_role("button", name="Retire this type").click()
    look("retired")
    for path in ("questions/new", "places/new", f"places/{clinic.schedule}"):
        page.goto(f"{editor}/{path}")
        look(path.partition("/")[0] + path[-4:])
