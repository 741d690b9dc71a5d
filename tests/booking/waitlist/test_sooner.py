"""A booked patient who takes a sooner time: one transaction moves the visit, and only then is the old time free."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import SYSTEM, By, waitlist
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, HoldLapsed
from scheduler.models import Appointment, AppointmentType, Claim, Outbox, PatientDetails, WaitlistEntry
from tests.booking.waitlist.conftest import FullClinic
from tests.factories import make_hold, make_waiting
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


def test_the_time_that_becomes_free_goes_to_the_next_person(full: FullClinic) -> None:
    entry, other = ask(full, 3), make_waiting(full.clinic, part="afternoon")
    full.free(0)
    full.next()
    waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)
    full.next()
    assert full.offer_of(other).starts_at == full.starts[3]


def test_only_what_is_sooner_is_offered(full: FullClinic) -> None:
    entry = ask(full, 1)
    full.free(2)
    full.next(0)
    full.free(0)
    full.next()
    assert full.offer_of(entry).starts_at == full.starts[0]


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


def test_who_waited_before_they_booked_keeps_their_place_in_the_order(
    full: FullClinic, frozen: Clock
) -> None:
    first = make_waiting(full.clinic, email="ana@example.org", part="morning")
    frozen.forward(minutes=1)
    make_waiting(full.clinic)
    entry = ask(full, 3)
    assert (entry.id, entry.created_at, entry.part) == (first.id, first.created_at, "morning")
    with snapshot() as session:
        assert session.get_one(WaitlistEntry, first.id).email is None
    full.free(0)
    full.next()
    assert full.status(entry) == "offered"


def test_the_list_is_closed_to_a_visit_that_can_not_be_moved_online(full: FullClinic, frozen: Clock) -> None:
    frozen.at(full.starts[3] - 59 * MINUTE)
    with pytest.raises(Conflict):
        ask(full, 3)
    with transaction() as session:
        session.get_one(AppointmentType, full.clinic.type).waitlist = False
    frozen.at(full.starts[3] - 61 * MINUTE)
    with pytest.raises(Conflict):
        ask(full, 3)


def test_a_visit_keeps_the_length_that_was_held_when_the_type_has_become_longer(full: FullClinic) -> None:
    entry = ask(full, 3)
    full.free(0)
    full.next()
    with transaction() as session:
        session.execute(
            update(AppointmentType).where(AppointmentType.id == full.clinic.type).values(duration_minutes=60)
        )
    moved = waitlist.take_sooner(by=PATIENT, offer_id=full.offer_of(entry).id)
    assert moved.ends_at - moved.starts_at == 30 * MINUTE


def test_entries_end_with_their_last_date_or_after_180_days_and_are_forgotten_a_week_later(
    full: FullClinic, frozen: Clock
) -> None:
    from datetime import date

    dated, plain = make_waiting(full.clinic, latest_on=date(2027, 6, 7)), make_waiting(full.clinic)
    waitlist.tidy()
    assert full.status(dated) == "waiting"
    frozen.forward(days=1)
    waitlist.tidy()
    assert (full.status(dated), full.status(plain)) == ("ended", "waiting")
    frozen.forward(days=7, seconds=1)
    assert (waitlist.purge(), waitlist.purge()) == (1, 0)
    frozen.forward(days=180)
    waitlist.tidy()
    assert full.status(plain) == "ended"
    with snapshot() as session:
        assert session.get(WaitlistEntry, dated.id) is None
    assert clock.now() > plain.created_at


def test_put_back_is_at_the_old_place_unless_the_person_joined_anew(full: FullClinic) -> None:
    desk = By("user", user_id="desk")
    entry = make_waiting(full.clinic, email="one@example.org")
    waitlist.leave(by=desk, entry_id=entry.id)
    assert waitlist.put_back(by=desk, entry_id=entry.id).created_at == entry.created_at
    waitlist.leave(by=desk, entry_id=entry.id)
    make_waiting(full.clinic, email="one@example.org")
    with pytest.raises(Conflict):
        waitlist.put_back(by=desk, entry_id=entry.id)


def test_two_freed_seats_of_one_person_never_leave_a_hold_behind(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    full.free(0)
    full.next()
    waitlist.leave(by=SYSTEM, entry_id=entry.id)
    with snapshot() as session:
        assert session.scalars(select(Appointment.id).where(Appointment.status == "held")).all() == []
        assert session.scalars(select(PatientDetails.email).limit(1)).one()
    make_hold(full.clinic, start=full.starts[0])
