"""A weekly series as its patient meets it: all dates before anything is held, held and booked as a whole, changed one by one."""

from __future__ import annotations

import email
import re
from email.policy import default
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import select

from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, AppointmentType
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_appointment, make_clinic
from tests.portal.patient import GOOD, Page, Patient
from tests.support.pages import assert_accessible, assert_fits, screenshot
from tests.support.times import Clock

MONDAY = "2026-10-12T08:00:00-04:00"
WEEK = 7 * 86400
DATES = (
    "Tuesday, October 13, 2026, 9:00 AM EDT",
    "Tuesday, October 20, 2026, 9:00 AM EDT",
    "Tuesday, October 27, 2026, 9:00 AM EDT",
    "Tuesday, November 3, 2026, 9:00 AM EST",
)


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, series_most=8)


def statuses(clinic: Clinic) -> list[str]:
    with clinic.app.app_context(), snapshot() as session:
        return list(session.scalars(select(Appointment.status).order_by(Appointment.starts_at)))


def dates(patient: Patient, clinic: Clinic, weeks: str = "4") -> Page:
    return patient.open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}/weekly", weeks=weeks)


def hold(patient: Patient, clinic: Clinic, weeks: str = "4") -> str:
    slot = slot_id(clinic.schedule, clinic.first_start)
    page = patient.press("/hold", slot=slot, weeks=weeks, all="yes")
    assert page.status == 303, page.words
    return page.location


def book(patient: Patient, clinic: Clinic) -> str:
    path = hold(patient, clinic)
    assert patient.fill_in(path).location == f"{path}/review"
    return patient.press(f"{path}/book").location


def cancel(patient: Patient, path: str, **fields: str) -> Page:
    token = patient.open(f"{path}/cancel").hidden("csrf_token")
    patient.press(f"{path}/cancel", csrf_token=token, **fields)
    return patient.open(path)


def test_all_dates_are_shown_before_any_is_held(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    page = patient.open(clinic.times_path, weeks="4")
    assert "Then you see all 4 dates, before any of them is held." in page.words
    slot = slot_id(clinic.schedule, clinic.first_start)
    shown = patient.press("/hold", slot=slot, weeks=page.hidden("weeks"))
    assert shown.location.startswith(f"/book/{slot}/weekly?")
    page = patient.open(shown.location)
    assert page.h1 == "4 weekly visits"
    for date in DATES:
        assert f"{date} Open" in page.words
    assert "Hold all 4 times and continue" in page.words
    assert statuses(clinic) == []


def test_a_type_without_series_offers_none(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    patient, slot = Patient(sqlite_app), slot_id(clinic.schedule, clinic.first_start)
    for path in (clinic.times_path, f"/book/{slot}"):
        assert "How many weeks?" not in patient.open(path).words
    assert patient.open(f"/book/{slot}/weekly", weeks="4").location == f"/book/{slot}"
    assert patient.press("/hold", slot=slot, weeks="4", all="yes").location.startswith("/hold/")
    assert statuses(clinic) == ["held"]


@pytest.mark.parametrize("weeks", ["9", "1", "x", "-3", "99"])
def test_a_number_of_weeks_that_is_not_offered_is_named(clinic: Clinic, weeks: str) -> None:
    page = dates(Patient(clinic.app), clinic, weeks)
    assert page.status == 400
    assert "Weeks: choose a number from 2 to 8." in page.words
    assert statuses(clinic) == []


def test_a_week_that_is_not_open_is_named_with_what_can_be_done(clinic: Clinic) -> None:
    first = clinic.first_start
    make_appointment(clinic, start=first + 2 * WEEK)
    page = dates(Patient(clinic.app), clinic)
    assert f"{DATES[2]} Not open" in page.words
    assert "Not open: Tuesday, October 27. A series is booked as a whole or not at all." in page.words
    assert "Hold the first 2 times and continue" in page.words
    assert "Nearest first times from which all 4 weeks are open" in page.words
    near = [link for link in page.links if "/weekly?" in link]
    assert len(near) == 6
    assert "Hold all 4 times and continue" in Patient(clinic.app).open(near[0]).words


def test_only_first_times_are_listed_from_which_the_whole_series_is_open(clinic: Clinic) -> None:
    make_appointment(clinic, start=clinic.first_start + WEEK)
    patient = Patient(clinic.app)
    path = f"/{clinic.slug}/{clinic.type_slug}"
    listed = patient.open(path, weeks="4")
    assert "Only first times are listed whose weeks are all open." in listed.words
    first = slot_id(clinic.schedule, clinic.first_start)
    assert first in patient.open(path).slots
    assert first in patient.open(path, weeks="1").slots
    assert first not in listed.slots
    for slot in listed.slots:
        page = patient.open(f"/book/{slot}/weekly", weeks="4")
        assert "Not open" not in page.words
        assert "A series is booked as a whole" not in page.words


def test_a_single_hold_of_their_own_stands_in_nobodys_way_to_a_series(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    patient.hold(clinic, clinic.first_start)
    assert (
        slot_id(clinic.schedule, clinic.first_start)
        in patient.open(f"/{clinic.slug}/{clinic.type_slug}", weeks="4").slots
    )
    assert "Not open" not in dates(patient, clinic).words


def test_where_no_series_is_open_fewer_weeks_are_named(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    with clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, clinic.type).horizon_days = 14
    page = patient.open(f"/{clinic.slug}/{clinic.type_slug}", weeks="8")
    assert not page.slots
    assert "No first time has all its weeks open online now. Choose fewer weeks above." in page.words


def test_a_first_time_that_is_taken_offers_no_part_of_the_series(clinic: Clinic) -> None:
    slot = slot_id(clinic.schedule, clinic.first_start)
    make_appointment(clinic, start=clinic.first_start)
    page = Patient(clinic.app).open(f"/book/{slot}/weekly", weeks="4")
    assert "and continue" not in page.words
    assert "Nearest first times" in page.words


def test_the_series_is_held_answered_reviewed_and_booked_as_a_whole(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    assert statuses(clinic) == ["held"] * 4
    patient.fill_in(path)
    for page in (patient.open(path), patient.open(f"{path}/review")):
        assert "4 weekly visits" in page.words
        for date in DATES:
            assert date in page.words
    assert "Book all 4 appointments" in patient.open(f"{path}/review").words
    booked = patient.press(f"{path}/book").location
    assert patient.press(f"{path}/book").location == booked
    assert statuses(clinic) == ["booked"] * 4
    page = patient.open(booked)
    assert page.h1.startswith("You're booked: Tuesday, October 13, 9:00 AM EDT")
    assert "The other visits of this series" in page.words
    assert [link for link in page.links if re.fullmatch(r"/b/\w+", link)].__len__() == 3


def test_the_own_series_is_still_shown_as_open_to_its_holder_and_to_nobody_else(clinic: Clinic) -> None:
    patient, rival = Patient(clinic.app), Patient(clinic.app)
    slot = slot_id(clinic.schedule, clinic.first_start)
    hold(patient, clinic)
    assert patient.open(f"/book/{slot}/weekly", weeks="4").words.count(" Open") == 4
    assert rival.open(f"/book/{slot}/weekly", weeks="4").words.count("Not open") == 5


def test_a_series_that_somebody_broke_into_says_so_and_keeps_the_answers(
    clinic: Clinic, frozen: Clock
) -> None:
    patient, first = Patient(clinic.app), clinic.first_start
    path = hold(patient, clinic)
    patient.fill_in(path)
    frozen.forward(minutes=11)
    make_appointment(clinic, start=first + 2 * WEEK)
    page = patient.press(f"{path}/book")
    assert (page.status, page.h1) == (409, "Not all of these dates are open any more")
    assert "None of your dates is held now." in page.words
    assert "Your answers are saved." in page.words
    assert statuses(clinic).count("booked") == 1
    shorter = patient.press(
        "/hold", slot=page.text.split('name="slot" value="')[1].split('"')[0], weeks="2", all="yes",
        kept=page.hidden("kept"),
    )  # fmt: skip
    assert shorter.location.endswith("/review")
    assert "Quillfeather" in patient.open(shorter.location).words


def test_choosing_another_time_gives_all_of_them_back(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    back = patient.press(f"{path}/release").location
    assert "weeks=4" in back
    assert statuses(clinic) == ["expired"] * 4


def test_one_visit_is_cancelled_alone_or_all_that_remain(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = book(patient, clinic)
    second = next(link for link in patient.open(path).links if re.fullmatch(r"/b/\w+", link))
    assert cancel(patient, second).h1 == "Your appointment is cancelled"
    assert statuses(clinic) == ["booked", "cancelled", "booked", "booked"]
    asked = patient.open(f"{path}/cancel").words
    assert "Cancel all 3 that remain" in asked
    assert [date for date in DATES if date.rsplit(",", 1)[0] in asked] == list(DATES)
    page = cancel(patient, path, all="yes")
    assert page.h1 == "Your appointment is cancelled"
    assert statuses(clinic) == ["cancelled"] * 4
    assert page.words.count("Cancelled") >= 3


def test_moving_one_visit_leaves_the_others(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = book(patient, clinic)
    with clinic.app.app_context(), snapshot() as session:
        before = session.scalars(select(Appointment.starts_at).order_by(Appointment.starts_at)).all()
    new = slot_id(clinic.schedule, before[0] + 3600)
    review = patient.open(f"{path}/reschedule/{new}")
    patient.press(
        f"{path}/reschedule",
        slot=new,
        sequence=review.hidden("sequence"),
        csrf_token=review.hidden("csrf_token"),
    )
    with clinic.app.app_context(), snapshot() as session:
        after = session.scalars(select(Appointment.starts_at).order_by(Appointment.starts_at)).all()
    assert after == [before[0] + 3600, *before[1:]]


def test_one_mail_tells_all_dates_with_a_calendar_file_for_each(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = book(patient, clinic)
    deliver(clinic.app)
    folder = clinic.app.config["SETTINGS"].data_dir / "mail"
    [mail] = [email.message_from_bytes(file.read_bytes(), policy=default) for file in folder.glob("*.eml")]
    assert calendars(mail) == ["REQUEST"] * 4
    plain = next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain")
    assert "Booked together with it:" in plain
    for date in DATES[1:]:
        assert date in plain
    assert plain.count("http://localhost") == 4
    cancel(patient, path, all="yes")
    deliver(clinic.app)
    told = [email.message_from_bytes(file.read_bytes(), policy=default) for file in folder.glob("*.eml")]
    assert sorted(map(calendars, told)) == [["CANCEL"] * 4, ["REQUEST"] * 4]


def test_the_booked_page_counts_all_visits_and_its_calendar_file_holds_those_to_come(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = book(patient, clinic)
    page = patient.open(path)
    assert page.h1.startswith("You're booked: Tuesday, October 13, 9:00 AM EDT with")
    assert page.h1.endswith(", and 3 more visits.")
    assert "The calendar file holds all 4 visits." in page.words
    assert begins(patient, path) == [13, 20, 27, 3]
    cancel(patient, path)
    assert begins(patient, path) == [13]
    other = next(link for link in page.links if re.fullmatch(r"/b/\w+", link) and link != path)
    assert patient.open(other).h1.endswith(", and 2 more visits.")
    assert begins(patient, other) == [20, 27, 3]


def begins(patient: Patient, path: str) -> list[int]:
    """The days of the month in a visit's calendar file, after a look at its form."""
    file = patient.open(f"{path}/appointment.ics").text
    read = Calendar.from_ical(file)
    events = read.walk("VEVENT")
    assert len({str(one["UID"]) for one in events}) == len(events)
    assert [str(one["TZID"]) for one in read.walk("VTIMEZONE")] == ["America/New_York"]
    assert len(re.findall(r"/b/\w+", file.replace("\r\n ", ""))) == len(events)
    return [one["DTSTART"].dt.day for one in events]


def calendars(mail: Any) -> list[str]:
    """The methods of a mail's calendar files, each of a visit of its own."""
    files = [
        Calendar.from_ical(part.get_content())
        for part in mail.walk()
        if part.get_content_type() == "application/ics"
    ]
    assert len({str(one.walk("VEVENT")[0]["UID"]) for one in files}) == len(files)
    return [str(one["METHOD"]) for one in files]


@pytest.mark.browser
def test_a_patient_books_a_series_and_cancels_what_remains(
    sqlite_app: Flask, address: str, phone: BrowserPage
) -> None:
    clinic = make_clinic(sqlite_app, series_most=8)
    phone.goto(f"{address}{clinic.times_path}")
    phone.get_by_label("How many weeks?").select_option("3")
    phone.get_by_role("button", name="Show first times").click()
    phone.locator("button.time").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("3 weekly visits")
    assert_accessible(phone)
    assert_fits(phone)
    screenshot(phone, "weekly")
    phone.get_by_role("button", name="Hold all 3 times and continue").click()
    for name in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
        phone.locator(f'[name="{name}"]').fill(GOOD[name])
    screenshot(phone, "weekly-details")
    phone.get_by_role("button", name="Check your answers").click()
    screenshot(phone, "weekly-review")
    phone.get_by_role("button", name="Book all 3 appointments").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You're booked")
    expect(phone.locator("#together + ul li")).to_have_count(2)
    assert_accessible(phone)
    screenshot(phone, "weekly-booked")
    phone.get_by_role("link", name="Cancel this appointment").click()
    phone.get_by_role("button", name="Cancel all 3 that remain").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your appointment is cancelled")
    assert statuses(clinic) == ["cancelled"] * 3
