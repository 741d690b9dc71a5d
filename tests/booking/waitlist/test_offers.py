"""Freed times go to whoever waits longest for such a one, to one person at a time, and nobody else can have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import SYSTEM, By, waitlist
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, HoldLapsed, SlotGone
from scheduler.models import Appointment, AuditEntry, WaitlistEntry
from tests.booking.waitlist.conftest import FullClinic
from tests.factories import (
    DETAILS,
    make_appointment,
    make_hold,
    make_pool,
    make_practitioner,
    make_schedule,
    make_waiting,
    visitor,
)
from tests.support.times import Clock

MINUTE, HOUR, DAY = 60, 3600, 86400


def test_a_cancelled_time_is_held_for_who_waits_longest(full: FullClinic, frozen: Clock) -> None:
    first = make_waiting(full.clinic)
    frozen.forward(minutes=1)
    make_waiting(full.clinic)
    full.next(0)
    start = full.free(1)
    full.next()
    offer = full.offer_of(first)
    hold = full.appointment(offer.appointment_id)
    assert full.offers() == [(first.id, start, "open")]
    assert (hold.status, hold.starts_at, hold.expires_at, hold.made_by) == (
        "held",
        start,
        offer.until_at,
        "waitlist",
    )
    assert (hold.visitor, offer.until_at, full.status(first)) == (None, clock.now() + 30 * MINUTE, "offered")
    full.next(0)


def test_nobody_else_can_hold_or_book_an_offered_time(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    start = full.free(0)
    full.next()
    with pytest.raises(SlotGone) as gone:
        make_hold(full.clinic, start=start)
    assert (gone.value.reason, gone.value.free_again) == ("held", full.offer_of(entry).until_at)
    with pytest.raises(SlotGone):
        booking.desk_book(by=SYSTEM, schedule_id=full.clinic.schedule, start=start, details=DETAILS)
    with pytest.raises(SlotGone):
        booking.move(by=By("patient"), appointment_id=full.visits[full.starts[3]].id, start=start)
    assert start not in full.clinic.starts()


def test_a_declined_time_goes_to_the_next_and_never_back(full: FullClinic, frozen: Clock) -> None:
    first = make_waiting(full.clinic)
    frozen.forward(minutes=1)
    second = make_waiting(full.clinic)
    start = full.free(0)
    full.next()
    waitlist.decline(by=By("patient"), offer_id=full.offer_of(first).id)
    assert full.status(first) == "waiting"
    frozen.forward(seconds=1)
    full.next()
    waitlist.decline(by=By("patient"), offer_id=full.offer_of(second).id)
    full.next(0)
    assert full.offers() == [(first.id, start, "declined"), (second.id, start, "declined")]
    assert start in full.clinic.starts()


def test_an_unanswered_offer_lapses_at_its_deadline_and_the_person_waits_on(
    full: FullClinic, frozen: Clock
) -> None:
    first, second = make_waiting(full.clinic), make_waiting(full.clinic)
    with transaction() as session:
        session.execute(
            update(WaitlistEntry).where(WaitlistEntry.id == first.id).values(created_at=clock.now() - 1)
        )
    full.free(0)
    full.next()
    frozen.forward(minutes=30, seconds=-1)
    full.next(0)
    frozen.forward(seconds=1)
    full.next()
    assert [status for *_, status in full.offers()] == ["lapsed", "open"]
    assert (full.status(first), full.status(second)) == ("waiting", "offered")
    later = full.free(1)
    full.next()
    assert full.offer_of(first).starts_at == later


def test_a_lapsed_offer_that_no_job_has_ended_can_not_be_taken(full: FullClinic, frozen: Clock) -> None:
    entry = make_waiting(full.clinic)
    full.free(0)
    full.next()
    frozen.forward(minutes=30)
    with pytest.raises(HoldLapsed):
        waitlist.claim(by=visitor(), offer_id=full.offer_of(entry).id)


def test_taking_makes_the_hold_the_visitors_and_booking_it_ends_the_waiting(full: FullClinic) -> None:
    entry, by = make_waiting(full.clinic), visitor()
    start = full.free(2)
    full.next()
    offer = full.offer_of(entry)
    held = waitlist.claim(by=by, offer_id=offer.id)
    made = booking.book(by=by, appointment_id=held.id, details=DETAILS)
    assert (made.id, made.starts_at, made.status, made.made_by) == (
        offer.appointment_id,
        start,
        "booked",
        "patient",
    )
    assert (full.status(entry), full.offer_of(entry).status) == ("taken", "taken")
    assert waitlist.claim(by=visitor(), offer_id=offer.id).id == made.id
    full.next(0)
    booking.cancel(by=by, appointment_id=made.id)
    full.next(0)


def test_who_takes_late_still_gets_the_time_of_a_hold_to_answer_questions(
    full: FullClinic, frozen: Clock
) -> None:
    entry, by = make_waiting(full.clinic), visitor()
    full.free(0)
    full.next()
    frozen.forward(minutes=29)
    held = waitlist.claim(by=by, offer_id=full.offer_of(entry).id)
    assert held.expires_at == clock.now() + 10 * MINUTE
    frozen.forward(minutes=5)
    full.next(0)
    booking.book(by=by, appointment_id=held.id, details=DETAILS)
    assert full.status(entry) == "taken"


def test_a_hold_that_was_taken_and_let_go_is_offered_to_the_next(full: FullClinic, frozen: Clock) -> None:
    first, by = make_waiting(full.clinic), visitor()
    frozen.forward(minutes=1)
    second = make_waiting(full.clinic)
    full.free(0)
    full.next()
    held = waitlist.claim(by=by, offer_id=full.offer_of(first).id)
    booking.release(by=by, appointment_id=held.id)
    frozen.forward(seconds=1)
    full.next()
    assert (full.status(first), full.status(second)) == ("waiting", "offered")


def test_taking_ends_the_visitors_other_hold_there(full: FullClinic) -> None:
    entry, by = make_waiting(full.clinic, latest_on=date(2027, 6, 8), part="morning"), visitor()
    full.free(0)
    full.next()
    other = make_hold(full.clinic, start=full.free(3), by=by)
    waitlist.claim(by=by, offer_id=full.offer_of(entry).id)
    assert full.appointment(other.id).status == "expired"


def test_leaving_frees_the_time_at_once_and_twice_is_once(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    start = full.free(0)
    full.next()
    waitlist.leave(by=By("patient"), entry_id=entry.id)
    waitlist.leave(by=By("patient"), entry_id=entry.id)
    assert start in full.clinic.starts()
    assert (full.status(entry), full.offer_of(entry).status) == ("left", "declined")
    full.next(0)


def test_of_a_team_the_fair_order_picks_who_is_seen(full: FullClinic) -> None:
    clinic = full.clinic
    other = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
    pool = make_pool(clinic, {clinic.schedule: 0, other.id: 1})
    entry = make_waiting(clinic, owner_kind="pool", owner_id=pool.id)
    with transaction() as session:
        session.get_one(WaitlistEntry, entry.id).sooner_than_at = None
    full.next()
    offer = full.offer_of(entry)
    with snapshot() as session:
        details = session.scalars(
            select(AuditEntry.details).where(AuditEntry.object_id == offer.appointment_id)
        ).one()
    assert (offer.schedule_id, details["entry"]) == (other.id, entry.id)
    assert details["members"]


def test_who_has_an_offer_gets_no_second_one_before_answering(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    full.free(0)
    full.free(1)
    full.next()
    assert len(full.offers()) == 1
    with pytest.raises(Conflict):
        waitlist.offer(by=SYSTEM, entry_id=entry.id, schedule_id=full.clinic.schedule, start=full.starts[1])


def test_seats_of_a_session_are_offered_one_by_one(fill: Callable[..., FullClinic]) -> None:
    full = fill(capacity=2)
    start = full.starts[0]
    second = make_appointment(full.clinic, start=start)
    for other in full.starts[1:]:
        make_appointment(full.clinic, start=other)
    first, next_one = make_waiting(full.clinic), make_waiting(full.clinic)
    full.next(0)
    booking.cancel(by=SYSTEM, appointment_id=second.id)
    full.next()
    full.free(0)
    full.next()
    assert {full.status(first), full.status(next_one)} == {"offered"}
    with pytest.raises(SlotGone):
        make_hold(full.clinic, start=start)
    with snapshot() as session:
        seats = session.scalars(select(Appointment.seat_number).where(Appointment.status == "held")).all()
    assert sorted(seats) == [1, 2]
