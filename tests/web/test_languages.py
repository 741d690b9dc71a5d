"""Which language a page speaks, how it is chosen, and what of a page is the clinic's own."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Organization, PatientDetails
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic, make_question
from tests.portal.patient import Patient


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    return make_clinic(sqlite_app)


@pytest.fixture
def browser(clinic: Clinic) -> FlaskClient:
    return clinic.app.test_client()


def language_of(browser: FlaskClient, path: str = "/", **headers: str) -> str:
    return browser.get(path, headers=headers).text.split('<html lang="')[1].split('"')[0]


def test_a_page_is_in_the_language_that_was_chosen_whatever_the_browser_asks_for(
    browser: FlaskClient,
) -> None:
    browser.set_cookie("language", "es")
    assert language_of(browser, **{"Accept-Language": "zh"}) == "es"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("ar", "ar"),
        ("zh-TW,zh;q=0.9", "zh"),
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("fr,es;q=0.5,en;q=0.4", "es"),
        ("en-GB,es;q=0.9", "en"),
        ("fr", "en"),
    ],
)
def test_without_a_choice_it_is_the_browsers_best(browser: FlaskClient, asked: str, language: str) -> None:
    assert language_of(browser, **{"Accept-Language": asked}) == language


def test_a_browser_that_asks_for_none_of_ours_gets_the_clinics(clinic: Clinic, browser: FlaskClient) -> None:
    with clinic.app.app_context(), transaction() as session:
        session.get_one(Organization, clinic.organization).language = "es-MX"
    assert language_of(browser) == "es"
    assert language_of(browser, **{"Accept-Language": "fr"}) == "es"


@pytest.mark.parametrize("value", ["", "xx", "ES", "../en"])
def test_a_cookie_that_names_no_language_of_ours_says_nothing(browser: FlaskClient, value: str) -> None:
    browser.set_cookie("language", value)
    assert language_of(browser) == "en"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/forgot", "/console/nowhere", "/admin/nowhere"])
def test_pages_of_staff_are_english_whatever_was_chosen(browser: FlaskClient, path: str) -> None:
    browser.set_cookie("language", "ar")
    text = browser.get(path, follow_redirects=True).text
    assert '<html lang="en" dir="ltr"' in text
    assert "العربية" not in text


def test_arabic_is_written_from_right_to_left(browser: FlaskClient) -> None:
    browser.set_cookie("language", "ar")
    assert '<html lang="ar" dir="rtl"' in browser.get("/").text


def test_a_choice_is_kept_and_leads_back(browser: FlaskClient) -> None:
    answer = browser.post("/language", data={"language": "zh", "back": "/privacy?from=here"})
    assert (answer.status_code, answer.location) == (303, "/privacy?from=here")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["language"]
    assert (cookie.value, cookie["path"], cookie["samesite"], cookie["httponly"]) == ("zh", "/", "Lax", True)
    assert language_of(browser, "/privacy") == "zh"


@pytest.mark.parametrize("back", ["", "https://example.org/", "//example.org", "/\\example.org", "privacy"])
def test_a_choice_never_leads_to_another_site(browser: FlaskClient, back: str) -> None:
    assert browser.post("/language", data={"language": "es", "back": back}).location == "/"


def test_a_language_that_is_not_ours_changes_nothing(browser: FlaskClient) -> None:
    answer = browser.post("/language", data={"language": "tlh", "back": "/privacy"})
    assert (answer.status_code, answer.location) == (303, "/privacy")
    assert "Set-Cookie" not in answer.headers


def test_a_choice_from_another_site_is_refused(browser: FlaskClient) -> None:
    answer = browser.post("/language", data={"language": "es"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_every_page_offers_the_other_languages_by_their_own_names(browser: FlaskClient) -> None:
    text = browser.get("/privacy").text
    for name in ("Español", "العربية", "中文"):
        assert f">{name}</button>" in text
    assert '<strong aria-current="true">English</strong>' in text


def test_a_choice_made_on_an_answer_to_a_form_leads_to_a_page_that_can_be_asked_for(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    assert patient.press("/find-booking", contact="").hidden("back") == "/find-booking"
    start = clinic.first_start
    Patient(clinic.app).book(clinic, start)
    gone = patient.press("/hold", slot=slot_id(clinic.schedule, start))
    assert gone.status == 409
    assert gone.hidden("back").startswith(f"/book/{slot_id(clinic.schedule, start)}")


def test_caches_are_told_what_the_language_depends_on(browser: FlaskClient) -> None:
    said = {part.strip() for part in browser.get("/privacy").headers["Vary"].split(",")}
    assert {"Accept-Language", "Cookie"} <= said


def test_what_a_clinic_wrote_is_marked_with_its_language_on_a_page_in_another(clinic: Clinic) -> None:
    make_question(clinic, label="Referral number")
    browser = clinic.app.test_client()
    slot = slot_id(clinic.schedule, clinic.first_start)
    assert "<span lang=" not in browser.get(f"/book/{slot}").text
    browser.set_cookie("language", "ar")
    page = browser.get(f"/book/{slot}").text
    assert '<span lang="en" dir="auto">Referral number</span>' in page
    assert '<span lang="en" dir="auto">New patient visit</span>' in page


def test_the_language_of_the_page_is_kept_with_the_booking(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    patient.client.set_cookie("language", "zh")
    patient.book(clinic, clinic.first_start)
    with clinic.app.app_context(), snapshot() as session:
        assert [row.language for row in session.query(PatientDetails)] == ["zh"]


def test_what_is_written_down_for_staff_stays_english(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    patient.client.set_cookie("language", "es")
    path = patient.book(clinic, clinic.first_start)
    asked = patient.open(f"{path}/cancel")
    assert "El horario no me conviene" in asked.words
    patient.press(f"{path}/cancel", csrf_token=asked.hidden("csrf_token"), reason="time")
    with clinic.app.app_context(), snapshot() as session:
        assert [row.cancel_reason for row in session.query(Appointment)] == ["The time doesn't suit me"]


def test_a_language_chosen_while_typing_keeps_what_was_typed(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    answer = patient.press(f"{hold}/language", language="es", given="Zebulon", email="nonsense")
    assert (answer.status, answer.location) == (303, hold)
    page = patient.open(hold)
    assert page.h1 == "Sus datos"
    assert 'value="Zebulon"' in page.text
    assert 'value="nonsense"' in page.text
