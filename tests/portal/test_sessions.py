"""Two patients of one session: neither ever meets the other's name, on no page, in no mail, no file, no feed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page as BrowserPage

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_appointment, make_clinic, make_user, visitor
from tests.people import browser_of
from tests.portal.patient import GOOD, Page, Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
OTHERS = ("Xyolanda", "Xvermeer", "xyo@example.org", "617-555-0166", "1947", "Xsciatica")


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, capacity=4, duration_minutes=60, interval_minutes=60)


@pytest.fixture
def other(clinic: Clinic) -> Appointment:
    """Somebody else's seat in the first session."""
    return make_appointment(
        clinic,
        start=clinic.first_start,
        by=visitor("the other"),
        given="Xyolanda",
        family="Xvermeer",
        birth_date="1947-01-02",
        email="xyo@example.org",
        phone="617-555-0166",
        reason="Xsciatica",
    )


def names_nobody(text: str) -> None:
    assert [word for word in OTHERS if word in text] == []


def walk(patient: Patient, clinic: Clinic) -> list[Page]:
    """Every page of a patient who books the first session's next seat, and the path of their visit's page."""
    slot = slot_id(clinic.schedule, clinic.first_start)
    pages = [patient.open(f"/{clinic.slug}"), patient.open(clinic.times_path), patient.open(f"/book/{slot}")]
    hold = patient.hold(clinic, clinic.first_start)
    pages += [patient.open(hold), patient.fill_in(hold), patient.open(f"{hold}/review")]
    path = patient.press(f"{hold}/book").location
    for more in ("", "/appointment.ics", "/cancel", "/reschedule"):
        pages.append(patient.open(path + more))
    pages.append(patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, clinic.starts()[3])}"))
    return pages


def test_no_page_of_one_patient_names_the_other(clinic: Clinic, other: Appointment) -> None:
    assert other.session_id is not None
    for page in walk(Patient(clinic.app), clinic):
        assert page.status < 400
        names_nobody(page.text)
        assert other.id not in page.text
        assert other.code not in page.text


def test_no_mail_to_one_patient_names_the_other_and_no_feed_names_any(
    clinic: Clinic, other: Appointment, data_dir: Path
) -> None:
    walk(Patient(clinic.app), clinic)
    deliver(clinic.app)
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=other.id, start=clinic.starts()[1])
    deliver(clinic.app)
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=other.id)
    deliver(clinic.app)
    mails = [file.read_text(encoding="utf-8") for file in (data_dir / "mail").glob("*.eml")]
    theirs = [mail for mail in mails if "xyo@example.org" not in mail]
    assert (len(mails), len(theirs)) == (4, 1)
    names_nobody(theirs[0])
    for mail in set(mails) - set(theirs):
        assert GOOD["given"] not in mail
        assert GOOD["email"] not in mail
    feed = clinic.app.test_client()
    for item in feed.get("/fhir/$bulk-publish").get_json()["output"]:
        names_nobody(feed.get(item["url"].removeprefix("http://localhost")).text)


def test_staff_see_everybody_of_a_session(clinic: Clinic, other: Appointment) -> None:
    walk(Patient(clinic.app), clinic)
    desk = browser_of(clinic.app, make_user(clinic, role="front-desk"))
    for path in ("/console/day/2027-06-08", "/console/week/2027-06-08"):
        page = desk.get(path).text
        assert "Xyolanda Xvermeer" in page
        assert f"{GOOD['given']} {GOOD['family']}" in page
    assert "2 of 4 seats" in desk.get("/console/day/2027-06-08").text


def test_a_full_session_says_so_without_a_name(clinic: Clinic, other: Appointment) -> None:
    for _ in range(3):
        make_appointment(clinic, start=clinic.first_start, given="Xyolanda", family="Xvermeer")
    page = Patient(clinic.app).press("/hold", slot=slot_id(clinic.schedule, other.starts_at))
    assert page.status == 409
    names_nobody(page.text)


def test_the_times_page_and_the_landing_count_the_seats_that_are_left(
    clinic: Clinic, other: Appointment
) -> None:
    page = Patient(clinic.app).open(clinic.times_path)
    assert "in a group" in page.words
    assert "3 seats left" in page.words
    assert "4 seats left" in page.words
    slot = slot_id(clinic.schedule, other.starts_at)
    assert "3 seats left" in Patient(clinic.app).open(f"/book/{slot}").words
    both = Patient(clinic.app).open(clinic.times_path, tz="America/Los_Angeles")
    assert "6:00 AM PDT, 3 seats left" in both.words


def test_the_last_seat_is_one(clinic: Clinic, other: Appointment) -> None:
    for _ in range(2):
        make_appointment(clinic, start=other.starts_at)
    assert "1 seat left" in Patient(clinic.app).open(clinic.times_path).words


def test_visits_of_one_patient_count_no_seats(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    assert "left" not in Patient(sqlite_app).open(clinic.times_path).words


def test_a_clinic_that_shows_no_seats_counts_none(
    make_app: Callable[..., Flask], sqlite_url: str, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    app = make_app(sqlite_url, show_seats="0")
    clinic = make_clinic(app, capacity=4)
    for path in (clinic.times_path, f"/book/{slot_id(clinic.schedule, clinic.first_start)}"):
        page = Patient(app).open(path)
        assert page.status == 200
        assert "left" not in page.words


@pytest.mark.browser
def test_a_patient_books_the_second_seat_and_never_reads_the_first_name(
    sqlite_app: Flask, address: str, phone: BrowserPage
) -> None:
    clinic = make_clinic(sqlite_app, capacity=4)
    make_appointment(clinic, start=clinic.first_start, given="Xyolanda", family="Xvermeer")
    phone.goto(f"{address}/book/{slot_id(clinic.schedule, clinic.first_start)}")
    assert "3 seats left" in phone.content()
    names_nobody(phone.content())
    phone.get_by_role("button", name="Hold this time and continue").click()
    for name in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
        phone.locator(f'[name="{name}"]').fill(GOOD[name])
    names_nobody(phone.content())
    phone.get_by_role("button", name="Check your answers").click()
    names_nobody(phone.content())
    phone.get_by_role("button", name="Book this appointment").click()
    phone.get_by_text("You're booked").wait_for()
    names_nobody(phone.content())
