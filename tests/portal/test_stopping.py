"""Questions that hang on another answer, and answers that can't wait for an appointment; without script."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import AnswerGiven, By
from scheduler.db import snapshot
from scheduler.errors import InvalidInput
from scheduler.models import Answer, Appointment, Question
from tests.factories import DETAILS, Clinic, make_clinic, make_hold, make_question, visitor
from tests.portal.patient import Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
CALL_US = "Call us, we see you today."


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def pain(clinic: Clinic) -> Question:
    """A question with an answer that can't wait."""
    return make_question(
        clinic,
        label="Do you have chest pain?",
        kind="choice",
        choices=["Yes", "No"],
        required=True,
        stop_answers=["Yes"],
        stop_message=CALL_US,
    )


@pytest.fixture
def since(clinic: Clinic, pain: Question) -> Question:
    """A required question that hangs on the one before."""
    return make_question(
        clinic, label="What helps?", required=True, shown_question_id=pain.id, shown_answers=["No"]
    )


def answers(clinic: Clinic) -> dict[str, str]:
    with clinic.app.app_context(), snapshot() as session:
        return {row.question: row.text for row in session.scalars(select(Answer))}


def status(clinic: Clinic, hold: str) -> str:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(Appointment, hold.split("/")[2]).status


def test_a_question_is_required_once_the_answer_before_it_asks_for_it(
    clinic: Clinic, pain: Question, since: Question
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.open(hold)
    assert 'Only if you answered "No" to "Do you have chest pain?".' in page.words
    page = patient.fill_in(hold)
    assert page.errors == ["Do you have chest pain? Choose an answer."]
    page = patient.fill_in(hold, **{f"q_{pain.id}": "No"})
    assert page.errors == ["What helps? Type an answer."]
    page = patient.fill_in(hold, **{f"q_{pain.id}": "No", f"q_{since.id}": "Rest"})
    assert page.location == f"{hold}/review"
    assert "What helps? Rest" in patient.open(page.location).words
    patient.press(f"{hold}/book")
    assert answers(clinic) == {"Do you have chest pain?": "No", "What helps?": "Rest"}


def test_an_answer_to_a_question_that_is_not_asked_is_neither_shown_nor_kept(clinic: Clinic) -> None:
    tick = make_question(clinic, label="I take medicine", kind="consent")
    which = make_question(
        clinic, label="Which?", required=True, shown_question_id=tick.id, shown_answers=["Yes"]
    )
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    assert 'Only if you ticked "I take medicine".' in patient.open(hold).words
    review = patient.open(patient.fill_in(hold, **{f"q_{which.id}": "Aspirin"}).location)
    assert "Aspirin" not in review.words
    patient.press(f"{hold}/book")
    assert answers(clinic) == {}


def test_an_answer_that_cannot_wait_leads_to_the_emergency_number_before_anything_else(
    clinic: Clinic, pain: Question
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.fill_in(hold, given="", **{f"q_{pain.id}": "Yes"})  # other mistakes don't hide it
    assert (page.status, page.location) == (303, f"{hold}/stop")
    page = patient.open(page.location)
    assert page.title == "Call first"
    assert page.h1 == "If this is an emergency, call 911 now."
    assert 'href="tel:911"' in page.text
    words = page.words
    assert words.index("call 911") < words.index('You answered "Yes" to "Do you have chest pain?".')
    assert words.index(CALL_US) < words.index("Call 617-555-0142") < words.index("Give this time back")
    assert status(clinic, hold) == "held"


def test_the_time_is_given_back_only_by_its_button_and_the_answers_stay(
    clinic: Clinic, pain: Question
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.fill_in(hold, **{f"q_{pain.id}": "Yes"})
    for step in ("review", "stop"):
        assert patient.open(f"{hold}/{step}").location in (f"{hold}/stop", "")
    assert patient.press(f"{hold}/book").location == f"{hold}/stop"
    assert status(clinic, hold) == "held"
    page = patient.press(f"{hold}/release", page="stop")
    assert page.location == f"{hold}/stop"
    page = patient.open(page.location)
    assert "We're not holding a time for you any more." in page.words
    assert "Give this time back" not in page.words
    assert status(clinic, hold) == "expired"
    page = patient.fill_in(hold, **{f"q_{pain.id}": "No"})
    assert page.location == f"{hold}/review?again=1"


def test_whoever_corrects_the_answer_goes_on_with_everything_kept(clinic: Clinic, pain: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.fill_in(hold, **{f"q_{pain.id}": "Yes"})
    assert f'href="{hold}#q_{pain.id}-0"' in patient.open(f"{hold}/stop").text
    page = patient.open(hold)
    assert 'value="Zebulon"' in page.text
    assert patient.fill_in(hold, **{f"q_{pain.id}": "No"}).location == f"{hold}/review"
    assert patient.open(f"{hold}/stop").location == hold
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def test_a_stopping_answer_comes_along_to_another_time_and_still_stops(
    clinic: Clinic, pain: Question
) -> None:
    patient, (first, second) = Patient(clinic.app), clinic.starts()[:2]
    hold = patient.hold(clinic, first)
    patient.fill_in(hold, **{f"q_{pain.id}": "Yes"})
    again = patient.hold(clinic, second, kept=hold.split("/")[2])
    assert patient.open(again).location == again.replace("/review", "/stop")


def test_a_tick_and_one_of_several_choices_can_stop_with_words_of_our_own(clinic: Clinic) -> None:
    tick = make_question(clinic, label="I can't breathe", kind="consent", stop_answers=["Yes"])
    signs = make_question(
        clinic, label="Signs?", kind="multiple", choices=["Fever", "Numbness", "None"],
        stop_answers=["Numbness"],
    )  # fmt: skip
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    assert patient.fill_in(hold, **{f"q_{tick.id}": "y"}).location == f"{hold}/stop"
    page = patient.open(f"{hold}/stop")
    assert 'You ticked "I can\'t breathe".' in page.words
    assert "With this answer the clinic wants to speak with you before you book." in page.words
    page = patient.press(hold, **{"given": "Z", f"q_{signs.id}": ["Fever", "Numbness"]})
    assert page.location == f"{hold}/stop"
    assert 'You answered "Numbness" to "Signs?".' in patient.open(f"{hold}/stop").words


def test_a_question_that_is_not_asked_stops_nobody(clinic: Clinic) -> None:
    decider = make_question(clinic, label="Pain?", kind="choice", choices=["Yes", "No"])
    worse = make_question(
        clinic, label="Is it bad?", kind="choice", choices=["Yes", "No"], stop_answers=["Yes"],
        shown_question_id=decider.id, shown_answers=["Yes"],
    )  # fmt: skip
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.fill_in(hold, **{f"q_{decider.id}": "No", f"q_{worse.id}": "Yes"})
    assert page.location == f"{hold}/review"


def test_another_browser_does_not_learn_of_the_answer(clinic: Clinic, pain: Question) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.fill_in(hold, **{f"q_{pain.id}": "Yes"})
    assert "chest pain" not in Patient(clinic.app).open(f"{hold}/stop").words


def test_the_booking_itself_refuses_a_stopping_answer_of_a_patient_and_takes_it_from_staff(
    app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    pain = make_question(
        clinic, label="Chest pain?", kind="choice", choices=["Yes", "No"], stop_answers=["Yes"]
    )
    by, said = visitor(), [AnswerGiven(pain.id, pain.label, "Yes")]
    held = make_hold(clinic, by=by)
    with clinic.app.app_context():
        with pytest.raises(InvalidInput) as error:
            booking.book(by=by, appointment_id=held.id, details=DETAILS, answers=said)
        assert list(error.value.problems) == [pain.id]
        booking.desk_book(
            by=By("user", user_id="ana"),
            schedule_id=clinic.schedule,
            start=clinic.starts()[3],
            details=DETAILS,
            answers=said,
        )
    assert answers(clinic) == {"Chest pain?": "Yes"}
