"""Questions that hang on answers, and answers that stop: what is set up is sound, and stays so when things change."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import catalog
from scheduler.errors import Conflict
from scheduler.models import Question
from tests.catalog.acts import act, again, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_question, make_type

YES_NO = {"kind": "choice", "choices": ["Yes", "No"]}


@pytest.fixture
def smoking(clinic: Clinic) -> Question:
    return make_question(clinic, label="Do you smoke?", **YES_NO)


@pytest.fixture
def how_long(clinic: Clinic, smoking: Question) -> Question:
    return make_question(clinic, label="How long?", shown_question_id=smoking.id, shown_answers=["Yes"])


def edit(clinic: Clinic, question: Question, **changes: Any) -> Question:
    return act(clinic, catalog.edit_question, question_id=question.id, **changes)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "text", "stop_answers": ["Yes"]}, "stop_answers"),
        ({"kind": "file", "stop_answers": ["Yes"]}, "stop_answers"),
        ({**YES_NO, "stop_answers": ["Maybe"]}, "stop_answers"),
        ({"kind": "consent", "stop_answers": ["No"]}, "stop_answers"),
        ({**YES_NO, "stop_message": "Call us."}, "stop_answers"),
        ({**YES_NO, "stop_answers": ["Yes"], "stop_message": "x" * 1001}, "stop_message"),
        ({"shown_question_id": "nothing", "shown_answers": ["Yes"]}, "shown_question_id"),
        ({"shown_question_id": 7}, "shown_question_id"),
        ({"shown_answers": "Yes"}, "shown_answers"),
    ],
)
def test_what_can_not_decide_is_refused_by_name(still: Still, fields: dict[str, Any], named: str) -> None:
    given = {"appointment_type_id": still.clinic.type, "label": "Why?"} | fields
    assert list(refused(still.clinic, catalog.add_question, **given)) == [named]


def test_a_question_hangs_on_an_earlier_one_of_its_type_that_has_answers_to_choose(
    clinic: Clinic, smoking: Question
) -> None:
    free = make_question(clinic, label="Anything else?")
    later = make_question(clinic, label="Later", **YES_NO)
    for decider, answers, named in (
        (free, ["Yes"], "shown_question_id"),
        (smoking, ["Maybe"], "shown_answers"),
        (smoking, [], "shown_answers"),
    ):
        problems = refused(
            clinic, catalog.add_question, appointment_type_id=clinic.type, label="Why?",
            shown_question_id=decider.id, shown_answers=answers,
        )  # fmt: skip
        assert list(problems) == [named]
    for decider in (later, smoking):  # one that comes after, and itself
        problems = refused(
            clinic, catalog.edit_question, question_id=smoking.id,
            shown_question_id=decider.id, shown_answers=["Yes"],
        )  # fmt: skip
        assert list(problems) == ["shown_question_id"]


def test_a_question_of_another_type_decides_nothing_here(clinic: Clinic) -> None:
    other = make_question(clinic, type=make_type(clinic).id, **YES_NO)
    problems = refused(
        clinic, catalog.add_question, appointment_type_id=clinic.type, label="Why?",
        shown_question_id=other.id, shown_answers=["Yes"],
    )  # fmt: skip
    assert list(problems) == ["shown_question_id"]


def test_a_tick_needs_no_answer_named(clinic: Clinic) -> None:
    tick = make_question(clinic, kind="consent", label="I smoke", stop_answers=["Yes"])
    assert make_question(clinic, shown_question_id=tick.id).shown_answers == ["Yes"]


def test_answers_without_their_question_are_taken_away(clinic: Clinic, how_long: Question) -> None:
    assert edit(clinic, how_long, shown_question_id=None).shown_answers == []


def test_what_others_hang_on_keeps_its_kind_and_answers(
    clinic: Clinic, smoking: Question, how_long: Question
) -> None:
    for changes, named in (
        ({"kind": "text", "choices": []}, "kind"),
        ({"choices": ["Never", "No"]}, "choices"),
    ):
        problems = refused(clinic, catalog.edit_question, question_id=smoking.id, **changes)
        assert list(problems) == [named]
        assert "“How long?” is asked" in problems[named]
    assert edit(clinic, smoking, choices=["Yes", "No", "Sometimes"]).choices[2] == "Sometimes"
    assert edit(clinic, smoking, kind="multiple").kind == "multiple"


def test_what_others_hang_on_is_not_left_out(clinic: Clinic, smoking: Question, how_long: Question) -> None:
    make_question(clinic, label="How many?", shown_question_id=smoking.id, shown_answers=["Yes"])
    with pytest.raises(Conflict, match="“How long\\?” and 1 more are asked only after"):
        edit(clinic, smoking, active=False)
    assert again(clinic, smoking).active


def test_a_question_stays_behind_the_one_that_it_hangs_on(
    clinic: Clinic, smoking: Question, how_long: Question
) -> None:
    for question, earlier in ((how_long, True), (smoking, False)):
        with pytest.raises(Conflict, match="has to stay behind it"):
            act(clinic, catalog.move_question, question_id=question.id, earlier=earlier)
    assert again(clinic, smoking).position < again(clinic, how_long).position


def test_a_question_asked_again_lets_go_of_what_is_not_asked_before_it(
    clinic: Clinic, smoking: Question, how_long: Question
) -> None:
    edit(clinic, how_long, active=False)
    edit(clinic, smoking, active=False)
    back = edit(clinic, how_long, active=True)
    assert (back.shown_question_id, back.shown_answers) == (None, [])


def test_a_question_asked_again_lets_go_of_an_answer_that_is_no_choice_any_more(
    clinic: Clinic, smoking: Question, how_long: Question
) -> None:
    edit(clinic, how_long, active=False)
    edit(clinic, smoking, choices=["Never", "Always"])
    assert edit(clinic, how_long, active=True).shown_question_id is None


def test_a_question_asked_again_still_hangs_on_what_is_there(
    clinic: Clinic, smoking: Question, how_long: Question
) -> None:
    edit(clinic, how_long, active=False)
    assert edit(clinic, how_long, active=True).shown_question_id == smoking.id


def test_a_question_that_is_not_asked_can_be_reworded(
    clinic: Clinic, smoking: Question, how_long: Question
) -> None:
    edit(clinic, how_long, active=False)
    edit(clinic, smoking, active=False)
    assert edit(clinic, how_long, label="Since when?").label == "Since when?"
