"""Questions of a type."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog
from scheduler.booking import AnswerGiven
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.models import Answer, Question
from tests.catalog.acts import LONG, NUL, act, again, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_appointment, make_question

BAD: list[tuple[str, Any]] = [
    ("kind", "essay"), ("label", ""), ("label", LONG), ("label", NUL), ("hint", "x" * 1001), ("required", 1),
    ("choices", ["a", "b"]), ("choices", "ab"), ("language", "English"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    fields = {"appointment_type_id": still.clinic.type, "label": "Why?"} | {field: value}
    assert list(refused(still.clinic, catalog.add_question, **fields)) == [field]


@pytest.mark.parametrize("kind", ["choice", "multiple"])
@pytest.mark.parametrize(
    "choices", [[], ["a"], ["a", "a"], ["a", ""], ["a", "x" * 201], ["a"] * 51, ["a", 2]]
)
def test_choices_are_two_or_more_different_texts(still: Still, kind: str, choices: list[Any]) -> None:
    problems = refused(
        still.clinic,
        catalog.add_question,
        appointment_type_id=still.clinic.type,
        label="Which?",
        kind=kind,
        choices=choices,
    )
    assert list(problems) == ["choices"]


def test_questions_come_in_the_order_in_which_they_were_added(clinic: Clinic) -> None:
    assert [make_question(clinic).position for _ in range(3)] == [1, 2, 3]


def test_there_is_an_end_to_questions(clinic: Clinic) -> None:
    first = make_question(clinic)
    for _ in range(29):
        make_question(clinic)
    with pytest.raises(Conflict, match="at most 30"):
        make_question(clinic)
    act(clinic, catalog.edit_question, question_id=first.id, active=False)
    assert make_question(clinic).position == 31


def test_an_answer_keeps_the_words_that_were_asked(clinic: Clinic) -> None:
    question = make_question(clinic, label="Who referred you?")
    booked = make_appointment(clinic, answers=[AnswerGiven(question.id, question.label, "Dr. Ash")])
    act(clinic, catalog.edit_question, question_id=question.id, label="Your doctor?", kind="long")

    assert again(clinic, question).label == "Your doctor?"
    with clinic.app.app_context(), snapshot() as session:
        answer = session.scalars(select(Answer).where(Answer.appointment_id == booked.id)).one()
        assert answer.question == "Who referred you?"


def test_an_edit_is_checked_with_what_stays(still: Still) -> None:
    assert list(refused(still.clinic, catalog.edit_question, question_id=still.question, kind="text")) == [
        "choices"
    ]


def test_an_unknown_type_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        act(clinic, catalog.add_question, appointment_type_id="nothing", label="Why?")


def labels(clinic: Clinic) -> list[str]:
    with clinic.app.app_context(), snapshot() as session:
        asked = select(Question).where(Question.appointment_type_id == clinic.type, Question.active)
        return [row.label for row in session.scalars(asked.order_by(Question.position))]


def test_questions_change_places_with_their_neighbours(clinic: Clinic) -> None:
    first, second, third = (make_question(clinic, label=label) for label in "abc")
    act(clinic, catalog.move_question, question_id=third.id, earlier=True)
    assert labels(clinic) == ["a", "c", "b"]
    act(clinic, catalog.move_question, question_id=first.id, earlier=False)
    assert labels(clinic) == ["c", "a", "b"]
    act(clinic, catalog.move_question, question_id=third.id, earlier=True)
    act(clinic, catalog.move_question, question_id=second.id, earlier=False)
    assert labels(clinic) == ["c", "a", "b"]


def test_a_move_steps_over_what_is_not_asked_any_more(clinic: Clinic) -> None:
    rows = [make_question(clinic, label=label) for label in "abc"]
    act(clinic, catalog.edit_question, question_id=rows[1].id, active=False)
    act(clinic, catalog.move_question, question_id=rows[2].id, earlier=True)
    assert labels(clinic) == ["c", "a"]
    act(clinic, catalog.edit_question, question_id=rows[1].id, active=True)
    assert labels(clinic) == ["c", "b", "a"]


def test_an_unknown_question_is_not_moved(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        act(clinic, catalog.move_question, question_id="nothing", earlier=True)
