"""Holds and appointments, made by the booking's own verbs as a patient would."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scheduler import booking
from scheduler.booking import AnswerGiven, By, Details
from scheduler.models import Appointment
from tests.factories.clinics import Clinic

_numbers = itertools.count(1)

DETAILS = Details(
    for_whom="me",
    given="Ana",
    family="Silva",
    birth_date="1984-05-17",
    email="ana@example.org",
    phone="617-555-0199",
    booker_given="",
    booker_family="",
    relationship="",
    reason="",
    needs=(),
    language="en",
    zone="America/New_York",
    share_outcome=True,
)
"""What a patient enters who has answered everything."""


def visitor(name: str | None = None) -> By:
    """A patient with a browser of their own; the same ``name`` is the same browser."""
    return By("patient", visitor=hashlib.sha256((name or f"visitor {next(_numbers)}").encode()).hexdigest())


def make_hold(
    clinic: Clinic,
    *,
    start: int | None = None,
    schedule: str | None = None,
    by: By | None = None,
    **fields: Any,
) -> Appointment:
    """A held time: the first open one unless ``start`` (epoch seconds) is given; of a new visitor unless ``by`` is."""
    schedule_id = schedule or clinic.schedule
    with clinic.app.app_context():
        at = clinic.starts(schedule_id)[0] if start is None else start
        return booking.hold(by=by or visitor(), schedule_id=schedule_id, start=at, **fields)


def make_appointment(
    clinic: Clinic,
    *,
    start: int | None = None,
    schedule: str | None = None,
    by: By | None = None,
    answers: Sequence[AnswerGiven] = (),
    **details: Any,
) -> Appointment:
    """A booked (or pending) appointment, held and confirmed; ``details`` change fields of ``DETAILS``."""
    who = by or visitor()
    held = make_hold(clinic, start=start, schedule=schedule, by=who)
    with clinic.app.app_context():
        return booking.book(
            by=who, appointment_id=held.id, details=replace(DETAILS, **details), answers=answers
        )
