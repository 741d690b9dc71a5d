"""The details of a booking as the intake form reads them, so that staff change what the patient once typed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Field

from scheduler.accounts import SignedIn
from scheduler.booking.eligibility import ASK, OPTIONAL, Plan
from scheduler.clock import local_date
from scheduler.console.bookings import patient_name
from scheduler.console.detail import find_visible
from scheduler.console.offers import info_of
from scheduler.db import snapshot
from scheduler.intake import Asked, questions_of
from scheduler.intake.asking import QUESTION, answer_text
from scheduler.intake.asks import staff_asks
from scheduler.intake.fields import Choices, DateParts, OneOf
from scheduler.intake.forms import DetailsForm
from scheduler.intake.who import INSURED, REFERRAL_NUMBER, Who
from scheduler.models import Answer, PatientDetails
from scheduler.web.times import date_words


@dataclass(frozen=True, slots=True)
class Page:
    """What the form starts with. ``saved``: the fields as they are kept now; ``today``: the clinic's local date."""

    id: str
    version: int
    patient: str
    questions: tuple[Asked, ...]
    saved: MultiDict[str, str]
    today: date
    who: Who


def edit_page(person: SignedIn, appointment_id: str, now: int) -> Page:
    """The details of a booking that the person may see. Raises NotFound."""
    with snapshot() as session:
        appointment = find_visible(session, person, appointment_id)
        details = session.get(PatientDetails, appointment.id)
        questions = questions_of(session, appointment.appointment_type_id)
        answers = {
            row.question_id: row.text
            for row in session.execute(
                select(Answer.question_id, Answer.text).where(Answer.appointment_id == appointment.id)
            )
        }
        return Page(
            id=appointment.id,
            version=appointment.version,
            patient=patient_name(details),
            questions=questions,
            saved=MultiDict([*_typed(details), *_answered(questions, answers)]),
            today=local_date(now, info_of(appointment.zone)),
            who=_with_plan(
                staff_asks(session, appointment.appointment_type_id, appointment.starts_at, appointment.zone),
                details,
            ),
        )


def _with_plan(who: Who, details: PatientDetails | None) -> Who:
    """With the plan that was chosen, also where it is not accepted any more, and the fields that were answered, also where
    the type doesn't ask any more: saving the form must not lose them."""
    rules = who.rules
    if details is None:
        return who
    plan_id = details.insurance_plan_id
    if plan_id and rules.plan(plan_id) is None:
        kept = Plan(plan_id, details.insurance_plan or "", date.min)
        rules = replace(rules, plans=(*rules.plans, kept))
    if details.insurance and not rules.insurance:
        rules = replace(rules, insurance=ASK)
    if details.referral_number and not rules.referral:
        rules = replace(rules, referral=OPTIONAL)
    return replace(who, rules=rules)


def differences(saved: DetailsForm, typed: DetailsForm) -> list[tuple[str, str, str]]:
    """(label, as it is saved, as it was typed) of the fields that are not the same."""
    found = [(field.label.text, _words(field), _words(typed[field.name])) for field in saved]
    return [row for row in found if row[1] != row[2]]


def _words(field: Field) -> str:
    if isinstance(field, Choices | OneOf):
        words = {code: label for code, label, *_ in field.iter_choices()}
        codes = field.ticked if isinstance(field, Choices) else [field.text]
        return ", ".join(words.get(code, code) for code in codes)
    text = answer_text(field)
    return date_words(text) if isinstance(field, DateParts) else text


def _typed(details: PatientDetails | None) -> Iterator[tuple[str, str]]:
    if details is None:
        yield "for_whom", "me"
        return
    for name in (
        *("for_whom", "given", "family", "booker_given", "booker_family", "relationship"),
        *("email", "phone", "reason"),
    ):
        yield name, getattr(details, name) or ""
    yield REFERRAL_NUMBER, details.referral_number or ""
    yield INSURED, details.insurance_plan_id or details.insurance
    if not details.family:
        yield "one_name", "y"
    yield from _date_parts("birth_date", details.birth_date or "")
    needs = json.loads(details.needs or "[]")
    for need in needs:
        code, _, beside = str(need).partition(": ")
        yield "needs", code
        if beside and code in ("interpreter", "other"):
            yield {"interpreter": "needs_language", "other": "needs_other"}[code], beside


def _answered(questions: Sequence[Asked], answers: dict[str, str]) -> Iterator[tuple[str, str]]:
    for question in questions:
        name, text = QUESTION + question.id, answers.get(question.id, "")
        if question.kind == "date":
            yield from _date_parts(name, text)
        elif question.kind == "multiple":
            yield from ((name, part) for part in text.split("; ") if part)
        elif question.kind == "consent":
            yield from ((name, "y") for _ in range(text == "Yes"))
        else:
            yield name, text


def _date_parts(name: str, text: str) -> Iterator[tuple[str, str]]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return
    yield from ((f"{name}-{part}", str(getattr(day, part))) for part in ("month", "day", "year"))
