"""What the pages of insurance plans show: the clinic's plans, and what each is used by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability.zones import zone as zone_of
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import (
    BOOKED,
    PENDING,
    Appointment,
    AppointmentType,
    InsurancePlan,
    Location,
    PatientDetails,
    TypePlan,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A plan. ``types``: names of those that accept it; ``coming``: bookings to come that are to be paid by it;
    ``last_of``: the types that would accept nothing any more without it, and are for people with a plan alone."""

    id: str
    name: str
    accepted_on: date
    active: bool
    version: int
    types: tuple[str, ...]
    coming: int
    last_of: tuple[str, ...]

    @property
    def coming_words(self) -> str:
        return "1 booking to come" if self.coming == 1 else f"{self.coming} bookings to come"


def plans_table(person: Person, now: int) -> tuple[Row, ...]:
    """The plans of the person's organization: accepted ones first, by name."""
    with snapshot() as session:
        return _rows(session, person.organization_id, now)


def plan_page(person: Person, plan_id: str, now: int) -> Row:
    """One plan. Raises NotFound, for another organization's as for one that never was."""
    for row in plans_table(person, now):
        if row.id == plan_id:
            return row
    raise NotFound("We can't find that insurance plan.")


def today_of(person: Person, now: int) -> date:
    """Today at the organization's first place."""
    with snapshot() as session:
        zone = session.scalar(
            select(Location.zone)
            .where(Location.organization_id == person.organization_id)
            .order_by(Location.created_at, Location.id)
            .limit(1)
        )
    return date.fromordinal(zone_of(zone or "UTC").day(now))


def _rows(session: Session, organization_id: str, now: int) -> tuple[Row, ...]:
    plans = session.scalars(
        select(InsurancePlan)
        .where(InsurancePlan.organization_id == organization_id)
        .order_by(InsurancePlan.active.desc(), func.lower(InsurancePlan.name), InsurancePlan.id)
    ).all()
    kinds = session.scalars(
        select(AppointmentType)
        .where(
            AppointmentType.organization_id == organization_id,
            AppointmentType.active,
            AppointmentType.insurance != "",
        )
        .order_by(func.lower(AppointmentType.name), AppointmentType.id)
    ).all()
    active = {plan.id for plan in plans if plan.active}
    named = _named(session, TypePlan.organization_id == organization_id)
    accepts = {kind.id: named.get(kind.id, active) & active for kind in kinds}
    coming = _coming(session, organization_id, now)
    return tuple(
        Row(
            id=plan.id,
            name=plan.name,
            accepted_on=plan.accepted_on,
            active=plan.active,
            version=plan.version,
            types=tuple(kind.name for kind in kinds if plan.id in accepts[kind.id]),
            coming=coming[plan.id],
            last_of=tuple(
                kind.name for kind in kinds if kind.insurance == "only" and accepts[kind.id] == {plan.id}
            ),
        )
        for plan in plans
    )


def _coming(session: Session, organization_id: str, now: int) -> Counter[str | None]:
    """How many bookings to come are to be paid by each plan."""
    return Counter(
        session.scalars(
            select(PatientDetails.insurance_plan_id)
            .join(Appointment, Appointment.id == PatientDetails.appointment_id)
            .where(
                Appointment.organization_id == organization_id,
                Appointment.status.in_((BOOKED, PENDING)),
                Appointment.starts_at >= now,
                PatientDetails.insurance_plan_id.is_not(None),
            )
        )
    )


def _named(session: Session, where: ColumnElement[bool]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in session.scalars(select(TypePlan).where(where)):
        found.setdefault(row.appointment_type_id, set()).add(row.insurance_plan_id)
    return found
