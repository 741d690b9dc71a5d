"""Questions of an appointment type, asked on the details page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import changed, find, note, put
from scheduler.errors import Conflict
from scheduler.models import AppointmentType, Question

KINDS = ("text", "long", "choice", "multiple", "date", "number", "consent", "file")
MAX_QUESTIONS = 30
_FREE = -1  # positions begin with 1
FIELDS = {
    "kind": Field("Kind of answer", parse.one_of(KINDS), "text"),
    "label": Field("Question", parse.name),
    "hint": Field("Hint", parse.text(1000, lines=True), ""),
    "required": Field("Must be answered", parse.switch, False),
    "choices": Field("Choices", parse.many(parse.name, 50), []),
    "language": Field("Language", parse.language, "en"),
}
_EDITED = FIELDS | {"active": Field("Asked", parse.switch)}


def add_question(
    session: Session, *, by: audit.Actor, now: int, appointment_type_id: str, **fields: Any
) -> Question:
    """Add a question (``FIELDS``) behind the type's others; ``choices`` are the texts to choose from, for the kinds
    choice and multiple. Raises NotFound, InvalidInput; Conflict for more than ``MAX_QUESTIONS``."""
    kind = find(session, AppointmentType, appointment_type_id)  # locked: two adds at once take turns
    problems = Problems()
    values = check(FIELDS, fields, problems)
    _check_choices(values, problems)
    problems.stop()
    last, asked = session.execute(
        select(func.max(Question.position), func.count().filter(Question.active)).where(
            Question.appointment_type_id == kind.id
        )
    ).one()
    if asked >= MAX_QUESTIONS:
        raise Conflict(f"A type asks at most {MAX_QUESTIONS} questions. Remove one first.")
    row = Question(
        organization_id=kind.organization_id,
        appointment_type_id=kind.id,
        position=1 if last is None else last + 1,
        **values,
    )
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind="question")
    return row


def edit_question(
    session: Session, *, by: audit.Actor, now: int, question_id: str, **changes: Any
) -> Question:
    """Change a question, or ask it no more (``active``). Answers keep the words that were asked.

    Raises NotFound, InvalidInput.
    """
    row = find(session, Question, question_id)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    _check_choices(values, problems)
    problems.stop()
    note(session, row, by=by, now=now, action="edit", kind="question", fields=put(row, values))
    return row


def move_question(
    session: Session, *, by: audit.Actor, now: int, question_id: str, earlier: bool
) -> Question:
    """Let a question change places with the one that is asked before it (``earlier``) or after it; the first and the last
    stay where they are. Raises NotFound."""
    row = find(session, Question, question_id)
    find(session, AppointmentType, row.appointment_type_id)  # locked: two moves at once take turns
    session.refresh(row)
    beside = Question.position < row.position if earlier else Question.position > row.position
    other = session.scalar(
        select(Question)
        .where(Question.appointment_type_id == row.appointment_type_id, Question.active, beside)
        .order_by(Question.position.desc() if earlier else Question.position)
        .limit(1)
    )
    if other is None:
        return row
    mine, theirs = row.position, other.position
    row.position = _FREE  # both databases check the pair (type, position) at each statement
    session.flush()
    other.position = mine
    session.flush()
    row.position = theirs
    note(session, row, by=by, now=now, action="move", kind="question")
    return row


def _check_choices(values: dict[str, Any], problems: Problems) -> None:
    if "kind" not in values or "choices" not in values:
        return
    if values["kind"] in ("choice", "multiple"):
        if len(values["choices"]) < 2:
            problems.add("choices", "Choices", "give at least two different ones.")
    elif values["choices"]:
        problems.add("choices", "Choices", "leave them empty for this kind of answer.")
