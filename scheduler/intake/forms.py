"""The details form: built from the fixed questions of ux.md 2.5 and those of the appointment type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form

from scheduler.booking import AnswerGiven, Details
from scheduler.intake.fields import (
    Choice,
    Choices,
    DateParts,
    Line,
    Lines,
    Tick,
    about,
    email_check,
    number_check,
    phone_check,
    refuse,
)
from scheduler.web.forms import PARTS
from scheduler.web.languages import page_language

FOR_WHOM = (
    ("me", lazy_gettext("Me")),
    ("child", lazy_gettext("My child")),
    ("other", lazy_gettext("Someone I care for")),
)
NEEDS = (
    ("interpreter", lazy_gettext("An interpreter")),
    ("step-free", lazy_gettext("Step-free access")),
    ("hearing", lazy_gettext("Help with hearing")),
    ("vision", lazy_gettext("Help with seeing")),
    ("quiet", lazy_gettext("A quiet place to wait")),
    ("more-time", lazy_gettext("More time")),
    ("companion", lazy_gettext("Someone with me")),
    ("other", lazy_gettext("Something else")),
)
NAME_LENGTH, LINE_LENGTH, LONG_LENGTH, REASON_LENGTH = 100, 200, 2000, 200
# A draft keeps more than a field allows, so that a text that is too long can be shortened, but not without end.
DRAFT_VALUE_LENGTH, DRAFT_VALUES = 10_000, 50
QUESTION = "q_"
SEEN = "seen"
SEEN_BEFORE = (("yes", lazy_gettext("Yes")), ("no", lazy_gettext("No, I'm new here")))
# what a type's code says of whom it is not for: people whom the clinic has not seen before
RETURNING = {
    "existptonly": lazy_gettext("Have you been seen at this clinic before?"),
    "existptfam": lazy_gettext("Have you, or someone in your family, been seen at this clinic before?"),
}
_FIELDS = (
    *(SEEN, "for_whom", "given", "family", "one_name", "booker_given", "booker_family", "relationship"),
    *("email", "phone", "reason", "needs", "needs_language", "needs_other"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an appointment type, as plain values."""

    id: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


class DetailsForm(Form):
    """Fields that every visit asks for. Made by ``details_form``, which adds the type's questions."""

    for_whom: Choice
    given: Line
    family: Line
    one_name: Tick
    birth_date: DateParts
    booker_given: Line
    booker_family: Line
    relationship: Line
    email: Line
    phone: Line
    needs: Choices
    needs_language: Line
    needs_other: Line
    reason: Lines

    asked: tuple[Asked, ...] = ()

    @property
    def questions(self) -> Iterator[Field]:
        """The fields of the type's own questions, in order."""
        return (self[QUESTION + question.id] for question in self.asked)

    @property
    def for_somebody_else(self) -> bool:
        return self.for_whom.text in ("child", "other")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check every field and what several fields must give together."""
        ready = super().validate(extra_validators)
        if self._needs(self.family) and not self.one_name.data:
            ready = self._add(self.family, _('enter it, or tick "One name only".'))
        if self.for_somebody_else:
            if self._needs(self.booker_given):
                ready = self._add(
                    self.booker_given, _("enter your own name, so the clinic knows who booked.")
                )
            if self._needs(self.relationship):
                ready = self._add(self.relationship, _("enter who you are to them, such as mother."))
        if not (self.email.text or self.phone.text) and not (self.email.errors or self.phone.errors):
            self.email.errors = [_("Phone or email: enter at least one so the clinic can reach you.")]
            ready = False
        if SEEN in self and answer_text(self[SEEN]) == "no":
            # whoever needs another visit is asked for nothing more here
            for field in self:
                field.errors = field.errors if field.name == SEEN else []
        return ready

    @staticmethod
    def _needs(field: Line) -> bool:
        return not field.text and not field.errors

    @staticmethod
    def _add(field: Line, what_to_do: str) -> bool:
        field.errors = [about(field, what_to_do)]
        return False

    def details(self, zone: str) -> Details:
        """What was typed as the booking's details; call it after ``validate``. ``zone``: the patient's, "" for the
        clinic's."""
        other = self.for_somebody_else
        return Details(
            for_whom=self.for_whom.text,
            given=self.given.text,
            family="" if self.one_name.data else self.family.text,
            birth_date=self.birth_date.data.isoformat() if self.birth_date.data else "",
            email=self.email.text,
            phone=self.phone.text,
            booker_given=self.booker_given.text if other else "",
            booker_family=self.booker_family.text if other else "",
            relationship=self.relationship.text if other else "",
            reason=self.reason.text,
            needs=tuple(self.named_needs()),
            language=page_language(),
            zone=zone,
            share_outcome=True,
        )

    def named_needs(self) -> Iterator[str]:
        """The needs ticked; what was typed beside one follows its code after a colon."""
        beside = {"interpreter": self.needs_language.text, "other": self.needs_other.text}
        for code in self.needs.ticked:
            yield f"{code}: {beside[code]}" if beside.get(code) else code

    def answers(self) -> list[AnswerGiven]:
        """Answers to the type's questions; unanswered ones are left out."""
        given = []
        for question in self.asked:
            text = answer_text(self[QUESTION + question.id])
            if text:
                given.append(AnswerGiven(question_id=question.id, question=question.label, text=text))
        return given


def answer_text(field: Field) -> str:
    """What was answered, as text for people; "" for nothing."""
    if isinstance(field, DateParts):
        return field.data.isoformat() if field.data else ""
    if isinstance(field, Tick):
        return "Yes" if field.data else ""
    if isinstance(field, Choices):
        return "; ".join(field.ticked)
    text = getattr(field, "text", "")
    return str(text)


def _seen_check(form: Any, field: Choice) -> None:
    """Refuse who is new. Raises StopValidation."""
    if field.text == "no":
        refuse(field, _("this visit is for people who have. See below what fits you."))


def _question_field(question: Asked, today: date) -> Field:
    required, options = question.required, [(choice, choice) for choice in question.choices]
    label, hint = question.label, question.hint
    made: dict[str, Any] = {
        "text": lambda: Line(
            label, most=LINE_LENGTH, needed=_("type an answer.") if required else "", hint=hint
        ),
        "long": lambda: Lines(
            label, most=LONG_LENGTH, needed=_("type an answer.") if required else "", hint=hint
        ),
        "choice": lambda: Choice(
            label, options, needed=_("choose an answer.") if required else "", hint=hint
        ),
        "multiple": lambda: Choices(
            label, options, needed=_("choose at least one.") if required else "", hint=hint
        ),
        "date": lambda: DateParts(
            label, needed=_("enter month, day and year.") if required else "", hint=hint
        ),
        "number": lambda: Line(
            label,
            number_check,
            most=30,
            needed=_("enter a number, such as 12.") if required else "",
            hint=hint,
        ),
        "consent": lambda: Tick(label, needed=_("tick the box to go on.") if required else "", hint=hint),
    }
    field: Field = made[question.kind]()
    return field


def details_form(
    questions: Sequence[Asked],
    typed: MultiDict[str, str] | None,
    today: date,
    patient_type: str = "",
) -> DetailsForm:
    """The details form for a type's ``questions`` with what was ``typed``; ``today``: the clinic's local date.

    ``patient_type``: the type's code where patients answer for themselves; one for people who have been seen before is
    asked about first.
    """
    fields: dict[str, Any] = {}
    if patient_type in RETURNING:
        fields[SEEN] = Choice(
            str(RETURNING[patient_type]), SEEN_BEFORE, validators=[_seen_check], needed=_("choose one.")
        )
    fields |= {
        "for_whom": Choice(_("Who is it for?"), FOR_WHOM, needed=_("choose one."), default="me"),
        "given": Line(
            _("First name"),
            most=NAME_LENGTH,
            needed=_("enter it as on your papers."),
            hint=_("All first names, if there are several."),
        ),
        "family": Line(_("Last name"), most=NAME_LENGTH),
        "one_name": Tick(_("One name only")),
        "birth_date": DateParts(
            _("Birth date"),
            needed=_("enter month, day and year."),
            past=today,
            hint=_("For example 4 27 1985"),
        ),
        "booker_given": Line(_("Your first name"), most=NAME_LENGTH),
        "booker_family": Line(_("Your last name"), most=NAME_LENGTH),
        "relationship": Line(_("You are their"), most=60, hint=_("For example mother, or home nurse")),
        "email": Line(_("Email"), email_check, most=254),
        "phone": Line(_("Phone"), phone_check, most=40),
    }
    fields |= {QUESTION + question.id: _question_field(question, today) for question in questions}
    fields |= {
        "reason": Lines(
            _("Reason for the visit"),
            most=REASON_LENGTH,
            hint=_("A few words, if you like. It is never put in a mail."),
        ),
        "needs": Choices(_("What would help you?"), NEEDS),
        "needs_language": Line(_("Language of the interpreter"), most=60),
        "needs_other": Line(_("Something else"), most=LINE_LENGTH),
    }
    made = type("DetailsFormOfType", (DetailsForm,), {**fields, "asked": tuple(questions)})
    form: DetailsForm = made(formdata=typed)
    return form


def typed_values(
    form: MultiDict[str, str], questions: Sequence[Asked], more: Iterable[str] = ()
) -> dict[str, list[str]]:
    """What a details page sent, bounded, for the draft: its fields alone (and ``more`` of them), no buttons or tokens."""
    names = {*_FIELDS, *more} | {QUESTION + question.id for question in questions}
    dates = {"birth_date"} | {QUESTION + question.id for question in questions if question.kind == "date"}
    names |= {f"{name}-{part}" for name in dates for part in PARTS}
    return {
        name: [value[:DRAFT_VALUE_LENGTH] for value in form.getlist(name)[:DRAFT_VALUES]]
        for name in sorted(names)
        if name in form
    }


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept behind a hold: the fields as typed, the patient's zone, the private link's token, the path word of the
    team on whose page the time was chosen."""

    typed: Mapping[str, Sequence[str]]
    zone: str = ""
    private: str = ""
    team: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed: the one answer that a landing page asks for is no typing."""
        return not set(self.typed) - {SEEN}

    def values(self) -> MultiDict[str, str] | None:
        """The fields as a form reads them; None when nothing was typed yet."""
        return (
            MultiDict([(name, value) for name, values in self.typed.items() for value in values])
            if self.typed
            else None
        )

    def data(self) -> dict[str, Any]:
        """As ``booking.save_draft`` takes it."""
        return {
            "typed": {name: list(values) for name, values in self.typed.items()},
            "zone": self.zone,
            "private": self.private,
            "team": self.team,
        }


def read_draft(text: str | None) -> Draft:
    """The draft of its stored JSON; an empty one for nothing."""
    kept = json.loads(text) if text else {}
    return Draft(
        typed=kept.get("typed", {}),
        zone=kept.get("zone", ""),
        private=kept.get("private", ""),
        team=kept.get("team", ""),
    )
