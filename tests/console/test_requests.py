"""Requests in the console: the list, the buttons, what each person may decide, and what is said when it is too late."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler import booking
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment
from tests.console.test_pages import signed_in, token_of
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_user,
)
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, approval_required=True)


@pytest.fixture
def desk(clinic: Clinic) -> FlaskClient:
    return signed_in(clinic, make_user(clinic, role="front-desk", name="Sam Desk"))


def press(browser: FlaskClient, appointment: Appointment, act: str, **fields: str) -> tuple[int, str, str]:
    """Status, where it leads, and the page's text."""
    token = token_of(browser.get("/console/find").text)
    answer = browser.post(f"/console/bookings/{appointment.id}/{act}", data=fields | {"csrf_token": token})
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def status_of(clinic: Clinic, appointment: Appointment) -> str:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(Appointment, appointment.id).status


def test_the_list_shows_what_ends_first_at_the_top_and_the_menu_counts_it(
    clinic: Clinic, desk: FlaskClient
) -> None:
    starts = clinic.starts()
    make_appointment(clinic, start=starts[-1], given="Late", family="Later")
    make_appointment(clinic, start=starts[0], given="Early", family="Bird", reason="Knee hurts")
    page = desk.get("/console/requests").text
    assert page.index("Early Bird") < page.index("Late Later")
    assert "Knee hurts" in page
    assert "Ends by itself <strong>Tue, Jun 8, 9:00 AM EDT</strong>" in page
    assert 'Approve<span class="visually-hidden"> the request of Early Bird, 9:00 AM EDT</span>' in page
    assert "2 waiting</span>" in page
    assert "2 waiting</span>" in desk.get("/console/day/today").text


def test_nothing_that_is_decided_or_booked_is_listed(clinic: Clinic, desk: FlaskClient) -> None:
    asked = make_appointment(clinic)
    with clinic.app.app_context():
        booking.approve(by=By("user", user_id="x"), appointment_id=asked.id)
    page = desk.get("/console/requests").text
    assert "No request waits for an answer." in page
    assert "waiting</span>" not in page


def test_approving_from_the_list_leads_back_to_it_and_mails_the_patient(
    clinic: Clinic, desk: FlaskClient
) -> None:
    asked = make_appointment(clinic)
    assert press(desk, asked, "approve", back="requests", sequence="0")[:2] == (303, "/console/requests")
    assert "A. S.: approved. The patient gets a mail." in desk.get("/console/requests").text
    deliver(clinic.app)
    page = desk.get(f"/console/bookings/{asked.id}").text
    assert "Approved" in page
    assert "Sam Desk" in page
    assert re.search(r"Note that the request is approved: <span class=\"state ok\">Sent", page)


def test_declining_frees_the_time_and_keeps_the_words(clinic: Clinic, desk: FlaskClient) -> None:
    asked = make_appointment(clinic)
    assert asked.starts_at not in clinic.starts()
    assert press(desk, asked, "decline", message="Please call us.")[:2] == (
        303,
        f"/console/bookings/{asked.id}",
    )
    assert asked.starts_at in clinic.starts()
    page = desk.get(f"/console/bookings/{asked.id}").text
    assert "Please call us." in page
    assert "Declined" in page


def test_a_message_that_is_too_long_comes_back_as_typed(clinic: Clinic, desk: FlaskClient) -> None:
    asked = make_appointment(clinic)
    status, _, page = press(desk, asked, "decline", message="y" * 501)
    assert status == 400
    assert "Message to the patient: use at most 500 characters." in page
    assert "y" * 501 in page
    assert status_of(clinic, asked) == "pending"


def test_the_booking_s_page_offers_the_decision_while_it_waits(clinic: Clinic, desk: FlaskClient) -> None:
    asked = make_appointment(clinic)
    page = desk.get(f"/console/bookings/{asked.id}").text
    assert "A request waits for your answer" in page
    press(desk, asked, "approve")
    assert "A request waits for your answer" not in desk.get(f"/console/bookings/{asked.id}").text


def test_the_day_says_that_a_request_waits_and_leads_to_the_decision(
    clinic: Clinic, desk: FlaskClient
) -> None:
    asked = make_appointment(clinic)
    page = desk.get("/console/day/2027-06-08").text
    assert "<strong>1</strong> waiting for approval" in page
    assert "Waiting for approval</span>" in page
    assert f"/console/bookings/{asked.id}#decide" in page


def test_who_decides_second_reads_what_was_decided(clinic: Clinic, desk: FlaskClient) -> None:
    asked = make_appointment(clinic)
    press(desk, asked, "approve")
    status, _, page = press(desk, asked, "decline", message="Not possible")
    assert status == 409
    assert "This request is approved already." in page
    with clinic.app.app_context():
        booking.cancel(by=By("patient"), appointment_id=asked.id)
    status, _, page = press(desk, asked, "approve")
    assert status == 409
    assert "The patient has cancelled this request." in page


def test_a_request_that_the_patient_moved_meanwhile_is_not_approved_unseen(
    clinic: Clinic, desk: FlaskClient
) -> None:
    first, second = clinic.starts()[:2]
    asked = make_appointment(clinic, start=first)
    with clinic.app.app_context():
        booking.move(by=By("patient"), appointment_id=asked.id, start=second)
    status, _, page = press(desk, asked, "approve", sequence="0")
    assert status == 409
    assert "The patient changed this request" in page
    assert status_of(clinic, asked) == "pending"


def test_a_clinician_sees_and_decides_only_their_own(clinic: Clinic) -> None:
    other = make_practitioner(clinic, display_name="Dr. Other")
    schedule = make_schedule(clinic, hosts=[other.actor]).id
    theirs = make_appointment(clinic, schedule=schedule)
    own = make_appointment(clinic, given="Mine", family="Own")
    browser = signed_in(clinic, make_user(clinic, role="clinician"))
    page = browser.get("/console/requests").text
    assert "Mine Own" in page
    assert "Ana Silva" not in page
    assert "1 waiting</span>" in page
    assert press(browser, theirs, "approve")[0] == 404
    assert press(browser, own, "approve")[0] == 303
    assert status_of(clinic, theirs) == "pending"


def test_without_an_email_staff_are_told_to_call(clinic: Clinic, desk: FlaskClient) -> None:
    asked = make_appointment(clinic, email="")
    press(desk, asked, "approve", back="requests")
    assert "The patient gave no email: call them." in desk.get("/console/requests").text


def test_a_lapsed_request_is_named_so(clinic: Clinic, desk: FlaskClient, frozen: Clock) -> None:
    asked = make_appointment(clinic, start=clinic.starts()[-1])
    frozen.at(asked.decide_by_at or 0)
    with clinic.app.app_context():
        booking.lapse()
    later = signed_in(clinic, make_user(clinic, role="front-desk"))
    page = later.get(f"/console/bookings/{asked.id}").text
    assert "Not answered in time" in page
    assert "Ended without an answer" in page
