"""What pages say is what their buttons do, and what is so: holds that ended, more time, deadlines, requests."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic, make_question
from tests.portal.patient import GOOD, Patient
from tests.support.pages import screenshot
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


def test_a_review_whose_hold_has_ended_points_at_the_button_that_it_has(
    clinic: Clinic, frozen: Clock
) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    assert patient.fill_in(hold).location == f"{hold}/review"
    ended = "Your hold has ended. Your answers are safe. If the time is still free, you can book it below."
    assert f'data-lapsed="{ended}"' in patient.open(f"{hold}/review").text
    assert "Continue and we'll try" in patient.open(hold).text
    frozen.forward(minutes=11)
    page = patient.open(f"{hold}/review")
    assert ended in page.words
    assert "Continue" not in page.words
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def test_choosing_weekly_visits_or_two_relatives_keeps_the_day_that_was_chosen(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, relatives=True, series_most=4)
    page = Patient(sqlite_app).open(clinic.times_path, **{"from": "2027-06-16"})
    assert page.hidden("from") == "2027-06-16"
    [two] = [link for link in page.links if "party=two" in link]
    assert "from=2027-06-16" in two
    first = Patient(sqlite_app).open(clinic.times_path)
    assert first.hidden("from") == ""


def test_whom_the_visit_is_for_decides_what_is_asked_and_what_a_browser_fills_in(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    own = patient.open(hold)
    assert 'autocomplete="given-name"' in own.text
    assert "Your child's first name" not in own.words
    page = patient.fill_in(hold, for_whom="child", given="", **{"birth_date-month": "13"})
    assert "Your child's first name: enter it as on their papers." in page.errors
    assert "Your child's birth date: enter a month from 1 to 12." in page.errors
    assert 'autocomplete="given-name"' not in page.text
    assert 'autocomplete="bday-year"' not in page.text
    other = patient.fill_in(hold, for_whom="other", family="")
    assert 'Last name of the person you care for: enter it, or tick "One name only".' in other.errors


@pytest.mark.browser
def test_with_script_the_labels_follow_whom_the_visit_is_for_at_once(
    sqlite_app: Flask, address: str, phone: BrowserPage
) -> None:
    clinic = make_clinic(sqlite_app, minimum_age=1)
    phone.goto(f"{address}/book/{slot_id(clinic.schedule, clinic.first_start)}")
    phone.get_by_role("button", name="Hold this time and continue").click()
    given = phone.get_by_label("First name", exact=True)
    expect(given).to_have_attribute("autocomplete", "given-name")
    phone.get_by_label("My child").check(force=True)
    expect(phone.get_by_label("Your child's first name", exact=True)).to_have_attribute("autocomplete", "off")
    expect(phone.get_by_role("group", name="Your child's birth date")).to_be_visible()
    expect(phone.locator('[name="birth_date-year"]')).to_have_attribute("autocomplete", "off")
    screenshot(phone, "details-my-child")
    phone.get_by_label("Me", exact=True).check(force=True)
    expect(given).to_have_attribute("autocomplete", "given-name")


def test_the_link_to_change_an_answer_names_its_question_as_it_is_written(clinic: Clinic) -> None:
    photos = make_question(clinic, label="I agree to photos", kind="consent")
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.press(hold, **{**GOOD, f"q_{photos.id}": "y"})
    words = patient.open(f"{hold}/review").words
    assert "Change I agree to photos" in words
    assert "Change birth date" in words


def test_the_calendar_file_of_two_visits_holds_both(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, series_most=4)
    patient = Patient(sqlite_app)
    hold = patient.hold(clinic, clinic.first_start, weeks="2", all="yes")
    patient.fill_in(hold)
    words = patient.open(patient.press(f"{hold}/book").location).words
    assert "The calendar file holds both visits." in words
    assert "all 2" not in words


def test_a_cancelled_visits_page_says_once_when_it_was(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.first_start)
    patient.press(f"{path}/cancel", csrf_token=patient.open(f"{path}/cancel").hidden("csrf_token"))
    assert patient.open(path).text.replace("It was cancelled", "").count("It was") == 1


def test_a_move_into_the_clinics_notice_says_that_it_is_the_last_one_online(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, cancellation_notice_minutes=2880)
    patient = Patient(clinic.app)
    starts = clinic.starts()
    path = patient.book(clinic, starts[-1])
    said = "It can't be moved online any more then"
    near, far = (slot_id(clinic.schedule, start) for start in (starts[0], starts[-2]))
    assert said not in patient.open(f"{path}/reschedule/{far}").words
    assert said in patient.open(f"{path}/reschedule/{near}").words


def test_after_the_deadline_the_page_still_cancels_as_it_said_before(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.starts()[20])
    before = patient.open(path)
    assert "After that, call the clinic to move it; you can still cancel online." in before.words
    assert f"{path}/reschedule" in before.links
    frozen.at(clinic.starts()[20] - 3600)
    late = patient.open(path)
    assert f"{path}/reschedule" not in late.links
    form = patient.open(f"{path}/cancel")
    patient.press(f"{path}/cancel", csrf_token=form.hidden("csrf_token"))
    assert patient.open(path).h1 == "Your appointment is cancelled"


def test_more_time_is_offered_from_the_start_and_gives_what_it_says(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.open(hold)
    assert "for you until 7:10 AM EDT" in page.words
    assert "hold until 7:20 AM" in page.words
    again = patient.open(patient.press(f"{hold}/extend").location)
    assert "Done. Your time is now held until 7:20 AM EDT." in again.words
    assert "hold until 7:30 AM" in again.words


def test_a_series_says_on_its_review_that_each_visit_has_an_end_of_its_own(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, series_most=4)
    patient = Patient(sqlite_app)
    hold = patient.hold(clinic, clinic.first_start, weeks="3", all="yes")
    patient.fill_in(hold)
    words = patient.open(f"{hold}/review").words
    assert "Cancel or move each visit free of charge up to 24 hours before it starts." in words
    assert "free of charge until" not in words
    assert "The first one starts sooner than that" not in words
    near = clinic.first_start
    frozen.at(near - 3600)
    late = patient.hold(clinic, near, weeks="2", all="yes")
    patient.fill_in(late)
    assert "The first one starts sooner than that" in patient.open(f"{late}/review").words
