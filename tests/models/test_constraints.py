"""The database itself refuses an overlap, whatever the code above it believes."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Claim, GroupSession
from scheduler.models.constraints import is_overlap, overlap_is_guarded, overlap_is_refused
from tests.factories import Clinic, make_appointment

HOUR = 3600


@pytest.fixture
def two_visits(app_context: Flask, clinic: Clinic) -> tuple[str, str]:
    """Two booked visits of one practitioner, an hour apart."""
    first = make_appointment(clinic, start=clinic.first_start)
    second = make_appointment(clinic, start=clinic.first_start + 2 * HOUR)
    return first.id, second.id


def claim_of(appointment_id: str) -> Claim:
    with transaction() as session:
        return session.query(Claim).filter_by(appointment_id=appointment_id).one()


def test_an_overlap_is_refused_by_the_database_at_head(app_context: Flask) -> None:
    with transaction() as session:
        assert overlap_is_refused(session.connection())


def test_the_constraint_is_found_by_reading_alone_and_missed_when_it_is_gone(app_context: Flask) -> None:
    with snapshot() as session:
        assert overlap_is_guarded(session.connection())
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE claim DROP CONSTRAINT ex_claim_overlap"))
        else:
            session.execute(text("DROP TRIGGER claim_overlap_update"))
        assert not overlap_is_guarded(session.connection())


def test_trying_an_overlap_leaves_nothing_behind(app_context: Flask) -> None:
    with transaction() as session:
        overlap_is_refused(session.connection())
    with transaction() as session:
        assert session.query(Claim).count() == 0


def test_a_raw_insert_of_an_overlap_is_refused(
    app_context: Flask, clinic: Clinic, two_visits: tuple[str, str]
) -> None:
    taken = claim_of(two_visits[0])
    statement = text(
        "INSERT INTO claim (organization_id, appointment_id, actor_id, group_id, starts_at, ends_at, overbooked)"
        " VALUES (:organization, :appointment, :actor, 'another', :start, :end, :over)"
    )
    values = {
        "organization": taken.organization_id, "appointment": two_visits[1], "actor": taken.actor_id,
        "start": taken.starts_at + 60, "end": taken.ends_at + 60, "over": False,
    }  # fmt: skip
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(statement, values)
    assert is_overlap(refused.value)
    with transaction() as session:  # touching is no overlap
        session.execute(statement, values | {"start": taken.ends_at, "end": taken.ends_at + 60})


def test_a_raw_update_into_an_overlap_is_refused(app_context: Flask, two_visits: tuple[str, str]) -> None:
    first, second = claim_of(two_visits[0]), claim_of(two_visits[1])
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(
            text("UPDATE claim SET starts_at = :start, ends_at = :end WHERE id = :id"),
            {"start": first.starts_at, "end": first.ends_at, "id": second.id},
        )
    assert is_overlap(refused.value)


def test_a_raw_update_to_another_group_is_refused_where_it_would_overlap(
    app_context: Flask, two_visits: tuple[str, str]
) -> None:
    first, second = claim_of(two_visits[0]), claim_of(two_visits[1])
    with transaction() as session:
        session.execute(
            text("UPDATE claim SET group_id = :g, starts_at = :s, ends_at = :e WHERE id = :id"),
            {"g": first.group_id, "s": first.starts_at, "e": first.ends_at, "id": second.id},
        )
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("UPDATE claim SET group_id = 'own' WHERE id = :id"), {"id": second.id})


def test_two_visits_cannot_sit_on_one_seat(app_context: Flask, two_visits: tuple[str, str]) -> None:
    with transaction() as session:
        first = session.get_one(Appointment, two_visits[0])
        shared = GroupSession(
            organization_id=first.organization_id, schedule_id=first.schedule_id, starts_at=0, ends_at=1
        )
        session.add(shared)
        session.flush()
        first.session_id, first.seat_number = shared.id, 1
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            text("UPDATE appointment SET session_id = :session, seat_number = 1 WHERE id = :id"),
            {"session": shared.id, "id": two_visits[1]},
        )
