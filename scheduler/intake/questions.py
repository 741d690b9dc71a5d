"""The questions of an appointment type as the details form takes them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.intake.asking import Asked
from scheduler.models import Question


def questions_of(session: Session, type_id: str) -> tuple[Asked, ...]:
    """The questions of a type that are asked now, in order."""
    rows = session.execute(
        select(Question)
        .where(Question.appointment_type_id == type_id, Question.active)
        .order_by(Question.position)
    )
    return tuple(
        Asked(
            row.id,
            row.kind,
            row.label,
            row.hint,
            row.required,
            tuple(str(choice) for choice in row.choices),
            row.shown_question_id,
            tuple(str(answer) for answer in row.shown_answers),
            tuple(str(answer) for answer in row.stop_answers),
            row.stop_message,
        )
        for row in rows.scalars()
    )
