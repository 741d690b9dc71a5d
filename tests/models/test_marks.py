"""What marks the feed, and how much of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.clock import DAY, HOUR
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, AppointmentType, BusyBlock, ShardMark
from tests.factories import Clinic, make_hold


@pytest.fixture(autouse=True)
def unmarked(app_context: Flask, clinic: Clinic) -> None:
    clear()


def clear() -> None:
    with transaction() as session:
        session.execute(delete(ShardMark))


def marks() -> set[tuple[str | None, int | None]]:
    with snapshot() as session:
        return {(mark.schedule_id, mark.week) for mark in session.scalars(select(ShardMark))}


def monday(at: int) -> int:
    day = clock.to_utc(at).date()
    return day.toordinal() - day.weekday()


def add_block(clinic: Clinic, start: int, length: int = HOUR) -> str:
    with transaction() as session:
        row = BusyBlock(
            organization_id=clinic.organization,
            actor_id=clinic.actor,
            origin="staff",
            starts_at=start,
            ends_at=start + length,
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_block_marks_the_weeks_that_it_touches_of_those_who_use_its_actor(clinic: Clinic) -> None:
    start = clock.now() + 20 * DAY
    add_block(clinic, start)
    found = marks()
    assert {schedule for schedule, _ in found} == {clinic.schedule}
    assert (clinic.schedule, monday(start)) in found
    assert len(found) <= 3


def test_a_block_that_moves_marks_where_it_was_and_where_it_is(clinic: Clinic) -> None:
    start = clock.now() + 20 * DAY
    row_id = add_block(clinic, start)
    clear()
    with transaction() as session:
        row = session.get_one(BusyBlock, row_id)
        row.starts_at, row.ends_at = start + 28 * DAY, start + 28 * DAY + HOUR
    assert {(clinic.schedule, monday(start)), (clinic.schedule, monday(start + 28 * DAY))} <= marks()


def test_a_block_that_is_deleted_marks_where_it_was(clinic: Clinic) -> None:
    start = clock.now() + 20 * DAY
    row_id = add_block(clinic, start)
    clear()
    with transaction() as session:
        session.delete(session.get_one(BusyBlock, row_id))
    assert (clinic.schedule, monday(start)) in marks()


@pytest.mark.parametrize("change", ["type", "long block", "in bulk"])
def test_what_may_touch_anything_marks_everything(clinic: Clinic, change: str) -> None:
    if change == "long block":
        add_block(clinic, clock.now(), 400 * DAY)
    else:
        with transaction() as session:
            if change == "type":
                session.get_one(AppointmentType, clinic.type).name = "Another name"
            else:
                session.execute(delete(BusyBlock))
    assert (None, None) in marks()


def test_a_hold_that_lapses_marks_nothing_since_the_feed_knew_when_it_would(
    clinic: Clinic, app_context: Flask
) -> None:
    held = make_hold(clinic)
    assert marks()
    clear()
    with transaction() as session:
        row = session.get_one(Appointment, held.id)
        row.expires_at = clock.now() - 1
    booking.expire()
    assert marks() == set()


def test_a_hold_that_is_given_up_marks_the_feed(clinic: Clinic) -> None:
    by = By("patient", visitor="a" * 64)
    held = make_hold(clinic, by=by)
    clear()
    booking.release(by=by, appointment_id=held.id)
    assert marks()
