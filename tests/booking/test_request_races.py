"""Real processes decide about one request at once, on both databases: one answer stands, the others hear which."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import clock
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Claim, Outbox
from tests.factories import Clinic, make_appointment, make_clinic

pytestmark = pytest.mark.processes
ANSWERS = ("request-approved", "request-declined", "request-lapsed", "booking-cancelled")


@pytest.fixture
def asked(app_context: Flask) -> Appointment:
    """A request that waits."""
    clinic: Clinic = make_clinic(app_context, approval_required=True)
    return make_appointment(clinic)


def after(appointment: Appointment) -> tuple[str, int, list[str]]:
    """How the request stands, how many claims it has, and what the patient was told."""
    with snapshot() as session:
        status = session.get_one(Appointment, appointment.id).status
        claims = session.scalar(select(func.count(Claim.id)).where(Claim.appointment_id == appointment.id))
        told = session.scalars(
            select(Outbox.kind)
            .where(
                Outbox.object_id == appointment.id, Outbox.kind.in_(ANSWERS), Outbox.recipient_id.is_(None)
            )
            .order_by(Outbox.id)
        ).all()
    return status, claims or 0, list(told)


def words(answers: list[str]) -> set[str]:
    return {answer.split()[0] for answer in answers}


def test_approving_and_declining_at_once_is_one_of_the_two(asked: Appointment, race: Any) -> None:
    said = words(
        race(
            [
                [{"verb": ("approve", "decline request")[turn % 2], "appointment": asked.id}]
                for turn in range(8)
            ]
        )
    )
    status, claims, told = after(asked)
    if status == "booked":
        assert (said, claims, told) == ({"approved", "refused:conflict"}, 1, ["request-approved"])
    else:
        assert (status, said, claims) == ("declined", {"declined", "refused:conflict"}, 0)
        assert told == ["request-declined"]


def test_a_patient_who_cancels_while_the_clinic_approves_is_cancelled_either_way(
    asked: Appointment, race: Any
) -> None:
    said = words(
        race([[{"verb": ("approve", "cancel")[turn % 2], "appointment": asked.id}] for turn in range(6)])
    )
    assert said <= {"approved", "cancelled", "refused:conflict"}
    status, claims, told = after(asked)
    assert (status, claims, told[-1]) == ("cancelled", 0, "booking-cancelled")
    assert told.count("booking-cancelled") == 1
    assert told[:-1] in ([], ["request-approved"])


def test_declining_and_lapsing_at_once_tells_the_patient_once(asked: Appointment, race: Any) -> None:
    with transaction() as session:
        session.get_one(Appointment, asked.id).decide_by_at = clock.now() - 1
    verbs = ("decline request", "lapse", "approve")
    said = race([[{"verb": verbs[turn % 3], "appointment": asked.id}] for turn in range(6)])
    assert words(said) == {"refused:conflict", "lapsed"}
    assert after(asked) == ("declined", 0, ["request-lapsed"])
