"""The whole way, once through all parts: a clinician is invited, sets up without typing, shares the link; a patient books by
it; the clinician sees the visit on today's page and takes it from check-in to done."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, AppointmentType, Availability, Practitioner
from tests.factories import Clinic, make_clinic, make_user, npi
from tests.notify.test_deliver import mails, part
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.pages import PHONE, assert_fits
from tests.support.served import come_in
from tests.support.times import midday_zone

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
ANA, PASSWORD = "ana.lopez@example.org", "several words in a row"
ALWAYS = {day: [(0, 1440)] for day in range(7)}
TYPED = ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email")


@ways.walk_ways()
def test_an_invited_clinician_shares_a_link_and_sees_the_patient_who_books_by_it(
    sqlite_app: Flask, address: str, new_page: NewPage, size: tuple[int, int], javascript: bool
) -> None:
    clinic = make_clinic(sqlite_app, zone=midday_zone())
    office, clinician, patient = new_page(size), new_page(size), new_page(size)
    come_in(office, sqlite_app, make_user(clinic, role="admin"), address)
    invite(office, address)

    clinician.goto(address + invitation(clinic))
    clinician.get_by_label("Password").fill(PASSWORD)
    clinician.get_by_role("button", name="Save and sign in").click()
    link = set_up_and_copy(clinician, javascript)
    open_today(clinic)

    book(patient, address + urlsplit(link).path)
    assert the_visit(clinic).status == "booked"

    if size == PHONE:
        clinician.locator("summary").filter(has_text="Menu").click()
    clinician.get_by_role("link", name="Day", exact=True).locator("visible=true").click()
    expect(clinician.get_by_role("heading", level=1)).to_contain_text("Today, ")
    card = clinician.locator("article").filter(has_text="Zebulon Quillfeather")
    expect(card.locator(".state")).to_have_text("Booked")
    assert_fits(clinician)
    for press, state in (
        ("Check in Zebulon Quillfeather", "Arrived"),
        ("In room", "In room"),
        ("Done", "Done"),
    ):
        card.get_by_role("button", name=press).click()
        expect(card.locator(".state")).to_have_text(state)
    expect(clinician.get_by_label("How the day stands")).to_contain_text("1 done")
    assert the_visit(clinic).completed_at is not None
    patient.reload()
    expect(patient.get_by_role("link", name="Cancel this appointment")).to_have_count(0)


def invite(office: Page, address: str) -> None:
    """Place and NPI are known of who is invited like this."""
    office.goto(f"{address}/admin/people")
    office.get_by_role("link", name="Add a clinician").click()
    office.get_by_label("Name", exact=True).fill("Dr. Ana Lopez")
    office.get_by_label("NPI").fill(npi())
    office.get_by_label("Place").select_option(label="Riverside Clinic, Main Street")
    office.get_by_label("Specialty").select_option(label="Cardiology")
    office.get_by_label("Email").fill(ANA)
    office.get_by_role("button", name="Add this clinician").click()
    expect(office.get_by_label("Invitation link")).to_have_value(re.compile(r"/invitation/\w{48}$"))


def invitation(clinic: Clinic) -> str:
    """The path of the link in the mail that lies in the mail folder."""
    deliver(clinic.app)
    [mail] = [mail for mail in mails(clinic.app) if mail["To"] == ANA]
    found = re.search(r"http://localhost(/invitation/\w+)", part(mail, "plain"))
    assert found is not None
    return found[1]


def set_up_and_copy(clinician: Page, javascript: bool) -> str:
    """Nothing is typed: one press saves, one copies; the link."""
    expect(clinician).to_have_url(re.compile("/console/setup$"))
    expect(clinician.get_by_text("Everything is filled in.")).to_be_visible()
    assert_fits(clinician)
    clinician.get_by_role("button", name="Save and get my link").click()
    expect(clinician.get_by_role("heading", name="Your link is ready")).to_be_visible()
    link = clinician.get_by_label("Link for New patient visit", exact=True)
    value = link.input_value()
    assert value.startswith("http://localhost/ana-lopez/")
    if javascript:
        clinician.context.grant_permissions(["clipboard-read", "clipboard-write"])
        clinician.get_by_role("button", name="Copy link").click()
        expect(clinician.get_by_text("Link copied")).to_be_visible()
        assert clinician.evaluate("navigator.clipboard.readText()") == value
    return value


def open_today(clinic: Clinic) -> None:
    """Hours round the clock and no notice for the new clinician, so that the next time is one of today."""
    with clinic.app.app_context(), transaction() as session:
        act = {"by": SYSTEM, "now": clock.now()}
        ana = session.scalars(select(Practitioner).where(Practitioner.display_name == "Dr. Ana Lopez")).one()
        hours = session.scalars(select(Availability).where(Availability.practitioner_id == ana.id)).one()
        catalog.set_week(session, **act, availability_id=hours.id, version=hours.version, weekly=ALWAYS)
        for kind in session.scalars(select(AppointmentType).where(AppointmentType.id != clinic.type)).all():
            catalog.edit_appointment_type(
                session, **act, appointment_type_id=kind.id, version=kind.version, minimum_notice_minutes=0
            )


def book(patient: Page, link: str) -> None:
    """Three presses from the shared link."""
    patient.goto(link)
    patient.locator("button.time").nth(1).click()  # the next one may begin at any moment
    for name in TYPED:
        patient.locator(f'[name="{name}"]').fill(GOOD[name])
    patient.get_by_role("button", name="Check your answers").click()
    patient.get_by_role("button", name="Book this appointment").click()
    expect(patient.get_by_role("heading", level=1)).to_contain_text("You're booked")
    expect(patient.get_by_role("link", name="Cancel this appointment")).to_be_visible()


def the_visit(clinic: Clinic) -> Appointment:
    """The only booking."""
    with clinic.app.app_context(), snapshot() as session:
        return session.scalars(select(Appointment)).one()
