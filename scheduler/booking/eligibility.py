"""Whom a type is for: one rule for the form, the booking and what is offered to those whom it is not for.

Pure but for ``rules_of_types``. Ages count in whole years on the day of the visit, as the clock at its place has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import AppointmentType, InsurancePlan, TypePlan

RETURNING_ONLY = ("existptonly", "existptfam")
OPTIONAL, REQUIRED = "optional", "required"
ASK, ONLY = "ask", "only"
PLAN, NOT_LISTED, SELF, UNSURE = "plan", "not-listed", "self", "unsure"
WAYS_TO_PAY = (PLAN, NOT_LISTED, SELF, UNSURE)
SEEN, AGE, REFERRAL, INSURANCE = "seen", "age", "referral", "insurance"


@dataclass(frozen=True, slots=True)
class Plan:
    """An insurance plan that a type accepts, as of a date."""

    id: str
    name: str
    accepted_on: date


@dataclass(frozen=True, slots=True)
class Rules:
    """Whom a type is for, as ``AppointmentType`` has it; ``plans``: those accepted now, by name."""

    patient_type: str = ""
    minimum_age: int | None = None
    maximum_age: int | None = None
    referral: str = ""
    insurance: str = ""
    plans: tuple[Plan, ...] = ()

    @property
    def ages(self) -> bool:
        """Whether it is for some ages alone."""
        return bool(self.minimum_age) or self.maximum_age is not None

    def plan(self, plan_id: str) -> Plan | None:
        """The accepted plan of that id."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)


ANYBODY = Rules()


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of who comes; None is not known, and never speaks against anybody. ``insured``: by a plan (its id in
    ``plan_id``), or another of ``WAYS_TO_PAY``."""

    seen: bool | None = None
    born: date | None = None
    referral: bool | None = None
    insured: str | None = None
    plan_id: str = ""


def age_on(born: date, day: date) -> int:
    """Whole years; who was born on 29 February grows older on 1 March of a year without one."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def first_day_of(born: date, age: int) -> date:
    """The day on which somebody becomes so old; ``date.max`` for one beyond the calendar."""
    year = born.year + age
    if year > date.max.year:
        return date.max
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_fits(rules: Rules, born: date, day: date) -> bool:
    """Whether the age on that day is within the type's, both ends included."""
    age = age_on(born, day)
    if not rules.ages:
        return True
    return (rules.minimum_age or 0) <= age and (rules.maximum_age is None or age <= rules.maximum_age)


def days_that_fit(rules: Rules, born: date) -> tuple[date, date]:
    """The first day on which the age fits, and the first after that on which it does not any more (``date.max``: never)."""
    last = rules.maximum_age
    return (
        first_day_of(born, rules.minimum_age or 0),
        date.max if last is None else first_day_of(born, last + 1),
    )


def days_for(rules: Rules, birth_date: str | None) -> tuple[date, date]:
    """As ``days_that_fit`` for an ISO date; every day fits whose birth date is not known (None or ""), and a visit for any
    age."""
    if not rules.ages or not birth_date:
        return date.min, date.max
    return days_that_fit(rules, date.fromisoformat(birth_date))


def misfits(rules: Rules, who: Applicant, day: date) -> tuple[str, ...]:
    """What speaks against a visit on that day, in the order in which it is asked: of ``SEEN``, ``AGE``, ``REFERRAL``,
    ``INSURANCE``."""
    found = (
        (SEEN, who.seen is False and rules.patient_type in RETURNING_ONLY),
        (AGE, who.born is not None and not age_fits(rules, who.born, day)),
        (REFERRAL, who.referral is False and rules.referral == REQUIRED),
        (INSURANCE, who.insured is not None and rules.insurance == ONLY and not _accepted(rules, who)),
    )
    return tuple(code for code, against in found if against)


def _accepted(rules: Rules, who: Applicant) -> bool:
    return who.insured == PLAN and rules.plan(who.plan_id) is not None


def age_rules(kind: AppointmentType) -> Rules:
    """The ages of a type alone: all of its rules that depends on the day."""
    return Rules(minimum_age=kind.minimum_age, maximum_age=kind.maximum_age)


def rules_of_types(session: Session, kinds: Iterable[AppointmentType]) -> dict[str, Rules]:
    """The rules of each type by its id. Plans are read only where a type asks for one."""
    by_id = {kind.id: kind for kind in kinds}
    plans = accepted_plans(session, [kind for kind in by_id.values() if kind.insurance])
    return {
        kind.id: Rules(
            patient_type=kind.patient_type,
            minimum_age=kind.minimum_age,
            maximum_age=kind.maximum_age,
            referral=kind.referral,
            insurance=kind.insurance,
            plans=plans.get(kind.id, ()),
        )
        for kind in by_id.values()
    }


def accepted_plans(session: Session, kinds: Collection[AppointmentType]) -> Mapping[str, tuple[Plan, ...]]:
    """The plans that each type accepts, by name: those it names, or all of its clinic's when it names none."""
    if not kinds:
        return {}
    named: dict[str, set[str]] = {}
    for row in session.scalars(
        select(TypePlan).where(TypePlan.appointment_type_id.in_([kind.id for kind in kinds]))
    ):
        named.setdefault(row.appointment_type_id, set()).add(row.insurance_plan_id)
    owners = {kind.organization_id for kind in kinds}
    rows = session.scalars(
        select(InsurancePlan)
        .where(InsurancePlan.organization_id.in_(owners), InsurancePlan.active)
        .order_by(InsurancePlan.name, InsurancePlan.id)
    ).all()
    return {
        kind.id: tuple(
            Plan(row.id, row.name, row.accepted_on)
            for row in rows
            if row.organization_id == kind.organization_id and row.id in named.get(kind.id, {row.id})
        )
        for kind in kinds
    }
