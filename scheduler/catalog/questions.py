"""Questions of an appointment type, asked on the details page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.deciding import check_deciding, hangs_loose, quoted
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
    "shown_question_id": Field("Asked after", parse.optional(parse.word), None),
    "shown_answers": Field("Answers it is asked after", parse.many(parse.name, 50), []),
    "stop_answers": Field("Answers that stop", parse.many(parse.name, 50), []),
    "stop_message": Field("Message", parse.text(1000, lines=True), ""),
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
    check_deciding(values, _asked(session, kind.id), (), problems)
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
    """Change a question, or ask it no more (``active``). Answers keep the words that were asked. One that is asked again
    although what it hung on is not, or comes later now, is asked always.

    Raises NotFound, InvalidInput; Conflict when it is to be asked no more and others hang on it.
    """
    row = find(session, Question, question_id)
    find(session, AppointmentType, row.appointment_type_id)  # locked: what hangs together changes in turns
    asked = [one for one in _asked(session, row.appointment_type_id) if one.id != row.id]
    before = [one for one in asked if one.position < row.position]
    problems = Problems()
    if changes.get("active") is True and not row.active and hangs_loose(row, before):
        changes |= {"shown_question_id": None, "shown_answers": []}
    values = changed(row, _EDITED, changes, problems)
    _check_choices(values, problems)
    hanging = [one for one in asked if one.shown_question_id == row.id]
    if hanging and values.get("active") is False:
        raise Conflict(f"{quoted(hanging)} only after an answer to this question. Change that first.")
    if values.get("active", True):
        check_deciding(values, before, hanging, problems)
    problems.stop()
    note(session, row, by=by, now=now, action="edit", kind="question", fields=put(row, values))
    return row


def move_question(
    session: Session, *, by: audit.Actor, now: int, question_id: str, earlier: bool
) -> Question:
    """Let a question change places with the one that is asked before it (``earlier``) or after it; the first and the last
    stay where they are. Raises NotFound; Conflict when one of the two hangs on the other."""
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
    first, second = (other, row) if earlier else (row, other)
    if second.shown_question_id == first.id:
        raise Conflict(
            f"{quoted([second])} only after an answer to “{first.label}”, so it has to stay behind it."
        )
    mine, theirs = row.position, other.position
    row.position = _FREE  # both databases check the pair (type, position) at each statement
    session.flush()
    other.position = mine
    session.flush()
    row.position = theirs
    note(session, row, by=by, now=now, action="move", kind="question")
    return row


def asked_before(session: Session, type_id: str, question: Question | None) -> list[Question]:
    """The questions of a type that are asked before this one; all of them for one that is yet to be added."""
    asked = _asked(session, type_id)
    return [one for one in asked if question is None or one.position < question.position]


def _asked(session: Session, type_id: str) -> Sequence[Question]:
    """The questions that a type asks now, in order."""
    return session.scalars(
        select(Question)
        .where(Question.appointment_type_id == type_id, Question.active)
        .order_by(Question.position)
    ).all()


def _check_choices(values: dict[str, Any], problems: Problems) -> None:
    if "kind" not in values or "choices" not in values:
        return
    if values["kind"] in ("choice", "multiple"):
        if len(values["choices"]) < 2:
            problems.add("choices", "Choices", "give at least two different ones.")
    elif values["choices"]:
        problems.add("choices", "Choices", "leave them empty for this kind of answer.")
