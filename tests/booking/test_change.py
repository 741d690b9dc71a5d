"""Cancel, move, block, expire: what happens to time that is taken."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking, clock
from scheduler.booking import SYSTEM
from scheduler.booking.transaction import lock_actors
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, InvalidInput, NotFound, SlotGone
from scheduler.models import (
    Appointment,
    AppointmentType,
    BusyBlock,
    Claim,
    IdempotencyKey,
    Outbox,
    PatientDetails,
)
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_room,
    make_schedule,
    visitor,
)  # fmt: skip
from tests.support.times import Clock

MINUTE, HOUR, DAY = 60, 3600, 86400
pytestmark = pytest.mark.usefixtures("app_context")


def kinds_sent(appointment: Appointment) -> list[str]:
    with snapshot() as session:
        query = select(Outbox.kind).where(Outbox.object_id == appointment.id).order_by(Outbox.id)
        return list(session.scalars(query))


def test_cancelling_frees_the_time_at_once_and_twice_is_once(clinic: Clinic) -> None:
    booked = make_appointment(clinic)
    assert booked.starts_at not in clinic.starts()
    first = booking.cancel(by=SYSTEM, appointment_id=booked.id, reason="better")
    again = booking.cancel(by=SYSTEM, appointment_id=booked.id)
    assert booked.starts_at in clinic.starts()
    assert (first.status, again.sequence, again.cancel_reason) == ("cancelled", 1, "better")
    assert kinds_sent(booked) == ["booking-confirmed", "booking-cancelled"]


def test_a_visit_that_has_begun_cannot_be_cancelled_or_moved(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    booked = make_appointment(clinic)
    frozen.at(booked.starts_at)
    with pytest.raises(Conflict):
        booking.cancel(by=SYSTEM, appointment_id=booked.id)
    with pytest.raises(Conflict):
        booking.move(by=SYSTEM, appointment_id=booked.id, start=booked.starts_at + DAY)


def test_a_hold_is_released_not_cancelled(clinic: Clinic) -> None:
    with pytest.raises(Conflict):
        booking.cancel(by=SYSTEM, appointment_id=make_hold(clinic).id)


def test_what_does_not_exist_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        booking.cancel(by=SYSTEM, appointment_id="nothing")
    with pytest.raises(NotFound):
        booking.move(by=SYSTEM, appointment_id="nothing", start=clinic.first_start)


def test_a_cancel_reason_has_a_limit(clinic: Clinic) -> None:
    with pytest.raises(InvalidInput):
        booking.cancel(by=SYSTEM, appointment_id=make_appointment(clinic).id, reason="x" * 201)


def test_a_move_changes_the_same_appointment(clinic: Clinic) -> None:
    first, second = clinic.starts()[:2]
    booked = make_appointment(clinic, start=first)
    moved = booking.move(by=SYSTEM, appointment_id=booked.id, start=second)
    assert (moved.id, moved.starts_at, moved.sequence, moved.code) == (booked.id, second, 1, booked.code)
    assert moved.wall_time != booked.wall_time
    assert first in clinic.starts()
    assert second not in clinic.starts()
    assert kinds_sent(booked) == ["booking-confirmed", "booking-moved"]


def test_a_visit_may_move_into_its_own_old_time(app: Flask) -> None:
    clinic = make_clinic(app, duration_minutes=60, interval_minutes=30)
    first, second = clinic.starts()[:2]
    booked = make_appointment(clinic, start=first)
    assert booking.move(by=SYSTEM, appointment_id=booked.id, start=second).starts_at == first + 30 * MINUTE


def test_a_move_to_a_taken_time_changes_nothing(clinic: Clinic) -> None:
    first, second = clinic.starts()[:2]
    booked = make_appointment(clinic, start=first)
    make_appointment(clinic, start=second)
    with pytest.raises(SlotGone):
        booking.move(by=SYSTEM, appointment_id=booked.id, start=second)
    with snapshot() as session:
        claim = session.scalars(select(Claim).where(Claim.appointment_id == booked.id)).one()
        assert (session.get_one(Appointment, booked.id).starts_at, claim.starts_at) == (first, first)


def test_a_move_to_the_same_time_sends_nothing(clinic: Clinic) -> None:
    booked = make_appointment(clinic)
    assert booking.move(by=SYSTEM, appointment_id=booked.id, start=booked.starts_at).sequence == 0
    assert kinds_sent(booked) == ["booking-confirmed"]


def test_a_move_to_a_colleague_takes_the_colleagues_time(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic)
    other = make_schedule(clinic, hosts=[colleague.actor])
    booked = make_appointment(clinic)
    moved = booking.move(by=SYSTEM, appointment_id=booked.id, start=booked.starts_at, schedule_id=other.id)
    assert moved.schedule_id == other.id
    assert booked.starts_at in clinic.starts()
    assert booked.starts_at not in clinic.starts(other.id)


def test_a_move_to_another_type_is_refused(clinic: Clinic) -> None:
    elsewhere = make_clinic(clinic.app)
    with pytest.raises(InvalidInput):
        booking.move(
            by=SYSTEM, appointment_id=make_appointment(clinic).id, start=elsewhere.first_start,
            schedule_id=elsewhere.schedule,
        )  # fmt: skip


def test_a_cap_does_not_count_the_visit_that_is_moved(app: Flask) -> None:
    clinic = make_clinic(app, max_per_day=1)
    first = clinic.first_start
    booked = make_appointment(clinic, start=first)
    assert booking.move(by=SYSTEM, appointment_id=booked.id, start=first + HOUR).starts_at == first + HOUR


def test_a_collective_visit_takes_every_host_and_one_room(clinic: Clinic) -> None:
    colleague, rooms = make_practitioner(clinic), {make_room(clinic).id, make_room(clinic).id}
    together = make_schedule(clinic, hosts=[clinic.actor, colleague.actor], resource_kinds=["exam room"])
    booked = make_appointment(clinic, schedule=together.id)
    with snapshot() as session:
        taken = set(session.scalars(select(Claim.actor_id).where(Claim.appointment_id == booked.id)))
    assert {clinic.actor, colleague.actor} < taken
    assert len(taken & rooms) == 1
    assert booked.starts_at not in clinic.starts()


def test_a_session_shares_seats_until_full_and_a_cancelled_seat_is_free_again(app: Flask) -> None:
    clinic = make_clinic(app, capacity=2)
    start = clinic.first_start
    first, second = (make_appointment(clinic, start=start) for _ in range(2))
    assert {first.seat_number, second.seat_number} == {1, 2}
    assert first.session_id == second.session_id
    assert start not in clinic.starts()
    booking.cancel(by=SYSTEM, appointment_id=first.id)
    assert make_appointment(clinic, start=start).seat_number == first.seat_number


def test_a_type_that_gets_seats_later_shares_them_with_visits_booked_before(clinic: Clinic) -> None:
    before = make_appointment(clinic)
    with transaction() as session:
        session.get_one(AppointmentType, clinic.type).capacity = 3
    after = make_appointment(clinic, start=before.starts_at)
    with snapshot() as session:
        adopted = session.get_one(Appointment, before.id)
        groups = set(session.scalars(select(Claim.group_id)))
    assert (adopted.session_id, {adopted.seat_number, after.seat_number}) == (after.session_id, {1, 2})
    assert groups == {after.session_id}


def test_blocked_time_is_not_open_until_it_is_unblocked(clinic: Clinic) -> None:
    start = clinic.first_start
    block = booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=start, end=start + MINUTE)
    assert start not in clinic.starts()
    booking.unblock_time(by=SYSTEM, block_id=block.id)
    assert start in clinic.starts()


@pytest.mark.parametrize("length", [0, -60, 367 * DAY])
def test_a_block_has_a_length_that_makes_sense(clinic: Clinic, length: int) -> None:
    start = clinic.first_start
    with pytest.raises(InvalidInput):
        booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=start, end=start + length)


def test_blocks_of_nobody_are_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        booking.block_time(by=SYSTEM, actor_id="nobody", start=0, end=1)
    with pytest.raises(NotFound):
        booking.unblock_time(by=SYSTEM, block_id="nothing")
    with snapshot() as session:
        assert session.scalars(select(BusyBlock)).all() == []


def test_dead_holds_are_ended_by_the_job_and_live_ones_are_not(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    first, second = clinic.starts()[:2]
    dead = make_hold(clinic, start=first)
    frozen.forward(minutes=5)
    live = make_hold(clinic, start=second)
    frozen.forward(minutes=5)
    assert booking.expire() == 1
    with snapshot() as session:
        assert [session.get_one(Appointment, one.id).status for one in (dead, live)] == ["expired", "held"]
        assert session.scalars(select(Claim.appointment_id)).all() == [live.id]
    assert booking.expire() == 0


def test_drafts_and_keys_are_forgotten_after_a_day(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    by = visitor()
    held = make_hold(clinic, by=by, key="k")
    booked = make_appointment(clinic, start=clinic.starts()[1])
    booking.save_draft(by=by, appointment_id=held.id, draft={"given": "A"})
    frozen.forward(hours=24)
    booking.expire()
    assert booking.purge() == 0
    frozen.forward(minutes=11)
    assert booking.purge() == 1
    with snapshot() as session:
        assert session.get(PatientDetails, held.id) is None
        assert session.get(PatientDetails, booked.id) is not None
        assert session.scalars(select(IdempotencyKey.key)).all() == []


def test_locking_nobody_is_allowed(clinic: Clinic) -> None:
    with transaction() as session:
        lock_actors(session, [])
    assert clock.now() > 0
