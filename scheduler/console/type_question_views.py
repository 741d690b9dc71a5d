"""Views of what an appointment type asks: add a question, change it, ask it earlier or later, stop asking."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.catalog.rows import find
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.type_access import own_type
from scheduler.console.type_questions import KINDS, QuestionForm, print_of, question_form
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.models import AppointmentType, Question
from scheduler.web.headers import private_page

_CHANGED = "Somebody else changed this question meanwhile. Your words are in the form; saving puts them in place of theirs."
_WHATEVER = ", whatever they answered before: what it hung on is not asked before it now"
_NO_WAY = "There is no page at this address. The link may be old or cut short."


@private_page
def new_question(type_id: str) -> Answer:
    """A question to add."""
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        form = question_form(None).offer(catalog.asked_before(session, kind.id, None))
    return _question_page(kind, None, form)


@private_page
def add_question(type_id: str) -> Answer:
    """Ask one more question."""
    form = QuestionForm()
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        form.offer(catalog.asked_before(session, kind.id, None))
    try:
        with transaction() as session:
            own_type(session, me(), type_id)
            act: dict[str, Any] = {"by": by_me(), "now": clock.now(), "appointment_type_id": kind.id}
            catalog.add_question(session, **act, language=kind.language, **form.fields())
    except InvalidInput as error:
        form.blame(error.problems)
        return _question_page(kind, None, form), 400
    except Conflict as error:
        return _question_page(kind, None, form, problem=error.sentence), error.status
    toast("Patients are asked it from now on.")
    return _back(kind, "questions")


@private_page
def edit_question(type_id: str, question_id: str) -> Answer:
    """One question."""
    with snapshot() as session:
        kind, question = _question(session, type_id, question_id)
        form = question_form(question).offer(catalog.asked_before(session, kind.id, question))
    return _question_page(kind, question, form)


@private_page
def save_question(type_id: str, question_id: str) -> Answer:
    """Change a question; answers keep the words that were asked."""
    form = QuestionForm()
    with snapshot() as session:
        kind, question = _question(session, type_id, question_id)
        form.offer(catalog.asked_before(session, kind.id, question))
    try:
        with transaction() as session:
            _question(session, type_id, question_id)
            present = find(
                session, Question, question.id
            )  # locked: of two saves at once the second is compared
            if form.seen.data != print_of(present):
                raise EditConflict(_CHANGED)
            act: dict[str, Any] = {"by": by_me(), "now": clock.now(), "question_id": question.id}
            catalog.edit_question(session, **act, **form.fields())
    except InvalidInput as error:
        form.blame(error.problems)
        return _question_page(kind, question, form), 400
    except EditConflict as error:
        form.seen.data = print_of(question)
        return _question_page(kind, question, form, problem=error.sentence, theirs=True), error.status
    toast("Question saved.")
    return _back(kind, "questions")


def move_question(type_id: str, question_id: str, way: str) -> Answer:
    """Ask a question earlier or later."""
    with snapshot() as session:
        kind, question = _question(session, type_id, question_id)
    if way not in ("up", "down"):
        raise NotFound(_NO_WAY)
    act: dict[str, Any] = {"by": by_me(), "now": clock.now(), "question_id": question.id}
    try:
        with transaction() as session:
            catalog.move_question(session, **act, earlier=way == "up")
    except Conflict as error:
        toast(error.sentence, kind="warn")
    return _back(kind, f"question-{question.id}")


def ask_question(type_id: str, question_id: str, way: str) -> Answer:
    """Ask a question no more (``way`` "off"), or again."""
    with snapshot() as session:
        kind, question = _question(session, type_id, question_id)
    if way not in ("on", "off"):
        raise NotFound(_NO_WAY)
    act: dict[str, Any] = {"by": by_me(), "now": clock.now(), "question_id": question.id}
    try:
        with transaction() as session:
            asked = catalog.edit_question(session, **act, active=way == "on")
    except Conflict as error:
        toast(error.sentence, kind="warn")
        return _back(kind, "questions")
    said = "Patients are not asked it any more. Answers stay."
    if way == "on":
        let_go = question.shown_question_id and not asked.shown_question_id
        said = f"Patients are asked it again{_WHATEVER if let_go else ''}."
    undo = f"/console/types/{kind.id}/questions/{question.id}/asked/{'off' if way == 'on' else 'on'}"
    toast(said, undo=undo, undo_name="Undo for the question")
    return _back(kind, "questions")


def _question(session: Session, type_id: str, question_id: str) -> tuple[AppointmentType, Question]:
    """The type, to be changed, and one of its questions. Raises NotFound, NotAllowed."""
    kind = own_type(session, me(), type_id)
    found = None
    if "\0" not in question_id:
        found = session.scalar(
            select(Question).where(Question.id == question_id, Question.appointment_type_id == kind.id)
        )
    if found is None:
        raise NotFound("We can't find that question.")
    return kind, found


def _back(kind: AppointmentType, part: str) -> Answer:
    return redirect(f"/console/types/{kind.id}#{part}", 303)


def _question_page(
    kind: AppointmentType,
    question: Question | None,
    form: QuestionForm,
    *,
    problem: str = "",
    theirs: bool = False,
) -> str:
    return render_template(
        "console/type_question.html",
        kinds=KINDS,
        kind=kind,
        question=question,
        form=form,
        problem=problem,
        theirs=theirs,
    )
