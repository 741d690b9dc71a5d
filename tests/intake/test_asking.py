"""Which questions are asked: the form, the booking and a plain reading of the rule agree, whatever is answered."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from scheduler.booking.details import asked_for
from scheduler.intake.asking import Asked
from scheduler.intake.forms import DetailsForm, details_form
from scheduler.models.asking import DECIDING, YES, answers_of, asked_questions, possible_answers

TODAY = date(2027, 6, 8)
CHOICES = ("Yes", "No", "Yes; and no")
KINDS = ("choice", "multiple", "consent", "text", "date", "file")


@st.composite
def questionnaires(draw: st.DrawFn) -> tuple[Asked, ...]:
    """Up to six questions, each of which may hang on an earlier one, on a later one or on none that is there."""
    made: list[Asked] = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(KINDS))
        choices = CHOICES if kind in ("choice", "multiple") else ()
        decider = draw(st.sampled_from([None, *map(str, range(7))]))
        mine = possible_answers(kind, choices)
        made.append(
            Asked(
                str(number), kind, f"Question {number}",
                required=draw(st.booleans()), choices=choices, shown_question_id=decider,
                shown_answers=tuple(draw(st.lists(st.sampled_from(CHOICES), unique=True))),
                stop_answers=tuple(draw(st.lists(st.sampled_from(mine), unique=True))) if mine else (),
            )
        )  # fmt: skip
    return tuple(made)


@st.composite
def typed(draw: st.DrawFn, questions: tuple[Asked, ...]) -> MultiDict[str, str]:
    """What somebody answers; also to questions that are not asked."""
    values: list[tuple[str, str]] = []
    for one in questions:
        name = f"q_{one.id}"
        if one.kind == "choice":
            values += [(name, answer) for answer in draw(st.lists(st.sampled_from(CHOICES), max_size=1))]
        elif one.kind == "multiple":
            values += [(name, answer) for answer in draw(st.lists(st.sampled_from(CHOICES), unique=True))]
        elif one.kind == "consent":
            values += [(name, "y")] * draw(st.integers(0, 1))
        elif one.kind == "text":
            values.append((name, draw(st.sampled_from(["", "Yes", "some words"]))))
    return MultiDict(values)


@st.composite
def filled(draw: st.DrawFn) -> tuple[tuple[Asked, ...], DetailsForm]:
    questions = draw(questionnaires())
    return questions, details_form(questions, draw(typed(questions)), TODAY, attached=())


def read_plainly(questions: tuple[Asked, ...], form: DetailsForm) -> set[str]:
    """The rule once more, from the end: a question is asked when all that it hangs on is, with a fitting answer."""

    def has(one: Asked, answers: tuple[str, ...]) -> bool:
        field = form[f"q_{one.id}"]
        if one.kind == "multiple":
            return any(answer in field.data for answer in answers)
        if one.kind == "consent":
            return bool(field.data) and YES in answers
        return one.kind != "file" and one.kind != "date" and field.text in answers and field.text != ""

    def is_asked(place: int) -> bool:
        hung = questions[place].shown_question_id
        for before in range(place):
            if questions[before].id == hung:
                return is_asked(before) and has(questions[before], questions[place].shown_answers)
        return True

    return {one.id for place, one in enumerate(questions) if is_asked(place)}


@settings(max_examples=60, deadline=None)
@given(filled())
def test_form_and_booking_agree_on_what_is_asked_and_what_stops(
    made: tuple[tuple[Asked, ...], DetailsForm],
) -> None:
    questions, form = made
    asked, stopped = asked_for(questions, form.answers())
    assert form.asked_now == read_plainly(questions, form)
    assert asked == form.asked_now
    assert stopped == {question.id for question in form.stopping}
    assert {answer.question_id for answer in form.answers()} <= asked


@settings(max_examples=40, deadline=None)
@given(filled())
def test_only_what_is_asked_is_required(made: tuple[tuple[Asked, ...], DetailsForm]) -> None:
    questions, form = made
    form.validate()
    answered = {answer.question_id for answer in form.answers()}
    for question in questions:
        wrong = bool(form.question(question.id).errors)
        assert wrong == (question.id in form.asked_now and question.required and question.id not in answered)


def test_an_answer_that_holds_the_joining_sign_is_one_answer() -> None:
    one: Any = SimpleNamespace(kind="multiple")
    assert answers_of(one, "Yes; and no", ("Yes; and no",)) == {"Yes; and no"}
    assert answers_of(one, "Yes; No") == {"Yes", "No"}
    assert answers_of(one, "") == frozenset()


def test_only_answers_from_a_list_decide() -> None:
    assert possible_answers("consent", ()) == (YES,)
    assert possible_answers("choice", ["a", "b"]) == ("a", "b")
    assert all(possible_answers(kind, ["a"]) == () for kind in ("text", "long", "date", "number", "file"))
    assert set(DECIDING) == {"choice", "multiple", "consent"}


def test_nothing_is_asked_of_nothing() -> None:
    assert asked_questions((), {}) == (frozenset(), frozenset())
