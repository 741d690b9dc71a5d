"""Questions of a type."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog
from scheduler.booking import AnswerGiven
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.models import Answer
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
