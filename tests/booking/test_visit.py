"""The day of a visit: every state against every step, undoing, times, and nothing of it in claims or feed."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.booking.visit import STEPS, last_step
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, NotFound
from scheduler.models import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    EXPIRED,
    HELD,
    NO_SHOW,
    PENDING,
    Appointment,
    AuditEntry,
    Claim,
    Outbox,
    ShardMark,
)
from scheduler.models.appointments import STATUSES
from tests.factories import Clinic, make_appointment, make_clinic, make_hold
from tests.support.times import Clock

pytestmark = pytest.mark.usefixtures("app_context")

MONDAY = "2027-06-07T08:00:00-04:00"
STAFF = By("user", user_id="u" * 32)
VERBS: dict[str, Callable[..., Appointment]] = {
    "check-in": booking.check_in,
    "in-room": booking.to_room,
    "done": booking.finish,
    "no-show": booking.no_show,
}
# (state, step) → the state after it; what is not here is refused
ALLOWED = {
    (BOOKED, "check-in"): ARRIVED,
    (BOOKED, "no-show"): NO_SHOW,
    (ARRIVED, "check-in"): ARRIVED,
    (ARRIVED, "in-room"): ARRIVED,
    (ARRIVED, "done"): COMPLETED,
    (COMPLETED, "done"): COMPLETED,
    (NO_SHOW, "no-show"): NO_SHOW,
}


@pytest.fixture
def clinic(app_context: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(app_context)


def begun(clinic: Clinic, frozen: Clock) -> Appointment:
    """A booked visit that has just begun."""
    visit = make_appointment(clinic)
    frozen.at(visit.starts_at)
    return visit


def put(visit: Appointment, status: str) -> None:
    """Set a state as a program that knows no rule would."""
    now = clock.now()
    with transaction() as session:
        session.execute(
            update(Appointment)
            .where(Appointment.id == visit.id)
            .values(
                status=status,
                arrived_at=now if status in (ARRIVED, COMPLETED) else None,
                expires_at=now + 600 if status in (HELD, EXPIRED) else None,
                decide_by_at=now + 600 if status == PENDING else None,
            )
        )


def stored(visit: Appointment) -> Appointment:
    with snapshot() as session:
        return session.get_one(Appointment, visit.id)


def actions(visit: Appointment) -> list[str]:
    with snapshot() as session:
        query = select(AuditEntry.action).where(AuditEntry.object_id == visit.id).order_by(AuditEntry.id)
        return list(session.scalars(query))


@pytest.mark.parametrize("step", STEPS)
def test_each_state_allows_the_steps_of_the_table_and_no_others(
    clinic: Clinic, frozen: Clock, step: str
) -> None:
    visit = begun(clinic, frozen)
    for status in STATUSES:
        put(visit, status)
        after = ALLOWED.get((status, step))
        if after is None:
            with pytest.raises(Conflict) as refused:
                VERBS[step](by=STAFF, appointment_id=visit.id)
            assert refused.value.sentence.endswith(".")
            assert stored(visit).status == status
        else:
            assert VERBS[step](by=STAFF, appointment_id=visit.id).status == after


@pytest.mark.parametrize("status", STATUSES)
def test_undo_takes_back_only_what_stands_last(clinic: Clinic, frozen: Clock, status: str) -> None:
    visit = begun(clinic, frozen)
    for step in STEPS:
        put(visit, status)
        before = stored(visit)
        if step == last_step(before):
            undone = booking.undo_step(by=STAFF, appointment_id=visit.id, step=step)
            assert undone.status == {"done": ARRIVED}.get(step, BOOKED)
        elif status == COMPLETED and step == "check-in":
            with pytest.raises(Conflict):
                booking.undo_step(by=STAFF, appointment_id=visit.id, step=step)
        else:
            assert booking.undo_step(by=STAFF, appointment_id=visit.id, step=step).status == status


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from([*STEPS, *(f"undo-{step}" for step in STEPS)]), max_size=12))
def test_any_order_of_presses_follows_one_line_of_steps(clinic: Clinic, acts: list[str]) -> None:
    """A model beside the verbs: the steps taken, in order; a step or an undo is what the model says, or a Conflict."""
    with snapshot() as session:
        visit = session.scalars(select(Appointment).where(Appointment.status.in_(STATUSES))).first()
    visit = visit or make_appointment(clinic)
    with transaction() as session:
        session.execute(
            update(Appointment)
            .where(Appointment.id == visit.id)
            .values(status=BOOKED, arrived_at=None, roomed_at=None, completed_at=None, starts_at=clock.now())
        )
    taken: list[str] = []
    after = {
        (): ("check-in", "no-show"),
        ("check-in",): ("in-room", "done"),
        ("check-in", "in-room"): ("done",),
    }
    for act in acts:
        step = act.removeprefix("undo-")
        try:
            if act == step:
                VERBS[step](by=STAFF, appointment_id=visit.id)
                if step not in taken:
                    assert step in after.get(tuple(taken), ())
                    taken.append(step)
            else:
                booking.undo_step(by=STAFF, appointment_id=visit.id, step=step)
                if step in taken:
                    assert taken.pop() == step
        except Conflict:
            if act == step:
                assert step not in after.get(tuple(taken), ())
            else:
                assert step in taken[:-1]
        now = stored(visit)
        assert last_step(now) == (taken[-1] if taken else None)
        assert (now.arrived_at is not None, now.roomed_at is not None, now.completed_at is not None) == (
            "check-in" in taken,
            "in-room" in taken,
            "done" in taken,
        )


def test_check_in_opens_on_the_local_day_of_the_visit(clinic: Clinic, frozen: Clock) -> None:
    visit = make_appointment(clinic)  # Tuesday, 9:00 in New York
    frozen.at("2027-06-07T23:59:59-04:00")
    with pytest.raises(Conflict, match="day of the visit"):
        booking.check_in(by=STAFF, appointment_id=visit.id)
    frozen.at("2027-06-08T00:00:00-04:00")
    assert booking.check_in(by=STAFF, appointment_id=visit.id).arrived_at == clock.now()


def test_a_no_show_can_be_marked_from_the_start_on(clinic: Clinic, frozen: Clock) -> None:
    visit = make_appointment(clinic)
    frozen.at(visit.starts_at - 1)
    with pytest.raises(Conflict, match="has not begun"):
        booking.no_show(by=STAFF, appointment_id=visit.id)
    frozen.at(visit.starts_at)
    assert booking.no_show(by=STAFF, appointment_id=visit.id).status == NO_SHOW


def test_two_presses_are_one_and_are_noted_once(clinic: Clinic, frozen: Clock) -> None:
    visit = begun(clinic, frozen)
    for verb in (booking.check_in, booking.to_room, booking.finish):
        first = verb(by=STAFF, appointment_id=visit.id)
        frozen.forward(minutes=1)
        again = verb(by=STAFF, appointment_id=visit.id)
        assert (again.arrived_at, again.roomed_at, again.completed_at) == (
            first.arrived_at,
            first.roomed_at,
            first.completed_at,
        )
    for _ in range(2):
        booking.undo_step(by=STAFF, appointment_id=visit.id, step="done")
    assert stored(visit).status == ARRIVED
    assert actions(visit) == ["hold", "book", "check-in", "in-room", "done", "undo-done"]


def test_a_step_beneath_another_is_not_undone(clinic: Clinic, frozen: Clock) -> None:
    visit = begun(clinic, frozen)
    booking.check_in(by=STAFF, appointment_id=visit.id)
    booking.to_room(by=STAFF, appointment_id=visit.id)
    with pytest.raises(Conflict, match="Undo that first"):
        booking.undo_step(by=STAFF, appointment_id=visit.id, step="check-in")


def test_claims_feed_and_mails_stay_as_they_are(clinic: Clinic, frozen: Clock) -> None:
    visit = begun(clinic, frozen)

    def beside() -> list[object]:
        with snapshot() as session:
            return [len(session.scalars(select(kind)).all()) for kind in (Claim, ShardMark, Outbox)] + [
                clinic.starts()
            ]

    before = beside()
    for verb in (booking.check_in, booking.to_room, booking.finish):
        verb(by=STAFF, appointment_id=visit.id)
    for step in ("done", "in-room", "check-in"):
        booking.undo_step(by=STAFF, appointment_id=visit.id, step=step)
    booking.no_show(by=STAFF, appointment_id=visit.id)
    assert beside() == before


def test_what_does_not_exist_is_not_found(clinic: Clinic) -> None:
    for verb in VERBS.values():
        with pytest.raises(NotFound):
            verb(by=STAFF, appointment_id="nothing")
    with pytest.raises(Conflict, match="held only"):
        booking.check_in(by=STAFF, appointment_id=make_hold(clinic).id)


def test_the_table_names_every_state() -> None:
    assert set(STATUSES) >= {state for state, _ in ALLOWED}
    assert {PENDING, DECLINED, CANCELLED, EXPIRED, HELD}.isdisjoint(state for state, _ in ALLOWED)
    assert len(ALLOWED) + len([1 for pair in itertools.product(STATUSES, STEPS) if pair not in ALLOWED]) == 36
