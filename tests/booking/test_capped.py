"""A visitor holds so many times at once: the oldest end, what was typed stays, and what others keep for them counts not."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from scheduler import booking
from scheduler.booking import By
from scheduler.db import snapshot, transaction
from scheduler.errors import SlotGone
from scheduler.models import Appointment, PatientDetails, WaitlistEntry, WaitlistOffer
from tests.factories import Clinic, make_appointment, make_pool, make_practitioner, make_schedule, visitor
from tests.support.times import Clock

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def schedules(clinic: Clinic, frozen: Clock) -> list[str]:
    """Five schedules with the same hours, each of another clinician."""
    frozen.at("2026-06-01T08:00:00-04:00")
    others = [make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id for _ in range(4)]
    return [clinic.schedule, *others]


def hold(clinic: Clinic, frozen: Clock, by: By, schedule: str, most: int | None = 3) -> Appointment:
    """A hold of the first open start, a second later than the one before."""
    frozen.forward(seconds=1)
    start = clinic.starts(schedule)[0]
    return booking.hold(by=by, schedule_id=schedule, start=start, most=most)


def statuses(*holds: Appointment) -> list[str]:
    with snapshot() as session:
        return [session.get_one(Appointment, held.id).status for held in holds]


def test_one_more_ends_the_oldest_and_keeps_what_was_typed_behind_it(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    first = hold(clinic, frozen, by, schedules[0])
    booking.save_draft(by=by, appointment_id=first.id, draft={"typed": {"given": ["Ana"]}})
    rest = [hold(clinic, frozen, by, schedule) for schedule in schedules[1:3]]
    assert statuses(first, *rest) == ["held"] * 3
    fourth = hold(clinic, frozen, by, schedules[3])
    assert statuses(first, *rest, fourth) == ["expired", "held", "held", "held"]
    assert first.starts_at in clinic.starts()
    with snapshot() as session:
        assert "Ana" in (session.get_one(PatientDetails, first.id).draft or "")
    assert booking.hold_again(by=by, appointment_id=first.id).status == "held"


def test_others_holds_lapsed_ones_and_no_cap_end_nothing(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by, other = visitor(), visitor()
    theirs = hold(clinic, frozen, other, schedules[0], most=1)
    mine = [hold(clinic, frozen, by, schedule, most=None) for schedule in schedules[1:]]
    assert statuses(theirs, *mine) == ["held"] * 5
    frozen.forward(minutes=11)
    last = hold(clinic, frozen, by, schedules[0], most=1)
    assert statuses(last) == ["held"]


def test_a_refused_hold_ends_none_of_the_earlier_ones(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    taken = make_appointment(clinic, schedule=schedules[1])
    first = hold(clinic, frozen, by, schedules[0], most=1)
    with pytest.raises(SlotGone):
        booking.hold(by=by, schedule_id=schedules[1], start=taken.starts_at, most=1)
    assert statuses(first) == ["held"]


def test_a_lapsed_hold_that_is_taken_again_ends_the_oldest_of_the_others(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    lapsed = hold(clinic, frozen, by, schedules[0], most=2)
    frozen.forward(minutes=11)
    others = [hold(clinic, frozen, by, schedule, most=2) for schedule in schedules[1:3]]
    assert booking.hold_again(by=by, appointment_id=lapsed.id, most=2).status == "held"
    assert statuses(lapsed, *others) == ["held", "expired", "held"]
    booking.hold_again(by=by, appointment_id=lapsed.id, most=1)
    assert statuses(lapsed, *others) == ["held", "expired", "held"], "it is live, so nothing is taken"


def test_a_lapsed_hold_whose_time_is_gone_ends_none_of_the_others(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    lapsed = hold(clinic, frozen, by, schedules[0], most=1)
    frozen.forward(minutes=11)
    other = hold(clinic, frozen, by, schedules[1], most=1)
    make_appointment(clinic, start=lapsed.starts_at)
    with pytest.raises(SlotGone):
        booking.hold_again(by=by, appointment_id=lapsed.id, most=1)
    assert statuses(other) == ["held"]


def test_the_same_time_pressed_again_ends_nothing(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    first, second = (hold(clinic, frozen, by, schedule, most=2) for schedule in schedules[:2])
    again = booking.hold(by=by, schedule_id=schedules[1], start=second.starts_at, most=2)
    assert again.id == second.id
    assert statuses(first, second) == ["held", "held"]


def test_visits_held_together_count_as_one_and_end_together(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    pair = [hold(clinic, frozen, by, schedule) for schedule in schedules[:2]]
    with transaction() as session:
        session.execute(
            update(Appointment)
            .where(Appointment.id.in_([held.id for held in pair]))
            .values(together_id="both")
        )
    third = hold(clinic, frozen, by, schedules[2], most=2)
    assert statuses(*pair, third) == ["held"] * 3
    fourth = hold(clinic, frozen, by, schedules[3], most=2)
    assert statuses(*pair, third, fourth) == ["expired", "expired", "held", "held"]


def test_a_time_that_the_waitlist_keeps_is_not_ended(
    clinic: Clinic, frozen: Clock, schedules: list[str]
) -> None:
    by = visitor()
    kept = hold(clinic, frozen, by, schedules[0])
    with transaction() as session:
        entry = WaitlistEntry(
            organization_id=clinic.organization,
            appointment_type_id=clinic.type,
            weekdays=[],
            created_at=kept.created_at,
        )
        session.add(entry)
        session.flush()
        session.add(
            WaitlistOffer(
                organization_id=clinic.organization,
                entry_id=entry.id,
                appointment_id=kept.id,
                schedule_id=kept.schedule_id,
                starts_at=kept.starts_at,
                until_at=kept.created_at + 1800,
                created_at=kept.created_at,
            )
        )
    other = hold(clinic, frozen, by, schedules[1], most=1)
    last = hold(clinic, frozen, by, schedules[2], most=1)
    assert statuses(kept, other, last) == ["held", "expired", "held"]


def test_a_teams_time_counts_with_the_others(clinic: Clinic, frozen: Clock, schedules: list[str]) -> None:
    by = visitor()
    first = hold(clinic, frozen, by, schedules[0])
    pool = make_pool(clinic, dict.fromkeys(schedules[3:], 0))
    made = booking.hold_any(
        by=by,
        pool_id=pool.id,
        location_id=clinic.location,
        start=clinic.starts(schedules[3])[0],
        most=1,
    )
    assert statuses(first, made) == ["expired", "held"]
