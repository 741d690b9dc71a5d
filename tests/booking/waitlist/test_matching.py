"""Which time is worth an offer to whom. The databases do not differ in this."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking, clock
from scheduler.booking import SYSTEM, By, waitlist
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, NotFound, SlotGone
from scheduler.models import AppointmentType, Outbox, WaitlistEntry
from tests.booking.waitlist.conftest import FullClinic
from tests.factories import (
    make_appointment,
    make_hold,
    make_pool,
    make_practitioner,
    make_schedule,
    make_waiting,
)
from tests.support.times import Clock

HOUR, DAY = 3600, 86400


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    return sqlite_app


@pytest.mark.parametrize("freed", ["lapsed hold", "moved away", "unblocked", "hours", "pool"])
def test_whatever_frees_a_time_it_is_offered(full: FullClinic, frozen: Clock, freed: str) -> None:
    clinic = full.clinic
    start = full.starts[0]
    if freed == "lapsed hold":
        full.free(0)
        make_hold(clinic, start=start)
    if freed == "unblocked":
        full.free(0)
        block = booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=start, end=start + HOUR)
    entry = make_waiting(clinic)
    full.next(0)
    if freed == "lapsed hold":
        frozen.forward(minutes=10)
    elif freed == "moved away":
        visit = full.visits[start].id
        booking.move(by=SYSTEM, appointment_id=visit, start=start + 7 * DAY, set_aside=frozenset({"limits"}))
    elif freed == "unblocked":
        booking.unblock_time(by=SYSTEM, block_id=block.id)
    elif freed == "hours":
        with transaction() as session:
            session.get_one(AppointmentType, clinic.type).horizon_days = 13
        start = start + 7 * DAY
    else:
        # a colleague joins the team: another pair of hands
        other = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
        pool = make_pool(clinic, {clinic.schedule: 0, other.id: 0})
        entry = make_waiting(clinic, owner_kind="pool", owner_id=pool.id, part="evening")
        with transaction() as session:
            row = session.get_one(WaitlistEntry, entry.id)
            row.part, row.sooner_than_at = "", None
    assert waitlist.offer_freed() >= 1
    assert full.offer_of(entry).status == "open"
    if freed != "pool":
        assert full.offer_of(entry).starts_at == start


def test_what_was_open_when_somebody_joined_is_theirs_to_take_only_sooner_is_offered(
    full: FullClinic,
) -> None:
    one_o_clock = full.free(2)
    entry = make_waiting(full.clinic)
    assert entry.sooner_than_at == one_o_clock
    full.next(0)
    full.free(3)
    full.next(0)
    sooner = full.free(1)
    full.next()
    assert full.offers() == [(entry.id, sooner, "open")]


def test_once_the_open_time_is_taken_by_somebody_else_it_is_worth_an_offer_when_it_is_given_back(
    full: FullClinic,
) -> None:
    one_o_clock = full.free(2)
    entry = make_waiting(full.clinic)
    taken = make_appointment(full.clinic, start=one_o_clock)
    full.next(0)
    booking.cancel(by=SYSTEM, appointment_id=taken.id)
    full.next()
    assert full.offer_of(entry).starts_at == one_o_clock


def test_wishes_are_kept(full: FullClinic) -> None:
    afternoon = make_waiting(full.clinic, part="afternoon")
    wednesday = make_waiting(full.clinic, weekdays=(3,))
    later = make_waiting(full.clinic, earliest_on=date(2027, 6, 9))
    full.free(0)
    full.next(0)
    full.free(3)
    full.next()
    assert full.offer_of(afternoon).starts_at == full.starts[3]
    assert {full.status(wednesday), full.status(later)} == {"waiting"}


def test_a_time_that_begins_before_the_deadline_is_left_to_whoever_finds_it(
    full: FullClinic, frozen: Clock
) -> None:
    make_waiting(full.clinic)
    full.free(0)
    frozen.at("2027-06-07T20:00:00-04:00")  # the deadline would be 9:30, the visit is at 9:00
    full.next(0)
    full.free(1)
    full.next()
    frozen.at("2027-06-08T12:31:00-04:00")
    full.free(2)
    full.next(0)


def test_a_type_whose_waitlist_is_switched_off_takes_nobody_but_who_waits_is_served(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    with transaction() as session:
        session.get_one(AppointmentType, full.clinic.type).waitlist = False
    with pytest.raises(Conflict):
        make_waiting(full.clinic)
    full.free(0)
    full.next()
    assert full.status(entry) == "offered"


def test_staff_offer_by_hand_out_of_turn_what_is_open(full: FullClinic) -> None:
    open_now = full.free(2)
    first, second = make_waiting(full.clinic), make_waiting(full.clinic)
    desk = By("user", user_id="desk")
    with snapshot() as session:
        match = waitlist.suiting(session, [second], clock.now())[second.id]
    assert (match.schedule_id, match.start) == (full.clinic.schedule, open_now)
    waitlist.offer(by=desk, entry_id=second.id, schedule_id=match.schedule_id, start=match.start)
    assert (full.status(first), full.status(second)) == ("waiting", "offered")
    with pytest.raises(SlotGone):
        waitlist.offer(by=desk, entry_id=first.id, schedule_id=match.schedule_id, start=match.start)
    with pytest.raises(NotFound):
        waitlist.offer(by=desk, entry_id=first.id, schedule_id="elsewhere", start=match.start)


def test_an_offer_is_told_in_its_own_transaction(full: FullClinic) -> None:
    entry = make_waiting(full.clinic)
    full.free(0)
    full.next()
    with snapshot() as session:
        sent = session.execute(
            select(Outbox.kind, Outbox.object_id)
            .where(Outbox.kind.startswith("waitlist"))
            .order_by(Outbox.id)
        ).all()
    assert [tuple(row) for row in sent] == [
        ("waitlist-joined", entry.id),
        ("waitlist-offer", full.offer_of(entry).id),
    ]
