"""Real processes offer, take, decline and book the same times, on both databases: one wins, and nobody sees an error."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import SYSTEM, waitlist
from scheduler.db import snapshot, transaction
from scheduler.models import BOOKED, HELD, Appointment, Claim, WaitlistOffer
from tests.booking.test_races import overlaps, starts_of
from tests.factories import Clinic, make_appointment, make_clinic, make_waiting

pytestmark = pytest.mark.processes

DAY = 86400


def closed(clinic: Clinic) -> str:
    """Block everything that can be booked; the block's id."""
    now = clock.now()
    return booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=now - DAY, end=now + 80 * DAY).id


def open_up(block: str) -> None:
    booking.unblock_time(by=SYSTEM, block_id=block)


def offers(status: str = "open") -> list[WaitlistOffer]:
    with snapshot() as session:
        rows = select(WaitlistOffer).where(WaitlistOffer.status == status).order_by(WaitlistOffer.starts_at)
        return list(session.scalars(rows))


def of_status(status: str) -> list[Appointment]:
    with snapshot() as session:
        return list(session.scalars(select(Appointment).where(Appointment.status == status)))


def no_errors(answers: list[str]) -> list[str]:
    assert [answer for answer in answers if answer.startswith("error:")] == []
    return answers


def test_several_workers_offer_each_freed_time_once_and_each_person_one(
    app_context: Flask, race: Any
) -> None:
    clinic = make_clinic(app_context, horizon_days=10)
    block = closed(clinic)
    waiting = [make_waiting(clinic) for _ in range(5)]
    open_up(block)
    answers = no_errors(race([[{"verb": "offer freed"}] for _ in range(6)]))
    assert sum(int(answer.removeprefix("offered ")) for answer in answers) == len(waiting)
    made = offers()
    assert sorted(offer.entry_id for offer in made) == sorted(entry.id for entry in waiting)
    assert len({offer.starts_at for offer in made}) == len(waiting)
    assert {hold.id for hold in of_status(HELD)} == {offer.appointment_id for offer in made}
    assert overlaps() == 0


def test_the_person_who_was_offered_a_time_beats_everybody_who_wants_to_book_it(
    app_context: Flask, race: Any
) -> None:
    clinic = make_clinic(app_context, horizon_days=10)
    block = closed(clinic)
    make_waiting(clinic)
    open_up(block)
    waitlist.offer_freed()
    [offer] = offers()
    rivals = [
        [
            {
                "verb": "hold and book",
                "schedule": clinic.schedule,
                "start": offer.starts_at,
                "visitor": f"{one:064x}",
            }
        ]
        for one in range(6)
    ]
    # a double press, from two browsers
    takes = [[{"verb": "take offer and book", "offer": offer.id, "visitor": letter * 64}] for letter in "ab"]
    answers = no_errors(race([*takes, *rivals]))
    assert {answer.split(" ")[0].split(":")[0] for answer in answers[2:]} == {"gone"}
    [made] = of_status(BOOKED)
    assert made.id == offer.appointment_id
    assert [one.id for one in offers("taken")] == [offer.id]


def test_at_the_deadline_either_who_takes_it_or_who_comes_next_gets_the_time(
    app_context: Flask, race: Any
) -> None:
    clinic = make_clinic(app_context, horizon_days=10)
    block = closed(clinic)
    make_waiting(clinic)
    open_up(block)
    waitlist.offer_freed()
    [offer] = offers()
    ends = clock.now() + 1
    with transaction() as session:
        session.execute(update(WaitlistOffer).values(until_at=ends))
        session.execute(
            update(Appointment).where(Appointment.id == offer.appointment_id).values(expires_at=ends)
        )
    rival = {"verb": "hold and book", "schedule": clinic.schedule, "start": offer.starts_at}
    answers = no_errors(
        race(
            [
                [{"verb": "take offer and book", "offer": offer.id, "visitor": "a" * 64}],
                *([{"verb": "offer freed"}, rival | {"visitor": f"{one:064x}"}] for one in range(4)),
            ]
        )
    )
    assert sum(answer.startswith("booked ") for answer in answers) <= 1
    assert len(of_status(BOOKED)) == sum(answer.startswith("booked ") for answer in answers)
    assert overlaps() == 0


def test_taking_a_sooner_time_while_it_is_declined_left_or_the_visit_cancelled_ends_in_one_whole_state(
    app_context: Flask, race: Any
) -> None:
    clinic = make_clinic(app_context, horizon_days=10)
    starts = starts_of(clinic.schedule)
    visit = make_appointment(clinic, start=starts[-1])
    first = make_appointment(clinic, start=starts[0])
    entry = waitlist.ask_sooner(by=SYSTEM, appointment_id=visit.id).id
    booking.cancel(by=SYSTEM, appointment_id=first.id)
    waitlist.offer(by=SYSTEM, entry_id=entry, schedule_id=clinic.schedule, start=starts[0])
    [offer] = offers()
    take = {"verb": "take sooner", "offer": offer.id}
    no_errors(
        race(
            [
                [take],
                [take],
                [{"verb": "decline", "offer": offer.id}],
                [{"verb": "leave", "entry": entry}],
                [{"verb": "cancel", "appointment": visit.id}],
                [{"verb": "offer freed"}],
            ]
        )
    )
    with snapshot() as session:
        now = session.get_one(Appointment, visit.id)
        kept = session.scalars(select(Claim).where(Claim.appointment_id == visit.id)).all()
        assert [claim.starts_at for claim in kept] == ([now.starts_at] if now.status == BOOKED else [])
        assert now.starts_at in (starts[0], starts[-1])
        assert session.scalars(select(Appointment.id).where(Appointment.status == HELD)).all() == []
    assert overlaps() == 0
