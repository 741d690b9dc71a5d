"""Book: confirming a hold, and the front desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import AnswerGiven, By
from scheduler.db import snapshot
from scheduler.errors import Conflict, InvalidInput, NotFound, SlotGone
from scheduler.models import Answer, Appointment, AuditEntry, Claim, Outbox, PatientDetails
from tests.factories import DETAILS, Clinic, make_appointment, make_clinic, make_hold, make_question, visitor
from tests.support.times import Clock

MINUTE = 60
DESK = By("user", user_id="desk")
pytestmark = pytest.mark.usefixtures("app_context")


def sent(appointment: Appointment) -> list[str]:
    with snapshot() as session:
        return list(session.scalars(select(Outbox.kind).where(Outbox.object_id == appointment.id)))


def test_booking_confirms_the_hold_and_keeps_who_comes(clinic: Clinic) -> None:
    by = visitor()
    held = make_hold(clinic, by=by)
    booking.save_draft(by=by, appointment_id=held.id, draft={"given": "A"})
    booked = booking.book(by=by, appointment_id=held.id, details=DETAILS)
    with snapshot() as session:
        details = session.get_one(PatientDetails, held.id)
    assert (booked.id, booked.status, booked.expires_at) == (held.id, "booked", None)
    assert (details.given, details.birth_date, details.draft) == (DETAILS.given, DETAILS.birth_date, None)
    assert sent(booked) == ["booking-confirmed"]


def test_a_second_press_books_and_sends_nothing_more(clinic: Clinic) -> None:
    by = visitor()
    held = make_hold(clinic, by=by)
    first = booking.book(by=by, appointment_id=held.id, details=DETAILS, key="k")
    again = booking.book(by=by, appointment_id=held.id, details=DETAILS, key="k")
    assert (again.id, again.code) == (first.id, first.code)
    assert sent(first) == ["booking-confirmed"]


def test_a_live_hold_is_confirmed_although_notice_has_run_out_meanwhile(app: Flask, frozen: Clock) -> None:
    frozen.at("2026-06-01T07:55:00-04:00")
    clinic = make_clinic(app, minimum_notice_minutes=60)
    by = visitor()
    with app.app_context():
        held = booking.hold(by=by, schedule_id=clinic.schedule, start=clock_at("2026-06-01T09:00:00-04:00"))
    frozen.forward(minutes=9)
    assert booking.book(by=by, appointment_id=held.id, details=DETAILS).status == "booked"


def test_a_lapsed_hold_meets_the_whole_rule_again(app: Flask, frozen: Clock) -> None:
    frozen.at("2026-06-01T07:55:00-04:00")
    clinic = make_clinic(app, minimum_notice_minutes=60)
    by = visitor()
    held = booking.hold(by=by, schedule_id=clinic.schedule, start=clock_at("2026-06-01T09:00:00-04:00"))
    frozen.forward(minutes=10)
    with pytest.raises(SlotGone) as gone:
        booking.book(by=by, appointment_id=held.id, details=DETAILS)
    assert gone.value.reason == "notice"


def test_a_lapsed_hold_whose_time_is_free_is_booked_all_the_same(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T09:00:00-04:00")
    by = visitor()
    held = make_hold(clinic, by=by)
    frozen.forward(hours=3)
    booking.expire()
    assert booking.book(by=by, appointment_id=held.id, details=DETAILS).status == "booked"


def test_a_visit_that_has_begun_is_not_booked(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T08:52:00-04:00")
    by = visitor()
    held = booking.hold(by=by, schedule_id=clinic.schedule, start=clock_at("2026-06-01T09:00:00-04:00"))
    frozen.forward(minutes=8)
    with pytest.raises(SlotGone) as gone:
        booking.book(by=by, appointment_id=held.id, details=DETAILS)
    assert gone.value.reason == "past"


def test_a_type_that_needs_approval_makes_a_pending_request_that_blocks(app: Flask) -> None:
    clinic = make_clinic(app, approval_required=True)
    asked = make_appointment(clinic)
    assert asked.status == "pending"
    assert asked.starts_at not in clinic.starts()
    assert sent(asked) == ["booking-pending"]


def test_required_questions_must_be_answered(clinic: Clinic) -> None:
    question = make_question(clinic, label="Referral number", required=True)
    by = visitor()
    held = make_hold(clinic, by=by)
    for answers in ([], [AnswerGiven(question.id, question.label, "  ")]):
        with pytest.raises(InvalidInput) as refused:
            booking.book(by=by, appointment_id=held.id, details=DETAILS, answers=answers)
        assert refused.value.problems == {question.id: "Referral number: enter an answer."}
    given = AnswerGiven(question.id, question.label, "R-17")
    booked = booking.book(by=by, appointment_id=held.id, details=DETAILS, answers=[given])
    with snapshot() as session:
        kept = session.scalars(select(Answer).where(Answer.appointment_id == booked.id)).one()
    assert (kept.question, kept.text) == ("Referral number", "R-17")


def test_answers_to_another_types_questions_are_refused(clinic: Clinic) -> None:
    elsewhere = make_question(make_clinic(clinic.app))
    by = visitor()
    held = make_hold(clinic, by=by)
    with pytest.raises(InvalidInput):
        booking.book(
            by=by, appointment_id=held.id, details=DETAILS, answers=[AnswerGiven(elsewhere.id, "?", "yes")]
        )


@pytest.mark.parametrize(
    ("change", "field"), [({"given": " "}, "given"), ({"email": "", "phone": ""}, "email")]
)
def test_a_name_and_a_way_to_reach_the_person_are_needed(
    clinic: Clinic, change: dict[str, str], field: str
) -> None:
    by = visitor()
    held = make_hold(clinic, by=by)
    with pytest.raises(InvalidInput) as refused:
        booking.book(by=by, appointment_id=held.id, details=replace(DETAILS, **change))
    assert list(refused.value.problems) == [field]


def test_somebody_elses_hold_cannot_be_booked(clinic: Clinic) -> None:
    held = make_hold(clinic)
    with pytest.raises(NotFound):
        booking.book(by=visitor(), appointment_id=held.id, details=DETAILS)


def test_a_cancelled_visit_cannot_be_booked_again(clinic: Clinic) -> None:
    by = visitor()
    booked = make_appointment(clinic, by=by)
    booking.cancel(by=by, appointment_id=booked.id)
    with pytest.raises(Conflict):
        booking.book(by=by, appointment_id=booked.id, details=DETAILS)


def test_the_audit_names_the_act_and_no_patient(clinic: Clinic) -> None:
    booked = make_appointment(clinic, given="Xyzzyva", phone="617-555-0177")
    with snapshot() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == booked.id)).all()
    assert [entry.action for entry in entries] == ["hold", "book"]
    assert "Xyzzyva" not in str([entry.details for entry in entries])


# the front desk


def test_the_desk_books_an_open_time_at_once(clinic: Clinic) -> None:
    booked = booking.desk_book(
        by=DESK, schedule_id=clinic.schedule, start=clinic.first_start, details=DETAILS
    )
    assert (booked.status, booked.made_by, booked.overbooked) == ("booked", "user", False)


def test_a_patient_cannot_use_the_desks_way(clinic: Clinic) -> None:
    with pytest.raises(InvalidInput):
        booking.desk_book(
            by=visitor(), schedule_id=clinic.schedule, start=clinic.first_start, details=DETAILS
        )


def test_the_desk_sets_hours_and_limits_aside_by_saying_so(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-06-01T07:00:00-04:00")
    early = clinic.first_start - 60 * MINUTE
    with pytest.raises(SlotGone) as gone:
        booking.desk_book(by=DESK, schedule_id=clinic.schedule, start=early, details=DETAILS)
    assert gone.value.reason == "hours"
    booked = booking.desk_book(
        by=DESK, schedule_id=clinic.schedule, start=early, details=DETAILS, set_aside=frozenset({"hours"})
    )
    assert not booked.overbooked


def test_the_desk_overbooks_with_a_reason_and_such_a_visit_still_blocks_others(clinic: Clinic) -> None:
    first, second = clinic.starts()[:2]
    make_appointment(clinic, start=first)
    with pytest.raises(SlotGone):
        booking.desk_book(by=DESK, schedule_id=clinic.schedule, start=first, details=DETAILS)
    squeezed = booking.desk_book(
        by=DESK, schedule_id=clinic.schedule, start=first + 15 * MINUTE, details=DETAILS,
        set_aside=frozenset({"hours"}), overbook_reason="in pain",
    )  # fmt: skip
    assert squeezed.overbooked
    assert second not in clinic.starts()
    with pytest.raises(SlotGone):
        make_hold(clinic, start=second)
    with snapshot() as session:
        assert session.scalars(select(Claim.overbooked).where(Claim.appointment_id == squeezed.id)).all() == [
            True
        ]
        assert "pain" not in str(session.scalars(select(AuditEntry.details)).all())


def test_an_overbooked_seat_stands_outside_its_full_session(app: Flask) -> None:
    clinic = make_clinic(app, capacity=2)
    start = clinic.first_start
    for _ in range(2):
        make_appointment(clinic, start=start)
    third = booking.desk_book(
        by=DESK,
        schedule_id=clinic.schedule,
        start=start,
        details=DETAILS,
        overbook_reason="asked by the doctor",
    )
    assert (third.overbooked, third.seat_number) == (True, None)


def clock_at(text: str) -> int:

    return int(datetime.fromisoformat(text).timestamp())
