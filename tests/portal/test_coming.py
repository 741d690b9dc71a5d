"""I'll be there: the link of a reminder asks, only its button tells the clinic, and every state says what it is."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from scheduler import booking, clock
from scheduler.booking import SYSTEM
from scheduler.clock import DAY
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment
from tests.factories import Clinic, make_appointment, make_clinic
from tests.people import make_cast
from tests.portal.patient import Page, Patient
from tests.support.times import Clock


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(sqlite_app, reminders=[1440])


def visit_of(clinic: Clinic) -> tuple[Appointment, str]:
    visit = make_appointment(clinic, start=clinic.starts()[16])
    with clinic.app.app_context():
        return visit, f"/b/{booking.links.manage_token(clinic.app.config['SETTINGS'].secret, visit)}"


def confirmed(clinic: Clinic, visit: Appointment) -> int | None:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(Appointment, visit.id).confirmed_at


def press(patient: Patient, path: str, page: Page) -> Page:
    """Press the button of a page, and see where it leads."""
    answer = patient.press(
        f"{path}/coming", csrf_token=page.hidden("csrf_token"), sequence=page.hidden("sequence")
    )
    return patient.open(answer.location) if answer.status == 303 else answer


def follow(patient: Patient, path: str) -> Page:
    """Open the reminder's link, and what it leads to."""
    page = patient.open(f"{path}/coming")
    return patient.open(page.location) if page.status == 303 else page


def test_opening_the_link_tells_nothing_and_the_button_does(clinic: Clinic) -> None:
    visit, path = visit_of(clinic)
    patient = Patient(clinic.app)
    asked = patient.open(f"{path}/coming")
    assert asked.h1 == "Will you be there?"
    assert asked.title == "Appointment at Riverside Clinic, Main Street"
    assert "9:00 AM EDT" in asked.words
    assert confirmed(clinic, visit) is None
    page = press(patient, path, asked)
    assert "You told us that you'll be there." in page.words
    assert confirmed(clinic, visit) is not None
    assert follow(patient, path).h1.startswith("You're booked"), "it is not asked twice"


def test_the_appointments_page_offers_it_from_the_first_reminder_on(clinic: Clinic, frozen: Clock) -> None:
    visit, path = visit_of(clinic)
    patient = Patient(clinic.app)
    assert "I'll be there" not in patient.open(path).words
    frozen.at(visit.starts_at - DAY)
    page = patient.open(path)
    assert "I'll be there" in page.words
    press(patient, path, page)
    assert confirmed(clinic, visit) == visit.starts_at - DAY


def test_a_page_from_before_a_move_cannot_answer_for_the_new_time(clinic: Clinic) -> None:
    visit, path = visit_of(clinic)
    patient = Patient(clinic.app)
    old = patient.open(f"{path}/coming")
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=visit.id, start=clinic.starts()[18])
    page = patient.press(
        f"{path}/coming", csrf_token=old.hidden("csrf_token"), sequence=old.hidden("sequence")
    )
    assert page.status == 409
    assert "Your appointment has moved since you opened this page." in page.words
    assert "It was Wednesday, June 9, 9:00 AM EDT." in page.words
    assert confirmed(clinic, visit) is None
    press(patient, path, page)
    assert confirmed(clinic, visit) is not None


@pytest.mark.parametrize(
    ("status", "h1"),
    [
        ("cancelled", "The clinic has cancelled this appointment"),
        ("pending", "Your request is with the clinic"),
        ("arrived", "You're checked in"),
        ("past", "This appointment was on"),
    ],
)
def test_where_there_is_nothing_to_ask_the_link_says_what_holds(clinic: Clinic, status: str, h1: str) -> None:
    visit, path = visit_of(clinic)
    patient = Patient(clinic.app)
    asked = patient.open(f"{path}/coming")
    values = {"status": status, "cancelled_by": "user"}
    if status == "past":
        values = {"starts_at": clock.now() - 60, "ends_at": clock.now() + 60}
    with clinic.app.app_context(), transaction() as session:
        session.execute(update(Appointment).values(**values))
    assert follow(patient, path).h1.startswith(h1)
    assert press(patient, path, asked).h1.startswith(h1)
    assert confirmed(clinic, visit) is None


def test_staff_see_it_on_the_day_and_on_the_booking(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at("2027-06-07T07:00:00-04:00")
    cast = make_cast(sqlite_app)
    visit = make_appointment(cast.clinic, start=cast.clinic.starts()[16])
    day, detail = "/console/day/2027-06-09", f"/console/bookings/{visit.id}"
    word = '<span class="state ok">Says they&#39;ll come</span>'
    for path in (day, detail):
        assert word not in cast.desk.browser.get(path).text
    with sqlite_app.app_context():
        booking.say_coming(by=SYSTEM, appointment_id=visit.id)
    for path in (day, detail):
        assert word in cast.desk.browser.get(path).text
    assert "Said that they&#39;ll be there" in cast.desk.browser.get(detail).text
