"""Two relatives one after the other: only times that fit both, both held and booked or neither, each with a page of its own."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, PatientDetails
from scheduler.models.slots import parse_slot_id, slot_id
from tests.factories import Clinic, make_appointment, make_clinic, make_plan, make_question, make_user
from tests.notify.mailbox import mails, part
from tests.people import browser_of
from tests.portal.patient import GOOD, Page, Patient
from tests.support.pages import assert_accessible, assert_fits, screenshot
from tests.support.times import Clock

MONDAY = "2026-10-12T08:00:00-04:00"
MINUTE = 60
SECOND = {
    "second_given": "Wilhelmina",
    "second_family": "Quillfeather",
    "second_birth_date-month": "3",
    "second_birth_date-day": "4",
    "second_birth_date-year": "2015",
    "second_relation": "mother",
    "second_consent": "yes",
}


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app, relatives=True)


def rows(clinic: Clinic) -> list[tuple[str, str | None]]:
    with clinic.app.app_context(), snapshot() as session:
        found = session.execute(
            select(Appointment.status, PatientDetails.given)
            .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
            .order_by(Appointment.starts_at)
        )
        return [(status, given) for status, given in found]


def hold(patient: Patient, clinic: Clinic) -> str:
    slot = slot_id(clinic.schedule, clinic.first_start)
    page = patient.press("/hold", slot=slot, party="two")
    assert page.status == 303, page.words
    return page.location


def fill_in(patient: Patient, path: str, **changes: str) -> Page:
    return patient.press(path, **{**GOOD, **SECOND, **changes})


def starts(page: Page) -> list[int]:
    found = [parse_slot_id(slot) for slot in page.slots]
    return [one[1] for one in found if one is not None]


def test_for_two_only_times_are_offered_at_which_both_fit(clinic: Clinic) -> None:
    patient, first = Patient(clinic.app), clinic.first_start
    make_appointment(clinic, start=first + 60 * MINUTE)
    alone = patient.open(clinic.times_path, **{"from": "2026-10-13"})
    assert "Show times for two relatives, one right after the other" in alone.words
    two = patient.open(clinic.times_path, party="two", **{"from": "2026-10-13"})
    assert "These times are for two people, one right after the other." in two.words
    assert first + 30 * MINUTE in starts(alone)
    assert first + 30 * MINUTE not in starts(two)
    assert first in starts(two)
    last = max(start for start in starts(alone) if start < first + 12 * 3600)
    assert last not in starts(two)
    assert two.hidden("party") == "two"


def test_a_type_without_relatives_offers_no_time_for_two(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    patient, slot = Patient(sqlite_app), slot_id(clinic.schedule, clinic.first_start)
    assert "relative" not in patient.open(clinic.times_path, party="two").words
    assert "relative" not in patient.open(f"/book/{slot}").words
    patient.press("/hold", slot=slot, party="two")
    assert len(rows(clinic)) == 1


def test_the_landing_offers_the_next_time_to_a_relative_while_it_is_open(clinic: Clinic) -> None:
    patient, first = Patient(clinic.app), clinic.first_start
    slot = slot_id(clinic.schedule, first)
    assert "you at 9:00 AM, they at 9:30 AM EDT" in patient.open(f"/book/{slot}").words
    make_appointment(clinic, start=first + 30 * MINUTE)
    assert "relative" not in patient.open(f"/book/{slot}").words


def test_both_people_are_asked_for_reviewed_and_booked(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    assert [status for status, _ in rows(clinic)] == ["held", "held"]
    details = patient.open(path)
    assert "Who comes second, at 9:30 AM EDT?" in details.words
    assert fill_in(patient, path).location == f"{path}/review"
    review = patient.open(f"{path}/review")
    for words in (
        "For Zebulon",
        "For Wilhelmina",
        "Wilhelmina Quillfeather",
        "March 4, 2015",
        "mother",
        "Book both appointments",
    ):
        assert words in review.words
    booked = patient.press(f"{path}/book").location
    assert rows(clinic) == [("booked", "Zebulon"), ("booked", "Wilhelmina")]
    page = patient.open(booked)
    assert "The visit booked together with this one" in page.words
    [other] = [link for link in page.links if re.fullmatch(r"/b/\w+", link)]
    theirs = patient.open(other)
    assert theirs.h1.startswith("You're booked: Tuesday, October 13, 9:30 AM EDT")


def test_faults_of_both_people_come_back_at_once_with_everything_kept(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    page = fill_in(
        patient, path, second_given="", second_family="", given="", **{"second_birth_date-month": "13"}
    )
    assert page.status == 400
    assert page.errors == [
        "First name: enter it as on your papers.",
        "Their first name: enter it as on their papers.",
        'Their last name: enter it, or tick "One name only".',
        "Their birth date: enter a month from 1 to 12.",
    ]
    again = patient.open(path)
    assert 'value="mother"' in again.text
    assert 'value="13"' in again.text


def test_the_first_person_typed_again_is_refused_at_the_second_name(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    same = {
        "second_given": "zebulon",
        "second_family": " QUILLFEATHER ",
        **{f"second_birth_date-{part}": GOOD[f"birth_date-{part}"] for part in ("month", "day", "year")},
    }
    page = fill_in(patient, path, **same)
    assert page.errors == [
        "Their first name: this is the first person again, by name and birth date. Enter who comes second."
    ]
    patient.press(f"{path}/book")
    assert [status for status, _ in rows(clinic)] == ["held", "held"]
    twin = {**same, "second_given": "Zoltan"}
    assert fill_in(patient, path, **twin).location == f"{path}/review"


def test_a_visit_for_one_asks_for_nobody_else(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.hold(clinic, clinic.first_start)
    assert "Who comes second" not in patient.open(path).words
    assert fill_in(patient, path).location == f"{path}/review"
    assert "Wilhelmina" not in patient.open(f"{path}/review").text


def test_two_times_of_which_one_is_lost_are_both_given_up_with_the_answers_kept(
    clinic: Clinic, frozen: Clock
) -> None:
    patient, first = Patient(clinic.app), clinic.first_start
    path = hold(patient, clinic)
    fill_in(patient, path)
    frozen.forward(minutes=11)
    make_appointment(clinic, start=first + 30 * MINUTE)
    page = patient.press(f"{path}/book")
    assert (page.status, page.h1) == (409, "9:00 AM is not open for two any more.")
    assert "Your answers are saved." in page.words
    again = patient.press("/hold", slot=page.slots[0], kept=page.hidden("kept"), party=page.hidden("party"))
    assert again.location.endswith("/review")
    patient.press(again.location.removesuffix("/review") + "/book")
    assert [row for row in rows(clinic) if row[1] != "Ana" and row[0] == "booked"] == [
        ("booked", "Zebulon"), ("booked", "Wilhelmina"),
    ]  # fmt: skip


def test_one_is_cancelled_alone_or_both(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    fill_in(patient, path)
    booked = patient.press(f"{path}/book").location
    form = patient.open(f"{booked}/cancel")
    assert "Cancel both appointments" in form.words
    patient.press(f"{booked}/cancel", csrf_token=form.hidden("csrf_token"), all="yes")
    assert [status for status, _ in rows(clinic)] == ["cancelled", "cancelled"]


def book_both(patient: Patient, clinic: Clinic, **changes: str) -> tuple[str, str]:
    """Both relatives' booked pages."""
    path = hold(patient, clinic)
    fill_in(patient, path, **changes)
    mine = patient.press(f"{path}/book").location
    [theirs] = [link for link in patient.open(mine).links if re.fullmatch(r"/b/\w+", link)]
    return mine, theirs


def test_every_page_of_two_relatives_visits_says_whose_it_is_but_in_its_title(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    mine, theirs = book_both(patient, clinic)
    slot = slot_id(clinic.schedule, clinic.first_start + 120 * MINUTE)
    for path in (mine, f"{mine}/cancel", f"{mine}/coming", f"{mine}/reschedule", f"{mine}/reschedule/{slot}"):
        page = patient.open(path)
        assert page.status == 200, path
        assert "For Zebulon" in page.words, path
        assert "Zebulon" not in page.title + page.h1
    assert "9:30 AM EDT, For Wilhelmina" in patient.open(mine).words
    assert "9:00 AM EDT, For Zebulon" in patient.open(theirs).words
    assert "For Wilhelmina" in patient.open(f"{theirs}/cancel").words
    assert b"Zebulon" not in patient.client.get(f"{mine}/appointment.ics").data


def test_moving_one_of_two_says_before_it_that_the_other_stays(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    mine, theirs = book_both(patient, clinic)
    slot = slot_id(clinic.schedule, clinic.first_start + 120 * MINUTE)
    said = "The visit booked together with it, for {}, stays on Tuesday, October 13, {} EDT."
    assert said.format("Wilhelmina", "9:30 AM") in patient.open(f"{mine}/reschedule/{slot}").words
    form = patient.open(f"{mine}/cancel")
    patient.press(f"{mine}/cancel", csrf_token=form.hidden("csrf_token"))
    assert "stays on" not in patient.open(f"{theirs}/reschedule/{slot}").words


def test_two_relatives_of_one_given_name_are_told_apart_by_the_family_name(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    mine, theirs = book_both(patient, clinic, second_given="Zebulon", second_family="Abernathy")
    assert "For Zebulon Quillfeather" in patient.open(mine).words
    assert "For Zebulon Abernathy" in patient.open(theirs).words


def test_the_mail_says_which_time_is_whose_in_its_text_alone(clinic: Clinic) -> None:
    book_both(Patient(clinic.app), clinic)
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    for subtype in ("plain", "html"):
        text = " ".join(re.sub(r"</?bdi>", "", part(mail, subtype)).split())
        assert text.index("For Zebulon") < text.index("9:00 AM") < text.index("9:30 AM")
        assert text.index("9:30 AM") < text.index("For Wilhelmina")
    assert "Zebulon" not in str(mail["Subject"])
    assert "Zebulon" not in re.findall("(?s)<title>.*?</title>", part(mail, "html"))[0]
    assert "Zebulon" not in part(mail, "calendar")


def test_a_visit_for_one_says_no_name(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    assert "Zebulon" not in patient.open(patient.book(clinic, clinic.first_start)).text


def test_staff_see_both_people(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = hold(patient, clinic)
    fill_in(patient, path)
    patient.press(f"{path}/book")
    day = browser_of(clinic.app, make_user(clinic, role="front-desk")).get("/console/day/2026-10-13").text
    assert "Zebulon Quillfeather" in day
    assert "Wilhelmina Quillfeather" in day


@pytest.mark.browser
def test_a_mother_books_for_herself_and_her_child(
    sqlite_app: Flask, address: str, phone: BrowserPage
) -> None:
    clinic = make_clinic(sqlite_app, relatives=True)
    pain = make_question(
        clinic, label="Are you in pain?", kind="choice", choices=["Yes", "No"], required=True
    )
    helps = make_question(
        clinic, label="What helps?", required=True, shown_question_id=pain.id, shown_answers=["Yes"]
    )
    phone.goto(f"{address}{clinic.times_path}")
    phone.get_by_role("link", name="Show times for two relatives").click()
    expect(phone.get_by_text("These times are for two people")).to_be_visible()
    assert_accessible(phone)
    assert_fits(phone)
    screenshot(phone, "relatives-times")
    phone.locator("button.time").first.click()
    for name, text in {**GOOD, **SECOND}.items():
        if name not in ("for_whom", "phone", "reason", "second_consent"):
            phone.locator(f'[name="{name}"]').fill(text)
    phone.locator("[name=second_consent]").check()
    # each person's answer decides what else that person is asked
    phone.locator(f'[name="q_{pain.id}"][value="No"]').check(force=True)
    phone.locator(f'[name="second_q_{pain.id}"][value="Yes"]').check(force=True)
    expect(phone.locator(f'[name="q_{helps.id}"]')).to_be_hidden()
    phone.get_by_role("button", name="Check your answers").click()
    expect(phone.get_by_role("link", name="Second person, What helps? Type an answer.")).to_be_visible()
    phone.locator(f'[name="second_q_{helps.id}"]').fill("Rest")
    assert_accessible(phone)
    assert_fits(phone)
    screenshot(phone, "relatives-details")
    phone.get_by_role("button", name="Check your answers").click()
    expect(phone.get_by_text("Rest")).to_be_visible()
    assert_accessible(phone)
    assert_fits(phone)
    screenshot(phone, "relatives-review")
    phone.get_by_role("button", name="Book both appointments").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You're booked")
    assert rows(clinic) == [("booked", "Zebulon"), ("booked", "Wilhelmina")]


def test_each_of_the_two_has_an_insurance_and_a_referral_of_their_own(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, relatives=True, insurance="only", referral="optional")
    blue, red = make_plan(clinic, name="Blue Plan"), make_plan(clinic, name="Red Plan")
    patient = Patient(sqlite_app)
    path = hold(patient, clinic)
    form = patient.open(path)
    for label in ("Their insurance", "Their referral number", "Their referral document"):
        assert label in form.words
    mine = {"insurance": blue.id, "referral_number": "R-1"}
    missing = fill_in(patient, path, **mine)
    assert missing.errors == ["Their insurance: choose one."]
    refused = fill_in(patient, path, **mine, second_insurance="self")
    said = "Their insurance: this visit is only for people with one of the plans in the list."
    assert refused.errors == [said]
    theirs = {"second_insurance": red.id, "second_referral_number": "R-2"}
    assert fill_in(patient, path, **mine, **theirs).location == f"{path}/review"
    review = patient.open(f"{path}/review").words
    assert "Insurance Blue Plan" in review
    assert "Insurance Red Plan Change Insurance of Wilhelmina" in review
    assert "Referral number R-2 Change Referral number of Wilhelmina" in review
    assert 'value="R-2"' in patient.open(path).text
    assert patient.press(f"{path}/book").status == 303
    with sqlite_app.app_context(), snapshot() as session:
        kept = select(PatientDetails.given, PatientDetails.insurance_plan, PatientDetails.referral_number)
        assert {name: rest for name, *rest in session.execute(kept)} == {
            "Zebulon": ["Blue Plan", "R-1"],
            "Wilhelmina": ["Red Plan", "R-2"],
        }


def test_a_second_person_whose_referral_was_left_out_has_none_of_the_first(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, relatives=True, referral="optional")
    patient = Patient(sqlite_app)
    path = hold(patient, clinic)
    assert fill_in(patient, path, referral_number="R-1").location == f"{path}/review"
    assert patient.press(f"{path}/book").status == 303
    with sqlite_app.app_context(), snapshot() as session:
        kept = dict(session.execute(select(PatientDetails.given, PatientDetails.referral_number)).all())
        assert kept == {"Zebulon": "R-1", "Wilhelmina": ""}
