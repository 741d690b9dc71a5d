"""Hold, extend, hold again, release."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from scheduler import booking
from scheduler.booking.hold import MAX_EXTENSIONS
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, HoldLapsed, KeyReused, NotFound, SlotGone
from scheduler.models import (
    Appointment,
    AppointmentType,
    AuditEntry,
    Claim,
    Outbox,
    PatientDetails,
    Referral,
    ShardMark,
)
from tests.factories import DETAILS, Clinic, make_appointment, make_clinic, make_hold, make_schedule, visitor
from tests.support.times import Clock

MINUTE = 60
pytestmark = pytest.mark.usefixtures("app_context")


def fresh(appointment: Appointment) -> Appointment:
    with snapshot() as session:
        return session.get_one(Appointment, appointment.id)


def claims_of(appointment: Appointment) -> int:
    with snapshot() as session:
        return session.scalar(select(func.count()).where(Claim.appointment_id == appointment.id)) or 0


def test_a_hold_takes_the_time_for_ten_minutes(clinic: Clinic, frozen: Clock) -> None:
    now = frozen.at("2026-06-01T09:00:00-04:00")
    held = make_hold(clinic)
    assert (held.status, held.expires_at) == ("held", now + 10 * MINUTE)
    assert held.starts_at not in clinic.starts()
    frozen.forward(minutes=10)
    assert held.starts_at in clinic.starts()


def test_a_held_time_is_refused_to_others_and_says_when_it_may_be_free(clinic: Clinic, frozen: Clock) -> None:
    now = frozen.at("2026-06-01T09:00:00-04:00")
    held = make_hold(clinic)
    with pytest.raises(SlotGone) as gone:
        make_hold(clinic, start=held.starts_at)
    assert (gone.value.reason, gone.value.free_again) == ("held", now + 10 * MINUTE)


def test_a_booked_time_never_promises_to_be_free_again(clinic: Clinic) -> None:
    booked = make_appointment(clinic)
    with pytest.raises(SlotGone) as gone:
        make_hold(clinic, start=booked.starts_at)
    assert (gone.value.reason, gone.value.free_again) == ("booked", None)


def test_a_visitor_has_one_hold_per_schedule(clinic: Clinic) -> None:
    by, (first, second) = visitor(), clinic.starts()[:2]
    one = make_hold(clinic, start=first, by=by)
    two = make_hold(clinic, start=second, by=by)
    assert (fresh(one).status, fresh(two).status) == ("expired", "held")
    assert first in clinic.starts()
    assert claims_of(one) == 0


def test_a_refused_hold_leaves_the_visitors_earlier_hold_alone(clinic: Clinic) -> None:
    by, (first, second) = visitor(), clinic.starts()[:2]
    one = make_hold(clinic, start=first, by=by)
    make_appointment(clinic, start=second)
    with pytest.raises(SlotGone):
        make_hold(clinic, start=second, by=by)
    assert fresh(one).status == "held"


def test_a_visitor_may_hold_at_two_schedules(clinic: Clinic) -> None:
    by, other = visitor(), make_schedule(clinic, hosts=[])
    one = make_hold(clinic, by=by)
    make_hold(clinic, by=by, schedule=other.id)
    assert fresh(one).status == "held"


def test_the_same_press_twice_is_one_hold(clinic: Clinic) -> None:
    by, start = visitor(), clinic.first_start
    one = make_hold(clinic, start=start, by=by, key="k")
    assert make_hold(clinic, start=start, by=by, key="k").id == one.id


def test_a_key_with_another_time_is_refused(clinic: Clinic) -> None:
    by, (first, second) = visitor(), clinic.starts()[:2]
    make_hold(clinic, start=first, by=by, key="k")
    with pytest.raises(KeyReused):
        make_hold(clinic, start=second, by=by, key="k")


def test_a_key_counts_with_its_visitor(clinic: Clinic) -> None:
    first, second = clinic.starts()[:2]
    make_hold(clinic, start=first, key="k")
    make_hold(clinic, start=second, key="k")


def test_a_refusal_keeps_no_key(clinic: Clinic) -> None:
    by, start = visitor(), clinic.first_start
    other = visitor()
    held = make_hold(clinic, start=start, by=other)
    with pytest.raises(SlotGone):
        make_hold(clinic, start=start, by=by, key="k")
    booking.release(by=other, appointment_id=held.id)
    assert make_hold(clinic, start=start, by=by, key="k").status == "held"


def test_a_key_whose_hold_is_over_makes_a_new_hold(clinic: Clinic) -> None:
    by, start = visitor(), clinic.first_start
    one = make_hold(clinic, start=start, by=by, key="k")
    booking.release(by=by, appointment_id=one.id)
    two = make_hold(clinic, start=start, by=by, key="k")
    assert two.id != one.id
    assert make_hold(clinic, start=start, by=by, key="k").id == two.id


@pytest.mark.parametrize("offset", [7 * MINUTE, -1000 * 86400, 1000 * 86400, 10**12])
def test_a_time_that_is_no_opening_is_refused(clinic: Clinic, offset: int) -> None:
    with pytest.raises(SlotGone):
        make_hold(clinic, start=clinic.first_start + offset)


def test_an_unknown_schedule_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        make_hold(clinic, start=clinic.first_start, schedule="nothing")


def test_extending_adds_ten_minutes_to_the_end_and_ends_after_ten_times(
    clinic: Clinic, frozen: Clock
) -> None:
    now = frozen.at("2026-06-01T09:00:00-04:00")
    by = visitor()
    held = make_hold(clinic, by=by)
    for times in range(1, MAX_EXTENSIONS + 1):
        frozen.forward(minutes=0 if times == 1 else 9)
        until = booking.extend(by=by, appointment_id=held.id).expires_at
        assert until == now + (1 + times) * 10 * MINUTE
    with pytest.raises(HoldLapsed):
        booking.extend(by=by, appointment_id=held.id)


def test_a_lapsed_hold_cannot_be_extended_but_held_again(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    by = visitor()
    held = make_hold(clinic, by=by)
    now = frozen.forward(minutes=10)
    with pytest.raises(HoldLapsed):
        booking.extend(by=by, appointment_id=held.id)
    again = booking.hold_again(by=by, appointment_id=held.id)
    assert (again.id, again.status, again.expires_at) == (held.id, "held", now + 10 * MINUTE)
    assert claims_of(held) == 1


def test_a_lapsed_hold_is_not_held_again_when_another_took_the_time(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    by = visitor()
    held = make_hold(clinic, by=by)
    frozen.forward(minutes=10)
    make_appointment(clinic, start=held.starts_at)
    with pytest.raises(SlotGone):
        booking.hold_again(by=by, appointment_id=held.id)


def test_somebody_elses_hold_is_not_found(clinic: Clinic) -> None:
    held = make_hold(clinic)
    for verb in (booking.extend, booking.release, booking.hold_again):
        with pytest.raises(NotFound):
            verb(by=visitor(), appointment_id=held.id)
    with pytest.raises(NotFound):
        booking.save_draft(by=visitor(), appointment_id=held.id, draft={})
    assert fresh(held).status == "held"


def test_releasing_gives_the_time_back_and_may_be_done_twice(clinic: Clinic) -> None:
    by = visitor()
    held = make_hold(clinic, by=by)
    booking.release(by=by, appointment_id=held.id)
    booking.release(by=by, appointment_id=held.id)
    assert held.starts_at in clinic.starts()


def test_a_draft_is_kept_when_the_hold_lapses(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    by = visitor()
    held = make_hold(clinic, by=by)
    frozen.forward(minutes=20)
    booking.expire()
    booking.save_draft(by=by, appointment_id=held.id, draft={"given": "Zoë 🙂 \0"})
    with snapshot() as session:
        assert "Zo\\u00eb" in (session.get_one(PatientDetails, held.id).draft or "")


def test_a_booked_visit_takes_no_draft(clinic: Clinic) -> None:
    by = visitor()
    booked = make_appointment(clinic, by=by)
    with pytest.raises(Conflict):
        booking.save_draft(by=by, appointment_id=booked.id, draft={})


def test_what_a_finder_handed_over_is_kept_with_the_hold(clinic: Clinic) -> None:
    held = make_hold(clinic, source="CareFinder", booking_referral="r-1")
    with snapshot() as session:
        referral = session.get_one(Referral, held.id)
    assert (referral.source, referral.booking_referral) == ("CareFinder", "r-1")


def test_a_hold_is_audited_marks_the_feed_and_sends_nothing(clinic: Clinic) -> None:
    held = make_hold(clinic)
    with snapshot() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == held.id)).all()
        marked = session.scalars(select(ShardMark.schedule_id)).all()
        sent = session.scalars(select(Outbox.id)).all()
    assert actions == ["hold"]
    assert clinic.schedule in marked
    assert sent == []


def test_a_hold_marks_the_other_schedules_of_its_actor_in_the_weeks_it_can_reach(clinic: Clinic) -> None:
    other = make_schedule(clinic)
    apart = make_clinic(clinic.app)
    held = make_hold(clinic)
    with snapshot() as session:
        marks = [tuple(row) for row in session.execute(select(ShardMark.schedule_id, ShardMark.week))]
    week = (held.starts_at // 86400 + 719163) - (held.starts_at // 86400 + 719163 - 1) % 7
    assert (clinic.schedule, week) in marks
    assert (other.id, week) in marks
    assert apart.schedule not in [schedule for schedule, _ in marks]


@pytest.mark.parametrize("ending", ["cancel", "move"])
def test_a_time_given_up_can_be_held_again_with_the_same_press(clinic: Clinic, ending: str) -> None:
    by, (first, second) = visitor(), clinic.starts()[:2]
    held = make_hold(clinic, start=first, by=by, key="slot")
    booking.book(by=by, appointment_id=held.id, details=DETAILS)
    if ending == "cancel":
        booking.cancel(by=by, appointment_id=held.id)
    else:
        booking.move(by=by, appointment_id=held.id, start=second)
    again = make_hold(clinic, start=first, by=by, key="slot")
    assert (again.status, again.starts_at) == ("held", first)
    assert again.id != held.id


def test_a_press_on_a_time_that_one_has_booked_leads_to_that_booking(clinic: Clinic) -> None:
    by = visitor()
    held = make_hold(clinic, by=by, key="slot")
    booking.book(by=by, appointment_id=held.id, details=DETAILS)
    assert make_hold(clinic, start=held.starts_at, by=by, key="slot").id == held.id


def test_a_live_hold_outlasts_the_pausing_of_its_type_and_a_lapsed_one_does_not(
    clinic: Clinic, frozen: Clock
) -> None:
    frozen.at("2026-06-01T07:00:00-04:00")
    first, second, third = clinic.starts()[:3]
    one, two, three = (visitor() for _ in range(3))
    live, lapsed = make_hold(clinic, start=first, by=one), make_hold(clinic, start=second, by=two)
    given_back = make_hold(clinic, start=third, by=three)
    with transaction() as session:
        session.get_one(AppointmentType, clinic.type).visibility = "paused"
    booking.release(by=three, appointment_id=given_back.id)
    assert claims_of(given_back) == 0
    frozen.forward(minutes=9)
    booking.extend(by=one, appointment_id=live.id)
    frozen.forward(minutes=9)
    booked = booking.book(by=one, appointment_id=live.id, details=DETAILS)
    assert booking.book(by=one, appointment_id=live.id, details=DETAILS).id == booked.id
    with pytest.raises(NotFound):
        booking.book(by=two, appointment_id=lapsed.id, details=DETAILS)
