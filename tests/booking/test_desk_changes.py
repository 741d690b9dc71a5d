"""What staff may do that a patient may not: move with rules set aside, overbook, write a message, restore."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.errors import Conflict, InvalidInput, SlotGone
from scheduler.jobs.runner import deliver
from scheduler.models import BOOKED, CANCELLED, Appointment, Claim, Outbox
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_location,
    make_practitioner,
    make_schedule,
    make_session_type,
)

pytestmark = pytest.mark.usefixtures("app_context")

HOUR, DAY = 3600, 86400
STAFF = By("user", user_id="u" * 32)
PATIENT = By("patient")


def stored(visit: Appointment) -> Appointment:
    with snapshot() as session:
        return session.get_one(Appointment, visit.id)


def test_staff_move_outside_the_hours_by_saying_so_and_a_patient_never(clinic: Clinic) -> None:
    visit = make_appointment(clinic)
    evening = visit.starts_at + 12 * HOUR
    everything = frozenset({"hours", "limits"})
    for by, aside in ((STAFF, frozenset[str]()), (STAFF, frozenset({"limits"})), (PATIENT, everything)):
        with pytest.raises(SlotGone):
            booking.move(by=by, appointment_id=visit.id, start=evening, set_aside=aside, overbook_reason="x")
        assert stored(visit).starts_at == visit.starts_at
    moved = booking.move(by=STAFF, appointment_id=visit.id, start=evening, set_aside=frozenset({"hours"}))
    assert (moved.starts_at, moved.overbooked) == (evening, False)


def test_staff_move_onto_a_taken_time_only_with_a_reason(clinic: Clinic) -> None:
    first, second = clinic.starts()[:2]
    make_appointment(clinic, start=second)
    visit = make_appointment(clinic, start=first)
    with pytest.raises(SlotGone):
        booking.move(
            by=STAFF, appointment_id=visit.id, start=second, set_aside=frozenset({"hours", "limits"})
        )
    with pytest.raises(SlotGone):
        booking.move(by=PATIENT, appointment_id=visit.id, start=second, overbook_reason="please")
    with pytest.raises(InvalidInput):
        booking.move(by=STAFF, appointment_id=visit.id, start=second, overbook_reason="x" * 201)
    moved = booking.move(by=STAFF, appointment_id=visit.id, start=second, overbook_reason="an emergency")
    assert (moved.overbooked, moved.overbook_reason) == (True, "an emergency")
    assert first in clinic.starts()
    back = booking.move(by=STAFF, appointment_id=visit.id, start=first, overbook_reason="not needed")
    assert (back.overbooked, back.overbook_reason) == (False, None)


def test_a_full_session_takes_one_more_only_beside_its_seats(clinic: Clinic) -> None:
    shared = make_session_type(clinic, capacity=1 + 1)
    full, other = clinic.starts(shared.id)[0], clinic.starts(shared.id)[8]
    for _ in range(2):
        make_appointment(clinic, schedule=shared.id, start=full)
    visit = make_appointment(clinic, schedule=shared.id, start=other)
    moved = booking.move(by=STAFF, appointment_id=visit.id, start=full, overbook_reason="sibling")
    assert (moved.overbooked, moved.seat_number) == (True, None)


def test_a_move_may_go_to_another_clinician_and_place_of_the_same_type_alone(clinic: Clinic) -> None:
    place = make_location(clinic, zone="America/Chicago")
    colleague = make_practitioner(clinic, location=place.id)
    elsewhere = make_schedule(clinic, hosts=[colleague.actor], location=place.id)
    visit = make_appointment(clinic)
    start = clinic.starts(elsewhere.id)[3]
    moved = booking.move(by=STAFF, appointment_id=visit.id, start=start, schedule_id=elsewhere.id)
    assert (moved.schedule_id, moved.location_id, moved.zone) == (elsewhere.id, place.id, "America/Chicago")
    with snapshot() as session:
        claims = session.scalars(select(Claim.actor_id).where(Claim.appointment_id == visit.id)).all()
    assert claims == [colleague.actor]
    other_type = make_session_type(clinic)
    with pytest.raises(InvalidInput):
        booking.move(by=STAFF, appointment_id=visit.id, start=start, schedule_id=other_type.id)


def test_a_message_goes_with_the_act_and_is_gone_after_the_next(clinic: Clinic, data_dir: Path) -> None:
    visit = make_appointment(clinic)
    other = clinic.starts()[3]
    words = "Dr. Chen is ill.\nWe are sorry <b>."
    moved = booking.move(by=STAFF, appointment_id=visit.id, start=other, message=words)
    assert moved.staff_message == words
    deliver(clinic.app)
    mails = [mail.read_text() for mail in sorted((data_dir / "mail").rglob("*.eml"))]
    assert any("Dr. Chen is ill." in mail and "writes:" in mail for mail in mails)
    assert all("<b>." not in mail.split("text/html")[-1] for mail in mails)
    again = booking.move(by=PATIENT, appointment_id=visit.id, start=visit.starts_at, message="from a patient")
    assert again.staff_message is None
    with pytest.raises(InvalidInput):
        booking.cancel(by=STAFF, appointment_id=visit.id, message="x" * 501)
    cancelled = booking.cancel(by=STAFF, appointment_id=visit.id, message="x" * 500)
    assert cancelled.staff_message == "x" * 500


def test_a_cancellation_is_taken_back_while_the_time_is_free(clinic: Clinic) -> None:
    visit = make_appointment(clinic)
    booking.cancel(by=STAFF, appointment_id=visit.id, reason="wrong one", message="Sorry")
    restored = booking.restore(by=STAFF, appointment_id=visit.id)
    assert (restored.status, restored.starts_at, restored.sequence) == (BOOKED, visit.starts_at, 2)
    assert (restored.cancelled_at, restored.cancel_reason, restored.staff_message) == (None, None, None)
    assert visit.starts_at not in clinic.starts()
    assert booking.restore(by=STAFF, appointment_id=visit.id).sequence == 2
    with snapshot() as session:
        kinds = session.scalars(
            select(Outbox.kind)
            .where(Outbox.object_id == visit.id, Outbox.recipient_id.is_(None))
            .order_by(Outbox.id)
        ).all()
    assert kinds == ["booking-confirmed", "booking-cancelled", "booking-confirmed"]


def test_a_time_that_was_taken_meanwhile_is_not_taken_back(clinic: Clinic) -> None:
    visit = make_appointment(clinic)
    booking.cancel(by=STAFF, appointment_id=visit.id)
    held = make_hold(clinic, start=visit.starts_at)
    with pytest.raises(SlotGone):
        booking.restore(by=STAFF, appointment_id=visit.id)
    assert stored(visit).status == CANCELLED
    with pytest.raises(Conflict):
        booking.restore(by=STAFF, appointment_id=held.id)


def test_seats_and_reasons_come_back_with_a_restored_visit(clinic: Clinic) -> None:
    shared = make_session_type(clinic, capacity=2)
    seat = make_appointment(clinic, schedule=shared.id)
    booking.cancel(by=STAFF, appointment_id=seat.id)
    assert booking.restore(by=STAFF, appointment_id=seat.id).seat_number == 1
    first, second = clinic.starts()[4:6]
    make_appointment(clinic, start=second)
    over = make_appointment(clinic, start=first)
    booking.move(by=STAFF, appointment_id=over.id, start=second, overbook_reason="urgent")
    booking.cancel(by=STAFF, appointment_id=over.id)
    restored = booking.restore(by=STAFF, appointment_id=over.id)
    assert (restored.overbooked, restored.overbook_reason) == (True, "urgent")


@pytest.mark.processes
def test_a_desk_that_moves_and_patients_who_book_the_same_time_leave_one_winner(
    app_context: Flask, race: Callable[..., list[str]]
) -> None:
    clinic = make_clinic(app_context)
    starts = clinic.starts()
    wanted = starts[0]
    visits = [make_appointment(clinic, start=starts[number + 4]) for number in range(4)]
    clients = [[{"verb": "desk move", "appointment": visit.id, "start": wanted}] for visit in visits]
    clients += [
        [
            {
                "verb": "hold and book",
                "schedule": clinic.schedule,
                "start": wanted,
                "visitor": f"{number:064x}",
            }
        ]
        for number in range(4)
    ]
    answers = race(clients)
    won = [answer for answer in answers if answer.startswith(("booked ", "moved "))]
    assert len(won) == 1, answers
    assert all(answer.startswith("gone:") for answer in answers if answer not in won)
    with snapshot() as session:
        there = session.scalars(
            select(Appointment.id).where(Appointment.starts_at == wanted, Appointment.status == BOOKED)
        ).all()
        assert [f"booked {there[0]}", f"moved {there[0]}"].count(won[0]) == 1
        assert len(there) == 1
        for visit in visits:
            kept = session.get_one(Appointment, visit.id)
            assert kept.starts_at in (wanted, visit.starts_at)
