"""A booked patient who takes a sooner time: one transaction moves the visit, and only then is the old time free."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import By, waitlist
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, HoldLapsed
from scheduler.models import Appointment, AppointmentType, Claim, Outbox, WaitlistEntry
from tests.booking.waitlist.conftest import FullClinic
from tests.factories import make_waiting
from tests.support.times import Clock

PATIENT = By("patient")
MINUTE = 60


def ask(full: FullClinic, number: int) -> WaitlistEntry:
    """The patient of that visit asks for something sooner."""
    return waitlist.ask_sooner(by=PATIENT, appointment_id=full.visits[full.starts[number]].id)


def claims(appointment: str) -> list[int]:
    with snapshot() as session:
        return list(session.scalars(select(Claim.starts_at).where(Claim.appointment_id == appointment)))


def test_the_visit_moves_to_the_held_time_and_its_old_one_is_free_then(full: FullClinic) -> None:
    entry = ask(full, 3)
    assert ask(full, 3).id == entry.id
    sooner = full.free(0)
    full.next()
    offer = full.offer_of(entry)
    old = full.visits[full.starts[3]]
    assert old.starts_at not in full.clinic.starts()
    moved = waitlist.take_sooner(by=PATIENT, offer_id=offer.id)
    again = waitlist.take_sooner(by=PATIENT, offer_id=offer.id)
    assert (moved.id, moved.starts_at, moved.sequence, moved.status) == (old.id, sooner, 1, "booked")
    assert (again.starts_at, again.sequence) == (sooner, 1)
    assert claims(old.id) == [sooner]
    assert claims(offer.appointment_id) == []
    assert full.appointment(offer.appointment_id).status == "expired"
    assert full.clinic.starts() == [full.starts[3]]
    assert (full.status(entry), full.offer_of(entry).status) == ("taken", "taken")
    with snapshot() as session:
        kinds = session.scalars(
            select(Outbox.kind).where(Outbox.object_id == old.id).order_by(Outbox.id)
        ).all()
    assert kinds == ["booking-confirmed", "booking-moved"]


def test_a_request_that_takes_a_sooner_time_waits_no_longer_than_until_then(full: FullClinic) -> None:
    entry = ask(full, 3)
    sooner = full.free(0)
    full.next()
    with transaction() as session:
        late = session.get_one(Appointment, full.visits[full.starts[3]].id)
        late.status, late.decide_by_at = "pending", late.starts_at
        session.get_one(AppointmentType, full.clinic.type).approval_hours = 720
    moved = waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)
    assert (moved.status, moved.decide_by_at) == ("pending", sooner)


def test_the_time_that_becomes_free_goes_to_the_next_person(full: FullClinic) -> None:
    entry, other = ask(full, 3), make_waiting(full.clinic, part="afternoon")
    full.free(0)
    full.next()
    waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)
    full.next()
    assert full.offer_of(other).starts_at == full.starts[3]


def test_declining_keeps_the_visit_as_it_is(full: FullClinic) -> None:
    entry = ask(full, 3)
    full.free(0)
    full.next()
    waitlist.decline(by=PATIENT, offer_id=full.offer_of(entry).id)
    assert claims(full.visits[full.starts[3]].id) == [full.starts[3]]
    with pytest.raises(HoldLapsed):
        waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)


def test_after_the_deadline_nothing_moves(full: FullClinic, frozen: Clock) -> None:
    entry = ask(full, 3)
    full.free(0)
    full.next()
    frozen.forward(minutes=30)
    with pytest.raises(HoldLapsed):
        waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)
    assert claims(full.visits[full.starts[3]].id) == [full.starts[3]]


def test_a_cancelled_visit_ends_the_waiting_and_frees_the_offered_time(full: FullClinic) -> None:
    entry = ask(full, 3)
    full.free(0)
    full.next()
    booking.cancel(by=PATIENT, appointment_id=full.visits[full.starts[3]].id)
    with pytest.raises(Conflict):
        waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)
    full.next(0)
    assert full.status(entry) == "ended"
    assert full.clinic.starts() == [full.starts[0], full.starts[3]]
