"""Two relatives are asked the clinic's questions each: on the form, at review, in the booking, and never mixed up."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Answer, Document, PatientDetails, Question
from tests.booking.made_files import pdf_file, picture_file, scripted_pdf
from tests.factories import Clinic, make_clinic, make_hold, make_question
from tests.portal.patient import GOOD, Page, Patient
from tests.portal.test_files import listed, remove_button
from tests.portal.test_relatives import MONDAY, SECOND, fill_in, hold
from tests.support.times import Clock

MINUTE = 60


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, relatives=True)


@pytest.fixture
def plan(clinic: Clinic) -> Question:
    """A required question on which ``helps`` hangs, with an answer that can't wait."""
    return make_question(
        clinic,
        label="Do you have pain?",
        kind="choice",
        choices=["Yes", "No", "Chest pain"],
        required=True,
        stop_answers=["Chest pain"],
        stop_message="Call us, we see you today.",
    )


@pytest.fixture
def helps(clinic: Clinic, plan: Question) -> Question:
    return make_question(
        clinic, label="What helps?", required=True, shown_question_id=plan.id, shown_answers=["Yes"]
    )


@pytest.fixture
def card(clinic: Clinic) -> Question:
    return make_question(clinic, label="Your card", kind="file", required=True)


def send(patient: Patient, path: str, files: dict[str, tuple[str, bytes]], **changes: str) -> Page:
    """Send the details page with these files by the name of their field."""
    data: dict[str, Any] = {**GOOD, **SECOND, **changes}
    data |= {name: (BytesIO(raw), file_name) for name, (file_name, raw) in files.items()}
    response = patient.client.post(path, data=data, content_type="multipart/form-data")
    return Page(response, response.get_data(as_text=True))


def stored(clinic: Clinic, what: Any) -> dict[str | None, list[str | None]]:
    """The answers' texts, or the documents' names, by the first name of whose visit it is."""
    with clinic.app.app_context(), snapshot() as session:
        rows = session.execute(
            select(PatientDetails.given, what)
            .outerjoin(what.class_, what.class_.appointment_id == PatientDetails.appointment_id)
            .where(PatientDetails.given.is_not(None))
            .order_by(PatientDetails.given, what)
        )
        found: dict[str | None, list[str | None]] = {}
        for given, text in rows:
            found.setdefault(given, []).append(text)
        return found


def test_each_of_the_two_is_asked_and_each_answer_stands_with_its_own_visit(
    clinic: Clinic, plan: Question, helps: Question
) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    assert patient.open(path).text.count("<legend>Do you have pain?") == 2
    given = {
        f"q_{plan.id}": "Yes",
        f"q_{helps.id}": "Rest",
        f"second_q_{plan.id}": "No",
        f"second_q_{helps.id}": "What nobody asks for",
    }
    assert fill_in(patient, path, **given).location == f"{path}/review"
    review = patient.open(f"{path}/review")
    first, second = review.words.rsplit("For Wilhelmina", 1)
    assert "Do you have pain? Yes" in first
    assert "What helps? Rest" in first
    assert "Do you have pain? No" in second
    assert "What helps?" not in second
    assert f'{path}#second_q_{plan.id}-0"' in review.text
    assert patient.press(f"{path}/book").location.startswith("/b/")
    assert stored(clinic, Answer.text) == {"Wilhelmina": ["No"], "Zebulon": ["Rest", "Yes"]}


def test_what_one_of_them_left_out_is_asked_for_at_their_field_with_everything_kept(
    clinic: Clinic, plan: Question, helps: Question
) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    page = fill_in(patient, path, **{f"q_{plan.id}": "No", f"second_q_{plan.id}": "Yes"})
    assert (page.status, page.errors) == (400, ["Second person, What helps? Type an answer."])
    page = fill_in(patient, path, **{f"second_q_{plan.id}": "No", f"second_q_{helps.id}": "Kept anyway"})
    assert page.errors == ["Do you have pain? Choose an answer."]
    again = patient.open(path)
    assert 'value="Kept anyway"' in again.text
    assert f'id="second_q_{plan.id}-1" name="second_q_{plan.id}" type="radio" value="No"' in again.text
    assert patient.open(f"{path}/review").location == path


def test_an_answer_of_the_second_person_that_can_not_wait_stops_both(clinic: Clinic, plan: Question) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    given = {f"q_{plan.id}": "No", f"second_q_{plan.id}": "Chest pain"}
    assert fill_in(patient, path, **given).location == f"{path}/stop"
    page = patient.open(f"{path}/stop")
    assert page.h1 == "If this is an emergency, call 911 now."
    assert 'You answered "Chest pain" to "Do you have pain?". This is about the second person.' in page.words
    assert "Call us, we see you today." in page.words
    assert f'href="{path}#second_q_{plan.id}-0"' in page.text
    assert patient.press(f"{path}/book").location == f"{path}/stop"
    assert patient.open(f"{path}/review").location == f"{path}/stop"
    given[f"second_q_{plan.id}"] = "No"
    assert fill_in(patient, path, **given).location == f"{path}/review"


def test_files_of_each_stand_behind_their_own_visit(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    mine, theirs = f"q_{card.id}", f"second_q_{card.id}"
    page = send(patient, path, {mine: ("mine.png", picture_file())})
    assert page.errors == ["Second person, Your card: choose a file."]
    assert listed(page) == ["mine.png, 1 KB"]
    page = send(patient, path, {theirs: ("evil.pdf", scripted_pdf())})
    assert len(page.errors) == 1
    assert page.errors[0].startswith("Second person, Your card: evil.pdf holds a script")
    assert send(patient, path, {theirs: ("theirs.pdf", pdf_file())}).location == f"{path}/review"
    second = patient.open(f"{path}/review").words.rsplit("For Wilhelmina", 1)[1]
    assert "theirs.pdf" in second
    assert "mine.png" not in second
    patient.press(f"{path}/book")
    assert stored(clinic, Document.name) == {"Wilhelmina": ["theirs.pdf"], "Zebulon": ["mine.png"]}


def test_a_file_of_the_second_person_is_taken_away_again(clinic: Clinic, card: Question) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    page = send(patient, path, {f"second_q_{card.id}": ("theirs.pdf", pdf_file())})
    assert listed(page) == ["theirs.pdf, 1 KB"]
    back = send(patient, f"{path}/files/remove", {}, remove=remove_button(page), given="Zebulon")
    assert back.location.startswith(path)
    assert listed(patient.open(path)) == []


def test_answers_and_files_of_both_come_along_to_other_times(
    clinic: Clinic, card: Question, plan: Question, frozen: Clock
) -> None:
    patient = Patient(clinic.app)
    first = clinic.first_start
    path = hold(patient, clinic)
    files = {
        f"q_{card.id}": ("mine.png", picture_file()),
        f"second_q_{card.id}": ("theirs.pdf", pdf_file()),
    }
    given = {f"q_{plan.id}": "Yes", f"second_q_{plan.id}": "No"}
    assert send(patient, path, files, **given).location == f"{path}/review"
    frozen.forward(minutes=11)
    make_hold(clinic, start=first + 30 * MINUTE)
    lost = patient.press(f"{path}/book")
    assert lost.status == 409
    again = patient.press("/hold", slot=lost.slots[0], kept=lost.hidden("kept"), party="two")
    assert again.location.endswith("/review")
    assert patient.press(again.location.removesuffix("/review") + "/book").location.startswith("/b/")
    assert stored(clinic, Answer.text) == {
        "Wilhelmina": ["No"],
        "Zebulon": ["Yes"],
    }
    names = stored(clinic, Document.name)
    assert (names["Wilhelmina"], names["Zebulon"]) == (["theirs.pdf"], ["mine.png"])


def test_questions_in_the_clinics_language_are_marked_so_for_both(clinic: Clinic, plan: Question) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    patient.press("/language", language="es", back="/")
    page = patient.open(path)
    assert page.text.count('<span lang="en" dir="auto">Do you have pain?</span>') == 2
    given = {f"q_{plan.id}": "Yes", f"second_q_{plan.id}": "No"}
    assert fill_in(patient, path, **given).location == f"{path}/review"
    review = patient.open(f"{path}/review")
    assert "&lt;span" not in review.text
    assert '<span lang="en" dir="auto">Do you have pain?</span> de Wilhelmina' in review.text
