"""From a time to a booking: hold, details, review; more time, another time, a time that is gone; nothing typed twice."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.db import snapshot
from scheduler.models import Answer, Appointment, PatientDetails, Referral
from scheduler.models.slots import slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_question,
    make_schedule,
)
from tests.portal.patient import GOOD, Page, Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def clinic_on_each(app: Flask, frozen: Clock) -> Clinic:
    """The same on each kind of database: for what a transaction decides."""
    frozen.at(MONDAY)
    return make_clinic(app)


def stored(clinic: Clinic, hold: str) -> Appointment:
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(Appointment, hold.rsplit("/", 1)[-1])
        session.expunge_all()
        return row


def draft(clinic: Clinic, hold: str) -> dict[str, list[str]]:
    with clinic.app.app_context(), snapshot() as session:
        row = session.get(PatientDetails, hold.rsplit("/", 1)[-1])
        return dict(json.loads(row.draft)["typed"]) if row and row.draft else {}


def count(clinic: Clinic, status: str) -> int:
    with clinic.app.app_context(), snapshot() as session:
        query = select(func.count()).select_from(Appointment).where(Appointment.status == status)
        return session.scalar(query) or 0


def assert_nothing_of_the_patient(page: Page) -> None:
    """No word that was typed stands in the address, the title or where the page leads."""
    for word in ("Zebulon", "Quillfeather", "1984", "0177", "elbow"):
        assert word not in page.response.request.url
        assert word not in page.location
        assert word not in page.title


def test_three_presses_lead_from_a_time_to_the_booked_page(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient, start = Patient(clinic.app), clinic.first_start
    hold = patient.hold(clinic, start)
    page = patient.open(hold)
    assert (page.status, page.title) == (200, "Your details, step 1 of 2")
    assert "We're holding 9:00 AM for you until 7:10 AM EDT." in page.words
    pages = [page, patient.fill_in(hold)]
    review = patient.open(pages[1].location)
    assert review.title == "Check your answers, step 2 of 2"
    assert "Zebulon Quillfeather" in review.words
    assert (
        "Cancel or move free of charge until Monday, June 7, 9:00 AM EDT. After that, call the clinic."
        in (review.words)
    )
    pages += [review, patient.press(f"{hold}/book")]
    booked = patient.open(pages[-1].location)
    assert booked.h1 == "You're booked: Tuesday, June 8, 9:00 AM EDT with Dr. Maya Chen."
    for shown in [*pages, booked]:
        assert_nothing_of_the_patient(shown)
    for private in (page, review, booked):
        assert private.response.headers["Referrer-Policy"] == "no-referrer"
        assert private.response.headers["Cache-Control"] == "no-store"
        assert "noindex" in private.response.headers["X-Robots-Tag"]
    row = stored(clinic, hold)
    assert (row.status, row.starts_at) == ("booked", start)


def test_details_and_answers_are_kept_as_typed(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    text = make_question(clinic, kind="text", label="Referral number", required=True)
    tick = make_question(clinic, kind="consent", label="A student may be there", required=True)
    pick = make_question(clinic, kind="multiple", label="Allergies", choices=["Nuts", "Milk"])
    when = make_question(clinic, kind="date", label="Last visit")
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.fill_in(hold)
    assert page.status == 400
    assert page.errors == [
        "Referral number: type an answer.",
        "A student may be there: tick the box to go on.",
    ]
    answers: dict[str, str | list[str]] = {f"q_{text.id}": "R <17> 🙂", f"q_{tick.id}": "y"}
    answers |= {f"q_{pick.id}": ["Nuts", "Milk"], f"q_{when.id}-month": "1", f"q_{when.id}-day": "31"}
    answers |= {f"q_{when.id}-year": "2026", "needs": ["interpreter"], "needs_language": "Spanish"}
    assert patient.press(hold, **{**GOOD, **answers}).location == f"{hold}/review"
    assert patient.press(f"{hold}/book").status == 303
    with clinic.app.app_context(), snapshot() as session:
        kept = {row.question_id: row.text for row in session.scalars(select(Answer))}
        details = session.scalars(select(PatientDetails)).one()
        assert kept == {text.id: "R <17> 🙂", tick.id: "Yes", pick.id: "Nuts; Milk", when.id: "2026-01-31"}
        assert (details.given, details.birth_date, details.draft) == ("Zebulon", "1984-02-29", None)
        assert json.loads(details.needs or "") == ["interpreter: Spanish"]


def test_opening_pages_holds_nothing(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    for path in (clinic.times_path, f"/book/{slot_id(clinic.schedule, clinic.first_start)}", "/hold"):
        patient.open(path)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Appointment)) == 0


def test_a_second_press_gives_the_same_hold_and_the_same_booking(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient, start = Patient(clinic.app), clinic.first_start
    hold = patient.hold(clinic, start)
    assert patient.hold(clinic, start) == hold
    patient.fill_in(hold)
    first = patient.press(f"{hold}/book").location
    assert patient.press(f"{hold}/book").location == first
    assert patient.open(hold).location == first
    assert patient.open(f"{hold}/review").location == first
    assert patient.fill_in(hold).location == first
    # the time pressed again, and the finder's link opened again, lead there too
    assert patient.open(patient.hold(clinic, start)).location == first
    assert patient.open(f"/book/{slot_id(clinic.schedule, start)}").location == first
    assert count(clinic, "booked") == 1


def test_another_browser_sees_no_answers_and_can_start_again(clinic: Clinic) -> None:
    patient, other, start = Patient(clinic.app), Patient(clinic.app), clinic.first_start
    hold = patient.hold(clinic, start)
    patient.fill_in(hold)
    for path in (hold, f"{hold}/review"):
        page = other.open(path)
        assert page.status == 200
        assert "Zebulon" not in page.text
        assert f'href="/book/{slot_id(clinic.schedule, start)}"' in page.text
    for path in (hold, f"{hold}/extend", f"{hold}/release", f"{hold}/book"):
        page = other.press(path, **GOOD)
        assert page.status == 403
        assert "Zebulon" not in page.text
    assert stored(clinic, hold).status == "held"


def test_a_post_from_another_site_holds_nothing(clinic: Clinic) -> None:
    client = clinic.app.test_client()
    data = {"slot": slot_id(clinic.schedule, clinic.first_start)}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert client.post("/hold", data=data, headers=headers).status_code == 403
    assert count(clinic, "held") == 0
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/hold", data=data, headers=own).status_code == 303


def test_more_time_keeps_what_is_typed_so_far(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    frozen.forward(minutes=8)
    answer = patient.press(f"{hold}/extend", given="Zeb", phone="12")
    page = patient.open(answer.location)
    assert "Done. Your time is now held until 7:18 AM EDT." in page.words
    assert 'value="Zeb"' in page.text
    assert 'value="12"' in page.text
    assert page.errors == []


def test_ten_times_more_time_and_no_eleventh(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    for _ in range(10):
        assert "I need more time" in patient.open(hold).words
        frozen.forward(minutes=9)
        assert patient.press(f"{hold}/extend").location == f"{hold}?more=1"
    assert "I need more time" not in patient.open(hold).words
    answer = patient.press(f"{hold}/extend", page="review")
    assert "This time has been held as long as it can be." in patient.open(f"{hold}?more=0").words
    assert answer.location == f"{hold}/review?more=0"
    frozen.forward(minutes=10)
    assert not patient.open(hold).words.count("We're holding")


def test_reloading_extends_nothing_but_going_on_does_when_half_is_over(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    ends = stored(clinic, hold).expires_at
    patient.open(hold)
    patient.fill_in(hold)
    assert stored(clinic, hold).expires_at == ends
    now = frozen.forward(minutes=6)
    patient.open(hold)
    assert stored(clinic, hold).expires_at == ends
    patient.fill_in(hold)
    assert stored(clinic, hold).expires_at == now + 600


def test_another_time_frees_the_first_and_keeps_every_answer(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient, starts = Patient(clinic.app), clinic.starts()
    hold = patient.hold(clinic, starts[0])
    patient.fill_in(hold)
    times = patient.open(patient.press(f"{hold}/release").location)
    assert "Your answers are saved." in times.words
    assert stored(clinic, hold).status == "expired"
    answer = patient.press("/hold", slot=slot_id(clinic.schedule, starts[5]), kept=times.hidden("kept"))
    assert answer.location.endswith("/review")
    assert "Zebulon Quillfeather" in patient.open(answer.location).words


def test_half_filled_details_come_along_to_another_time(clinic: Clinic) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    hold = patient.hold(clinic, starts[0])
    back = patient.press(f"{hold}/release", given="Zebulon", family="").location
    answer = patient.press(
        "/hold", slot=slot_id(clinic.schedule, starts[1]), kept=patient.open(back).hidden("kept")
    )
    assert not answer.location.endswith("/review")
    assert 'value="Zebulon"' in patient.open(answer.location).text


def test_nobody_elses_answers_come_along(clinic: Clinic) -> None:
    patient, other, starts = Patient(clinic.app), Patient(clinic.app), clinic.starts()
    hold = patient.hold(clinic, starts[0])
    patient.fill_in(hold)
    theirs = other.hold(clinic, starts[1], kept=hold.rsplit("/", 1)[-1])
    assert draft(clinic, theirs) == {}
    assert stored(clinic, hold).status == "held"
    page = other.open(clinic.times_path, kept=hold.rsplit("/", 1)[-1])
    assert "Your answers are saved." not in page.words


@pytest.mark.parametrize("step", ["landing", "details", "review", "book"])
def test_a_rival_at_any_step_costs_two_presses_and_nothing_is_typed_again(
    clinic_on_each: Clinic, frozen: Clock, step: str
) -> None:
    clinic = clinic_on_each
    patient, start = Patient(clinic.app), clinic.first_start
    slot = slot_id(clinic.schedule, start)
    if step == "landing":
        assert patient.open(f"/book/{slot}").h1 == "Check your time"
        make_appointment(clinic, start=start)
        gone = patient.press("/hold", slot=slot)
        assert "Your answers are saved." not in gone.words
    else:
        hold = patient.hold(clinic, start)
        if step != "details":
            patient.fill_in(hold)
        frozen.forward(minutes=11)
        make_appointment(clinic, start=start)
        gone = patient.press(f"{hold}/book") if step == "book" else patient.fill_in(hold)
        assert "Your answers are saved." in gone.words
    assert gone.status == 409
    assert gone.h1 == "Someone else has just booked 9:00 AM."
    assert "Nearest to 9:00 AM" in gone.words
    assert gone.slots[0] == slot_id(clinic.schedule, start + 1800)
    assert len(gone.slots) == 6
    answer = patient.press("/hold", slot=gone.slots[0], kept=gone.hidden("kept"))
    if step == "landing":
        assert patient.fill_in(answer.location).status == 303
    else:
        assert answer.location.endswith("/review")
    assert patient.press(answer.location.removesuffix("/review") + "/book").location.startswith("/b/")


def test_a_lapsed_hold_says_so_and_is_taken_again_when_it_is_still_free(
    clinic_on_each: Clinic, frozen: Clock
) -> None:
    clinic = clinic_on_each
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start, source="carefinder", booking__referral="abc")
    patient.press(f"{hold}/extend", given="Zebulon")
    frozen.forward(minutes=30)
    page = patient.open(hold)
    assert (
        "Your hold has ended. Your answers are safe. Continue and we'll try to hold the time again."
        in page.words
    )
    assert 'value="Zebulon"' in page.text
    answer = patient.fill_in(hold)
    review = patient.open(answer.location)
    assert "Your hold had ended, but the time was still free, so we held it again." in review.words
    assert stored(clinic, hold).status == "held"
    frozen.forward(minutes=30)
    assert "Your hold has ended." in patient.open(f"{hold}/review").words
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def test_a_hold_whose_time_has_come_is_gone(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.press(f"{hold}/extend", given="Zebulon")
    frozen.at("2027-06-08T09:00:01-04:00")
    page = patient.open(hold)
    assert (page.status, page.h1) == (409, "That time has passed.")
    assert "Your answers are saved." in page.words
    assert patient.fill_in(hold).status == 409


def test_a_time_that_somebody_holds_says_when_it_may_be_free(clinic: Clinic) -> None:
    start = clinic.first_start
    Patient(clinic.app).hold(clinic, start)
    patient = Patient(clinic.app)
    page = patient.open(f"/book/{slot_id(clinic.schedule, start)}", source="finder")
    assert (page.status, page.h1) == (200, "Someone is booking 9:00 AM now.")
    assert "It may free up at 7:10 AM EDT." in page.words
    assert "Try 9:00 AM again" in page.words
    assert page.hidden("source") == "finder"


def test_the_nearest_times_name_other_clinicians_of_the_same_place_and_kind(clinic: Clinic) -> None:
    other = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    schedule = make_schedule(clinic, hosts=[other.actor])
    start = clinic.first_start
    make_appointment(clinic, start=start)
    page = Patient(clinic.app).open(f"/book/{slot_id(clinic.schedule, start)}")
    assert page.slots[:6] == [slot_id(clinic.schedule, start + 1800 * n) for n in range(1, 7)]
    assert "The same day with others" in page.words
    assert page.slots[6] == slot_id(schedule.id, start)
    assert "Dr. Omar Haddad" in page.words


def test_the_landing_says_what_was_chosen_and_what_will_be_asked(clinic: Clinic) -> None:
    make_question(clinic, label="Referral number", required=True)
    make_question(clinic, label="Allergies")
    patient = Patient(clinic.app)
    slot = slot_id(clinic.schedule, clinic.first_start)
    page = patient.open(f"/book/{slot}", source="Secret Finder", **{"booking-referral": "a1&<b>"})
    assert page.title == "Book: New patient visit, Tuesday June 8, Riverside Clinic"
    assert "9:00 AM EDT, Tuesday, June 8, 2027" in page.words
    assert "We will ask 5 things" in page.words
    assert "Allergies (optional)" in page.words
    assert "New and existing patients may book." in page.words
    assert "Secret Finder" not in page.words
    assert page.hidden("booking-referral") == "a1&<b>"
    fields = {name: page.hidden(name) for name in ("source", "booking-referral")}
    hold = patient.press("/hold", slot=slot, **fields).location
    with clinic.app.app_context(), snapshot() as session:
        referral = session.get_one(Referral, hold.rsplit("/", 1)[-1])
        assert (referral.source, referral.booking_referral) == ("Secret Finder", "a1&<b>")
    assert "Secret Finder" not in patient.open(hold).text
    again = patient.open(f"/book/{slot}")
    assert "Held for you until 7:10 AM EDT, continue" in again.words


def test_words_of_a_finder_that_cannot_be_kept_are_left_out(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    slot = slot_id(clinic.schedule, clinic.first_start)
    query = {"source": "x" * 256, "booking-referral": "a\x07b"}
    page = patient.open(f"/book/{slot}", **query)
    assert page.status == 200
    assert page.hidden("source") == page.hidden("booking-referral") == ""
    assert patient.press("/hold", slot=slot, **query).status == 303
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 0


def test_booking_without_answers_leads_to_what_is_missing(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    assert patient.open(f"{hold}/review").location == hold
    page = patient.press(f"{hold}/book")
    assert page.status == 400
    assert "First name: enter it as on your papers." in page.errors
    assert stored(clinic, hold).status == "held"


def test_a_type_that_needs_approval_says_so(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, approval_required=True)
    patient = Patient(sqlite_app)
    page = patient.open(patient.book(clinic, clinic.first_start))
    assert page.h1 == "Your request is with the clinic: Tuesday, June 8, 9:00 AM EDT with Dr. Maya Chen."


def test_a_patient_with_only_a_phone_is_told_to_keep_the_page(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.fill_in(hold, email="")
    assert "the clinic will call you if anything changes" in patient.open(f"{hold}/review").words


def test_a_choice_that_may_be_left_out_can_be_taken_back(clinic: Clinic) -> None:
    been = make_question(clinic, kind="choice", label="Been here before?", choices=["Yes", "No"])
    must = make_question(clinic, kind="choice", label="Which knee?", choices=["Left", "Right"], required=True)
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.open(hold)
    assert page.words.count("No answer") == 1
    assert 'value="" checked' not in page.text
    answers = {f"q_{must.id}": "Left", f"q_{been.id}": "Yes"}
    assert patient.fill_in(hold, **answers).location == f"{hold}/review"
    assert "Been here before? Yes" in patient.open(f"{hold}/review").words
    assert patient.fill_in(hold, **answers | {f"q_{been.id}": ""}).location == f"{hold}/review"
    assert "Been here before? Yes" not in patient.open(f"{hold}/review").words
    spanish = patient.client.get(hold, headers={"Accept-Language": "es"}).get_data(as_text=True)
    assert ">Sin respuesta</label>" in spanish
