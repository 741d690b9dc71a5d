"""Insurance plans that the clinic accepts, and which of them an appointment type does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import EDITED_MEANWHILE, changed, find, named, note, put
from scheduler.errors import EditConflict
from scheduler.models import AppointmentType, InsurancePlan, Organization, TypePlan

FIELDS = {
    "name": Field("Plan", parse.name),
    "accepted_on": Field("Accepted as of", parse.local_date),
}
_EDITED = FIELDS | {"active": Field("Accepted", parse.switch)}


def add_plan(
    session: Session, *, by: audit.Actor, now: int, organization_id: str, **fields: Any
) -> InsurancePlan:
    """Add a plan (``FIELDS``). Types that name no plans accept it at once. Raises InvalidInput."""
    problems = Problems()
    named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    values = check(FIELDS, fields, problems)
    _check_name(session, organization_id, None, values, problems)
    problems.stop()
    row = InsurancePlan(organization_id=organization_id, created_at=now, **values)
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind="insurance-plan")
    return row


def edit_plan(
    session: Session, *, by: audit.Actor, now: int, plan_id: str, version: int, **changes: Any
) -> InsurancePlan:
    """Change a plan, or stop accepting it (``active``): patients can't choose it any more, and bookings keep its name.

    Raises NotFound, EditConflict, InvalidInput.
    """
    row = find(session, InsurancePlan, plan_id, version)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    _check_name(session, row.organization_id, row.id, values, problems)
    problems.stop()
    note(session, row, by=by, now=now, action="edit", kind="insurance-plan", fields=put(row, values))
    return row


def plans_accepted(session: Session, organization_id: str) -> Sequence[InsurancePlan]:
    """The plans that the clinic accepts now, by name."""
    return session.scalars(
        select(InsurancePlan)
        .where(InsurancePlan.organization_id == organization_id, InsurancePlan.active)
        .order_by(InsurancePlan.name, InsurancePlan.id)
    ).all()


def plans_of(session: Session, type_id: str) -> set[str]:
    """The ids of the plans that a type names; none means all of the clinic's."""
    return set(
        session.scalars(select(TypePlan.insurance_plan_id).where(TypePlan.appointment_type_id == type_id))
    )


def set_type_plans(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    appointment_type_id: str,
    plans: Collection[str],
    seen: Collection[str],
) -> None:
    """Let a type accept these plans of its clinic alone, or all of them when none is named. ``seen``: those that the
    editor saw. Raises NotFound, EditConflict, InvalidInput."""
    kind = find(session, AppointmentType, appointment_type_id)
    if plans_of(session, kind.id) != set(seen):
        raise EditConflict(EDITED_MEANWHILE)
    problems = Problems()
    for plan_id in plans:
        named(session, InsurancePlan, plan_id, kind.organization_id, problems, "plans", "Plans")
    problems.stop()
    session.execute(delete(TypePlan).where(TypePlan.appointment_type_id == kind.id))
    session.add_all(
        TypePlan(appointment_type_id=kind.id, insurance_plan_id=plan_id, organization_id=kind.organization_id)
        for plan_id in sorted(set(plans))
    )
    note(session, kind, by=by, now=now, action="edit", kind="appointment-type", fields=["plans"])


def _check_name(
    session: Session, organization_id: str, plan_id: str | None, values: dict[str, Any], problems: Problems
) -> None:
    if "name" not in values:
        return
    same = session.scalar(
        select(InsurancePlan.id).where(
            InsurancePlan.organization_id == organization_id,
            func.lower(InsurancePlan.name) == values["name"].lower(),
            InsurancePlan.id != (plan_id or ""),
        )
    )
    if same is not None:
        problems.add("name", "Plan", "another one has this name. Give it one that tells them apart.")
