"""A clinic with everything that a feed can hold and can't say, written as rows: some of it no form would let
in.

A group owns Marigold, which has a place in Boston and video visits, and Sundial in Chicago, which has no
phone at all. Ada has an NPI and a role in Boston; Ben has neither and belongs to an agency. Hours are Monday to Friday, 9 to 12,
everywhere.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.booking import By, Details
from scheduler.db import transaction
from scheduler.models import (
    Actor,
    Appointment,
    AppointmentType,
    Availability,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Schedule,
    ScheduleHost,
    ScheduleResource,
    TimeOff,
    Window,
)

MORNING = "2026-06-01T07:00:00-04:00"  # a Monday
FIRST = 1_780_318_800  # 09:00 in Boston that day
HALF_HOUR = 1800

SKIN, FLU, GROUP, BOTH, VIDEO, SECRET = "s-skin", "s-flu", "s-group", "s-both", "s-video", "s-secret"
CHICAGO = "s-chicago"
PUBLISHED = {SKIN, FLU, GROUP, BOTH, VIDEO, CHICAGO}

ADA = By("patient", visitor="a" * 64)
BEN = By("patient", visitor="b" * 64)


def make(app: Flask) -> None:
    """Write the clinic into the application's empty database."""
    with app.app_context(), transaction() as session:
        for rows in (_owners(), _places(), _people(), _actors(), _hours(), _types()):
            session.add_all(rows)
            session.flush()
        for schedule, hosts in _schedules():
            session.add(schedule)
            session.flush()
            session.add_all(hosts)


def _owners() -> list[Any]:
    made: dict[str, Any] = {"created_at": 0}
    return [
        Organization(
            id="group", organization_id="group", name="Elm Group", url="https://elm.example.org", **made
        ),
        Organization(
            id="marigold",
            organization_id="marigold",
            parent_id="group",
            name="Marigold Health",
            npi="1234567893",
            phone="617-555-0100",
            **made,
        ),
        Organization(id="agency", organization_id="agency", name="Locum Agency", **made),
        Organization(id="sundial", organization_id="sundial", parent_id="group", name="Sundial", **made),
    ]


def _places() -> list[Any]:
    return [
        Location(
            id="boston",
            organization_id="marigold",
            name="Marigold Boston",
            line="12 Elm Street",
            city="Boston",
            district="Suffolk",
            state="MA",
            postal_code="02108",
            latitude=42.36,
            longitude=-71.06,
            zone="America/New_York",
            phone="617-555-0101",
            created_at=0,
        ),
        Location(
            id="video",
            organization_id="marigold",
            kind="virtual",
            name="Marigold video visits",
            zone="America/New_York",
            licensed_states=["NH", "MA"],
            created_at=0,
        ),
        Location(
            id="chicago",
            organization_id="sundial",
            name="Sundial",
            state="IL",
            zone="America/Chicago",
            created_at=0,
        ),
    ]


def _people() -> list[Any]:
    person: dict[str, Any] = {"organization_id": "marigold", "created_at": 0}
    return [
        Practitioner(
            id="ada",
            display_name="Dr. Ada Mapleton",
            given="Ada",
            family="Mapleton",
            npi="1234567893",
            languages=["en"],
            **person,
        ),
        Practitioner(
            id="ben",
            display_name="Ben Oakfield",
            given="Ben",
            family="Oakfield",
            organization_id="agency",
            created_at=0,
        ),
        PractitionerRole(
            id="ada-boston",
            organization_id="marigold",
            practitioner_id="ada",
            location_id="boston",
            specialty_code="394582007",
            specialty="Dermatology",
            title="Senior dermatologist",
        ),
    ]


def _actors() -> list[Any]:
    return [
        Actor(
            id="actor-ada", organization_id="marigold", kind="practitioner", name="Ada", practitioner_id="ada"
        ),
        Actor(
            id="actor-ben", organization_id="marigold", kind="practitioner", name="Ben", practitioner_id="ben"
        ),
        Actor(
            id="room-1",
            organization_id="marigold",
            kind="room",
            name="Room 1",
            resource_kind="procedure-room",
            location_id="boston",
        ),
        Actor(id="line-flu", organization_id="marigold", kind="line", name="Flu", location_id="boston"),
    ]


def _hours() -> list[Any]:
    return [
        Availability(id="mornings", organization_id="marigold", name="Mornings", created_at=0),
        *(
            Window(
                organization_id="marigold",
                availability_id="mornings",
                weekday=weekday,
                start_minute=540,
                end_minute=720,
            )
            for weekday in range(5)
        ),
        TimeOff(
            organization_id="marigold",
            location_id="boston",
            start_date=date(2026, 6, 10),
            end_date=date(2026, 6, 11),
            note="for staff only",
        ),
        TimeOff(
            organization_id="marigold",
            actor_id="actor-ada",
            start_date=date(2026, 6, 12),
            end_date=date(2026, 6, 12),
        ),
    ]


def _type(type_id: str, name: str, **changes: Any) -> AppointmentType:
    values: dict[str, Any] = {
        "organization_id": "marigold",
        "duration_minutes": 30,
        "interval_minutes": 30,
        "minimum_notice_minutes": 0,
        "horizon_days": 14,
        "service_type_code": "124",
        "service_type": "General Practice",
        "specialty_code": "394582007",
        "specialty": "Dermatology",
        "created_at": 0,
        **changes,
    }
    return AppointmentType(id=type_id, name=name, **values)


def _types() -> list[Any]:
    return [
        _type("skin", "Skin check", patient_type="newpt", description="A look at the whole skin."),
        _type("flu", "Flu shot", service_type_code="57", service_type="Immunization", interval_minutes=15),
        _type("group", "Stop smoking", duration_minutes=90, interval_minutes=90, capacity=3),
        _type("both", "Joint consultation", duration_minutes=60, interval_minutes=60),
        _type("talk", "Video talk", modality="video", specialty_code="", specialty=""),
        _type("secret", "For friends", visibility="link"),
        _type("paused", "Paused", visibility="paused"),
    ]


def _schedules() -> list[tuple[Schedule, list[Any]]]:
    return [
        _schedule(SKIN, "skin", "boston", "actor-ada", role="ada-boston"),
        _schedule(FLU, "flu", "boston", line="line-flu"),
        _schedule(GROUP, "group", "boston", "actor-ben"),
        _schedule(BOTH, "both", "boston", "actor-ada", "actor-ben", room="procedure-room"),
        _schedule(VIDEO, "talk", "video", "actor-ada"),
        _schedule(CHICAGO, "skin", "chicago", "actor-ben"),
        _schedule(SECRET, "secret", "boston", "actor-ada"),
        _schedule("s-paused", "paused", "boston", "actor-ada"),
    ]


def _schedule(
    schedule_id: str,
    type_id: str,
    location_id: str,
    *hosts: str,
    role: str | None = None,
    line: str | None = None,
    room: str | None = None,
) -> tuple[Schedule, list[Any]]:
    owner: dict[str, Any] = {"organization_id": "sundial" if location_id == "chicago" else "marigold"}
    schedule = Schedule(
        id=schedule_id,
        appointment_type_id=type_id,
        location_id=location_id,
        availability_id="mornings",
        line_actor_id=line,
        created_at=0,
        **owner,
    )
    needs: list[Any] = [
        ScheduleHost(schedule_id=schedule_id, actor_id=host, position=n, practitioner_role_id=role, **owner)
        for n, host in enumerate(hosts)
    ]
    if room:
        needs.append(ScheduleResource(schedule_id=schedule_id, resource_kind=room, **owner))
    return schedule, needs


def details(**changes: Any) -> Details:
    """What a patient types."""
    return Details(**{"given": "Pat", "family": "Example", "phone": "617-555-0199", **changes})


def hold(app: Flask, schedule_id: str, start: int, *, by: By = ADA) -> str:
    """Hold a time through the service; the appointment's id."""
    with app.app_context():
        return booking.hold(by=by, schedule_id=schedule_id, start=start).id


def book(app: Flask, schedule_id: str, start: int, *, by: By = ADA, **changes: Any) -> str:
    """Hold and book a time through the services; the appointment's id."""
    appointment_id = hold(app, schedule_id, start, by=by)
    with app.app_context():
        return booking.book(by=by, appointment_id=appointment_id, details=details(**changes), answers=()).id


def cancel(app: Flask, appointment_id: str, *, by: By = ADA) -> Appointment:
    """Cancel through the service."""
    with app.app_context():
        return booking.cancel(by=by, appointment_id=appointment_id)


def change(app: Flask, row: type[Any], row_id: str, **values: Any) -> None:
    """Change columns of one row."""
    with app.app_context(), transaction() as session:
        _set(session, row, row_id, values)


def _set(session: Session, row: type[Any], row_id: str, values: dict[str, Any]) -> None:
    found = session.get(row, row_id)
    assert found is not None
    for name, value in values.items():
        setattr(found, name, value)
