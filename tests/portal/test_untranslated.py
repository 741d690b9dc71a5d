"""No text of a patient's page is beyond translation: in a language whose every translation is marked, all of it is marked."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Question
from scheduler.models.slots import slot_id
from tests.architecture.routes_table import GETS
from tests.architecture.stage import Stage
from tests.factories import Clinic, make_clinic, make_question
from tests.portal.patient import Page, Patient
from tests.support.marked import LANGUAGE, mark_translations, unmarked
from tests.support.times import Clock

NO_PAGES = ("/fhir/", "/health", "/robots.txt", "/service.json", "/static/", "/photos/", "/appointment.ics")
STAFF = ("/console", "/admin", "/sign-", "/invitation/", "/welcome/")
# names of the test's clinic, of people, and of what others make
KNOWN = re.compile(
    r"Riverside Clinic|Main Street|Dr\. [A-Z]\w+ [A-Z]\w+|Boston|New patient visit|Ana|Zebulon|Quillfeather|A tickle in the elbow|mother|R-17"
    r"|\S+@example\.org|Outlook|https?://\S+|2027-06-08|America/Chicago"
)


@pytest.fixture
def marked(sqlite_app: Flask, frozen: Clock) -> Flask:
    """An application in which patients who read ``LANGUAGE`` see marks, on a Monday morning."""
    frozen.at("2027-06-07T07:00:00-04:00")
    mark_translations(sqlite_app)
    return sqlite_app


@pytest.fixture
def clinic(marked: Flask) -> Clinic:
    clinic = make_clinic(marked)
    make_question(clinic, label="Referral number", required=True, hint="It is on the letter.")
    return clinic


@pytest.fixture
def patient(marked: Flask) -> Patient:
    """Somebody who reads the marked language."""
    reader = Patient(marked)
    reader.client.set_cookie("language", LANGUAGE)
    return reader


def assert_marked(page: Page) -> None:
    assert f'<html lang="{LANGUAGE}"' in page.text
    assert unmarked(page.text, KNOWN) == [], page.response.request.path


def test_every_page_of_the_table_that_patients_see_can_be_translated(marked: Flask) -> None:
    stage = Stage(marked)
    left = {}
    for route in GETS:
        if route.path.startswith((*STAFF, *NO_PAGES)) or any(part in route.path for part in NO_PAGES):
            continue
        path, _, cookie = stage.subject(route)
        browser = stage.browser("patient", cookie)
        browser.set_cookie("language", LANGUAGE)
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, route
        if found := unmarked(answer.text, KNOWN):
            left[route.path] = found
    assert left == {}


def test_the_way_from_a_link_to_the_booked_page_and_on(
    clinic: Clinic, patient: Patient, frozen: Clock
) -> None:
    start = clinic.starts()[16]
    hold = patient.hold(clinic, start)
    assert_marked(patient.fill_in(hold))
    wrong = {"birth_date-month": "13", "email": "nonsense", "phone": "12", "given": "", "family": "x" * 120}
    assert_marked(patient.fill_in(hold, for_whom="child", **wrong))
    question = _question(clinic)
    full = patient.fill_in(
        hold,
        for_whom="child",
        booker_given="Ana",
        relationship="mother",
        **{question: "R-17"},
        needs="interpreter",
    )
    assert full.location.endswith("/review")
    assert_marked(patient.open(f"{hold}/review"))
    extended = patient.press(f"{hold}/extend")
    assert_marked(patient.open(extended.location))
    path = patient.press(f"{hold}/book").location
    assert_marked(patient.open(path))
    assert_marked(patient.open(f"{path}/reschedule"))
    assert_marked(patient.open(f"{path}/cancel"))
    frozen.at("2027-06-09T08:00:00-04:00")
    assert_marked(patient.open(path))
    assert_marked(patient.open(f"{path}/reschedule"))
    assert_marked(patient.open(f"{path}/cancel"))
    token = patient.open(f"{path}/cancel").hidden("csrf_token")
    patient.press(f"{path}/cancel", csrf_token=token)
    assert_marked(patient.open(path))


def _question(clinic: Clinic) -> str:
    """The name of the field of the clinic's one question."""
    with clinic.app.app_context(), snapshot() as session:
        return "q_" + session.scalars(select(Question.id)).one()


def test_what_goes_wrong_can_be_translated(clinic: Clinic, patient: Patient) -> None:
    start = clinic.starts()[3]
    hold = patient.hold(clinic, start)
    other = Patient(clinic.app)
    other.client.set_cookie("language", LANGUAGE)
    slot = slot_id(clinic.schedule, start)
    assert_marked(other.press("/hold", slot=slot))
    assert_marked(other.open(f"/book/{slot}"))
    assert_marked(other.open(hold))
    assert_marked(other.open("/hold/nowhere"))
    assert_marked(other.open("/b/nowhere"))
    assert_marked(other.open("/nowhere"))
    assert_marked(other.open("/book/nowhere"))
    assert_marked(other.press("/find-booking", contact="somebody"))
    assert_marked(other.press("/find-booking", contact="ana@example.org", birth_date__x=""))
    assert_marked(other.open(clinic.times_path, **{"from": "nonsense", "tz": "nowhere"}))
    assert_marked(other.open(clinic.times_path, tz="Asia/Tokyo"))
    assert_marked(other.open(clinic.times_path, **{"from": "2027-12-24"}))


@pytest.mark.parametrize(
    "html",
    [
        "<p>⟦Hello⟧, world</p>",
        '<p>⟦Hello <b title="there">world</b>⟧</p>',
        '<p data-over="Time is up">⟦Hello⟧</p>',
        '<p><span lang="en">theirs</span> ours</p>',
        '<meta name="description" content="Book here">',
    ],
)
def test_a_text_that_is_not_marked_is_found(html: str) -> None:
    assert unmarked(html, KNOWN) != []


def test_names_codes_and_words_in_another_language_are_not_looked_for() -> None:
    html = '<p lang="en">theirs</p><p>⟦With <bdi>⟦Ana⟧</bdi> at <b>10</b>⟧ <code>flask</code> 10:30 EDT</p>'
    assert unmarked(html, KNOWN) == []
