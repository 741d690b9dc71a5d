"""Urgent answers of bookings: those that stop a patient online, with which staff went on. They are marked wherever staff see
the booking, as long as the clinic counts the answer among those that stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import Answer, Question
from scheduler.models.asking import answers_of


@dataclass(frozen=True, slots=True)
class Urgent:
    """An urgent answer: the question as it was asked, what of it stops, and the clinic's words for it ("" for none)."""

    question: str
    answer: str
    message: str

    @property
    def words(self) -> str:
        """ "Chest pain? Yes, now"."""
        return f"{self.question} {self.answer}"


def urgent_answers(session: Session, appointment_ids: Collection[str]) -> Mapping[str, tuple[Urgent, ...]]:
    """The urgent answers of these bookings, in the questions' order; bookings without any are left out."""
    rows = session.execute(
        select(Answer, Question)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.appointment_id.in_(appointment_ids))
        .order_by(Question.position, Answer.id)
    )
    found: dict[str, list[Urgent]] = defaultdict(list)
    for answer, question in rows:
        given = answers_of(question, answer.text) | {answer.text}
        stopping = [str(one) for one in question.stop_answers if one in given]
        if stopping:
            found[answer.appointment_id].append(
                Urgent(answer.question, ", ".join(stopping), question.stop_message)
            )
    return {appointment_id: tuple(urgent) for appointment_id, urgent in found.items()}
