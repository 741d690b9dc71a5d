"""Requests: what the clinic says yes or no to, and what ends when it says nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM, By
from scheduler.db import snapshot
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.jobs.table import run_job
from scheduler.models import Appointment, AuditEntry, Claim, Outbox, ShardMark
from tests.factories import Clinic, make_appointment, make_clinic, make_hold
from tests.support.times import Clock

MINUTE, HOUR, DAY = 60, 3600, 86400
NOW = "2026-06-01T08:00:00-04:00"
DESK = By("user", user_id="desk")
pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def asking(app: Flask, frozen: Clock) -> Clinic:
    """A clinic that looks at each request, on a Monday at eight."""
    frozen.at(NOW)
    return make_clinic(app, approval_required=True)


def row(appointment: Appointment) -> Appointment:
    with snapshot() as session:
        return session.get_one(Appointment, appointment.id)


def kinds_sent(appointment: Appointment) -> list[str]:
    with snapshot() as session:
        query = select(Outbox.kind).where(Outbox.object_id == appointment.id, Outbox.recipient_id.is_(None))
        return list(session.scalars(query.order_by(Outbox.id)))


def acts(appointment: Appointment) -> list[str]:
    with snapshot() as session:
        return list(
            session.scalars(
                select(AuditEntry.action)
                .where(AuditEntry.object_id == appointment.id)
                .order_by(AuditEntry.id)
            )
        )


def test_a_request_waits_as_many_hours_as_its_type_says(asking: Clinic, frozen: Clock) -> None:
    now = frozen.at(NOW)
    asked = make_appointment(asking, start=asking.starts(days=30)[-1])
    assert (asked.status, asked.decide_by_at, asked.decided_at) == ("pending", now + 48 * HOUR, None)


def test_a_request_never_waits_longer_than_until_the_visit_starts(asking: Clinic) -> None:
    asked = make_appointment(asking)
    assert asked.decide_by_at == asked.starts_at


def test_what_needs_no_approval_waits_for_none(clinic: Clinic) -> None:
    assert make_appointment(clinic).decide_by_at is None


def test_an_approved_request_is_booked_and_the_patient_is_told_once(asking: Clinic, frozen: Clock) -> None:
    asked = make_appointment(asking)
    now = frozen.forward(hours=1)
    booking.approve(by=DESK, appointment_id=asked.id, sequence=asked.sequence)
    again = booking.approve(by=DESK, appointment_id=asked.id)
    assert (again.status, again.decided_at, again.sequence) == ("booked", now, asked.sequence + 1)
    assert kinds_sent(asked) == ["booking-pending", "request-approved"]
    assert acts(asked) == ["hold", "request", "approve"]
    assert asked.starts_at not in asking.starts()


def test_a_declined_time_is_free_at_once_and_the_clinic_s_words_are_kept(asking: Clinic) -> None:
    asked = make_appointment(asking)
    declined = booking.decline(by=DESK, appointment_id=asked.id, message=" Call us, we have an idea. ")
    booking.decline(by=DESK, appointment_id=asked.id, message="Something else")
    assert asked.starts_at in asking.starts()
    assert (declined.status, row(asked).staff_message) == ("declined", "Call us, we have an idea.")
    assert kinds_sent(asked) == ["booking-pending", "request-declined"]
    with snapshot() as session:
        assert session.scalars(select(Claim.id).where(Claim.appointment_id == asked.id)).all() == []
        assert session.scalars(select(ShardMark.id).where(ShardMark.schedule_id == asking.schedule)).all()


def test_a_request_that_nobody_decides_about_lapses(asking: Clinic, frozen: Clock) -> None:
    asked = make_appointment(asking, start=asking.starts()[-1])
    assert asked.decide_by_at is not None
    frozen.at(asked.decide_by_at - 1)
    assert run_job(asking.app, "lapse-requests") == 0
    frozen.at(asked.decide_by_at)
    assert run_job(asking.app, "lapse-requests") == 1
    assert run_job(asking.app, "lapse-requests") == 0
    assert (row(asked).status, booking.lapsed(row(asked))) == ("declined", True)
    assert kinds_sent(asked) == ["booking-pending", "request-lapsed"]
    assert acts(asked)[-1] == "lapse"
    assert asked.starts_at in asking.starts()


def test_a_request_lapses_before_anything_else_is_decided_on_its_time(asking: Clinic, frozen: Clock) -> None:
    asked = make_appointment(asking, start=asking.starts()[-1])
    frozen.at(asked.decide_by_at or 0)
    held = make_hold(asking, start=asked.starts_at)
    assert (held.status, row(asked).status) == ("held", "declined")


@pytest.mark.parametrize("verb", [booking.approve, booking.decline])
def test_a_lapsed_request_can_not_be_decided(asking: Clinic, frozen: Clock, verb: object) -> None:
    asked = make_appointment(asking)
    frozen.at(asked.decide_by_at or 0)
    with pytest.raises(Conflict) as refused:
        verb(by=DESK, appointment_id=asked.id)  # type: ignore[operator]
    assert "Nobody decided" in refused.value.sentence
    run_job(asking.app, "lapse-requests")
    with pytest.raises(Conflict, match="Nobody decided"):
        verb(by=DESK, appointment_id=asked.id)  # type: ignore[operator]


def test_who_comes_second_is_told_what_the_first_decided(asking: Clinic) -> None:
    first, second, third = asking.starts()[:3]
    approved = make_appointment(asking, start=first)
    booking.approve(by=DESK, appointment_id=approved.id)
    with pytest.raises(Conflict, match="approved already"):
        booking.decline(by=DESK, appointment_id=approved.id)
    declined = make_appointment(asking, start=second)
    booking.decline(by=DESK, appointment_id=declined.id)
    with pytest.raises(Conflict, match="declined already"):
        booking.approve(by=DESK, appointment_id=declined.id)
    cancelled = make_appointment(asking, start=third)
    booking.cancel(by=By("patient"), appointment_id=cancelled.id)
    with pytest.raises(Conflict, match="has cancelled"):
        booking.approve(by=DESK, appointment_id=cancelled.id)


def test_what_is_no_request_can_not_be_decided(clinic: Clinic) -> None:
    with pytest.raises(Conflict):
        booking.decline(by=DESK, appointment_id=make_hold(clinic).id)
    with pytest.raises(NotFound):
        booking.approve(by=DESK, appointment_id="nothing")


def test_a_request_that_moved_since_it_was_looked_at_is_not_decided(asking: Clinic) -> None:
    first, second = asking.starts()[:2]
    asked = make_appointment(asking, start=first)
    moved = booking.move(by=By("patient"), appointment_id=asked.id, start=second)
    assert (moved.status, moved.decide_by_at) == ("pending", second)
    with pytest.raises(EditConflict):
        booking.approve(by=DESK, appointment_id=asked.id, sequence=asked.sequence)
    assert row(asked).status == "pending"


def test_a_restored_request_waits_anew(asking: Clinic, frozen: Clock) -> None:
    asked = make_appointment(asking, start=asking.starts()[-1])
    booking.cancel(by=SYSTEM, appointment_id=asked.id)
    now = frozen.forward(hours=30)
    assert booking.restore(by=SYSTEM, appointment_id=asked.id).decide_by_at == now + 48 * HOUR


def test_a_message_has_a_limit(asking: Clinic) -> None:
    asked = make_appointment(asking)
    with pytest.raises(InvalidInput, match="500"):
        booking.decline(by=DESK, appointment_id=asked.id, message="x" * 501)
    assert row(asked).status == "pending"
