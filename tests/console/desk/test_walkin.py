"""Walk-in: the gaps of today, off the grid and inside the notice; every one can be booked and none is missed."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from scheduler import booking, clock
from scheduler.availability import explain
from scheduler.booking import SYSTEM
from scheduler.clock import MINUTE, local_date
from scheduler.console.desk.offers import Offered
from scheduler.console.desk.walkin import SET_ASIDE, fitting_starts, from_now, gaps_of, walkin_page
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, PatientDetails, Question, Schedule
from tests.availability.plain import Plain, situation
from tests.availability.strategies import cases
from tests.console.desk.conftest import PATIENT, Desk, desk_of, words
from tests.factories import (
    DETAILS,
    Clinic,
    make_clinic,
    make_location,
    make_practitioner,
    make_question,
    make_schedule,
    make_type,
)
from tests.support.times import Clock

TYPED = {name: PATIENT[name] for name in ("given", "family", "born", "phone")}
TEN = 1812376800  # Monday, June 7, 2027, 10:00 AM in New York


def values_in(text: str) -> list[str]:
    return re.findall(r'type="radio" id="[^"]+" name="slot" value="([^"]+)"', text)


def checked_in(text: str) -> str:
    found = re.search(r'name="slot" value="([^"]+)" checked', text)
    return found[1] if found else ""


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(cases())
def test_no_fitting_start_on_five_minutes_is_missed_and_none_is_made_up(case: Plain) -> None:
    now, asked = case["now"], situation(case)
    zone = case["schedule"]["tz"]
    offer = Offered("s", "t", "Visit", asked.rules.duration, "Here", zone, (), (), "a")
    today = local_date(now, ZoneInfo(zone))
    expected, at = [], from_now(now)
    while local_date(at, ZoneInfo(zone)) == today:
        if all(reason.code in SET_ASIDE for reason in explain(asked, at, now)):
            expected.append(at)
        at += 5 * MINUTE
    starts = fitting_starts(asked, offer, now)
    assert starts == expected
    gaps = gaps_of(offer, starts)
    assert (
        sorted(start for gap in gaps for start in range(gap.start, gap.until - offer.duration * 60 + 1, 300))
        == starts
    )


@pytest.mark.parametrize(
    "now", ["2027-03-14T00:31:00-05:00", "2027-11-07T00:31:00-04:00", "2027-06-07T13:03:30-04:00"]
)
def test_every_gap_that_is_offered_can_be_booked_on_both_days_on_which_clocks_change(
    app: Flask, frozen: Clock, now: str
) -> None:
    frozen.at(now)
    clinic = make_clinic(
        app, weekly={day: [(0, 240), (600, 1080)] for day in range(7)}, duration_minutes=45, interval_minutes=45,
        buffer_before_minutes=5, buffer_after_minutes=10, minimum_notice_minutes=600, max_per_day=3,
    )  # fmt: skip
    desk = desk_of(clinic)
    for number in range(5):
        with app.app_context():
            page = walkin_page(Staff(clinic.organization), clock.now())
        gaps = [gap for row in page.rows for gap in row.gaps]
        if not gaps:
            break
        gap = gaps[number % len(gaps)]
        assert desk.press("/console/walk-in", slot=gap.slot, **TYPED).status_code == 303, gap
        assert gap.start in [one.starts_at for one in desk.bookings()]
    assert len(desk.bookings()) >= 3


class Staff:
    """A person at the front desk of an organization."""

    roles = frozenset({"front-desk"})
    practitioner_id = None

    def __init__(self, organization_id: str) -> None:
        self.organization_id = organization_id


def test_the_first_gap_from_now_is_chosen_off_the_grid_and_inside_the_notice(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(TEN + 2 * MINUTE)
    clinic = make_clinic(sqlite_app, minimum_notice_minutes=240)
    desk = desk_of(clinic)
    page = desk.open("/console/walk-in")
    assert checked_in(page.text) == desk.slot(TEN + 5 * MINUTE)
    assert "10:05 AM , free until 5:00 PM" in words(page)
    done = desk.press("/console/walk-in", slot=checked_in(page.text), **TYPED)
    assert done.status_code == 303
    (made,) = desk.bookings()
    assert (made.starts_at, made.status, made.overbooked) == (TEN + 5 * MINUTE, "arrived", False)
    with clinic.app.app_context(), snapshot() as session:
        details = session.scalars(select(PatientDetails)).one()
        assert (details.given, details.birth_date, details.for_whom) == ("Ana", "1985-04-27", "me")
    assert f"read them the code {made.code}" in words(desk.open(done.location))
    assert checked_in(desk.open("/console/walk-in").text) == desk.slot(TEN + 35 * MINUTE)


def test_a_double_press_adds_one_patient(desk: Desk, clinic: Clinic) -> None:
    fields = {"slot": desk.slot(TEN + 5 * MINUTE), "key": "k" * 16, **TYPED}
    first, second = desk.press("/console/walk-in", **fields), desk.press("/console/walk-in", **fields)
    assert (first.status_code, first.location) == (303, second.location)
    assert len(desk.bookings()) == 1


def test_buffers_and_other_bookings_bound_the_gaps(desk: Desk, clinic: Clinic) -> None:
    with clinic.app.app_context():
        booking.desk_book(by=SYSTEM, schedule_id=clinic.schedule, start=TEN + 60 * MINUTE, details=DETAILS)
        booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=TEN + 150 * MINUTE, end=TEN + 170 * MINUTE)
    page = desk.open("/console/walk-in")
    assert [int(re.findall(r"T(\d{4})", value)[0]) for value in values_in(page.text)] == [1405, 1530, 1650]
    assert "free until 11:00 AM" in words(page)


def test_every_start_of_a_type_is_shown_on_asking_and_what_was_typed_stays(
    desk: Desk, clinic: Clinic
) -> None:
    page = desk.press("/console/walk-in", show=clinic.schedule, **TYPED)
    assert page.status_code == 200
    assert len(values_in(page.text)) == (16 * 60 + 30 - (10 * 60 + 5)) // 5 + 1
    assert 'value="4/27/1985"' in page.text
    late = values_in(page.text)[-1]
    refused = desk.press("/console/walk-in", slot=late, **(TYPED | {"phone": ""}))
    assert checked_in(refused.text) == late
    assert desk.press("/console/walk-in", slot=late, **TYPED).status_code == 303


def test_a_gap_taken_meanwhile_keeps_what_was_typed_and_chooses_the_next(desk: Desk, clinic: Clinic) -> None:
    with clinic.app.app_context():
        booking.desk_book(
            by=SYSTEM, schedule_id=clinic.schedule, start=TEN + 5 * MINUTE, details=DETAILS,
            set_aside=frozenset({"hours", "limits"}),
        )  # fmt: skip
    lost = desk.press("/console/walk-in", slot=desk.slot(TEN + 5 * MINUTE), **TYPED)
    assert lost.status_code == 409
    assert "Somebody else has just taken that time." in words(lost)
    assert checked_in(lost.text) == desk.slot(TEN + 35 * MINUTE)
    assert 'value="Silva"' in lost.text


def test_without_a_gap_one_overbooks_with_a_reason_or_takes_the_next_opening(
    desk: Desk, clinic: Clinic
) -> None:
    with clinic.app.app_context():
        booking.block_time(by=SYSTEM, actor_id=clinic.actor, start=TEN - 60 * MINUTE, end=TEN + 600 * MINUTE)
    page = desk.open("/console/walk-in")
    assert "No gap is left today." in words(page)
    anyway, following = values_in(page.text)
    assert anyway == f"anyway:{desk.slot(TEN + 5 * MINUTE)}"
    refused = desk.press("/console/walk-in", slot=anyway, **TYPED)
    assert refused.status_code == 400
    assert "Reason for overbooking: enter why" in words(refused)
    assert (
        desk.press("/console/walk-in", slot=anyway, overbook_reason="Acute pain", **TYPED).status_code == 303
    )
    assert [one.overbooked for one in desk.bookings()] == [True]
    assert desk.press("/console/walk-in", slot=following, **TYPED).status_code == 303
    assert desk.bookings()[-1].starts_at == TEN + 23 * 60 * MINUTE


def test_after_hours_one_may_be_added_anyway_but_not_by_a_forged_gap(
    desk: Desk, clinic: Clinic, frozen: Clock
) -> None:
    frozen.at(TEN + 8 * 60 * MINUTE)
    page = desk.open("/console/walk-in")
    anyway = values_in(page.text)[0]
    assert "Outside Monday's hours, 9:00 AM to 5:00 PM." in words(page)
    assert desk.press("/console/walk-in", slot=anyway.removeprefix("anyway:"), **TYPED).status_code == 409
    assert desk.press("/console/walk-in", slot=anyway, **TYPED).status_code == 303


def test_required_questions_of_the_type_are_asked_and_others_are_not(desk: Desk, clinic: Clinic) -> None:
    question = make_question(clinic, label="Which plan?", required=True)
    make_question(clinic, label="How did you hear of us?")
    page = desk.open("/console/walk-in")
    assert "Which plan?" in words(page)
    assert "How did you hear" not in words(page)
    refused = desk.press("/console/walk-in", slot=checked_in(page.text), **TYPED)
    assert refused.status_code == 400
    assert "Which plan? Type an answer." in words(refused)
    answers = {f"q_{question.id}": "Harbor Blue"}
    assert desk.press("/console/walk-in", slot=checked_in(page.text), **answers, **TYPED).status_code == 303


def test_a_question_that_is_added_while_the_form_is_sent_is_shown_with_a_link_to_it(
    desk: Desk, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = booking.desk_book
    asked: list[Question] = []

    def late(**fields: Any) -> Appointment:
        asked[:] = asked or [make_question(clinic, label="Which plan?", required=True)]
        return book(**fields)

    monkeypatch.setattr(booking, "desk_book", late)
    page = desk.press("/console/walk-in", slot=desk.slot(TEN + 5 * MINUTE), **TYPED)
    assert page.status_code == 400
    assert f'href="#q_{asked[0].id}"' in page.text
    assert f'id="q_{asked[0].id}"' in page.text
    assert 'value="Silva"' in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"given": ""}, "First name: enter it"),
        ({"family": ""}, 'Last name: enter it, or tick "One name only".'),
        ({"born": ""}, "Birth date: enter month, day and year."),
        (
            {"born": "the day before"},
            "Birth date: type month, day and year of a date in the past, such as 4/27/1985.",
        ),
        ({"born": "4/27/2099"}, "Birth date: type month, day and year of a date in the past"),
        ({"phone": "12"}, "Phone: enter a number of 7 to 15 digits"),
        ({"phone": ""}, "Phone: enter a number so the clinic can reach them."),
    ],
)
def test_each_field_says_what_to_do_and_nothing_is_lost(
    desk: Desk, clinic: Clinic, changes: dict[str, str], said: str
) -> None:
    page = desk.press("/console/walk-in", slot=desk.slot(TEN + 5 * MINUTE), **(TYPED | changes))
    assert page.status_code == 400
    assert said in words(page)
    for name, value in (TYPED | changes).items():
        assert f'value="{value}"' in page.text, name
    assert desk.bookings() == []


@pytest.mark.parametrize(
    "nonsense", ["x", "anyway:", "anyway:anyway:x", "x" * 3000, "\u202e", "a-99991231T2359", "-1"]
)
def test_a_choice_that_leads_nowhere_shows_the_gaps_again(desk: Desk, nonsense: str) -> None:
    page = desk.press("/console/walk-in", slot=nonsense, **TYPED)
    assert page.status_code == 409
    assert 'value="Silva"' in page.text
    assert desk.press("/console/walk-in", show=nonsense, **TYPED).status_code == 200


def test_times_in_several_zones_each_name_their_own(desk: Desk, clinic: Clinic) -> None:
    assert "All times are Eastern time." in words(desk.open("/console/walk-in"))
    chicago = make_location(clinic, name="Lakeside", zone="America/Chicago")
    colleague = make_practitioner(clinic, location=chicago.id, display_name="Dr. Ada Fenn")
    make_schedule(clinic, location=chicago.id, hosts=[colleague.actor])
    page = words(desk.open("/console/walk-in"))
    assert "Dr. Ada Fenn , Lakeside , Central time 9:05 AM CDT , free until 5:00 PM CDT" in page
    assert "Eastern time 10:05 AM EDT , free until 5:00 PM EDT" in page
    assert "All times are" not in page


def test_with_gaps_at_several_places_none_is_chosen_but_at_the_place_that_is_looked_at(
    clinic: Clinic, desk: Desk
) -> None:
    chicago = make_location(clinic, name="Lakeside", zone="America/Chicago")
    colleague = make_practitioner(clinic, location=chicago.id)
    theirs = make_schedule(clinic, location=chicago.id, hosts=[colleague.actor]).id
    assert checked_in(desk.open("/console/walk-in").text) == ""
    for place, schedule in ((chicago.id, theirs), (clinic.location, clinic.schedule)):
        desk.open(f"/console/day/today?place={place}")
        assert checked_in(desk.open("/console/walk-in").text).startswith(f"{schedule}-")


def test_a_video_visit_comes_last_and_is_never_chosen_for_anybody(clinic: Clinic, desk: Desk) -> None:
    far = make_location(clinic, kind="virtual")
    video = make_type(clinic, name="Video follow-up", modality="video")
    colleague = make_practitioner(clinic, location=far.id)
    schedule = make_schedule(clinic, type=video.id, location=far.id, hosts=[colleague.actor]).id
    page = desk.open("/console/walk-in").text
    assert values_in(page) == [desk.slot(TEN + 5 * MINUTE), desk.slot(TEN + 5 * MINUTE, schedule)]
    assert checked_in(page) == desk.slot(TEN + 5 * MINUTE)
    with clinic.app.app_context(), transaction() as session:
        session.get_one(Schedule, clinic.schedule).active = False
    assert checked_in(desk.open("/console/walk-in").text) == ""
    refused = desk.press("/console/walk-in", **TYPED)
    assert refused.status_code == 400
    assert "Today's gaps: choose one." in words(refused)
    assert 'href="#gaps"' in refused.text
    assert 'value="Silva"' in refused.text


def test_a_clinician_sees_their_own_gaps_alone(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Reyes")
    theirs = make_schedule(clinic, type=make_type(clinic).id, hosts=[colleague.actor])
    own = desk_of(clinic, "clinician")
    assert "Dr. Omar Reyes" not in words(own.open("/console/walk-in"))
    fields: dict[str, Any] = {"slot": own.slot(TEN + 5 * MINUTE, theirs.id), **TYPED}
    assert own.press("/console/walk-in", **fields).status_code == 409
    assert own.bookings() == []
    assert "Dr. Omar Reyes" in words(desk_of(clinic).open("/console/walk-in"))
