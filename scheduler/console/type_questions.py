"""The forms of a type's questions and private links."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from scheduler.availability.zones import zone as zone_of
from scheduler.catalog.links import FIELDS as LINK_FIELDS
from scheduler.catalog.questions import FIELDS
from scheduler.models import Question
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

    def fields(self) -> dict[str, Any]:
        """As the catalog takes them."""
        lines = [line.strip() for line in (self.choices.data or "").splitlines()]
        return {
            "label": self.label.data or "",
            "kind": self.kind.data,
            "hint": self.hint.data or "",
            "required": self.required.data,
            "choices": [line for line in lines if line],
        }

    def blame(self, problems: Mapping[str, str]) -> None:
        """Put the sentences at their fields."""
        for name, sentence in problems.items():
            self[name].errors = [sentence]


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
        "seen": print_of(question),
    }
    return QuestionForm(formdata=None, data=data)


def print_of(question: Question) -> str:
    """A fingerprint of what a question asks: tells whether somebody else changed it meanwhile."""
    asked = [question.label, question.kind, question.hint, question.required, question.choices]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
