"""Two acts on one appointment, interleaved by hand on PostgreSQL, where a second writer may come in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.booking import SYSTEM, block_days, blocks, transaction
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.models import Appointment, AuditEntry, Claim, PatientDetails, Revision
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_schedule,
    visitor,
)
from tests.support.times import Clock


@pytest.fixture
def app(make_app: Callable[..., Flask], postgres_url: str) -> Iterator[Flask]:
    made = make_app(postgres_url)
    with made.app_context():
        yield made


def test_a_cancelled_visit_keeps_no_claim_when_a_move_began_before_another_move(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(app)
    schedules = [make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id for _ in range(2)]
    visit = make_appointment(clinic)
    real, calls = transaction.take_now, []

    def meanwhile(session: Session, actors: object) -> int:
        calls.append(actors)
        if len(calls) == 1:  # the slow move has looked at its claims and not locked yet
            booking.move(by=SYSTEM, appointment_id=visit.id, start=visit.starts_at, schedule_id=schedules[0])
            booking.cancel(by=SYSTEM, appointment_id=visit.id)
        return real(session, actors)  # type: ignore[arg-type]

    monkeypatch.setattr(transaction, "take_now", meanwhile)
    with pytest.raises(Conflict):
        booking.move(by=SYSTEM, appointment_id=visit.id, start=visit.starts_at, schedule_id=schedules[1])
    with snapshot() as session:
        assert session.get_one(Appointment, visit.id).status == "cancelled"
        assert session.scalars(select(Claim.id)).all() == []


def test_a_move_whose_visit_was_moved_meanwhile_starts_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(app)
    schedules = [make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id for _ in range(2)]
    visit = make_appointment(clinic)
    real, calls = transaction.take_now, []

    def meanwhile(session: Session, actors: object) -> int:
        calls.append(actors)
        if len(calls) == 1:
            booking.move(by=SYSTEM, appointment_id=visit.id, start=visit.starts_at, schedule_id=schedules[0])
        return real(session, actors)  # type: ignore[arg-type]

    monkeypatch.setattr(transaction, "take_now", meanwhile)
    moved = booking.move(by=SYSTEM, appointment_id=visit.id, start=visit.starts_at, schedule_id=schedules[1])
    assert moved.schedule_id == schedules[1]
    assert visit.starts_at in clinic.starts()
    assert visit.starts_at in clinic.starts(schedules[0])
    assert visit.starts_at not in clinic.starts(schedules[1])


def test_purging_drafts_never_takes_the_details_of_a_hold_that_is_confirmed_meanwhile(
    app: Flask, frozen: Clock
) -> None:
    frozen.at("2026-06-01T07:00:00-04:00")
    clinic: Clinic = make_clinic(app)
    by = visitor()
    held = make_hold(clinic, start=clinic.starts()[-1], by=by)
    booking.save_draft(by=by, appointment_id=held.id, draft={"given": "Ana"})
    frozen.forward(hours=30)
    booking.expire()
    booked = threading.Event()

    def confirm() -> None:
        with app.app_context():
            booking.book(by=by, appointment_id=held.id, details=DETAILS)
        booked.set()

    confirming = threading.Thread(target=confirm)

    def before_delete(session: Session, *_: object) -> None:
        if any(isinstance(row, PatientDetails) for row in session.deleted) and not confirming.ident:
            confirming.start()
            booked.wait(1)  # it must wait for the purge; were it not to wait, it would be done by now

    event.listen(Session, "before_flush", before_delete)
    try:
        booking.purge()
    finally:
        event.remove(Session, "before_flush", before_delete)
    confirming.join(30)
    with snapshot() as session:
        found = session.get_one(Appointment, held.id)
        details = session.get(PatientDetails, held.id)
    assert found.status == "booked"
    assert details is not None
    assert details.given == DETAILS.given


@pytest.mark.parametrize("take_away", [booking.unblock_time, partial(block_days.unblock, now=3000)])
def test_a_block_that_two_people_take_away_is_taken_away_and_noted_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch, take_away: Callable[..., object]
) -> None:
    clinic = make_clinic(app)
    block = booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=1000, end=2000)
    real, calls = blocks.lock_actors, []

    def meanwhile(session: Session, actors: list[str]) -> None:
        calls.append(actors)
        if len(calls) == 1:  # a colleague is quicker
            booking.unblock_time(by=SYSTEM, block_id=block.id)
        real(session, actors)

    monkeypatch.setattr(blocks, "lock_actors", meanwhile)
    with pytest.raises(NotFound):
        take_away(by=SYSTEM, block_id=block.id)
    with snapshot() as session:
        assert session.scalars(select(Revision.id)).all() == []
        assert len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == "unblock")).all()) == 1
