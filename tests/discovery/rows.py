"""Rows for the home page, written straight into the tables: the page reads them, whoever wrote them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler.models import (
    Actor,
    AppointmentType,
    Availability,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Schedule,
    ScheduleHost,
    Slug,
)
from scheduler.models.base import Base


def add(session: Session, *rows: Base) -> None:
    """Add and flush, so that the next rows may refer to these."""
    session.add_all(rows)
    session.flush()


def add_clinic(session: Session, **changes: object) -> None:
    """An organization ``o`` with a place ``boston`` (slug riverside), a virtual place ``video`` and an availability."""
    values: dict[str, object] = {
        "name": "Riverside Health",
        "phone": "617-555-0142",
        "email": "hi@example.org",
    }
    add(session, Organization(id="o", organization_id="o", created_at=0, **{**values, **changes}))
    add(
        session,
        Location(
            id="boston",
            organization_id="o",
            name="Harbor Clinic",
            city="Boston",
            state="MA",
            zone="America/New_York",
            created_at=0,
        ),
        Location(
            id="video",
            organization_id="o",
            kind="virtual",
            name="Video",
            zone="America/New_York",
            created_at=0,
        ),
        Availability(id="av", organization_id="o", name="Week", created_at=0),
        Slug(slug="riverside", organization_id="o", kind="location", target_id="boston"),
    )


def add_type(session: Session, key: str, name: str, minutes: int = 40, **changes: object) -> None:
    """An appointment type."""
    values: dict[str, object] = {
        "duration_minutes": minutes,
        "interval_minutes": 15,
        "service_type_code": "124",
        "service_type": "General Practice",
        "specialty_code": "394814009",
        "specialty": "General practice",
        "created_at": 0,
    }
    add(session, AppointmentType(id=key, organization_id="o", name=name, **{**values, **changes}))


def add_practitioner(session: Session, key: str, name: str, specialty: str = "", **changes: object) -> None:
    """A practitioner with an actor ``actor-<key>``, a slug ``<key>`` and, with a specialty, a role at ``boston``."""
    add(session, Practitioner(id=key, organization_id="o", display_name=name, created_at=0, **changes))
    add(
        session,
        Actor(id=f"actor-{key}", organization_id="o", kind="practitioner", name=name, practitioner_id=key),
        Slug(slug=key, organization_id="o", kind="practitioner", target_id=key),
    )
    if specialty:
        role = PractitionerRole(
            id=f"role-{key}",
            organization_id="o",
            practitioner_id=key,
            location_id="boston",
            specialty_code="1",
            specialty=specialty,
        )
        add(session, role)


def add_schedule(
    session: Session, kind: str, *hosts: str, place: str = "boston", active: bool = True, roles: bool = False
) -> None:
    """A schedule of type ``kind`` with practitioners as hosts; ``roles``: link their roles."""
    key = "-".join((kind, place, *hosts))
    add(
        session,
        Schedule(
            id=key,
            organization_id="o",
            appointment_type_id=kind,
            location_id=place,
            availability_id="av",
            active=active,
            created_at=0,
        ),
    )
    for position, host in enumerate(hosts):
        add(
            session,
            ScheduleHost(
                schedule_id=key,
                actor_id=f"actor-{host}",
                organization_id="o",
                position=position,
                practitioner_role_id=f"role-{host}" if roles else None,
            ),
        )
