"""Saving a type from its form: the change as the catalog makes it, for a save and for a preview alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import catalog
from scheduler.accounts.rights import ADMIN, Person
from scheduler.audit import Actor
from scheduler.catalog import slugs
from scheduler.catalog.insurance import plans_of
from scheduler.console.refusals import whole
from scheduler.console.type_access import own_type, seen_type
from scheduler.console.type_forms import TICKS, TypeForm, form_of, label_of, merged, shown_text, texts_of
from scheduler.console.type_places import Choices, PlaceForm
from scheduler.errors import InvalidInput
from scheduler.models import AppointmentType, Question, Schedule

KIND = "appointment-type"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed: what the other saved, and what stands in the form."""

    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What somebody else saved while the form was open: ``clashes``, and the labels of fields that were only theirs to
    change and now stand in the form."""

    clashes: tuple[Clash, ...]
    taken: tuple[str, ...]


def is_used(session: Session, type_id: str) -> bool:
    """Whether the type has a Schedule, active or not: then the way to meet is fixed."""
    return (
        session.scalar(select(Schedule.id).where(Schedule.appointment_type_id == type_id).limit(1))
        is not None
    )


def change_type(
    session: Session, person: Person, *, by: Actor, now: int, type_id: str, form: TypeForm
) -> AppointmentType:
    """Change a type to what the form says. Raises NotFound, NotAllowed, EditConflict, InvalidInput (all faults)."""
    kind = own_type(session, person, type_id)
    if is_used(session, type_id):
        form.modality.data = kind.modality
    values, faults = form.values()
    word, present = (form.slug.data or "").strip(), slugs.current_slug(session, KIND, kind.id)
    if word != present and (fault := slugs.problem_with(word, first=False)):
        faults["slug"] = f"Page word: {fault}"
    problems: dict[str, str] = {}
    act: dict[str, Any] = {"by": by, "now": now, "appointment_type_id": kind.id}
    try:
        catalog.edit_appointment_type(session, **act, version=whole(form.version.data), **values)
        if word != present and "slug" not in faults:
            catalog.rename_appointment_type(session, **act, slug=word)
    except InvalidInput as error:
        problems = error.problems
    _refuse(problems | faults)
    return kind


def add_type(
    session: Session,
    person: Person,
    *,
    by: Actor,
    now: int,
    form: TypeForm,
    place: PlaceForm,
    choices: Choices,
    like: str,
) -> AppointmentType:
    """Add a type with its first place, and with the questions and plans of the type ``like`` ("" for none). An admin may leave the
    place for later. Raises InvalidInput (all faults of both forms)."""
    values, faults = form.values()
    wanted = bool(place.location_id.data) or ADMIN not in person.roles
    problems: dict[str, str] = {}
    if wanted:
        faults |= place.faults(choices)
    act: dict[str, Any] = {"by": by, "now": now}
    try:
        kind = catalog.add_appointment_type(
            session,
            **act,
            organization_id=person.organization_id,
            slug=(form.slug.data or "").strip() or None,
            **values,
        )
        if wanted and not faults:
            catalog.add_schedule(session, **act, appointment_type_id=kind.id, **place.fields(choices))
    except InvalidInput as error:
        problems = error.problems
    _refuse(problems | faults)
    if like:
        source = seen_type(session, person, like).id
        _copy_questions(session, source, kind.id, act)
        if plans := plans_of(session, source):
            catalog.set_type_plans(session, **act, appointment_type_id=kind.id, plans=plans, seen=())
    return kind


def compare(kind: AppointmentType, slug: str, form: TypeForm) -> tuple[TypeForm, Meanwhile]:
    """A form with what both people changed, on top of what is saved now, and what the two disagree about."""
    mine, seen, theirs = form.typed(), form.seen_then(), texts_of(kind, slug)
    both = merged(mine, seen, theirs)
    clashes = tuple(
        Clash(label_of(name), shown_text(name, theirs[name]), shown_text(name, both[name]))
        for name in both
        if both[name] != theirs[name] and theirs[name] != seen.get(name)
    )
    taken = tuple(
        label_of(name) for name in both if both[name] == theirs[name] and theirs[name] != seen.get(name)
    )
    fresh = form_of(kind, slug)
    for name, text in both.items():
        fresh[name].data = text == "yes" if name in TICKS else text
    return fresh, Meanwhile(clashes, taken)


def _copy_questions(session: Session, source: str, target: str, act: dict[str, Any]) -> None:
    for row in session.scalars(
        select(Question)
        .where(Question.appointment_type_id == source, Question.active)
        .order_by(Question.position)
    ).all():
        fields = {
            name: getattr(row, name) for name in ("kind", "label", "hint", "required", "choices", "language")
        }
        catalog.add_question(session, **act, appointment_type_id=target, **fields)


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise InvalidInput(
            {name: sentence.replace("Link: ", "Page word: ", 1) if name == "slug" else sentence
             for name, sentence in problems.items()}
        )  # fmt: skip
