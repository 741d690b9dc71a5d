"""Which of a type's questions are asked, given the answers so far, and which answers end the flow. Pure: the form, the
booking and the editor decide by the same functions, so that they can't disagree.

A question that hangs on another one is asked when that one is asked itself and has one of the answers named. One that
hangs on a question that is not there (any more), or comes later, is asked always: what a clinic set up wrongly must not
hide a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

YES = "Yes"
DECIDING = ("choice", "multiple", "consent")
"""Kinds of questions whose answers can decide what is asked next, or end the flow."""


class Asking(Protocol):
    """What has to be known of a question."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def shown_question_id(self) -> str | None: ...
    @property
    def shown_answers(self) -> Sequence[str]: ...
    @property
    def stop_answers(self) -> Sequence[str]: ...


def possible_answers(kind: str, choices: Sequence[str]) -> tuple[str, ...]:
    """The answers of a question that can decide something; none for a kind whose answers are free."""
    if kind == "consent":
        return (YES,)
    return tuple(choices) if kind in DECIDING else ()


def answers_of(question: Asking, text: str, ticked: Sequence[str] = ()) -> frozenset[str]:
    """The answers that were given as they were offered. ``text``: the answer as it is kept; ``ticked``: one by one, where
    they are known: a choice may hold the sign that joins several."""
    if ticked:
        return frozenset(ticked)
    if question.kind == "multiple":
        return frozenset(part for part in text.split("; ") if part)
    return frozenset((text,)) if text else frozenset()


def asked_questions(
    questions: Sequence[Asking], given: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of the questions that are asked, and of those of them whose answer ends the flow. ``questions`` in their order;
    ``given``: the answers by question, as ``answers_of`` gives them."""
    asked: set[str] = set()
    stopped: set[str] = set()
    before: set[str] = set()
    for question in questions:
        decider = question.shown_question_id
        hangs = decider is not None and decider in before
        if not hangs or (decider in asked and given.get(decider, frozenset()) & set(question.shown_answers)):
            asked.add(question.id)
            if given.get(question.id, frozenset()) & set(question.stop_answers):
                stopped.add(question.id)
        before.add(question.id)
    return frozenset(asked), frozenset(stopped)
