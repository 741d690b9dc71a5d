"""Places on the list: who keeps one, when it ends, who may come back. The databases do not differ in this."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler import clock
from scheduler.booking import SYSTEM, By, waitlist
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict
from scheduler.models import Appointment, AppointmentType, PatientDetails, WaitlistEntry
from tests.booking.waitlist.conftest import FullClinic
from tests.factories import make_hold, make_waiting
from tests.support.times import Clock

PATIENT = By("patient")
MINUTE = 60


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    return sqlite_app


def ask(full: FullClinic, number: int) -> WaitlistEntry:
    """The patient of that visit asks for something sooner."""
    return waitlist.ask_sooner(by=PATIENT, appointment_id=full.visits[full.starts[number]].id)


def test_only_what_is_sooner_is_offered(full: FullClinic) -> None:
    entry = ask(full, 1)
    full.free(2)
    full.next(0)
    full.free(0)
    full.next()
    assert full.offer_of(entry).starts_at == full.starts[0]


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


def test_leaving_leaves_no_hold_behind(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    full.free(0)
    full.next()
    waitlist.leave(by=SYSTEM, entry_id=entry.id)
    with snapshot() as session:
        assert session.scalars(select(Appointment.id).where(Appointment.status == "held")).all() == []
        assert session.scalars(select(PatientDetails.email).limit(1)).one()
    make_hold(full.clinic, start=full.starts[0])
