"""Who comes and what they answered: the values that a booking takes, and how they are kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.errors import InvalidInput
from scheduler.models import Answer, Appointment, PatientDetails, Question, Referral
from scheduler.models.asking import Asking, answers_of, asked_questions
from scheduler.web.forms import whole_sentence

STOP = "If this is an emergency, call 911 now. Don't wait for an appointment."


@dataclass(frozen=True, slots=True)
class Details:
    """A patient's details, checked by the form. ``birth_date`` is an ISO date; texts may be empty where optional.
    ``share_outcome``: whether the finder hears of it; None: as it was chosen before.

    ``insurance``: how the visit is paid for (``eligibility.WAYS_TO_PAY``), with the plan's id and name; ``wish_gender``
    and ``wish_language``: whom they would rather see; ``consent``: who books for somebody else said that they may.
    """

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
    insurance: str = ""
    insurance_plan_id: str = ""
    insurance_plan: str = ""
    referral_number: str = ""
    wish_gender: str = ""
    wish_language: str = ""
    consent: bool = False


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer to a question, with the question's words as they were asked. ``ticked``: of several choices each one."""

    question_id: str
    question: str
    text: str
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What of a form is kept: the answers to questions that are asked (``asked``: their ids), and to those asked once."""

    answers: list[AnswerGiven]
    asked: frozenset[str]


def check(
    session: Session,
    type_id: str,
    details: Details,
    answers: Sequence[AnswerGiven],
    *,
    files: Collection[str] | None = None,
) -> Taken:
    """Whatever page they came from: a name, a way to reach the person, and every required question answered that is asked
    after the other answers. Returns what is kept.

    ``files``: the questions that a patient's files answer; None for staff, who need no file and whom no answer stops.
    Raises InvalidInput naming the fields.
    """
    problems: dict[str, str] = {}
    if not details.given.strip():
        problems["given"] = "First name: enter the name of the person who comes."
    if not details.phone.strip() and not details.email.strip():
        problems["email"] = "Phone or email: enter at least one so the clinic can reach you."
    questions = session.scalars(
        select(Question).where(Question.appointment_type_id == type_id).order_by(Question.position)
    ).all()
    known = {question.id: question for question in questions}
    asked, stopped = asked_for([question for question in questions if question.active], answers)
    given = {answer.question_id for answer in answers if answer.text.strip()}
    problems |= _unanswered([known[one] for one in known if one in asked], given, files)
    for question_id in known:
        if question_id in stopped and files is not None:
            problems[question_id] = STOP
    for answer in answers:
        if answer.question_id not in known:
            problems[answer.question_id] = (
                "This question is not asked any more. Check your answers once more."
            )
    if problems:
        raise InvalidInput(problems)
    kept = [
        answer for answer in answers if answer.question_id in asked or not known[answer.question_id].active
    ]
    return Taken(kept, asked)


def asked_for(
    questions: Sequence[Asking], answers: Sequence[AnswerGiven]
) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of those of the ``questions`` that are asked after these answers, and of those whose answer ends the flow."""
    known = {question.id: question for question in questions}
    given = {
        answer.question_id: answers_of(known[answer.question_id], answer.text.strip(), answer.ticked)
        for answer in answers
        if answer.question_id in known
    }
    return asked_questions(questions, given)


def _unanswered(
    asked: Sequence[Question], given: Collection[str], files: Collection[str] | None
) -> dict[str, str]:
    problems = {}
    for question in asked:
        if not question.required:
            continue
        if question.kind == "file":
            if files is not None and question.id not in files:
                problems[question.id] = whole_sentence(question.label, "choose a file.")
        elif question.id not in given:
            problems[question.id] = whole_sentence(question.label, "enter an answer.")
    return problems


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
    row.insurance, row.insurance_plan = details.insurance, details.insurance_plan
    row.insurance_plan_id = details.insurance_plan_id or None
    row.referral_number = details.referral_number
    wishes = {"gender": details.wish_gender, "language": details.wish_language}
    row.wishes = (
        json.dumps({name: wish for name, wish in wishes.items() if wish}) if any(wishes.values()) else None
    )
    if details.consent and row.consent_at is None:
        row.consent_at = clock.now()
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
