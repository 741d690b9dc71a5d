"""The part of a form that asks an appointment type's own questions of one person: each of two relatives has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from wtforms import Field

from scheduler.booking import AnswerGiven
from scheduler.booking.documents import Attached
from scheduler.intake.fields import NO_ANSWER, Choice, Choices, DateParts, Line, Lines, Tick, number_check
from scheduler.intake.files import Files
from scheduler.models.asking import YES, answers_of, asked_questions
from scheduler.web.forms import PARTS

QUESTION = "q_"
LINE_LENGTH, LONG_LENGTH = 200, 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an appointment type, as plain values (``models.Question`` says what they mean)."""

    id: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    shown_question_id: str | None = None
    shown_answers: tuple[str, ...] = ()
    stop_answers: tuple[str, ...] = ()
    stop_message: str = ""


class QuestionPart:
    """The part of a form with the questions that are ``asked``; the name of each one's field is ``prefix`` and its id."""

    asked: tuple[Asked, ...] = ()
    prefix: str = QUESTION

    @property
    def questions(self) -> Iterator[Field]:
        """The fields of the type's own questions, in order."""
        return (self.question(question.id) for question in self.asked)

    def question(self, question_id: str) -> Field:
        """The field of one of the type's questions."""
        form: Any = self
        found: Field = form[self.prefix + question_id]
        return found

    @property
    def asked_now(self) -> frozenset[str]:
        """Ids of the type's questions that are asked, given the answers so far."""
        return self._decided[0]

    @property
    def stopping(self) -> tuple[Asked, ...]:
        """The questions whose answer ends the flow."""
        stopped = self._decided[1]
        return tuple(question for question in self.asked if question.id in stopped)

    @property
    def _decided(self) -> tuple[frozenset[str], frozenset[str]]:
        given = {}
        for question in self.asked:
            field = self.question(question.id)
            ticked = field.ticked if isinstance(field, Choices) else ()
            given[question.id] = answers_of(question, answer_text(field), ticked)
        return asked_questions(self.asked, given)

    def decider(self, question: Asked) -> Asked | None:
        """The earlier question on whose answer this one hangs; None for one that is asked anyway."""
        before = self.asked[: self.asked.index(question)]
        return next((one for one in before if one.id == question.shown_question_id), None)

    def stop_answers(self, question: Asked) -> list[str]:
        """Those of the answers given to a question that end the flow, in the order in which they are offered."""
        field = self.question(question.id)
        given = field.ticked if isinstance(field, Choices) else [answer_text(field)]
        return [answer for answer in question.stop_answers if answer in given]

    @property
    def files(self) -> list[Files]:
        """The fields that take files: those of questions that are asked, and one that no question stands behind."""
        form: Any = self
        asked = self.asked_now
        found = (field for field in form if isinstance(field, Files))
        return [field for field in found if field.question_id is None or field.question_id in asked]

    @property
    def takes_files(self) -> bool:
        """Whether files can come with the form, so that it must be sent as multipart/form-data."""
        form: Any = self
        return any(isinstance(field, Files) for field in form)

    def blame(self, refused: Mapping[str, Sequence[str]]) -> None:
        """Let ``validate`` say at their fields why files could not be taken (``files.take_files``)."""
        for field in self.files:
            field.refused = refused.get(field.name, ())

    def leave_unasked(self) -> None:
        """What is not asked needs no change: call it when all fields were checked."""
        for question in self.asked:
            if question.id not in self.asked_now:
                self.question(question.id).errors = []

    def answers(self) -> list[AnswerGiven]:
        """Answers to the type's questions that are asked; unanswered ones are left out, and those that files answer."""
        given, asked = [], self.asked_now
        for question in self.asked:
            field = self.question(question.id)
            text = answer_text(field)
            if text and question.id in asked:
                ticked = tuple(field.ticked) if isinstance(field, Choices) else ()
                given.append(AnswerGiven(question.id, question.label, text, ticked))
        return given


def answer_text(field: Field) -> str:
    """What was answered, as text for people; "" for nothing."""
    if isinstance(field, DateParts):
        return field.data.isoformat() if field.data else ""
    if isinstance(field, Tick):
        return YES if field.data else ""
    if isinstance(field, Choices):
        return "; ".join(field.ticked)
    if isinstance(field, Files):
        return ""
    text = getattr(field, "text", "")
    return str(text)


def question_field(question: Asked, attached: Sequence[Attached]) -> Field:
    """The field of a question; ``attached``: the files that are kept behind the visit that it is asked for."""
    required, options = question.required, [(choice, choice) for choice in question.choices]
    # of what may be left out, a choice once made is taken back by choosing nothing
    one_of = options if required else [*options, (NO_ANSWER, _("No answer"))]
    label, hint = question.label, question.hint
    made: dict[str, Any] = {
        "text": lambda: Line(
            label, most=LINE_LENGTH, needed=_("type an answer.") if required else "", hint=hint
        ),
        "long": lambda: Lines(
            label, most=LONG_LENGTH, needed=_("type an answer.") if required else "", hint=hint
        ),
        "choice": lambda: Choice(label, one_of, needed=_("choose an answer.") if required else "", hint=hint),
        "multiple": lambda: Choices(
            label, options, needed=_("choose at least one.") if required else "", hint=hint
        ),
        "date": lambda: DateParts(
            label, needed=_("enter month, day and year.") if required else "", hint=hint
        ),
        "number": lambda: Line(
            label,
            number_check,
            most=30,
            needed=_("enter a number, such as 12.") if required else "",
            hint=hint,
        ),
        "consent": lambda: Tick(label, needed=_("tick the box to go on.") if required else "", hint=hint),
        "file": lambda: Files(
            label,
            question_id=question.id,
            attached=attached,
            needed=_("choose a file.") if required else "",
            hint=hint,
        ),
    }
    field: Field = made[question.kind]()
    return field


def question_fields(
    questions: Iterable[Asked], attached: Sequence[Attached], prefix: str = QUESTION
) -> dict[str, Field]:
    """The fields of all questions by name."""
    return {prefix + question.id: question_field(question, attached) for question in questions}


def question_names(questions: Iterable[Asked], prefix: str = QUESTION) -> Iterator[str]:
    """The names under which a browser sends the answers."""
    for question in questions:
        name = prefix + question.id
        yield name
        if question.kind == "date":
            yield from (f"{name}-{one}" for one in PARTS)
