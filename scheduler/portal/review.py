"""What the review page lists: every answer in words, with the place to change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from scheduler.intake.asking import QuestionPart, answer_text
from scheduler.intake.fields import DateParts, Tick
from scheduler.intake.files import Files
from scheduler.intake.forms import FOR_WHOM, NEEDS, SEEN, SEEN_BEFORE, DetailsForm
from scheduler.intake.relative import RelativeForm
from scheduler.intake.who import INSURED, REFERRAL_FILE, REFERRAL_NUMBER, SECOND, insurance_words
from scheduler.web.forms import first_control
from scheduler.web.languages import theirs
from scheduler.web.times import date_long, day_with_year


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the summary list: ``value`` is text or lines of it, ``change`` the address of its field."""

    label: str
    value: str | tuple[str, ...]
    change: str
    change_name: str


def summary(form: DetailsForm, details_url: str) -> list[Row]:
    """The rows of a form that is valid, in the order of the details page; what was left empty and is optional is left
    out, but for the reason, which people look for."""

    def row(label: str, value: str | tuple[str, ...], field: str) -> Row:
        return Row(label, value, f"{details_url}#{first_control(form[field])}", label[:1].lower() + label[1:])

    born = form.birth_date.data
    name = form.given.text if form.one_name.data else f"{form.given.text} {form.family.text}"
    rows = (
        [row(_("Seen here before"), str(dict(SEEN_BEFORE)[answer_text(form[SEEN])]), SEEN)]
        if SEEN in form
        else []
    )
    rows += [
        row(_("Who it is for"), str(dict(FOR_WHOM)[form.for_whom.text]), "for_whom"),
        row(_("Name"), name, "given"),
        row(_("Birth date"), date_long(born) if born else "", "birth_date"),
    ]
    if form.insured()[0]:
        rows.append(row(_("Insurance"), insurance_words(form), INSURED))
    if form.number_given():
        rows.append(row(_("Referral number"), form.number_given(), REFERRAL_NUMBER))
    if form.documents:
        rows.append(row(_("Referral document"), form.documents, REFERRAL_FILE))
    if form.for_somebody_else:
        booker = " ".join(part for part in (form.booker_given.text, form.booker_family.text) if part)
        rows.append(
            row(
                _("Booked by"),
                _("%(name)s, %(relation)s", name=booker, relation=form.relationship.text),
                "booker_given",
            )
        )
    if form.email.text:
        rows.append(row(_("Email"), form.email.text, "email"))
    if form.phone.text:
        rows.append(row(_("Phone"), form.phone.text, "phone"))
    rows += [row(label, lines, name) for label, lines, name in _answered(form)]
    rows.append(
        row(_("Reason for the visit"), tuple(form.reason.text.splitlines()) or _("Not given"), "reason")
    )
    if form.needs.ticked:
        names = dict(NEEDS)
        needs = (need.split(": ", 1) for need in form.named_needs())
        rows.append(
            row(_("What would help"), tuple(_need(str(names[code]), *more) for code, *more in needs), "needs")
        )
    return rows


def _answered(form: QuestionPart) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The type's questions that are asked and answered: label, lines, and the field's name."""
    asked = form.asked_now
    for question in (one for one in form.asked if one.id in asked):
        field = form.question(question.id)
        text = "\n".join(field.lines) if isinstance(field, Files) else answer_text(field)
        if isinstance(field, DateParts) and field.data:
            text = day_with_year(field.data)
        if isinstance(field, Tick) and field.data:
            text = _("Yes")
        if text:
            yield theirs(question.label), tuple(text.splitlines()), field.name


def _need(name: str, beside: str = "") -> str:
    """A need, with what was typed beside it."""
    return _("%(need)s: %(text)s", need=name, text=beside) if beside else name


def _referred_and_insured(form: RelativeForm) -> Iterator[tuple[str, tuple[str, ...], str]]:
    if form.insured()[0]:
        yield _("Insurance"), (insurance_words(form),), SECOND + INSURED
    if form.number_given():
        yield _("Referral number"), (form.number_given(),), SECOND + REFERRAL_NUMBER
    if form.documents:
        yield _("Referral document"), form.documents, SECOND + REFERRAL_FILE


def relative_summary(form: RelativeForm, details_url: str) -> list[Row]:
    """The rows about the second of two relatives; call it after ``validate``."""
    born = form.second_birth_date.data
    parts = (form.second_given.text, "" if form.second_one_name.data else form.second_family.text)
    rows: list[tuple[str, tuple[str, ...], str]] = [
        (_("Name"), (" ".join(part for part in parts if part),), "second_given"),
        (_("Birth date"), (date_long(born) if born else "",), "second_birth_date"),
        (_("You are their"), (form.second_relation.text,), "second_relation"),
        *_referred_and_insured(form),
        *_answered(form),
        (
            _("Reason for the visit"),
            tuple(form.second_reason.text.splitlines()) or (_("Not given"),),
            "second_reason",
        ),
    ]
    return [
        Row(
            label,
            lines,
            f"{details_url}#{first_control(form[field])}",
            Markup(_("%(what)s of the second person")) % {"what": label},  # noqa: S704 - escapes what it is given
        )
        for label, lines, field in rows
    ]
