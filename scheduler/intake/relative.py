"""The part of the details page about the second of two relatives who come one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Form

from scheduler.booking import Details
from scheduler.booking.documents import Attached
from scheduler.booking.eligibility import AGE, Applicant, misfits
from scheduler.booking.eligible import age_refusal
from scheduler.intake.asking import QUESTION, Asked, QuestionPart, question_fields, question_names
from scheduler.intake.fields import DateParts, Line, Lines, Tick, about
from scheduler.intake.forms import NAME_LENGTH, REASON_LENGTH
from scheduler.intake.who import Who, consent_field
from scheduler.web.forms import PARTS

_LINES = ("second_given", "second_family", "second_relation", "second_reason")
_FIELDS = (*_LINES, "second_one_name", "second_consent", *(f"second_birth_date-{part}" for part in PARTS))
SECOND_QUESTION = f"second_{QUESTION}"


class RelativeForm(QuestionPart, Form):
    """Who comes second, and their answers to the type's questions. Made by ``relative_form``. ``who``: whom the type is
    for."""

    who: Who = Who()
    prefix = SECOND_QUESTION

    second_given: Line
    second_family: Line
    second_one_name: Tick
    second_birth_date: DateParts
    second_relation: Line
    second_consent: Tick
    second_reason: Lines

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check every field, and that a last name is there or known to be none."""
        super().validate(extra_validators)
        self.leave_unasked()
        for question in self.questions:
            # the first person's question has the same words in the list of errors
            question.errors = [_("Second person, %(said)s", said=said) for said in question.errors]
        born = self.second_birth_date
        if (
            born.data
            and not born.errors
            and AGE in misfits(self.who.rules, Applicant(born=born.data), self.who.day)
        ):
            born.errors = [about(born, age_refusal(self.who.rules))]
        if not self.second_consent.data:
            self.second_consent.errors = [
                f"{_('Your consent')}: {_('tick the box to book for somebody else.')}"
            ]
        family = self.second_family
        if not family.text and not family.errors and not self.second_one_name.data:
            family.errors = [about(family, _('enter it, or tick "One name only".'))]
        return not any(field.errors for field in self)

    def details(self, first: Details) -> Details:
        """The second visit's details: a person of their own, reached as the ``first``. Call it after ``validate``."""
        born = self.second_birth_date.data
        return replace(
            first,
            for_whom="other",
            given=self.second_given.text,
            family="" if self.second_one_name.data else self.second_family.text,
            birth_date=born.isoformat() if born else "",
            booker_given=first.booker_given or first.given,
            booker_family=first.booker_family or first.family,
            relationship=self.second_relation.text,
            consent=bool(self.second_consent.data),
            reason=self.second_reason.text,
            needs=(),
        )


def relative_names(questions: Sequence[Asked]) -> Iterator[str]:
    """The names under which a browser sends what is asked about the second person."""
    yield from _FIELDS
    yield from question_names(questions, SECOND_QUESTION)


def relative_form(
    questions: Sequence[Asked],
    typed: MultiDict[str, str] | None,
    today: date,
    who: Who,
    attached: Sequence[Attached],
) -> RelativeForm:
    """The form for a type's ``questions`` with what was ``typed``; ``today``: the clinic's local date; ``who``: whom the type
    is for; ``attached``: the files that are kept behind the second visit."""
    fields: dict[str, Any] = {
        "second_given": Line(
            _("Their first name"), most=NAME_LENGTH, needed=_("enter it as on their papers.")
        ),
        "second_family": Line(_("Their last name"), most=NAME_LENGTH),
        "second_one_name": Tick(_("One name only")),
        "second_birth_date": DateParts(
            _("Their birth date"),
            needed=_("enter month, day and year."),
            past=today,
            hint=_("For example 4 27 1985"),
        ),
        "second_relation": Line(
            _("You are their"),
            most=60,
            needed=_("enter who you are to them, such as mother."),
            hint=_("For example mother, or brother"),
        ),
        "second_consent": consent_field(),
        **question_fields(questions, attached, SECOND_QUESTION),
        "second_reason": Lines(
            _("Reason for their visit"),
            most=REASON_LENGTH,
            hint=_("A few words, if you like. It is never put in a mail."),
        ),
    }
    made = type("RelativeFormOfToday", (RelativeForm,), {**fields, "asked": tuple(questions), "who": who})
    form: RelativeForm = made(formdata=typed)
    return form
