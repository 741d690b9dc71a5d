"""The details form: built from the fixed questions of ux.md 2.5 and those of the appointment type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form

from scheduler.booking import Details
from scheduler.booking.documents import FILE, Attached
from scheduler.intake.asking import LINE_LENGTH, Asked, QuestionPart, question_fields, question_names
from scheduler.intake.fields import (
    Choice,
    Choices,
    DateParts,
    Line,
    Lines,
    PhoneLine,
    Tick,
    about,
    email_check,
    phone_check,
    shown,
)
from scheduler.intake.who import (
    CONSENT,
    STAFF,
    EligibilityPart,
    Who,
    consent_field,
    eligibility_fields,
)
from scheduler.intake.who import FIELDS as WHO_FIELDS
from scheduler.web.forms import PARTS
from scheduler.web.languages import page_language

FOR_WHOM = (
    ("me", lazy_gettext("Me")),
    ("child", lazy_gettext("My child")),
    ("other", lazy_gettext("Someone I care for")),
)
# of whom a name and a birth date are asked, by the answer to "Who is it for?"
LABELS = {
    "me": {
        "given": lazy_gettext("First name"),
        "family": lazy_gettext("Last name"),
        "birth_date": lazy_gettext("Birth date"),
    },
    "child": {
        "given": lazy_gettext("Your child's first name"),
        "family": lazy_gettext("Your child's last name"),
        "birth_date": lazy_gettext("Your child's birth date"),
    },
    "other": {
        "given": lazy_gettext("First name of the person you care for"),
        "family": lazy_gettext("Last name of the person you care for"),
        "birth_date": lazy_gettext("Birth date of the person you care for"),
    },
}
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
NAME_LENGTH, REASON_LENGTH = 100, 200
# A draft keeps more than a field allows, so that a text that is too long can be shortened, but not without end.
DRAFT_VALUE_LENGTH, DRAFT_VALUES = 10_000, 50
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
    *WHO_FIELDS,
)


class DetailsForm(QuestionPart, EligibilityPart, Form):
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

    @property
    def for_somebody_else(self) -> bool:
        return self.for_whom.text in ("child", "other")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check every field and what several fields must give together."""
        super().validate(extra_validators)
        if self._needs(self.family) and not self.one_name.data:
            self._add(self.family, _('enter it, or tick "One name only".'))
        if self.for_somebody_else:
            if self._needs(self.booker_given):
                self._add(self.booker_given, _("enter your own name, so the clinic knows who booked."))
            if self._needs(self.relationship):
                self._add(self.relationship, _("enter who you are to them, such as mother."))
            if CONSENT in self and not self[CONSENT].data:
                self._add(self[CONSENT], _("tick the box to book for somebody else."), _("Your consent"))
        if not (self.email.text or self.phone.text) and not (self.email.errors or self.phone.errors):
            self.email.errors = [_("Phone or email: enter at least one so the clinic can reach you.")]
        self.leave_unasked()
        self.judge()
        return not any(field.errors for field in self)

    @staticmethod
    def _needs(field: Line) -> bool:
        return not field.text and not field.errors

    @staticmethod
    def _add(field: Field, what_to_do: str, name: str = "") -> None:
        field.errors = [f"{name}: {what_to_do}" if name else about(field, what_to_do)]

    def details(self, zone: str, wish: tuple[str, str] = ("", "")) -> Details:
        """What was typed as the booking's details; call it after ``validate``. ``zone``: the patient's, "" for the
        clinic's; ``wish``: the sex and the language of whom they would rather see."""
        other = self.for_somebody_else
        insured, plan_id = self.insured()
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
            insurance=insured,
            insurance_plan_id=plan_id,
            insurance_plan=self.plan_name(),
            referral_number=self.number_given(),
            wish_gender=wish[0],
            wish_language=wish[1],
            consent=other and CONSENT in self and bool(self[CONSENT].data),
        )

    def whom_words(self) -> dict[str, dict[str, str]]:
        """The labels of the name and the birth date by the answer to whom the visit is for, as script needs them."""
        return {whom: {name: str(label) for name, label in words.items()} for whom, words in LABELS.items()}

    def named_needs(self) -> Iterator[str]:
        """The needs ticked; what was typed beside one follows its code after a colon."""
        beside = {"interpreter": self.needs_language.text, "other": self.needs_other.text}
        for code in self.needs.ticked:
            yield f"{code}: {beside[code]}" if beside.get(code) else code


def details_form(
    questions: Sequence[Asked],
    typed: MultiDict[str, str] | None,
    today: date,
    who: Who = STAFF,
    attached: Sequence[Attached] | None = None,
) -> DetailsForm:
    """The details form for a type's ``questions`` with what was ``typed``; ``today``: the clinic's local date.

    ``who``: whom the type is for. What decides that is asked first: seen here before, birth date, referral, insurance.
    ``attached``: the files that are kept already; None where no files are taken, since staff fill the form in.
    """
    if attached is None:
        questions = [question for question in questions if question.kind != FILE]
    fields: dict[str, Any] = {}
    whom = typed.get("for_whom", "") if typed and not who.staff else ""
    labels = {name: str(label) for name, label in LABELS.get(whom, LABELS["me"]).items()}
    patient_type = "" if who.staff else who.rules.patient_type
    if patient_type in RETURNING:
        fields[SEEN] = Choice(str(RETURNING[patient_type]), SEEN_BEFORE, needed=_("choose one."))
    fields["for_whom"] = Choice(_("Who is it for?"), FOR_WHOM, needed=_("choose one."), default="me")
    if who.age_first:
        fields["birth_date"] = _birth_date(
            labels["birth_date"], today, _("Of the person who comes. For example 4 27 1985")
        )
    fields |= eligibility_fields(who, attached)
    fields |= {
        "given": Line(
            labels["given"],
            most=NAME_LENGTH,
            needed=_("enter it as on their papers.")
            if whom in ("child", "other")
            else _("enter it as on your papers."),
            hint=_("All first names, if there are several."),
        ),
        "family": Line(labels["family"], most=NAME_LENGTH),
        "one_name": Tick(_("One name only")),
    }
    if not who.age_first:
        fields["birth_date"] = _birth_date(labels["birth_date"], today, _("For example 4 27 1985"))
    fields |= {
        "booker_given": Line(_("Your first name"), most=NAME_LENGTH),
        "booker_family": Line(_("Your last name"), most=NAME_LENGTH),
        "relationship": Line(_("You are their"), most=60, hint=_("For example mother, or home nurse")),
    }
    if not who.staff:
        fields[CONSENT] = consent_field()
    fields |= {
        "email": Line(_("Email"), email_check, most=254),
        "phone": PhoneLine(_("Phone"), phone_check, most=40),
    }
    fields |= question_fields(questions, attached or ())
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
    made = type("DetailsFormOfType", (DetailsForm,), {**fields, "asked": tuple(questions), "who": who})
    form: DetailsForm = made(formdata=typed)
    return form


def _birth_date(label: str, today: date, hint: str) -> Field:
    return DateParts(
        label,
        needed=_("enter month, day and year."),
        past=today,
        hint=hint,
    )


def typed_values(
    form: MultiDict[str, str], questions: Sequence[Asked], more: Iterable[str] = ()
) -> dict[str, list[str]]:
    """What a details page sent, bounded, for the draft: its fields alone (and ``more`` of them), no buttons or tokens."""
    names = {*_FIELDS, *more, *question_names(questions), *(f"birth_date-{part}" for part in PARTS)}
    return {
        name: [shown(value[:DRAFT_VALUE_LENGTH]) for value in form.getlist(name)[:DRAFT_VALUES]]
        for name in sorted(names)
        if name in form
    }
