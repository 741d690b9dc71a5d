"""Another language chosen beside a form: what is typed stays on the page, and stands in no address."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import Clinic, make_clinic
from tests.portal.patient import GOOD, Page, Patient
from tests.support.times import Clock

TYPED = {"birth_date-month": "13", "birth_date-day": "17", "birth_date-year": "nineteen"}


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(sqlite_app)


def choose(patient: Patient, page: Page, **typed: str) -> Page:
    """Press "Español" on a page whose language buttons send its own form along."""
    found = re.search(r'<button class="link-button" form="[\w-]+" formaction="([^"]+)" formnovalidate name="language" value="es">', page.text)  # fmt: skip
    assert found, "the buttons belong to the page's form"
    return patient.press(found[1], language="es", csrf_token=page.hidden("csrf_token"), **typed)


def assert_speaks_spanish_and_keeps(page: Page, *texts: str) -> None:
    assert (page.status, page.location) == (200, "")
    assert '<html lang="es"' in page.text
    for text in texts:
        assert f'value="{text}"' in page.text
    assert page.errors == [], "nobody asked for it to be checked"
    assert "language=es" in page.response.headers["Set-Cookie"]
    assert page.response.headers["Cache-Control"] == "no-store"


def test_find_my_booking_keeps_what_was_typed_right_or_wrong(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    page = choose(patient, patient.open("/find-booking"), contact="ana@exam", **TYPED)
    assert_speaks_spanish_and_keeps(page, "ana@exam", "13", "17", "nineteen")
    assert page.h1 == "Buscar mi cita"
    assert '<html lang="es"' in patient.open("/find-booking").text
    back = patient.press(
        "/find-booking", language="en", contact="ana@exam", csrf_token=page.hidden("csrf_token")
    )
    assert back.h1 == "Find my booking"
    assert 'value="ana@exam"' in back.text


def test_an_email_and_a_phone_are_written_from_left_to_right_on_an_arabic_page(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    patient.press("/language", language="ar")
    form = patient.open(patient.hold(clinic, clinic.first_start)).text
    assert 'dir="rtl"' in form
    for page, name in ((form, "email"), (form, "phone"), (patient.open("/find-booking").text, "contact")):
        assert re.search(rf'<input[^>]* dir="ltr"[^>]* name="{name}"', page), name


def test_the_waitlists_form_keeps_what_was_typed(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    typed = {name: text for name, text in GOOD.items() if name not in ("for_whom", "reason")}
    page = choose(patient, patient.open(f"{clinic.times_path}/waitlist"), **typed, part="evening")
    assert_speaks_spanish_and_keeps(page, GOOD["given"], GOOD["email"])
    assert re.search(r'<input checked[^>]*value="evening"', page.text)


def test_ones_own_data_keep_a_new_address_that_is_not_saved_yet(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    page = choose(patient, patient.open(f"{path}/my-data"), email="new@example.org", phone="", version="1")
    assert_speaks_spanish_and_keeps(page, "new@example.org")
    assert "new@example.org" not in patient.open(f"{path}/my-data").text


def test_a_language_that_is_none_of_ours_is_no_choice(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    page = patient.open("/find-booking")
    sent = patient.press("/find-booking", language="tlh", csrf_token=page.hidden("csrf_token"))
    assert sent.status == 400
    assert len(sent.errors) == 2
