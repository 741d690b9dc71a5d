"""Who may see and do what. Roles are added up; a right is of one organization.

admin        everything of the organization
front-desk   all bookings of the organization, everybody's hours, time off and blocked time
clinician    bookings of schedules that need this practitioner, their own hours, time off, blocked time and types
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from scheduler.models import Actor, Appointment, AppointmentType, Schedule, ScheduleHost

ADMIN, CLINICIAN, FRONT_DESK = "admin", "clinician", "front-desk"
ROLES = frozenset({ADMIN, CLINICIAN, FRONT_DESK})
_SEE_ALL = frozenset({ADMIN, FRONT_DESK})


class Person(Protocol):
    """What a decision needs to know of a signed-in user."""

    @property
    def organization_id(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def practitioner_id(self) -> str | None: ...


def sees_all_bookings(person: Person) -> bool:
    """Whether the person sees the bookings of the whole organization, not only their own."""
    return bool(person.roles & _SEE_ALL)


def may_see_appointment(person: Person, organization_id: str, hosts: Collection[str]) -> bool:
    """Whether the person may see, and cancel, an appointment of that organization with these practitioners."""
    if person.organization_id != organization_id:
        return False
    if sees_all_bookings(person):
        return True
    return (
        CLINICIAN in person.roles and person.practitioner_id is not None and person.practitioner_id in hosts
    )


def may_edit_calendar(person: Person, organization_id: str, practitioner_id: str | None) -> bool:
    """Whether the person may change hours, time off and blocked time of that practitioner, or (None) those that are
    nobody's own: of a place, a room, the whole organization."""
    if person.organization_id != organization_id:
        return False
    if sees_all_bookings(person):
        return True
    return practitioner_id is not None and _is_clinician(person, practitioner_id)


def may_edit_type(session: Session, person: Person, kind: AppointmentType) -> bool:
    """Whether the person may change an appointment type: an admin any, a clinician one that they alone host."""
    if person.organization_id != kind.organization_id:
        return False
    if ADMIN in person.roles:
        return True
    hosts = session.execute(
        select(Schedule.id, Actor.practitioner_id)
        .outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .outerjoin(Actor, Actor.id == ScheduleHost.actor_id)
        .where(Schedule.appointment_type_id == kind.id)
    ).all()
    return bool(hosts) and all(host is not None and _is_clinician(person, host) for _, host in hosts)


def _is_clinician(person: Person, practitioner_id: str) -> bool:
    return CLINICIAN in person.roles and person.practitioner_id == practitioner_id


def visible_appointments(person: Person) -> ColumnElement[bool]:
    """``may_see_appointment`` as a condition on Appointment, for queries."""
    own = Appointment.organization_id == person.organization_id
    if sees_all_bookings(person):
        return own
    if CLINICIAN not in person.roles or person.practitioner_id is None:
        return and_(own, Appointment.id.is_(None))
    hosted = exists(
        select(ScheduleHost.schedule_id)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .where(
            ScheduleHost.schedule_id == Appointment.schedule_id,
            Actor.practitioner_id == person.practitioner_id,
        )
    )
    return and_(own, hosted)
