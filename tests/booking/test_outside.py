"""Visits that hours, time off or blocks have moved away from under."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from scheduler import booking, catalog, clock
from scheduler.availability.zones import zone
from scheduler.booking import SYSTEM, By
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Availability
from tests.factories import Clinic, make_appointment

pytestmark = pytest.mark.usefixtures("app_context")
STAFF = By("user", user_id="u1")


def found(clinic: Clinic) -> dict[str, str]:
    now = clock.now()
    with snapshot() as session:
        coming = booking.coming_visits(session, [clinic.schedule], now, 30)
        return {key: reason.code for key, reason in booking.outside(session, coming, now).items()}


def take_off(clinic: Clinic, visit: Appointment) -> None:
    day = clock.local_date(visit.starts_at, zone(clinic.zone).info)
    with transaction() as session:
        catalog.add_time_off(session, by=SYSTEM, now=clock.now(), organization_id=clinic.organization,
            start_date=day, end_date=day + timedelta(days=1), actor_id=clinic.actor)  # fmt: skip


def close_the_week(clinic: Clinic, visit: Appointment) -> None:
    with transaction() as session:
        version = session.get_one(Availability, clinic.availability).version
        catalog.set_week(session, by=SYSTEM, now=clock.now(), availability_id=clinic.availability,
            version=version, weekly={})  # fmt: skip


def close_the_date(clinic: Clinic, visit: Appointment) -> None:
    with transaction() as session:
        catalog.set_override(session, by=SYSTEM, now=clock.now(), availability_id=clinic.availability,
            day=clock.local_date(visit.starts_at, zone(clinic.zone).info), windows=[])  # fmt: skip


def block(clinic: Clinic, visit: Appointment) -> None:
    booking.block_time(by=STAFF, actor_id=clinic.actor, start=visit.starts_at, end=visit.ends_at)


@pytest.mark.parametrize(
    ("change", "code"),
    [(take_off, "time_off"), (close_the_week, "hours"), (close_the_date, "override"), (block, "busy")],
)
def test_a_visit_outside_is_found_with_the_reason_and_others_are_not(
    clinic: Clinic, change: Callable[[Clinic, Appointment], None], code: str
) -> None:
    visit = make_appointment(clinic)
    assert found(clinic) == {}

    change(clinic, visit)

    assert found(clinic) == {visit.id: code}


def test_a_visit_that_staff_keep_is_settled_until_it_moves(app: Flask, clinic: Clinic) -> None:
    first, other = clinic.starts()[0], clinic.starts()[8]
    visit = make_appointment(clinic, start=first)
    block(clinic, visit)

    booking.keep_outside(by=STAFF, appointment_id=visit.id, now=clock.now())
    assert found(clinic) == {}

    moved = booking.move(by=STAFF, appointment_id=visit.id, start=other)
    assert not moved.kept_outside
    booking.keep_outside(by=STAFF, appointment_id=visit.id, now=clock.now())  # a press on a page from before
    block(clinic, moved)
    assert found(clinic) == {visit.id: "busy"}


def test_a_longer_type_or_a_cancelled_visit_unsettles_nothing(clinic: Clinic) -> None:
    visit = make_appointment(clinic, start=clinic.starts()[15])  # the last one of the day
    with transaction() as session:
        session.execute(update(Appointment).values(ends_at=visit.ends_at + 3600))
    assert found(clinic) == {}
    booking.cancel(by=STAFF, appointment_id=visit.id)
    close_the_week(clinic, visit)
    assert found(clinic) == {}
