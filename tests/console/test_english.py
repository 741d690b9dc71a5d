"""Pages of staff are English whatever language their browser asks for or was chosen for a patient, in shared parts too."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_appointment, make_clinic, make_plan, make_question, make_user
from tests.people import browser_of
from tests.support.times import Clock


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic that asks every kind of question, with one that hangs on another, and for whom the visit is."""
    frozen.at("2027-06-07T08:00:00-04:00")
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    clinic = make_clinic(sqlite_app, minimum_age=18, referral="optional", insurance="ask")
    make_plan(clinic)
    make_appointment(clinic, insurance="self")
    pain = make_question(
        clinic,
        kind="choice",
        choices=["Yes", "No"],
        required=True,
        stop_answers=["Yes"],
        stop_message="Call.",
    )
    for kind in ("text", "long", "date", "number", "consent"):
        make_question(clinic, kind=kind, required=True)
    make_question(
        clinic, kind="multiple", choices=["A", "B"], shown_question_id=pain.id, shown_answers=["Yes", "No"]
    )
    return clinic


def browsers(clinic: Clinic) -> tuple[FlaskClient, FlaskClient]:
    """The same person with an English browser, and with one that speaks Arabic and chose Spanish as a patient."""
    person = make_user(clinic, role="front-desk")
    english, other = browser_of(clinic.app, person), browser_of(clinic.app, person)
    other.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ar, zh;q=0.5"
    other.set_cookie("language", "es")
    return english, other


def text(answer: str) -> str:
    """A page without what differs from answer to answer."""
    return re.sub(r'(name="(?:key|csrf_token)" value=)"[^"]*"', r"\1", answer)


def test_forms_that_staff_share_with_patients_are_english_filled_in_or_refused(clinic: Clinic) -> None:
    english, other = browsers(clinic)
    with clinic.app.app_context(), snapshot() as session:
        visit = session.scalars(select(Appointment.id)).one()
    new = f"/console/new?slot={slot_id(clinic.schedule, clinic.starts()[4])}"
    for path in (
        new,
        f"/console/bookings/{visit}",
        f"/console/bookings/{visit}/details",
        f"/console/bookings/{visit}/move",
        "/console/walk-in",
        "/console/waitlist/new",
        "/console/find",
    ):
        pages = [browser.get(path).text for browser in (english, other)]
        assert '<html lang="en" dir="ltr"' in pages[1], path
        assert text(pages[0]) == text(pages[1]), path
    young = {"slot": new.rpartition("=")[2], "given": "", "birth_date-month": "13", "insurance": "self"}
    for path, sent in (
        ("/console/new", young),
        (f"/console/bookings/{visit}/details", {"given": "", "birth_date-year": "x"}),
        ("/console/walk-in", young),
        ("/console/waitlist/new", {"birth_date-month": "13"}),
    ):
        answers = [browser.post(path, data=sent) for browser in (english, other)]
        assert answers[1].status_code == 400, path
        assert text(answers[0].text) == text(answers[1].text), path
