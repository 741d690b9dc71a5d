"""Setup: the first place, clinician, hours, types and links of a clinic, all in one go (ux.md 2.1).

It writes with the catalog's own verbs, in the caller's transaction: all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog.fields import Problems, check
from scheduler.catalog.hours import add_availability
from scheduler.catalog.organizations import edit_organization
from scheduler.catalog.people import actor_of, add_practitioner, add_role, check_npi, edit_practitioner
from scheduler.catalog.places import add_location
from scheduler.catalog.presets import FOLLOW_UP, NEW, WEEKDAYS
from scheduler.catalog.questions import add_question
from scheduler.catalog.rows import find, named
from scheduler.catalog.schedules import add_schedule
from scheduler.catalog.setup_fields import (
    FIRST_FIELDS,
    NPI_FIELD,
    PERSON_FIELDS,
    PLACE_FIELDS,
    RULE_FIELDS,
    SECOND_FIELDS,
)
from scheduler.catalog.typed_hours import BadHours, parse_ranges
from scheduler.catalog.types import add_appointment_type
from scheduler.errors import Conflict
from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Schedule,
    ScheduleHost,
)

HOURS_NAME = "Usual hours"
INSURANCE: dict[str, Any] = {
    "kind": "text",
    "label": "Which insurance plan do you have?",
    "hint": "Not sure about your plan? You can still book. Bring your card and the clinic will check.",
}


@dataclass(frozen=True, slots=True)
class SetUp:
    """What Setup has made; the first type's Schedule is the first."""

    practitioner_id: str
    location_id: str
    type_ids: tuple[str, ...]
    schedule_ids: tuple[str, ...]


class AlreadySetUp(Conflict):
    """Something can be booked already, so that Setup has nothing to do."""

    code = "already-set-up"


def is_empty(session: Session, organization_id: str, practitioner_id: str | None = None) -> bool:
    """Whether nothing can be booked yet: the organization offers no Schedule, or, for a practitioner, none that needs
    them."""
    offered = select(Schedule.id).where(Schedule.organization_id == organization_id, Schedule.active)
    if practitioner_id is not None:
        offered = (
            offered.join(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
            .join(Actor, Actor.id == ScheduleHost.actor_id)
            .where(Actor.practitioner_id == practitioner_id)
        )
    return session.scalar(offered.limit(1)) is None


def set_up(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    typed: Mapping[str, Any],
    practitioner_id: str | None = None,
    location_id: str | None = None,
) -> SetUp:
    """Make everything that a first link needs, from what was ``typed`` (the fields of ``setup_fields``, as text).

    ``practitioner_id`` and ``location_id`` name what is there already; their fields are then not looked at, but for the
    NPI of a practitioner who has none. Types go to the feed: the first takes new patients, the second only existing ones.
    Raises InvalidInput with every problem under its field's name, AlreadySetUp, NotFound."""
    owner = find(session, Organization, organization_id)  # locked: of two presses the second finds it done
    if not is_empty(session, organization_id, practitioner_id):
        raise AlreadySetUp("This is set up already. Nothing was made twice.")
    person = find(session, Practitioner, practitioner_id) if practitioner_id else None
    values = _checked(session, owner, typed, person, location_id)
    act: dict[str, Any] = {"by": by, "now": now}
    place_id = location_id or _add_place(session, act, owner, values)
    person = _person(session, act, owner, person, values)
    _ensure_role(session, act, person.id, place_id, values["specialty_code"])
    weekly = {number: values[day] for number, day in enumerate(WEEKDAYS)}
    hours = add_availability(
        session,
        **act,
        organization_id=owner.id,
        name=HOURS_NAME,
        weekly=weekly,
        practitioner_id=person.id,
    )
    types = _add_types(session, act, owner.id, values)
    schedules = [
        add_schedule(
            session,
            **act,
            appointment_type_id=kind.id,
            location_id=place_id,
            availability_id=hours.id,
            hosts=[actor_of(session, person.id).id],
        )
        for kind in types
    ]
    return SetUp(
        person.id, place_id, tuple(kind.id for kind in types), tuple(schedule.id for schedule in schedules)
    )


def _checked(
    session: Session,
    owner: Organization,
    typed: Mapping[str, Any],
    person: Practitioner | None,
    location_id: str | None,
) -> dict[str, Any]:
    problems = Problems()
    tables = [
        {} if location_id else PLACE_FIELDS,
        {} if person else PERSON_FIELDS,
        {} if person and person.npi else NPI_FIELD,
        FIRST_FIELDS,
        SECOND_FIELDS if _text(typed, "second_type") or _text(typed, "second_minutes") else {},
        RULE_FIELDS,
    ]
    values = _checked_days(typed, problems)
    for table in tables:
        values |= check(table, {name: typed[name] for name in table if name in typed}, problems)
    if location_id:
        place = named(session, Location, location_id, owner.id, problems, "location_id", "Place")
        if place is not None and not (place.active and place.kind == "physical"):
            problems.add("location_id", "Place", "choose one of the list.")
    check_npi(session, owner.id, person.id if person else None, values.get("npi"), problems)
    _check_types(values, problems)
    problems.stop()
    return values


def _text(typed: Mapping[str, Any], name: str) -> str:
    return str(typed.get(name) or "").strip()


def _checked_days(typed: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """The ranges of each day; a problem names its day and range (M21, M22)."""
    values: dict[str, Any] = {}
    for day in WEEKDAYS:
        try:
            values[day] = parse_ranges(_text(typed, day))
        except BadHours as error:
            label, _, fix = error.about(day.capitalize()).partition(": ")
            problems.add(day, label, fix)
    if len(values) == len(WEEKDAYS) and not any(values.values()):
        problems.add(WEEKDAYS[0], "Hours", "give hours on at least one day, such as 9-12, 1-5:30p.")
    return values


def _check_types(values: Mapping[str, Any], problems: Problems) -> None:
    first, second = values.get("first_type"), values.get("second_type")
    if second == "":
        problems.add("second_type", "Second type", "name it, or leave its minutes empty too.")
    elif second and first and second.casefold() == first.casefold():
        problems.add("second_type", "Second type", "give it another name than the first.")


def _add_place(session: Session, act: Mapping[str, Any], owner: Organization, values: dict[str, Any]) -> str:
    fields = {name: values[name] for name in PLACE_FIELDS if name != "place_name"}
    place = add_location(session, **act, organization_id=owner.id, name=values["place_name"], **fields)
    if not owner.phone:
        edit_organization(session, **act, organization_id=owner.id, phone=place.phone)
    return place.id


def _person(
    session: Session,
    act: Mapping[str, Any],
    owner: Organization,
    person: Practitioner | None,
    values: Mapping[str, Any],
) -> Practitioner:
    npi = values.get("npi")
    if person is None:
        return add_practitioner(
            session, **act, organization_id=owner.id, display_name=values["display_name"], npi=npi
        )
    if npi is None:
        return person
    return edit_practitioner(session, **act, practitioner_id=person.id, version=person.version, npi=npi)


def _ensure_role(
    session: Session, act: Mapping[str, Any], practitioner_id: str, location_id: str, specialty_code: str
) -> None:
    there = session.scalar(
        select(PractitionerRole.id)
        .where(
            PractitionerRole.practitioner_id == practitioner_id,
            PractitionerRole.location_id == location_id,
            PractitionerRole.active,
        )
        .limit(1)
    )
    if there is None:
        add_role(
            session,
            **act,
            practitioner_id=practitioner_id,
            location_id=location_id,
            specialty_code=specialty_code,
        )


def _add_types(
    session: Session, act: Mapping[str, Any], organization_id: str, values: Mapping[str, Any]
) -> Sequence[AppointmentType]:
    wanted = [(values["first_type"], values["first_minutes"], NEW)]
    if values.get("second_type"):
        wanted.append((values["second_type"], values["second_minutes"], FOLLOW_UP))
    types = []
    for name, minutes, patients in wanted:
        kind = add_appointment_type(
            session,
            **act,
            organization_id=organization_id,
            name=name,
            duration_minutes=minutes,
            interval_minutes=values["interval_minutes"],
            buffer_after_minutes=values["buffer_minutes"],
            minimum_notice_minutes=values["notice_hours"] * 60,
            horizon_days=values["horizon_days"],
            cancellation_notice_minutes=values["cancellation_hours"] * 60,
            specialty_code=values["specialty_code"],
            service_type_code=values["service_type_code"],
            service_category_code=values["service_category_code"],
            patient_type=patients,
            visibility="feed",
        )
        if values["ask_insurance"]:
            add_question(session, **act, appointment_type_id=kind.id, **INSURANCE)
        types.append(kind)
    return types
