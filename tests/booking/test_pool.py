"""Holds of a pool: whose turn it is, what stands in the way, what is kept of the choice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler import booking, catalog, clock
from scheduler.booking import By, hold, hold_any
from scheduler.db import snapshot, transaction
from scheduler.errors import KeyReused, NotFound, SlotGone
from scheduler.models import BOOKED, EXPIRED, HELD, Appointment, AuditEntry, Pool
from scheduler.models.pools import load_members
from tests.factories import (
    SYSTEM,
    Clinic,
    make_availability,
    make_location,
    make_pool,
    make_practitioner,
    make_schedule,
)
from tests.support.times import Clock

A, B, C = (By("patient", visitor=letter * 64) for letter in "abc")
WEEK = 7 * 86400


@pytest.fixture(autouse=True)
def _monday_morning(frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")


class Team:
    """The clinic's Schedule and two more of its type, as a pool."""

    def __init__(self, clinic: Clinic, *, priorities: tuple[int, int, int] = (0, 0, 0)) -> None:
        others = [make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id for _ in range(2)]
        self.clinic = clinic
        self.members = [clinic.schedule, *others]
        self.pool = make_pool(clinic, dict(zip(self.members, priorities, strict=True))).id
        self.start = clinic.first_start

    def hold(self, by: By, start: int | None = None, key: str | None = None) -> Appointment:
        return hold_any(
            by=by, pool_id=self.pool, location_id=self.clinic.location, start=start or self.start, key=key
        )


def book(by: By, held: Appointment) -> Appointment:
    details = booking.Details(given="Pat", family="Example", phone="617-555-0142")
    return booking.book(by=by, appointment_id=held.id, details=details)


def test_three_patients_get_one_time_with_three_members_and_the_fourth_none(clinic: Clinic) -> None:
    team = Team(clinic)
    with clinic.app.app_context():
        held = [team.hold(by) for by in (A, B, C)]
        assert sorted(one.schedule_id for one in held) == sorted(team.members)
        assert {one.starts_at for one in held} == {team.start}
        with pytest.raises(SlotGone) as gone:
            team.hold(By("patient", visitor="d" * 64))
    assert gone.value.free_again is not None


def test_who_has_fewer_visits_in_the_period_is_next(clinic: Clinic) -> None:
    team = Team(clinic, priorities=(2, 1, 0))
    first, second, third = team.members
    with clinic.app.app_context():
        book(A, hold(by=A, schedule_id=first, start=clinic.starts()[3]))
        assert team.hold(B).schedule_id == second
        assert team.hold(C).schedule_id == third


def test_equal_loads_go_by_priority(clinic: Clinic) -> None:
    team = Team(clinic, priorities=(1, 5, 3))
    with clinic.app.app_context():
        held = [team.hold(by) for by in (A, B, C)]
    assert [team.members.index(one.schedule_id) for one in held] == [1, 2, 0]


def test_cancelled_visits_and_lapsed_holds_do_not_count(clinic: Clinic) -> None:
    team = Team(clinic, priorities=(9, 1, 0))
    starts = clinic.starts()
    with clinic.app.app_context():
        visit = book(A, hold(by=A, schedule_id=team.members[0], start=starts[3]))
        booking.cancel(by=A, appointment_id=visit.id)
        lapsed = hold(by=B, schedule_id=team.members[0], start=starts[4])
        with transaction() as session:
            session.get_one(Appointment, lapsed.id).expires_at = clock.now() - 1
        assert team.hold(C).schedule_id == team.members[0]


def test_visits_outside_the_four_weeks_do_not_count(clinic: Clinic) -> None:
    team = Team(clinic, priorities=(9, 1, 0))
    later = next(start for start in clinic.starts(days=40) if start > team.start + 2 * WEEK)
    with clinic.app.app_context():
        book(A, hold(by=A, schedule_id=team.members[0], start=later))
        assert team.hold(B).schedule_id == team.members[0]
        with snapshot() as session:
            figures = load_members(session, dict.fromkeys(team.members, 0), team.start, clock.now())
    assert {one.schedule: one.booked for one in figures} == {
        member: int(member == team.members[0]) for member in team.members
    }
    assert {one.available for one in figures} == {20 * 8 * 3600}


def test_a_member_who_is_not_open_is_passed_over_and_the_choice_is_audited_in_figures(clinic: Clinic) -> None:
    team = Team(clinic, priorities=(9, 1, 0))
    with clinic.app.app_context():
        hold(by=A, schedule_id=team.members[0], start=team.start)
        held = team.hold(B)
        with snapshot() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == held.id)).one()
    assert held.schedule_id == team.members[1]
    assert entry.action == "hold"
    assert entry.details["pool"] == team.pool
    assert entry.details["members"] == [team.members[1], team.members[2], team.members[0]]
    assert entry.details["booked"] == [0, 0, 1]
    assert entry.details["available"] == [20 * 8 * 3600] * 3
    assert (entry.details["decided"], entry.details["passed_over"]) == ("priority", 0)


def test_a_visitor_has_one_hold_in_a_pool(clinic: Clinic) -> None:
    team = Team(clinic)
    starts = clinic.starts()
    with clinic.app.app_context():
        first = team.hold(A)
        assert team.hold(A).id == first.id
        second = team.hold(A, starts[1])
        with snapshot() as session:
            rows = {row.id: row.status for row in session.scalars(select(Appointment))}
    assert rows == {first.id: EXPIRED, second.id: HELD}


def test_a_refused_hold_leaves_the_visitors_earlier_one(clinic: Clinic) -> None:
    team = Team(clinic)
    with clinic.app.app_context():
        first = team.hold(A)
        with pytest.raises(SlotGone):
            team.hold(A, team.start + 60)
        with snapshot() as session:
            assert session.get_one(Appointment, first.id).status == HELD


def test_a_second_press_with_one_key_is_the_same_hold_also_when_it_is_booked_meanwhile(
    clinic: Clinic,
) -> None:
    team = Team(clinic)
    with clinic.app.app_context():
        first = team.hold(A, key="k")
        book(A, first)
        again = team.hold(A, key="k")
        assert (again.id, again.status) == (first.id, BOOKED)
        with pytest.raises(KeyReused):
            team.hold(A, clinic.starts()[1], key="k")
        booking.cancel(by=A, appointment_id=first.id)
        other = team.hold(A, key="k")
        assert other.id != first.id
        assert team.hold(A, key="k").id == other.id


def test_a_pool_that_is_paused_or_gone_or_elsewhere_holds_nothing(clinic: Clinic) -> None:
    team = Team(clinic)
    elsewhere = make_location(clinic).id
    with clinic.app.app_context():
        with pytest.raises(NotFound):
            hold_any(by=A, pool_id=team.pool, location_id=elsewhere, start=team.start)
        with pytest.raises(NotFound):
            hold_any(by=A, pool_id="nothing", location_id=clinic.location, start=team.start)
        with transaction() as session:
            session.get_one(Pool, team.pool).active = False
        with pytest.raises(NotFound):
            team.hold(A)


def test_only_members_at_the_asked_place_are_picked(clinic: Clinic) -> None:
    elsewhere = make_location(clinic)
    there = make_schedule(
        clinic, location=elsewhere.id, hosts=[make_practitioner(clinic, location=elsewhere.id).actor]
    ).id
    pool = make_pool(clinic, {clinic.schedule: 0, there: 100}).id
    with clinic.app.app_context():
        start = clinic.first_start
        for location, schedule in ((clinic.location, clinic.schedule), (elsewhere.id, there)):
            held = hold_any(by=A, pool_id=pool, location_id=location, start=start)
            assert (held.schedule_id, held.location_id) == (schedule, location)


def test_a_member_that_is_no_longer_offered_is_left_out(clinic: Clinic) -> None:
    team = Team(clinic, priorities=(9, 1, 0))
    with clinic.app.app_context():
        with transaction() as session:
            catalog.edit_schedule(
                session, by=SYSTEM, now=clock.now(), schedule_id=team.members[0], active=False
            )
        assert team.hold(A).schedule_id == team.members[1]


def test_the_nearest_obstacle_is_what_is_said(clinic: Clinic) -> None:
    # one member has no hours then, the other is booked
    mornings = make_availability(clinic, {day: [(540, 570)] for day in range(5)}).id
    other = make_schedule(clinic, hosts=[make_practitioner(clinic).actor], availability=mornings).id
    pool = make_pool(clinic, {clinic.schedule: 0, other: 9}).id
    with clinic.app.app_context():
        start = clinic.starts()[2]
        book(A, hold(by=A, schedule_id=clinic.schedule, start=start))
        with pytest.raises(SlotGone) as gone:
            hold_any(by=B, pool_id=pool, location_id=clinic.location, start=start)
    assert gone.value.reason == "booked"
    assert gone.value.free_again is None
