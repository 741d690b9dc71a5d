"""Who comes and what they answered: the values that a booking takes, and how they are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.errors import InvalidInput
from scheduler.models import Answer, Appointment, PatientDetails, Question, Referral


@dataclass(frozen=True, slots=True)
class Details:
    """A patient's details, checked by the form. ``birth_date`` is an ISO date; texts may be empty where optional.
    ``share_outcome``: whether the finder hears of it; None: as it was chosen before."""

    given: str
    family: str = ""
    birth_date: str = ""
    email: str = ""
    phone: str = ""
    for_whom: str = "me"
    booker_given: str = ""
    booker_family: str = ""
    relationship: str = ""
    reason: str = ""
    needs: tuple[str, ...] = ()
    language: str = "en"
    zone: str = ""
    share_outcome: bool | None = None


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer to a question, with the question's words as they were asked."""

    question_id: str
    question: str
    text: str


def check(session: Session, type_id: str, details: Details, answers: Sequence[AnswerGiven]) -> None:
    """Whatever page they came from: a name, a way to reach the person, and every required question answered.

    Raises InvalidInput naming the fields.
    """
    problems: dict[str, str] = {}
    if not details.given.strip():
        problems["given"] = "First name: enter the name of the person who comes."
    if not details.phone.strip() and not details.email.strip():
        problems["email"] = "Phone or email: enter at least one so the clinic can reach you."
    given = {answer.question_id for answer in answers if answer.text.strip()}
    known: set[str] = set()
    for question in session.scalars(
        select(Question).where(Question.appointment_type_id == type_id).order_by(Question.position)
    ):
        known.add(question.id)
        if question.active and question.required and question.id not in given:
            problems[question.id] = f"{question.label}: enter an answer."
    for answer in answers:
        if answer.question_id not in known:
            problems[answer.question_id] = (
                "This question is not asked any more. Check your answers once more."
            )
    if problems:
        raise InvalidInput(problems)


def keep(
    session: Session, appointment: Appointment, details: Details, answers: Sequence[AnswerGiven]
) -> None:
    """Write the details and answers of an appointment; the draft behind its hold is done with."""
    row = session.get(PatientDetails, appointment.id)
    if row is None:
        row = PatientDetails(appointment_id=appointment.id, organization_id=appointment.organization_id)
        session.add(row)
    row.draft = None
    row.for_whom = details.for_whom
    row.given, row.family, row.birth_date = details.given, details.family, details.birth_date
    row.email, row.phone = details.email, details.phone
    row.booker_given, row.booker_family = details.booker_given, details.booker_family
    row.relationship, row.reason = details.relationship, details.reason
    row.needs = json.dumps(list(details.needs), ensure_ascii=False)
    row.language, row.zone = details.language, details.zone
    session.execute(delete(Answer).where(Answer.appointment_id == appointment.id))
    session.add_all(
        Answer(
            organization_id=appointment.organization_id,
            appointment_id=appointment.id,
            question_id=answer.question_id,
            question=answer.question,
            text=answer.text,
        )
        for answer in answers
        if answer.text.strip()
    )
    referral = session.get(Referral, appointment.id)
    if referral is not None and details.share_outcome is not None:
        referral.share_outcome = details.share_outcome
