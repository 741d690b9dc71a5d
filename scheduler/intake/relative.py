"""The part of the details page about the second of two relatives who come one after the other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Form

from scheduler.booking import Details
from scheduler.booking.documents import Attached
from scheduler.booking.eligibility import misfits
from scheduler.booking.eligible import FIELD_OF, refusal
from scheduler.intake.asking import QUESTION, Asked, QuestionPart, question_fields, question_names
from scheduler.intake.fields import DateParts, Line, Lines, Tick, about
from scheduler.intake.forms import NAME_LENGTH, REASON_LENGTH
from scheduler.intake.who import (
    INSURED,
    REFERRAL_NUMBER,
    SECOND,
    EligibilityPart,
    Who,
    consent_field,
    eligibility_fields,
)
from scheduler.web.forms import PARTS

_LINES = ("second_given", "second_family", "second_relation", "second_reason")
_FIELDS = (
    *(*_LINES, "second_one_name", "second_consent", SECOND + REFERRAL_NUMBER, SECOND + INSURED),
    *(f"second_birth_date-{part}" for part in PARTS),
)
SECOND_QUESTION = f"second_{QUESTION}"


class _First(Form):
    """Who comes first, as typed into the form above; never checked here."""

    given = Line("", most=NAME_LENGTH)
    family = Line("", most=NAME_LENGTH)
    one_name = Tick("")
    birth_date = DateParts("")


class RelativeForm(QuestionPart, EligibilityPart, Form):
    """Who comes second, and their answers to the type's questions. Made by ``relative_form``. ``who``: whom the type is
    for; ``first``: who comes first."""

    before = SECOND
    first: _First
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
        for code in misfits(self.who.rules, self.applicant(), self.who.day):
            asked_at = self[self.before + FIELD_OF[code]]
            if not asked_at.errors:
                asked_at.errors = [about(asked_at, refusal(self.who.rules, code))]
        if not self.second_consent.data:
            self.second_consent.errors = [
                f"{_('Your consent')}: {_('tick the box to book for somebody else.')}"
            ]
        if not self.second_given.errors and born.data and self._is_the_first():
            self.second_given.errors = [
                about(
                    self.second_given,
                    _("this is the first person again, by name and birth date. Enter who comes second."),
                )
            ]
        family = self.second_family
        if not family.text and not family.errors and not self.second_one_name.data:
            family.errors = [about(family, _('enter it, or tick "One name only".'))]
        return not any(field.errors for field in self)

    def _is_the_first(self) -> bool:
        """Whether both have one name and birth date, however they are written."""
        first = self.first
        own = (self.second_given.text, "" if self.second_one_name.data else self.second_family.text)
        theirs = (first.given.text, "" if first.one_name.data else first.family.text)
        return first.birth_date.data == self.second_birth_date.data and _plain(*own) == _plain(*theirs)

    def details(self, first: Details) -> Details:
        """The second visit's details: a person of their own, reached as the ``first``. Call it after ``validate``."""
        born = self.second_birth_date.data
        insured, plan_id = self.insured()
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
            insurance=insured,
            insurance_plan_id=plan_id,
            insurance_plan=self.plan_name(),
            referral_number=self.number_given(),
        )


def _plain(given: str, family: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", f"{given} {family}").casefold().split())


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
        **eligibility_fields(who, attached, second=True),
        **question_fields(questions, attached, SECOND_QUESTION),
        "second_reason": Lines(
            _("Reason for their visit"),
            most=REASON_LENGTH,
            hint=_("A few words, if you like. It is never put in a mail."),
        ),
    }
    made = type("RelativeFormOfToday", (RelativeForm,), {**fields, "asked": tuple(questions), "who": who})
    form: RelativeForm = made(formdata=typed)
    form.first = _First(formdata=typed)
    return form
