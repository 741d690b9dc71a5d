"""Answers that decide: which questions are asked after which answer, and which answers end the flow. What is set up here
is sound: a question hangs on one that comes earlier and can have the answers named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scheduler.catalog.fields import Problems
from scheduler.models import Question
from scheduler.models.asking import DECIDING, YES, possible_answers

_AFTER, _ANSWERS = "Asked after", "Answers it is asked after"
_STOP, _MESSAGE = "Answers that stop", "Message"


def check_deciding(
    values: dict[str, Any], before: Sequence[Question], hanging: Sequence[Question], problems: Problems
) -> None:
    """Check what a question's ``values`` decide and hang on. ``before``: the questions asked before it; ``hanging``: those
    that are asked only after an answer to it. Answers are taken away with the question that they belong to."""
    if {"kind", "choices"} - values.keys():
        return
    own = possible_answers(values["kind"], values["choices"])
    _check_stop(values, own, problems)
    _check_after(values, before, problems)
    for one in hanging:
        if values["kind"] not in DECIDING:
            problems.add("kind", "Kind of answer", f"keep it: {quoted([one])} only after an answer to it.")
        elif set(one.shown_answers) - set(own):
            field, label = (
                ("kind", "Kind of answer") if values["kind"] == "consent" else ("choices", "Choices")
            )
            problems.add(
                field, label, f"keep the ones after which {quoted([one])}, or change that question first."
            )


def hangs_loose(question: Question, before: Sequence[Question]) -> bool:
    """Whether what a question hangs on is not asked before it, or can't have the answers any more."""
    if question.shown_question_id is None:
        return False
    decider = next((one for one in before if one.id == question.shown_question_id), None)
    return decider is None or bool(
        set(question.shown_answers) - set(possible_answers(decider.kind, decider.choices))
    )


def quoted(questions: Sequence[Question]) -> str:
    """“Which one?” is asked; of several the first, and how many more."""
    more = len(questions) - 1
    return f"“{questions[0].label}”" + (f" and {more} more are asked" if more else " is asked")


def _check_stop(values: Mapping[str, Any], own: Sequence[str], problems: Problems) -> None:
    stops = values.get("stop_answers", [])
    if stops and values["kind"] not in DECIDING:
        problems.add("stop_answers", _STOP, "leave them empty for this kind of answer.")
    elif set(stops) - set(own):
        fix = f"only “{YES}” can stop." if values["kind"] == "consent" else "use the words of the choices."
        problems.add("stop_answers", _STOP, fix)
    elif values.get("stop_message") and not stops:
        problems.add("stop_answers", _STOP, "say after which answer the message is shown.")


def _check_after(values: dict[str, Any], before: Sequence[Question], problems: Problems) -> None:
    if values.get("shown_question_id", "") == "":
        return
    if values["shown_question_id"] is None:
        values["shown_answers"] = []
        return
    decider = next((one for one in before if one.id == values["shown_question_id"]), None)
    if decider is None or decider.kind not in DECIDING:
        problems.add("shown_question_id", _AFTER, "choose an earlier question with choices, or a tick.")
        return
    answers = values.get("shown_answers", [])
    if not answers and decider.kind == "consent":
        values["shown_answers"] = [YES]
    elif not answers:
        problems.add("shown_answers", _ANSWERS, "name at least one of its choices.")
    elif set(answers) - set(possible_answers(decider.kind, decider.choices)):
        problems.add("shown_answers", _ANSWERS, "use the words of that question's choices.")
