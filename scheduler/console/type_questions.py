"""The forms of a type's questions and private links."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from scheduler.availability.zones import zone as zone_of
from scheduler.catalog.links import FIELDS as LINK_FIELDS
from scheduler.catalog.questions import FIELDS
from scheduler.errors import InvalidInput
from scheduler.models import Question
from scheduler.models.asking import DECIDING, possible_answers
from scheduler.web.forms import DatePartsField

KINDS = {
    "text": "A line of text",
    "long": "Several lines of text",
    "choice": "One of several choices",
    "multiple": "Any of several choices",
    "date": "A date",
    "number": "A number",
    "consent": "A tick that agrees to something",
    "file": "A file: PDF or picture",
}


class QuestionForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A question. ``seen``: what the question was when the page was made."""

    seen = HiddenField()
    label = StringField("Question", description="As the patient reads it.", render_kw={"maxlength": "400"})
    kind = SelectField(FIELDS["kind"].label, choices=dict(KINDS), validate_choice=False)
    choices = TextAreaField("Choices", description="One per line, for the two kinds with choices.")
    hint = TextAreaField("Hint", description="A line below the question that helps to answer it.")
    required = BooleanField("Must be answered")
    shown = SelectMultipleField("Asked only after", validate_choice=False)
    stop_answers = TextAreaField(
        FIELDS["stop_answers"].label,
        description="One per line, in the words of the choices; for a tick: Yes. Whoever gives one reads the emergency "
        "number, the message below and your phone number, and can't book online.",
    )
    stop_message = TextAreaField(
        FIELDS["stop_message"].label, description="What they shall do, such as: Call us, we see you today."
    )
    deciders: Sequence[Question] = ()

    def offer(self, earlier: Sequence[Question]) -> QuestionForm:
        """Let the question hang on one of the ``earlier`` ones, where that has answers that can decide."""
        self.deciders = [one for one in earlier if one.kind in DECIDING]
        return self

    def answers_after(self) -> list[tuple[Question, list[tuple[str, str, bool]]]]:
        """For each question that can decide: (value, answer, whether it is ticked) of its answers."""
        ticked = set(self.shown.data or ())
        return [
            (one, [(value, answer, value in ticked) for value, answer in _values(one)])
            for one in self.deciders
        ]

    def fields(self) -> dict[str, Any]:
        """As the catalog takes them. Raises InvalidInput when it shall be asked after answers of several questions."""
        ticked = [value.partition(":") for value in self.shown.data or ()]
        after = list(dict.fromkeys(question_id for question_id, _, _ in ticked))
        if len(after) > 1:
            raise InvalidInput({"shown_answers": "Asked only after: tick answers of one question only."})
        return {
            "label": self.label.data or "",
            "kind": self.kind.data,
            "hint": self.hint.data or "",
            "required": self.required.data,
            "choices": _lines(self.choices.data),
            "shown_question_id": after[0] if after else None,
            "shown_answers": [answer for _, _, answer in ticked],
            "stop_answers": _lines(self.stop_answers.data),
            "stop_message": self.stop_message.data or "",
        }

    def blame(self, problems: Mapping[str, str]) -> None:
        """Put the sentences at their fields."""
        for name, sentence in problems.items():
            self["shown" if name.startswith("shown_") else name].errors = [sentence]


def _lines(text: str | None) -> list[str]:
    lines = [line.strip() for line in (text or "").splitlines()]
    return [line for line in lines if line]


def _values(decider: Question) -> list[tuple[str, str]]:
    """(value of its box, answer) of each answer that can decide."""
    answers = possible_answers(decider.kind, decider.choices)
    return [(f"{decider.id}:{answer}", answer) for answer in answers]


class LinkForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A private link to make."""

    label = StringField(
        LINK_FIELDS["label"].label,
        description="Whom it is for. Patients don't see it.",
        render_kw={"maxlength": "400"},
    )
    last_day = DatePartsField("Last day", description="Empty: it works until you end it.")

    def expires_at(self, zone: str) -> int | None:
        """The midnight (epoch seconds) after the last day in ``zone``; None when the link has no end."""
        if self.last_day.data is None:
            return None
        return zone_of(zone).instant(self.last_day.data.toordinal() + 1, 0)


def question_form(question: Question | None) -> QuestionForm:
    """The form, filled in with a question."""
    if question is None:
        return QuestionForm(formdata=None)
    data = {
        "label": question.label,
        "kind": question.kind,
        "hint": question.hint,
        "required": question.required,
        "choices": "\n".join(question.choices),
        "shown": [f"{question.shown_question_id}:{answer}" for answer in question.shown_answers],
        "stop_answers": "\n".join(question.stop_answers),
        "stop_message": question.stop_message,
        "seen": print_of(question),
    }
    return QuestionForm(formdata=None, data=data)


def print_of(question: Question) -> str:
    """A fingerprint of what a question asks: tells whether somebody else changed it meanwhile."""
    asked = [question.label, question.kind, question.hint, question.required, question.choices]
    asked += [
        question.shown_question_id,
        question.shown_answers,
        question.stop_answers,
        question.stop_message,
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
