"""Behind the signed link: the booked page in each of its states, its calendar file, cancelling."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from flask import Flask
from icalendar import Calendar

from scheduler import booking
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic
from tests.portal.patient import Page, Patient
from tests.support.times import Clock


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(sqlite_app)


@pytest.fixture
def clinic_on_each(app: Flask, frozen: Clock) -> Clinic:
    """The same on each kind of database: for what a transaction decides."""
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(app)


def cancel(patient: Patient, path: str, **fields: str) -> Page:
    asked = patient.open(f"{path}/cancel")
    return patient.press(f"{path}/cancel", csrf_token=asked.hidden("csrf_token"), **fields)


def test_the_booked_page_gives_place_calendar_and_terms(clinic: Clinic) -> None:
    page = Patient(clinic.app).open(Patient(clinic.app).book(clinic, clinic.starts()[16]))
    assert page.h1 == "You're booked: Wednesday, June 9, 9:00 AM EDT with Dr. Maya Chen."
    assert page.title == "Appointment at Riverside Clinic, Main Street"
    assert "12 Main Street, Boston, MA 02115" in page.words
    assert "Cancel or move free of charge until Tuesday, June 8, 9:00 AM EDT." in page.words
    assert f'href="{page.response.request.path}/reschedule"' in page.text


def test_links_to_calendars_carry_neither_the_key_nor_the_kind_of_visit(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    links = [
        unquote(part.split('"')[0])
        for part in patient.open(path).text.split('href="')[1:]
        if part.startswith(("https://calendar.google", "https://outlook"))
    ]
    assert len(links) == 2
    for link in links:
        assert "Appointment" in link
        for word in (path.removeprefix("/b/"), "New patient", "Zebulon", "elbow"):
            assert word not in link.replace("+", " ")


def test_the_calendar_file_has_the_promised_time(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    answer = patient.open(f"{path}/appointment.ics").response
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.get_data(as_text=True))
    (visit,) = calendar.walk("VEVENT")
    assert int(visit["DTSTART"].dt.timestamp()) == clinic.first_start or visit["DTSTART"].dt.hour == 9
    assert str(visit["SUMMARY"]) == "Appointment at Riverside Clinic, Main Street"
    cancel(patient, path)
    after = Calendar.from_ical(patient.open(f"{path}/appointment.ics").text)
    assert after["METHOD"] == "CANCEL"
    assert after.walk("VEVENT")[0]["UID"] == visit["UID"]
    assert after.walk("VEVENT")[0]["SEQUENCE"] > visit["SEQUENCE"]


def test_cancelling_asks_first_frees_the_time_and_can_be_said_twice(
    clinic_on_each: Clinic, frozen: Clock
) -> None:
    clinic = clinic_on_each
    patient, start = Patient(clinic.app), clinic.first_start
    path = patient.book(clinic, start)
    slot = slot_id(clinic.schedule, start)
    asked = patient.open(f"{path}/cancel")
    assert asked.status == 200
    assert asked.text.count('type="radio"') == 5
    assert patient.open(path).h1.startswith("You're booked")  # asking has changed nothing
    answer = patient.press(f"{path}/cancel", csrf_token=asked.hidden("csrf_token"), reason="time")
    assert (answer.status, answer.location) == (303, path)
    page = patient.open(path)
    assert page.h1 == "Your appointment is cancelled"
    assert (
        "It was cancelled on Monday, June 7, 7:00 AM EDT. The clinic knows; you don't need to call."
        in page.words
    )
    assert "Choose a new time" in page.words
    assert "Cancel this appointment" not in page.words
    assert slot in Patient(clinic.app).open(clinic.times_path, **{"from": "2027-06-08"}).slots
    frozen.forward(hours=1)
    again = patient.press(f"{path}/cancel", csrf_token=asked.hidden("csrf_token"), reason="cost")
    assert again.location == path
    assert patient.open(f"{path}/cancel").location == path
    assert "7:00 AM EDT" in patient.open(path).words
    with clinic.app.app_context(), snapshot() as session:
        row = session.query(Appointment).one()
        assert (row.status, row.cancelled_by, row.cancel_reason) == (
            "cancelled",
            "patient",
            "The time doesn't suit me",
        )


def test_cancelling_needs_the_token_of_its_form(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    page = patient.press(f"{path}/cancel", reason="time")
    assert page.status == 400
    assert patient.open(path).h1.startswith("You're booked")


def test_a_reason_that_was_not_offered_is_left_out(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    assert cancel(patient, path, reason="<b>mine</b>").status == 303
    with clinic.app.app_context(), snapshot() as session:
        assert session.query(Appointment).one().cancel_reason is None


def test_late_it_can_still_be_cancelled_and_says_what_holds(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    frozen.at("2027-06-08T08:00:00-04:00")
    asked = patient.open(f"{path}/cancel")
    assert "The time to cancel free of charge ended on Monday, June 7, 9:00 AM EDT." in asked.words
    assert "Call 617-555-0142" in asked.words
    assert cancel(patient, path).location == path
    assert patient.open(path).h1 == "Your appointment is cancelled"


def test_a_past_visit_cannot_be_cancelled_and_its_page_says_it_was(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    frozen.at("2027-06-08T08:55:00-04:00")
    token = patient.open(f"{path}/cancel").hidden("csrf_token")
    frozen.at("2027-06-08T10:00:00-04:00")
    assert patient.press(f"{path}/cancel", csrf_token=token).location == path
    page = patient.open(path)
    assert page.h1 == "This appointment was on Tuesday, June 8, 9:00 AM EDT"
    assert patient.open(f"{path}/cancel").location == path


def test_the_clinics_cancellation_is_said_to_be_the_clinics(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    with clinic.app.app_context():
        booking.cancel(by=booking.SYSTEM, appointment_id=path[3:19])
    assert patient.open(path).h1 == "The clinic has cancelled this appointment"


def test_a_wrong_or_revoked_link_is_a_404_page(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    wrong = [
        path[:-1] + ("a" if path[-1] != "a" else "b"),
        path[:19],
        path + "x",
        "/b/x",
        "/b/🙂",
        "/b/" + "a" * 900,
    ]
    with clinic.app.app_context(), transaction() as session:
        session.query(Appointment).one().token_version += 1
    for link in [*wrong, path]:
        for end in ("", "/cancel", "/appointment.ics"):
            assert patient.open(link + end).status == 404
