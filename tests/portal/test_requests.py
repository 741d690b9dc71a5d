"""Visits that the clinic confirms one by one, as their patient sees them: before, while waiting, and after."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.db import snapshot
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic
from tests.portal.patient import Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
UNTIL = "It answers by Wednesday, June 9, 8:00 AM EDT; until then the time is kept for you."


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, approval_required=True)


def the_request(clinic: Clinic) -> Appointment:
    with clinic.app.app_context(), snapshot() as session:
        return session.scalars(select(Appointment)).one()


def test_every_page_before_the_request_says_that_it_must_be_confirmed_and_until_when(clinic: Clinic) -> None:
    patient, start = Patient(clinic.app), clinic.starts()[-1]
    landing = patient.open(f"/book/{slot_id(clinic.schedule, start)}")
    hold = patient.hold(clinic, start)
    details = patient.open(hold)
    patient.fill_in(hold)
    review = patient.open(f"{hold}/review")
    for page in (landing, details, review):
        assert UNTIL in page.words
    assert "Send this request" in review.words


def test_a_time_before_the_answer_is_due_is_answered_by_its_start(clinic: Clinic) -> None:
    page = Patient(clinic.app).open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}")
    assert "It answers by Tuesday, June 8, 9:00 AM EDT;" in page.words


def test_a_type_without_approval_says_nothing_of_it(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    page = Patient(sqlite_app).open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}")
    assert "It answers by" not in page.words


def test_the_page_of_a_request_says_until_when_it_waits(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    page = patient.open(patient.book(clinic, clinic.starts()[-1]))
    assert page.h1.startswith("Your request is with the clinic")
    assert "The time is kept for you. The clinic answers by Wednesday, June 9, 8:00 AM EDT." in page.words
    assert "You'll get a mail when it has." in page.words


def test_a_calendar_is_offered_when_the_request_is_approved_and_not_before(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.starts()[-1])
    before = patient.open(path)
    assert "Add to calendar" not in before.words
    assert "calendar" not in " ".join(before.links)
    with clinic.app.app_context():
        booking.approve(by=SYSTEM, appointment_id=the_request(clinic).id)
    assert "Add to calendar" in patient.open(path).words


def test_a_patient_without_email_reads_that_the_clinic_calls(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    page = patient.open(patient.book(clinic, clinic.first_start, email=""))
    assert "You gave no email, so the clinic will call you." in page.words


def test_an_approved_request_is_a_booking(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    with clinic.app.app_context():
        booking.approve(by=SYSTEM, appointment_id=the_request(clinic).id)
    assert patient.open(path).h1.startswith("You're booked: Tuesday, June 8, 9:00 AM EDT")


def test_a_declined_request_shows_the_clinic_s_words_and_what_next(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    with clinic.app.app_context():
        booking.decline(
            by=SYSTEM, appointment_id=the_request(clinic).id, message="We are on a course that day."
        )
    page = patient.open(path)
    assert page.h1 == "The clinic could not confirm this appointment"
    assert "The clinic writes We are on a course that day." in page.words
    assert "Choose a new time" in page.words
    assert patient.open(f"{path}/cancel").location == path


def test_a_request_that_was_not_answered_says_so_from_the_very_instant(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.starts()[-1])
    frozen.at("2027-06-09T08:00:00-04:00")
    before = patient.open(path)
    with clinic.app.app_context():
        assert booking.lapse() == 1
    after = patient.open(path)
    for page in (before, after):
        assert page.h1 == "Your request has ended without an answer"
        assert "The clinic did not answer by Wednesday, June 9, 8:00 AM EDT" in page.words
        assert "Choose a new time" in page.words


def test_a_late_request_can_not_be_cancelled_any_more_and_its_page_says_why(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, approval_required=True, approval_hours=1)
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.starts()[-1])
    token = patient.open(f"{path}/cancel").hidden("csrf_token")
    frozen.at("2027-06-07T09:00:00-04:00")
    assert patient.press(f"{path}/cancel", csrf_token=token).location == path
    assert patient.open(path).h1 == "Your request has ended without an answer"
