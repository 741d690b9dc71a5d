"""Series and relatives: visits that are held, extended, given back and booked all or none, and cancelled one or all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import booking
from scheduler.booking import SYSTEM, AnswerGiven, By
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, InvalidInput, NotFound, SlotGone
from scheduler.models import (
    Answer,
    Appointment,
    AppointmentType,
    Claim,
    Outbox,
    PatientDetails,
    ReferralState,
    Together,
)
from tests.booking.made_files import pdf_file
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_question,
    make_source,
    visitor,
)
from tests.support.times import Clock

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7 * 86400
NOW = "2026-10-12T08:00:00-04:00"
ME = visitor("me")
RELATIVE = replace(
    DETAILS, given="Bo", birth_date="2015-02-03", for_whom="other", relationship="brother", consent=True
)
pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def weekly(app: Flask, frozen: Clock) -> Clinic:
    """Up to eight weekly visits, across the end of summer time on November 1."""
    frozen.at(NOW)
    return make_clinic(app, series_most=8)


@pytest.fixture
def for_two(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(NOW)
    return make_clinic(app, relatives=True, buffer_after_minutes=15)


def hold_weeks(clinic: Clinic, weeks: int = 4, by: By = ME, start: int | None = None) -> Appointment:
    at = clinic.first_start if start is None else start
    return booking.hold_series(by=by, schedule_id=clinic.schedule, start=at, weeks=weeks)


def hold_two(clinic: Clinic, by: By = ME, start: int | None = None) -> Appointment:
    at = clinic.first_start if start is None else start
    return booking.hold_relatives(by=by, schedule_id=clinic.schedule, start=at)


def all_of(first: Appointment) -> list[Appointment]:
    with snapshot() as session:
        return list(
            session.scalars(
                select(Appointment)
                .where(Appointment.together_id == first.together_id)
                .order_by(Appointment.starts_at)
            )
        )


def states(first: Appointment) -> list[str]:
    return [one.status for one in all_of(first)]


def everything() -> list[str]:
    with snapshot() as session:
        return list(session.scalars(select(Appointment.status)))


def claims() -> int:
    with snapshot() as session:
        return session.scalar(select(func.count(Claim.id))) or 0


def told(first: Appointment) -> list[str]:
    with snapshot() as session:
        ids = [one.id for one in all_of(first)]
        patients = Outbox.recipient_id.is_(None), Outbox.kind != "reminder"
        query = select(Outbox.kind).where(Outbox.object_id.in_(ids), *patients)
        return list(session.scalars(query.order_by(Outbox.id)))


def reported() -> list[str]:
    with snapshot() as session:
        return list(session.scalars(select(ReferralState.state).order_by(ReferralState.id)))


def test_a_series_is_held_at_the_same_wall_time_each_week(weekly: Clinic) -> None:
    held = all_of(hold_weeks(weekly))
    zone = ZoneInfo(weekly.zone)
    walls = [datetime.fromtimestamp(one.starts_at, zone).strftime("%a %H:%M") for one in held]
    assert walls == ["Tue 09:00"] * 4
    assert [one.wall_time[-5:] for one in held] == ["09:00"] * 4
    assert held[3].starts_at - held[2].starts_at == WEEK + HOUR
    assert len({(one.expires_at, one.visitor, one.status) for one in held}) == 1
    assert claims() == 4


def test_a_series_that_does_not_wholly_fit_takes_nothing(weekly: Clinic) -> None:
    start = weekly.first_start
    make_appointment(weekly, start=start + 2 * WEEK)
    with pytest.raises(SlotGone):
        hold_weeks(weekly, start=start)
    assert everything() == ["booked"]
    assert claims() == 1
    with snapshot() as session:
        assert session.scalars(select(Together.id)).all() == []


@pytest.mark.parametrize("weeks", [0, 1, 9, -1])
def test_a_series_has_as_many_weeks_as_its_type_allows(weekly: Clinic, weeks: int) -> None:
    with pytest.raises(InvalidInput, match="choose from 2 to 8"):
        hold_weeks(weekly, weeks=weeks)


def test_what_a_type_does_not_offer_can_not_be_held(clinic: Clinic) -> None:
    with pytest.raises(InvalidInput):
        hold_weeks(clinic, 2)
    with pytest.raises(InvalidInput):
        hold_two(clinic)
    with pytest.raises(NotFound):
        booking.hold_series(by=ME, schedule_id="nothing", start=clinic.first_start, weeks=2)


def test_the_same_series_again_is_the_same_hold(weekly: Clinic) -> None:
    first = hold_weeks(weekly, start=weekly.first_start)
    assert hold_weeks(weekly, start=first.starts_at).id == first.id
    assert claims() == 4


def test_another_choice_of_the_same_visitor_ends_the_whole_series(weekly: Clinic) -> None:
    first = hold_weeks(weekly)
    shorter = hold_weeks(weekly, weeks=2)
    assert states(first) == ["expired"] * 4
    single = make_hold(weekly, start=weekly.starts()[5], by=ME)
    assert (states(shorter), single.status, claims()) == (["expired"] * 2, "held", 1)


def test_pressing_one_of_its_times_again_keeps_the_series(weekly: Clinic) -> None:
    first = hold_weeks(weekly)
    assert make_hold(weekly, start=first.starts_at, by=ME).id == first.id
    assert states(first) == ["held"] * 4


def test_a_series_is_extended_and_released_as_a_whole(weekly: Clinic, frozen: Clock) -> None:
    first = hold_weeks(weekly)
    now = frozen.forward(minutes=5)
    booking.extend(by=ME, appointment_id=all_of(first)[2].id)
    assert {one.expires_at for one in all_of(first)} == {now + 15 * MINUTE}
    booking.release(by=ME, appointment_id=first.id)
    assert (states(first), claims()) == (["expired"] * 4, 0)


def test_a_series_lapses_as_a_whole_and_is_held_again_as_a_whole_or_not(
    weekly: Clinic, frozen: Clock
) -> None:
    first = hold_weeks(weekly)
    frozen.forward(minutes=11)
    assert booking.expire() == 1
    assert (states(first), claims()) == (["expired"] * 4, 0)
    booking.hold_again(by=ME, appointment_id=first.id)
    assert (states(first), claims()) == (["held"] * 4, 4)
    frozen.forward(minutes=11)
    make_appointment(weekly, start=all_of(first)[3].starts_at)
    with pytest.raises(SlotGone):
        booking.hold_again(by=ME, appointment_id=first.id)
    assert claims() == 1


def test_a_series_is_booked_in_one_act_with_one_message(weekly: Clinic) -> None:
    first = hold_weeks(weekly)
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    assert states(first) == ["booked"] * 4
    assert told(first) == ["booking-confirmed"]
    with snapshot() as session:
        assert session.scalars(select(PatientDetails.family)).all() == ["Silva"] * 4


def test_a_lapsed_series_is_booked_when_all_of_it_is_still_free(weekly: Clinic, frozen: Clock) -> None:
    first = hold_weeks(weekly)
    frozen.forward(minutes=11)
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    assert (states(first), claims()) == (["booked"] * 4, 4)


def test_a_lapsed_series_of_which_one_time_is_taken_is_not_booked_at_all(
    weekly: Clinic, frozen: Clock
) -> None:
    first = hold_weeks(weekly)
    frozen.forward(minutes=11)
    booking.expire()
    make_appointment(weekly, start=all_of(first)[1].starts_at)
    with pytest.raises(SlotGone):
        booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    assert (states(first), claims()) == (["expired"] * 4, 1)


def test_moving_one_of_a_series_moves_it_alone(weekly: Clinic) -> None:
    first = hold_weeks(weekly)
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    before = [one.starts_at for one in all_of(first)]
    booking.move(by=By("patient"), appointment_id=all_of(first)[1].id, start=before[1] + HOUR)
    assert [one.starts_at for one in all_of(first)] == [before[0], before[1] + HOUR, *before[2:]]


def test_one_of_a_series_is_cancelled_alone_and_then_all_that_remain(weekly: Clinic, frozen: Clock) -> None:
    first = hold_weeks(weekly)
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    visits = all_of(first)
    booking.cancel(by=By("patient"), appointment_id=visits[2].id)
    assert states(first) == ["booked", "booked", "cancelled", "booked"]
    frozen.at(visits[0].starts_at + HOUR)
    gone = booking.cancel_all(by=By("patient"), appointment_id=visits[3].id, reason="Moving away")
    assert [one.id for one in gone] == [visits[1].id, visits[3].id]
    assert states(first) == ["booked", "cancelled", "cancelled", "cancelled"]
    assert told(first) == ["booking-confirmed", "booking-cancelled", "booking-cancelled"]
    with pytest.raises(Conflict):
        booking.cancel_all(by=By("patient"), appointment_id=first.id)


def test_a_series_of_requests_is_answered_as_one(app: Flask, frozen: Clock) -> None:
    now = frozen.at(NOW)
    clinic = make_clinic(app, series_most=8, approval_required=True, approval_hours=1)
    yes, no, late = (hold_weeks(clinic, 2, visitor(), clinic.starts()[at]) for at in (0, 1, 2))
    for held in (yes, no, late):
        booking.book(by=By("patient", visitor=held.visitor), appointment_id=held.id, details=DETAILS)
    assert {one.decide_by_at for one in all_of(yes)} == {now + HOUR}
    booking.approve(by=SYSTEM, appointment_id=all_of(yes)[1].id)
    booking.decline(by=SYSTEM, appointment_id=no.id)
    frozen.forward(hours=1)
    booking.lapse()
    assert (states(yes), states(no), states(late)) == (["booked"] * 2, ["declined"] * 2, ["declined"] * 2)
    assert told(yes) == ["booking-pending", "request-approved"]
    assert told(no) == ["booking-pending", "request-declined"]
    assert told(late) == ["booking-pending", "request-lapsed"]


def test_relatives_get_two_visits_right_after_each_other(for_two: Clinic) -> None:
    first, second = all_of(hold_two(for_two))
    # 30 minutes, then 15 kept free, then the next time of the half-hour grid
    assert second.starts_at == first.starts_at + 60 * MINUTE
    booking.book(by=ME, appointment_id=first.id, details=DETAILS, relative=RELATIVE)
    assert states(first) == ["booked", "booked"]
    assert told(first) == ["booking-confirmed"]
    with snapshot() as session:
        rows = [session.get_one(PatientDetails, one.id) for one in (first, second)]
        assert [(row.given, row.birth_date, row.email) for row in rows] == [
            ("Ana", "1984-05-17", "ana@example.org"),
            ("Bo", "2015-02-03", "ana@example.org"),
        ]


def test_two_relatives_get_both_times_or_neither(for_two: Clinic) -> None:
    start = for_two.first_start
    make_appointment(for_two, start=start + 60 * MINUTE)
    with pytest.raises(SlotGone):
        hold_two(for_two, start=start)
    assert (everything(), claims()) == (["booked"], 1)


def test_a_day_with_one_visit_left_has_none_for_two(app: Flask, frozen: Clock) -> None:
    frozen.at(NOW)
    clinic = make_clinic(app, relatives=True, max_per_day=1)
    with pytest.raises(SlotGone):
        hold_two(clinic)
    assert everything() == []


def test_the_second_relative_has_a_name_and_nobody_comes_along_uninvited(for_two: Clinic) -> None:
    two = hold_two(for_two)
    with pytest.raises(InvalidInput, match="second person"):
        booking.book(by=ME, appointment_id=two.id, details=DETAILS)
    with pytest.raises(InvalidInput, match="second person"):
        booking.book(by=ME, appointment_id=two.id, details=DETAILS, relative=replace(RELATIVE, given=" "))
    single = make_hold(for_two, start=for_two.starts()[8], by=(other := visitor()))
    with pytest.raises(InvalidInput):
        booking.book(by=other, appointment_id=single.id, details=DETAILS, relative=RELATIVE)


def test_each_of_two_relatives_answers_the_clinics_questions(for_two: Clinic) -> None:
    pain = make_question(
        for_two, kind="choice", choices=["Yes", "No", "Now"], required=True, stop_answers=["Now"]
    )
    two = hold_two(for_two)

    def book(mine: str, theirs: str) -> None:
        given = [[AnswerGiven(pain.id, pain.label, text)] if text else [] for text in (mine, theirs)]
        booking.book(
            by=ME,
            appointment_id=two.id,
            details=DETAILS,
            answers=given[0],
            relative=RELATIVE,
            relative_answers=given[1],
        )

    for mine, theirs, field in (
        ("No", "", f"second_{pain.id}"),
        ("No", "Now", f"second_{pain.id}"),
        ("", "No", pain.id),
    ):
        with pytest.raises(InvalidInput) as refused:
            book(mine, theirs)
        assert set(refused.value.problems) == {field}
    assert states(two) == ["held", "held"]
    book("No", "Yes")
    with snapshot() as session:
        kept = [
            session.scalars(select(Answer.text).where(Answer.appointment_id == one.id)).all()
            for one in all_of(two)
        ]
    assert kept == [["No"], ["Yes"]]


def test_the_rules_of_whom_the_visit_is_for_hold_for_the_second_person_too(app: Flask, frozen: Clock) -> None:
    frozen.at(NOW)
    two = hold_two(make_clinic(app, relatives=True, minimum_age=18))
    for relative, field in (
        (RELATIVE, "second_birth_date"),
        (replace(RELATIVE, consent=False), "second_consent"),
    ):
        with pytest.raises(InvalidInput) as refused:
            booking.book(by=ME, appointment_id=two.id, details=DETAILS, relative=relative)
        assert field in refused.value.problems
    assert states(two) == ["held", "held"]


def test_an_age_holds_on_the_day_of_every_visit_of_a_series(app: Flask, frozen: Clock) -> None:
    frozen.at(NOW)
    first = hold_weeks(make_clinic(app, series_most=8, maximum_age=17), 3)
    birthday = replace(DETAILS, birth_date="2008-10-22")
    with pytest.raises(InvalidInput, match="ages 0 to 17"):
        booking.book(by=ME, appointment_id=first.id, details=birthday)
    assert states(first) == ["held"] * 3


def test_a_referral_document_counts_for_every_visit_that_is_booked_with_it(app: Flask, frozen: Clock) -> None:
    frozen.at(NOW)
    first = hold_weeks(make_clinic(app, series_most=8, referral="required"), 3)
    with pytest.raises(InvalidInput, match="Referral"):
        booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    booking.documents.attach(
        by=ME, appointment_id=first.id, question_id=None, name="letter.pdf", raw=pdf_file()
    )
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    assert states(first) == ["booked"] * 3


def test_every_visit_of_a_series_has_reminders_of_its_own(app: Flask, frozen: Clock) -> None:
    frozen.at(NOW)
    first = hold_weeks(make_clinic(app, series_most=8, reminders=(120,)), 3)
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    ids = [one.id for one in all_of(first)]
    with snapshot() as session:
        reminded = session.scalars(select(Outbox.object_id).where(Outbox.kind == "reminder")).all()
    assert sorted(reminded) == sorted(ids)


def test_a_finder_hears_of_a_series_as_of_one_visit_and_of_its_last_end_alone(weekly: Clinic) -> None:
    make_source(weekly, value="carefinder", callback_url="https://finder.example/outcomes")
    first = booking.hold_series(
        by=ME,
        schedule_id=weekly.schedule,
        start=weekly.first_start,
        weeks=3,
        source="carefinder",
        booking_referral="r-1",
    )
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    booking.cancel(by=By("patient"), appointment_id=first.id)
    assert reported() == ["held", "booked"]
    booking.cancel_all(by=By("patient"), appointment_id=first.id)
    assert reported() == ["held", "booked", "cancelled"]


def test_a_finder_hears_once_that_nobody_answered_a_series_of_requests(app: Flask, frozen: Clock) -> None:
    frozen.at(NOW)
    clinic = make_clinic(app, series_most=8, approval_required=True, approval_hours=1)
    make_source(clinic, value="carefinder", callback_url="https://finder.example/outcomes")
    first = booking.hold_series(
        by=ME,
        schedule_id=clinic.schedule,
        start=clinic.first_start,
        weeks=2,
        source="carefinder",
        booking_referral="r-1",
    )
    booking.book(by=ME, appointment_id=first.id, details=DETAILS)
    frozen.forward(hours=1)
    booking.lapse()
    assert reported() == ["held", "lapsed"]


def test_one_relative_cancels_and_the_other_still_comes(for_two: Clinic) -> None:
    two = hold_two(for_two)
    booking.book(by=ME, appointment_id=two.id, details=DETAILS, relative=RELATIVE)
    booking.cancel(by=By("patient"), appointment_id=two.id)
    assert states(two) == ["cancelled", "booked"]


def test_seats_are_shared_by_all_no_pair_is_made_of_them(weekly: Clinic) -> None:
    with transaction() as session:
        kind = session.get_one(AppointmentType, weekly.type)
        kind.relatives, kind.capacity = True, 3
    with pytest.raises(InvalidInput):
        hold_two(weekly)
    assert len(all_of(hold_weeks(weekly, 3))) == 3
    assert len(all_of(hold_weeks(weekly, 3, visitor("someone else")))) == 3
