"""Which changes of the set-up a snapshot has: every one counts, and what moves all day does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.clock import DAY, HOUR
from scheduler.db import db, rehearsal, snapshot, transaction
from scheduler.models import AppointmentType, Base, BusyBlock, InputChange, Schedule, Window
from scheduler.models.inputs import INPUTS, Version, inputs_version, purge
from tests.factories import Clinic, make_appointment, make_clinic, make_hold


def version() -> Version:
    with snapshot() as session:
        return inputs_version(session)


@pytest.mark.parametrize("table", INPUTS, ids=lambda table: table.__tablename__)
def test_a_change_in_bulk_of_any_input_is_another_version(
    app_context: Flask, clinic: Clinic, table: type[Base]
) -> None:
    before = version()
    column = next(iter(table.__table__.columns))
    with transaction() as session:
        session.execute(update(table).values({column.name: column}))
    assert version() != before


def test_a_row_that_is_added_changed_or_deleted_is_another_version(
    app_context: Flask, clinic: Clinic
) -> None:
    seen = [version()]

    def act(change: Callable[[Session], None]) -> None:
        with transaction() as session:
            change(session)
        seen.append(version())

    def rename(session: Session) -> None:
        session.get_one(AppointmentType, clinic.type).name = "Another name"

    def stop(session: Session) -> None:
        session.get_one(Schedule, clinic.schedule).active = False

    def shorten(session: Session) -> None:
        session.delete(session.scalars(select(Window).limit(1)).one())

    for change in (rename, stop, shorten):
        act(change)
    make_clinic(clinic.app)
    seen.append(version())
    assert len(set(seen)) == len(seen)


def test_bookings_holds_and_blocks_leave_the_version_as_it_is(app_context: Flask, clinic: Clinic) -> None:
    before = version()
    make_hold(clinic)
    make_appointment(clinic, start=clinic.starts()[5])
    with transaction() as session:
        at = clock.now() + DAY
        session.add(
            BusyBlock(
                organization_id=clinic.organization,
                actor_id=clinic.actor,
                origin="staff",
                starts_at=at,
                ends_at=at + HOUR,
            )
        )
    assert version() == before


def test_a_change_that_is_taken_back_leaves_the_version_as_it_is(app_context: Flask, clinic: Clinic) -> None:
    before = version()
    with rehearsal() as session:
        session.get_one(AppointmentType, clinic.type).name = "Another name"
        session.flush()
    assert version() == before


def test_a_change_that_began_before_another_and_ends_after_it_is_seen(
    make_app: Callable[..., Flask], postgres_url: str
) -> None:
    app = make_app(postgres_url)
    clinic = make_clinic(app)
    with app.app_context(), Session(db.engine) as slow:
        slow.get_one(AppointmentType, clinic.type).name = "Another name"
        slow.flush()
        with transaction() as session:
            session.get_one(Schedule, clinic.schedule).active = False
        between = version()
        slow.commit()
        assert version() != between


def test_old_changes_are_forgotten_and_the_version_stays_one_of_its_own(
    app_context: Flask, clinic: Clinic
) -> None:
    seen = [version()]
    for _ in range(3):
        with transaction() as session:
            session.get_one(AppointmentType, clinic.type).duration_minutes += 5
        seen.append(version())
    with transaction() as session:
        purge(session, clock.now() + 2 * DAY)
    with snapshot() as session:
        left = session.scalars(select(InputChange.id)).all()
    assert len(left) == 1
    assert version() not in seen[:-1]
    with transaction() as session:
        session.get_one(AppointmentType, clinic.type).duration_minutes += 5
    assert version() not in seen
