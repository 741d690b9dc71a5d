"""Whom an appointment type is for, as the details form of staff takes it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler.booking.eligibility import rules_of_types
from scheduler.booking.eligible import day_of
from scheduler.intake.who import Who
from scheduler.models import AppointmentType


def staff_asks(session: Session, type_id: str, start: int, zone: str) -> Who:
    """What staff are asked about who comes to a visit of the type at ``start`` (epoch seconds), and may set aside."""
    kind = session.get_one(AppointmentType, type_id)
    return Who(rules_of_types(session, [kind])[kind.id], day_of(start, zone), staff=True)
