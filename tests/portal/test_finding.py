"""Find my booking: one answer for everybody, links only to the address on the booking."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Outbox
from scheduler.portal import finding
from tests.factories import Clinic, make_appointment, make_clinic
from tests.portal.patient import Page, Patient
from tests.support.times import Clock

BORN = {"birth_date-month": "5", "birth_date-day": "17", "birth_date-year": "1984"}


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Iterator[Clinic]:
    """A clinic on a Monday morning; nobody has tried anything yet."""
    frozen.at("2027-06-07T07:00:00-04:00")
    yield make_clinic(sqlite_app)
    for throttle in (finding._per_contact, finding._per_address):
        throttle._tries.clear()


def ask(app: Flask, contact: str, **changes: str) -> Page:
    patient = Patient(app)
    form = patient.open("/find-booking")
    fields = BORN | {"contact": contact, "csrf_token": form.hidden("csrf_token")} | changes
    return patient.press("/find-booking", **fields)


def links(clinic: Clinic) -> list[str]:
    with clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(Outbox.object_id).where(Outbox.kind == "booking-link")))


def test_the_answer_is_the_same_whether_there_is_a_booking_or_not(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    found, unknown = ask(clinic.app, "ANA@example.org"), ask(clinic.app, "eve@example.org")
    assert links(clinic) == [appointment.id]
    assert (found.status, found.location, found.text) == (unknown.status, unknown.location, unknown.text)
    page = Patient(clinic.app).open(found.location)
    assert page.h1 == "Check your email"
    assert "If we have a booking with these, we've sent its link." in page.words
    assert "If no mail comes, call the clinic" in page.words
    assert "Call 617-555-0100" in page.words
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_phone_number_is_known_by_its_digits(clinic: Clinic) -> None:
    make_appointment(clinic)
    for text in ("(617) 555 0199", "+1 617-555-0199", "617.555.0199 x 12", "6175550199"):
        finding._per_contact._tries.clear()
        assert ask(clinic.app, text).status == 303
    assert len(links(clinic)) == 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"contact": ""}, "Email or phone: enter one that you gave when you booked."),
        (
            {"contact": "12345"},
            "Email or phone: enter the email address or the whole phone number that you gave.",
        ),
        ({"birth_date-month": "13"}, "Birth date: enter a month from 1 to 12."),
        ({"birth_date-year": ""}, "Birth date: enter the year with four digits, such as 1985."),
        ({"contact": "a" * 300}, "Email or phone: use 254 characters or fewer. It has 300 now."),
    ],
)
def test_what_cannot_be_looked_for_comes_back_as_it_was_typed(
    clinic: Clinic, changes: dict[str, str], sentence: str
) -> None:
    page = ask(clinic.app, **{"contact": "ana@example.org", **changes})
    assert (page.status, page.errors) == (400, [sentence])
    assert page.title == "Error: Find my booking"
    assert 'value="17"' in page.text


def test_guessing_is_slowed_down_and_the_phone_is_given(clinic: Clinic, frozen: Clock) -> None:
    for _ in range(4):
        assert ask(clinic.app, "eve@example.org").status == 303
    page = ask(clinic.app, "Eve@Example.org")
    assert page.status == 429
    assert page.errors == ["Email or phone: too many tries. Wait 60 minutes, then try again."]
    assert page.response.headers["Retry-After"] == "3600"
    assert "Call 617-555-0100" in page.words
    assert ask(clinic.app, "other@example.org").status == 303
    for number in range(14):
        assert ask(clinic.app, f"{number}@example.org").status == 303
    assert ask(clinic.app, "15@example.org").status == 429
    frozen.forward(minutes=61)
    assert ask(clinic.app, "eve@example.org").status == 303


def test_patients_pages_and_lost_links_lead_to_it(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    for path in ("/", clinic.times_path, "/nobody-here", "/b/nothing", "/book/nothing"):
        assert "/find-booking" in patient.open(path).links
