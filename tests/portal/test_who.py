"""Whom a visit is for: said before the form, asked first, with what fits at the answer that speaks against somebody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.db import snapshot
from scheduler.errors import InvalidInput
from scheduler.models import Document, PatientDetails
from scheduler.models.slots import slot_id
from tests.booking.made_files import pdf_file
from tests.factories import (
    DETAILS,
    Clinic,
    make_clinic,
    make_hold,
    make_plan,
    make_pool,
    make_practitioner,
    make_question,
    make_schedule,
    make_type,
    visitor,
)
from tests.portal.patient import GOOD, Page, Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
CHILD = {"birth_date-month": "6", "birth_date-day": "9", "birth_date-year": "2009"}
"""Who becomes 18 on Wednesday, the day after the first opening."""


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> None:
    """A Monday morning, before the clinic opens."""
    frozen.at(MONDAY)


def kept(clinic: Clinic, path: str) -> PatientDetails:
    """The details of the one appointment that was booked."""
    with clinic.app.app_context(), snapshot() as session:
        row = session.scalars(select(PatientDetails).where(PatientDetails.given == GOOD["given"])).one()
        session.expunge_all()
        return row


def fits_of(page: Page, code: str) -> list[str]:
    """The slots offered at the answer ``code``."""
    box = re.search(rf'(?s)data-fits="{code}">(.*?)</section>\s*</div>', page.text)
    return re.findall(r'name="slot" value="([^"]+)"', box[1]) if box else []


def grown_ups(app: Flask) -> Clinic:
    """A clinic with a visit for people of 18 or more, and one for younger people."""
    clinic = make_clinic(app, minimum_age=18)
    make_schedule(clinic, type=make_type(clinic, name="Teen visit", maximum_age=17).id)
    return clinic


def test_ages_are_said_on_the_pages_before_the_form(sqlite_app: Flask) -> None:
    clinic, patient = grown_ups(sqlite_app), Patient(sqlite_app)
    assert "Ages 18 and over" in patient.open(f"/{clinic.slug}").words
    assert "Ages 0 to 17" in patient.open(f"/{clinic.slug}").words
    assert "Ages 18 and over" in patient.open(clinic.times_path).words
    landing = patient.open(f"/book/{slot_id(clinic.schedule, clinic.first_start)}").words
    assert "Ages 18 and over" in landing
    assert landing.index("Birth date") < landing.index("Name")


def test_who_is_too_young_is_told_at_the_field_and_offered_what_fits(sqlite_app: Flask) -> None:
    clinic, patient = grown_ups(sqlite_app), Patient(sqlite_app)
    hold = patient.hold(clinic, clinic.first_start)
    first = patient.open(hold)
    assert first.text.index('name="birth_date-month"') < first.text.index('name="given"')
    page = patient.fill_in(hold, **CHILD, family="")
    assert page.status == 400
    assert page.errors == [
        "Birth date: this visit is for people who are 18 or older on its day. See below what fits you.",
        'Last name: enter it, or tick "One name only".',
    ]
    slots = fits_of(page, "age")
    assert f"{clinic.schedule}-20270609T1300" in slots, "the same visit, from the birthday on"
    assert any(not slot.startswith(clinic.schedule) for slot in slots), "another visit, for their age"
    again = patient.press(
        "/hold", slot=f"{clinic.schedule}-20270609T1300", kept=hold.rsplit("/", 1)[1], **GOOD | CHILD
    )
    assert again.location.endswith("/review"), "what was typed came along, and fits there"


def test_of_what_fits_instead_the_sentence_alone_is_announced(sqlite_app: Flask) -> None:
    clinic, patient = grown_ups(sqlite_app), Patient(sqlite_app)
    page = patient.fill_in(patient.hold(clinic, clinic.first_start), **CHILD)
    said = re.search(r'(?s)<div role="status" data-fits-said>(.*?)</div>', page.text)
    assert said is not None
    assert "This visit is for" in said[1]
    assert "<button" not in said[1]
    assert fits_of(page, "age")


def test_a_time_on_the_birthday_itself_is_taken(sqlite_app: Flask) -> None:
    clinic, patient = grown_ups(sqlite_app), Patient(sqlite_app)
    wednesday = next(start for start in clinic.starts() if slot_id("", start).startswith("-20270609"))
    hold = patient.hold(clinic, wednesday)
    assert patient.fill_in(hold, **CHILD).location == f"{hold}/review"
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def test_the_booking_itself_refuses_an_age_whatever_the_form_said(app: Flask) -> None:
    clinic, by = grown_ups(app), visitor()
    held = make_hold(clinic, by=by)
    young = replace(DETAILS, birth_date="2009-06-09")
    with app.app_context(), pytest.raises(InvalidInput) as refused:
        booking.book(by=by, appointment_id=held.id, details=young)
    assert set(refused.value.problems) == {"birth_date"}
    with app.app_context():
        assert booking.book(by=by, appointment_id=held.id, details=DETAILS).status == "booked"


def test_insurance_is_asked_and_blocks_nobody(sqlite_app: Flask) -> None:
    clinic, patient = make_clinic(sqlite_app, insurance="ask"), Patient(sqlite_app)
    plan = make_plan(clinic, name="Acme Health", accepted_on=date(2027, 1, 4))
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.open(hold).words
    assert "Acme Health" in page
    assert "Accepted as of January 4, 2027." in page
    assert "Not sure about your plan? You can still book." in page
    assert patient.fill_in(hold).errors == ["Insurance: choose one."]
    assert patient.fill_in(hold, insurance="acme").errors == [
        "Insurance: choose one of the answers in the list."
    ]
    for answer in ("not-listed", "self", "unsure", plan.id):
        assert patient.fill_in(hold, insurance=answer).location == f"{hold}/review"
    assert "Acme Health" in patient.open(f"{hold}/review").words
    path = patient.press(f"{hold}/book").location
    details = kept(clinic, path)
    assert (details.insurance, details.insurance_plan, details.insurance_plan_id) == (
        "plan",
        "Acme Health",
        plan.id,
    )


def test_plans_only_refuses_the_others_and_offers_what_fits(sqlite_app: Flask) -> None:
    clinic, patient = make_clinic(sqlite_app, insurance="only"), Patient(sqlite_app)
    plan = make_plan(clinic, name="Acme Health")
    other = make_schedule(clinic, type=make_type(clinic, name="Open visit").id)
    assert "Only with one of these insurance plans: Acme Health" in patient.open(clinic.times_path).words
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.fill_in(hold, insurance="self", given="")
    assert page.errors == [
        "Insurance: this visit is only for people with one of the plans in the list. See below what fits you.",
        "First name: enter it as on your papers.",
    ]
    assert fits_of(page, "insurance")[0].startswith(other.id)
    assert patient.fill_in(hold, insurance=plan.id).location == f"{hold}/review"
    by = visitor()
    held = make_hold(clinic, by=by, start=clinic.starts()[4])
    with sqlite_app.app_context(), pytest.raises(InvalidInput) as refused:
        booking.book(by=by, appointment_id=held.id, details=replace(DETAILS, insurance="unsure"))
    assert set(refused.value.problems) == {"insurance"}


def test_whoever_does_not_fit_learns_of_all_other_faults_in_the_same_list(sqlite_app: Flask) -> None:
    clinic, patient = make_clinic(sqlite_app, insurance="only"), Patient(sqlite_app)
    make_plan(clinic)
    since = make_question(clinic, label="Since when?", kind="date")
    times = make_question(clinic, label="How many times?", kind="number")
    hold = patient.hold(clinic, clinic.first_start)
    wrong = dict(zip(("month", "day", "year"), ("13", "40", "99999"), strict=True))
    typed = {"insurance": "not-listed", f"q_{times.id}": "many"}
    typed |= {f"q_{since.id}-{part}": text for part, text in wrong.items()}
    typed |= {f"birth_date-{part}": text for part, text in wrong.items()}
    assert [said.split()[0] for said in patient.fill_in(hold, **typed).errors] == [
        "Insurance:",
        "Birth",
        "Since",
        "How",
    ]


def test_a_referral_is_its_number_or_its_document(sqlite_app: Flask) -> None:
    clinic, patient = make_clinic(sqlite_app, referral="required"), Patient(sqlite_app)
    make_schedule(clinic, type=make_type(clinic, name="First visit").id)
    assert "Needs a referral" in patient.open(clinic.times_path).words
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.fill_in(hold, given="")
    assert page.errors == [
        "Referral number: this visit needs one. Enter its number, or add the document. See below what fits you.",
        "First name: enter it as on your papers.",
    ], "it may be at hand, so the rest is said too"
    assert "No referral?" in page.words
    assert fits_of(page, "referral")
    assert patient.fill_in(hold, referral_number="R-17").location == f"{hold}/review"
    assert "R-17" in patient.open(f"{hold}/review").words
    sent = GOOD | {"referral_file": [(BytesIO(pdf_file()), "letter.pdf")]}
    answer = patient.client.post(hold, data=sent, content_type="multipart/form-data")
    assert answer.headers["Location"] == f"{hold}/review"
    assert "letter.pdf" in patient.open(f"{hold}/review").words
    assert patient.press(f"{hold}/book").location.startswith("/b/")
    with sqlite_app.app_context(), snapshot() as session:
        assert session.scalars(select(Document)).one().question_id is None
        assert session.scalars(select(PatientDetails.referral_number)).one() == ""


def test_who_books_for_a_child_says_that_they_may(app: Flask) -> None:
    clinic, patient = make_clinic(app), Patient(app)
    hold = patient.hold(clinic, clinic.first_start)
    child = {"for_whom": "child", "booker_given": "Ada", "relationship": "mother"}
    assert patient.fill_in(hold, **child).errors == ["Your consent: tick the box to book for somebody else."]
    assert patient.fill_in(hold, **child, consent="y").location == f"{hold}/review"
    path = patient.press(f"{hold}/book").location
    assert kept(clinic, path).consent_at
    by = visitor()
    held = make_hold(clinic, by=by, start=clinic.starts()[3])
    with app.app_context(), pytest.raises(InvalidInput) as refused:
        booking.book(by=by, appointment_id=held.id, details=replace(DETAILS, for_whom="child"))
    assert set(refused.value.problems) == {"consent"}


def team(app: Flask) -> tuple[Clinic, str]:
    """A team of two: Dr. Maya Chen, a woman who speaks English, and Dr. Sam Roe, a man who speaks Spanish too. Returns the
    clinic and the Schedule of the latter."""
    clinic = make_clinic(app, wishes=True, practitioner={"gender": "female", "languages": ["en"]})
    sam = make_practitioner(
        clinic, display_name="Dr. Sam Roe", given="Sam", family="Roe", gender="male", languages=["en", "es"]
    )
    second = make_schedule(clinic, hosts=[sam.actor]).id
    make_pool(clinic, {clinic.schedule: 9, second: 1})
    return clinic, second


def test_a_team_shows_the_times_of_whom_one_would_rather_see(app: Flask) -> None:
    clinic, second = team(app)
    patient = Patient(app)
    path = f"/riverside-team/{clinic.type_slug}"
    page = patient.open(path)
    assert "Whom would you rather see?" in page.words
    assert page.text.index('id="gender"') < page.text.index('class="time"'), "before the times"
    assert '<option value="en"' not in page.text, "what all of them speak makes no difference"
    men = patient.open(path, gender="male", speaks="es")
    assert "With Dr. Sam Roe" in men.words
    assert all(slot.startswith(second) for slot in men.slots)
    hold = patient.press(
        "/hold",
        slot=men.slots[0],
        team="riverside-team",
        gender=men.hidden("gender"),
        speaks=men.hidden("speaks"),
    ).location
    assert "Dr. Sam Roe" in patient.open(hold).words, "the fair order alone would have chosen the other"
    review = patient.fill_in(hold).location
    assert "You asked to see: A man, Spanish" in patient.open(review).words
    patient.press(f"{hold}/book")
    assert kept(clinic, hold).wishes == '{"gender": "male", "language": "es"}'


def test_a_wish_that_nobody_meets_shows_everybody_and_says_so(sqlite_app: Flask) -> None:
    clinic, _ = team(sqlite_app)
    page = Patient(sqlite_app).open(f"/riverside-team/{clinic.type_slug}", gender="female", speaks="es")
    assert page.status == 200
    assert "Nobody here is as you wish" in page.words
    assert page.slots


def test_a_single_clinician_is_not_asked_about(sqlite_app: Flask) -> None:
    clinic, _ = team(sqlite_app)
    page = Patient(sqlite_app).open(clinic.times_path, gender="male")
    assert "Whom would you rather see?" not in page.words
    assert page.slots
