"""Clinics and their parts. A part that another needs is the clinic's own unless it is given."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask

from scheduler import catalog, clock
from scheduler.audit import Actor as Doer
from scheduler.availability import open_starts
from scheduler.availability.zones import zone
from scheduler.booking import SYSTEM
from scheduler.catalog import people, slugs, types
from scheduler.clock import DAY
from scheduler.db import snapshot, transaction
from scheduler.models import (
    Actor,
    AppointmentType,
    Availability,
    InsurancePlan,
    Location,
    Pool,
    Question,
    Schedule,
)
from scheduler.models.situations import load_situation

ZONE = "America/New_York"
WEEKDAYS: dict[int, list[tuple[int, int]]] = {day: [(540, 1020)] for day in range(5)}
"""Monday to Friday, 9:00 to 17:00."""

BY: Doer = SYSTEM
_numbers = itertools.count(1)

ADDRESS = {
    "line": "12 Main Street",
    "city": "Boston",
    "state": "MA",
    "postal_code": "02115",
    "phone": "617-555-0142",
    "url": "https://riverside.example.org",
    "latitude": 42.34,
    "longitude": -71.1,
}
TYPE = {
    "name": "New patient visit",
    "duration_minutes": 30,
    "interval_minutes": 30,
    "minimum_notice_minutes": 0,
    "horizon_days": 60,
    "service_type_code": "124",
    "service_category_code": "17",
    "specialty_code": "419772000",
    "patient_type": "newpt",
    "reminders": (),
}
"""Reminds nobody: tests of other messages count theirs alone, tests of reminders say when."""


@dataclass(frozen=True)
class Clinic:
    """Ids and path words of a clinic that can be booked; ``practitioner``, ``actor`` and ``role`` are empty for one
    without hosts, whose ``slug`` is its place's."""

    app: Flask
    organization: str
    location: str
    practitioner: str
    actor: str
    role: str
    type: str
    availability: str
    schedule: str
    slug: str
    type_slug: str
    zone: str

    @property
    def times_path(self) -> str:
        """The path of the page of open times."""
        return f"/{self.slug}/{self.type_slug}"

    @property
    def first_start(self) -> int:
        """The first open start of a local day that begins 12 hours ahead or later (with the default hours: 9:00 of a
        working day)."""
        return self.starts()[0]

    def starts(self, schedule: str | None = None, days: int = 15) -> list[int]:
        """Open starts of a schedule as the slot rule has it now, from the first local day that begins 12 hours ahead or
        later, so that they are the same whatever the hour, to ``days`` days ahead."""
        now = clock.now()
        since, until = zone(self.zone).next_day_begins(now + DAY // 2), now + days * DAY
        with self.app.app_context(), snapshot() as session:
            situation = load_situation(session, schedule or self.schedule, since, until)
            return list(open_starts(situation, now, since, until))


@dataclass(frozen=True)
class Person:
    """Ids and path word of a practitioner with a role at the clinic's place."""

    practitioner: str
    actor: str
    role: str
    slug: str


def npi(number: int | None = None) -> str:
    """A valid NPI that nobody has: they all begin with 1 so far. The check digit is worked out here, by hand."""
    nine = f"2{next(_numbers) if number is None else number:08d}"
    digits = [int(letter) for letter in "80840" + nine]
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled // 10 + doubled % 10
    return nine + str(-total % 10)


def make_clinic(
    app: Flask,
    *,
    zone: str = ZONE,
    weekly: Mapping[int, Sequence[Sequence[int]]] | None = None,
    hosted: bool = True,
    organization: Mapping[str, Any] | None = None,
    location: Mapping[str, Any] | None = None,
    practitioner: Mapping[str, Any] | None = None,
    **type_fields: Any,
) -> Clinic:
    """A clinic with one practitioner, one type and one Schedule: Monday to Friday 9 to 17 in New York, 30 minutes, no
    notice, horizon 60 days. ``type_fields`` are the type's (``capacity=6``); ``hosted=False`` makes a Location-only one.
    ``organization``, ``location`` and ``practitioner`` are fields of those."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        owner = catalog.add_organization(
            session,
            by=BY,
            now=now,
            **({"name": "Riverside Clinic", "phone": "617-555-0100"} | dict(organization or {})),
        ).id
        place = catalog.add_location(
            session,
            by=BY,
            now=now,
            organization_id=owner,
            **_place_fields({"zone": zone} | dict(location or {})),
        )
        kind = catalog.add_appointment_type(
            session, by=BY, now=now, organization_id=owner, **(TYPE | type_fields)
        )
        person = None
        if hosted:
            person = _add_person(session, owner, place.id, dict(practitioner or {}))
        hours = catalog.add_availability(
            session, by=BY, now=now, organization_id=owner, name="Usual hours", weekly=weekly or WEEKDAYS
        )
        schedule = catalog.add_schedule(
            session,
            by=BY,
            now=now,
            appointment_type_id=kind.id,
            location_id=place.id,
            availability_id=hours.id,
            hosts=[person.actor] if person else [],
        )
        slug = person.slug if person else slugs.current_slug(session, "location", place.id)
        type_slug = slugs.current_slug(session, "appointment-type", kind.id)
    return Clinic(
        app=app,
        organization=owner,
        location=place.id,
        practitioner=person.practitioner if person else "",
        actor=person.actor if person else schedule.line_actor_id or "",
        role=person.role if person else "",
        type=kind.id,
        availability=hours.id,
        schedule=schedule.id,
        slug=slug or "",
        type_slug=type_slug or "",
        zone=place.zone,
    )


def make_location(clinic: Clinic, **fields: Any) -> Location:
    """Another place of the clinic, in its zone; ``kind="virtual"`` makes one without an address."""
    with clinic.app.app_context(), transaction() as session:
        values = _place_fields({"zone": clinic.zone} | fields)
        return catalog.add_location(
            session, by=BY, now=clock.now(), organization_id=clinic.organization, **values
        )


def make_practitioner(clinic: Clinic, *, location: str | None = None, **fields: Any) -> Person:
    """Another practitioner, with a role at the clinic's place or at ``location``."""
    with clinic.app.app_context(), transaction() as session:
        return _add_person(session, clinic.organization, location or clinic.location, fields)


def make_type(clinic: Clinic, **fields: Any) -> AppointmentType:
    """Another type of the clinic, like its first one."""
    with clinic.app.app_context(), transaction() as session:
        values = TYPE | {"name": f"Visit {next(_numbers)}"} | fields
        return catalog.add_appointment_type(
            session, by=BY, now=clock.now(), organization_id=clinic.organization, **values
        )


def make_availability(
    clinic: Clinic, weekly: Mapping[int, Sequence[Sequence[int]]] | None = None, **fields: Any
) -> Availability:
    """Other hours: Monday to Friday 9 to 17 unless given."""
    with clinic.app.app_context(), transaction() as session:
        return catalog.add_availability(
            session,
            by=BY,
            now=clock.now(),
            organization_id=clinic.organization,
            weekly=WEEKDAYS if weekly is None else weekly,
            **({"name": f"Hours {next(_numbers)}"} | fields),
        )


def make_schedule(
    clinic: Clinic,
    *,
    type: str | None = None,
    location: str | None = None,
    availability: str | None = None,
    hosts: Sequence[str] | None = None,
    resource_kinds: Sequence[str] = (),
) -> Schedule:
    """Another Schedule. Hosts are actor ids; the clinic's practitioner unless given, ``[]`` for none."""
    with clinic.app.app_context(), transaction() as session:
        return catalog.add_schedule(
            session,
            by=BY,
            now=clock.now(),
            appointment_type_id=type or clinic.type,
            location_id=location or clinic.location,
            availability_id=availability or clinic.availability,
            hosts=[clinic.actor] if hosts is None else hosts,
            resource_kinds=resource_kinds,
        )


def make_session_type(clinic: Clinic, *, capacity: int = 3, **fields: Any) -> Schedule:
    """A Schedule whose type has ``capacity`` seats, hosted by the clinic's practitioner."""
    kind = make_type(clinic, capacity=capacity, **fields)
    return make_schedule(clinic, type=kind.id)


def make_room(
    clinic: Clinic, *, kind: str = "exam room", location: str | None = None, name: str = ""
) -> Actor:
    """A room of a kind at the clinic's place."""
    with clinic.app.app_context(), transaction() as session:
        return catalog.add_room(
            session,
            by=BY,
            now=clock.now(),
            organization_id=clinic.organization,
            location_id=location or clinic.location,
            name=name or f"Room {next(_numbers)}",
            resource_kind=kind,
        )


def make_question(clinic: Clinic, *, type: str | None = None, **fields: Any) -> Question:
    """A question of the clinic's type, or of another one."""
    with clinic.app.app_context(), transaction() as session:
        values = {"label": f"Question {next(_numbers)}?"} | fields
        return catalog.add_question(
            session, by=BY, now=clock.now(), appointment_type_id=type or clinic.type, **values
        )


def make_plan(clinic: Clinic, **fields: Any) -> InsurancePlan:
    """An insurance plan that the clinic accepts."""
    with clinic.app.app_context(), transaction() as session:
        values = {"name": f"Plan {next(_numbers)}", "accepted_on": date(2027, 1, 4)} | fields
        return catalog.add_plan(
            session, by=BY, now=clock.now(), organization_id=clinic.organization, **values
        )


def make_pool(clinic: Clinic, members: Mapping[str, int], **fields: Any) -> Pool:
    """A pool of Schedules of the clinic's type, with their priorities."""
    with clinic.app.app_context(), transaction() as session:
        values = {"name": "Riverside team", "appointment_type_id": clinic.type} | fields
        return catalog.add_pool(session, by=BY, now=clock.now(), members=members, **values)


def _place_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    if fields.get("kind") == "virtual":
        return {"name": "Video visits", "phone": "617-555-0143", "licensed_states": ["MA"]} | dict(fields)
    return {"name": "Riverside Clinic, Main Street"} | ADDRESS | dict(fields)


def _add_person(session: Any, owner: str, location: str, fields: dict[str, Any]) -> Person:
    number = next(_numbers)
    values = {"display_name": "Dr. Maya Chen", "given": "Maya", "family": "Chen", "npi": npi(number)} | fields
    now = clock.now()
    row = catalog.add_practitioner(session, by=BY, now=now, organization_id=owner, **values)
    role = catalog.add_role(
        session,
        by=BY,
        now=now,
        practitioner_id=row.id,
        location_id=location,
        specialty_code=TYPE["specialty_code"],
    )
    slug = slugs.current_slug(session, "practitioner", row.id)
    return Person(row.id, people.actor_of(session, row.id).id, role.id, slug or "")


assert set(TYPE) <= set(types.FIELDS)
