"""Which appointment types a person sees, and which they may change."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, CLINICIAN, FRONT_DESK, Person, may_edit_type
from scheduler.errors import NotAllowed, NotFound
from scheduler.models import Actor, AppointmentType, Schedule, ScheduleHost, User, UserRole

GONE = "We can't find that appointment type."


def visible_types(person: Person) -> ColumnElement[bool]:
    """A condition on AppointmentType: all of the organization for admin and front desk, the hosted ones for a
    clinician."""
    own = AppointmentType.organization_id == person.organization_id
    if person.roles & {ADMIN, FRONT_DESK}:
        return own
    hosted = exists(
        select(Schedule.id)
        .join(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .where(
            Schedule.appointment_type_id == AppointmentType.id,
            Actor.practitioner_id == (person.practitioner_id or ""),
        )
    )
    return and_(own, hosted)


def seen_type(session: Session, person: Person, type_id: str) -> AppointmentType:
    """The type. Raises NotFound unless the person sees it: another's and one that never was look the same."""
    found = None
    if "\0" not in type_id:
        found = session.scalar(
            select(AppointmentType).where(AppointmentType.id == type_id, visible_types(person))
        )
    if found is None:
        raise NotFound(GONE)
    return found


def own_type(session: Session, person: Person, type_id: str) -> AppointmentType:
    """The type, to be changed. Raises NotFound, and NotAllowed when the person may only look at it."""
    kind = seen_type(session, person, type_id)
    if not may_edit_type(session, person, kind):
        raise NotAllowed(
            f"You can look at this appointment type, not change it. {whom_to_ask(session, person)}"
        )
    return kind


def may_add_types(person: Person) -> bool:
    """Admins, and clinicians who have hours of their own to offer."""
    return ADMIN in person.roles or (CLINICIAN in person.roles and person.practitioner_id is not None)


def whom_to_ask(session: Session, person: Person) -> str:
    """ "Ask Robin Field to change it.": the administrators of the person's organization."""
    names = session.scalars(
        select(User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.organization_id == person.organization_id, User.active, UserRole.role == ADMIN)
        .order_by(User.name)
        .limit(3)
    ).all()
    return f"Ask {' or '.join(names) or 'an administrator'} to change it."
