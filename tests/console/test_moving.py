"""The page that moves a booking, the details form and the note: what staff may do, and what is never lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler import booking
from scheduler.booking import By
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, AppointmentType, PatientDetails, Question
from scheduler.models.slots import slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_question,
    make_schedule,
    make_session_type,
    make_user,
)
from tests.people import browser_of
from tests.portal.patient import GOOD
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_clinic(sqlite_app)


@pytest.fixture
def desk(clinic: Clinic) -> FlaskClient:
    return browser_of(clinic.app, make_user(clinic, role="front-desk"))


def stored(clinic: Clinic, visit: Appointment) -> Appointment:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(Appointment, visit.id)


def typed(day: str, time: str, schedule: str, **more: str) -> dict[str, str]:
    return {"slot": "other", "day": day, "time": time, "schedule": schedule, **more}


def test_the_list_has_the_nearest_open_times_of_all_clinicians_of_the_type_and_not_its_own(
    clinic: Clinic, desk: FlaskClient
) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    make_session_type(clinic)
    visit = make_appointment(clinic)
    page = desk.get(f"/console/bookings/{visit.id}/move").text
    slots = re.findall(r'name="slot" id="[^"]+" value="([^"]+)"', page)
    assert {slot.rsplit("-", 1)[0] for slot in slots if slot != "other"} == {clinic.schedule, theirs.id}
    assert slot_id(clinic.schedule, visit.starts_at) not in slots
    assert slots[0] == slot_id(clinic.schedule, visit.starts_at + 1800)
    assert "the same day" in page
    later = desk.get(f"/console/bookings/{visit.id}/move?date=2027-06-21").text
    assert "Open times from Monday, June 21" in later
    title = re.search(r"<title>(.*?)</title>", page)
    assert title is not None
    assert "Ana" not in title[1]


def test_a_clinician_moves_only_to_their_own_schedules(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    visit = make_appointment(clinic)
    owner = browser_of(clinic.app, make_user(clinic, role="clinician"))
    slot = slot_id(theirs.id, clinic.starts(theirs.id)[3])
    assert owner.post(f"/console/bookings/{visit.id}/move", data={"slot": slot}).status_code == 400
    assert stored(clinic, visit).schedule_id == clinic.schedule


def test_what_stands_in_the_way_is_said_and_set_aside_for_that_time_alone(
    clinic: Clinic, desk: FlaskClient
) -> None:
    visit = make_appointment(clinic)
    address = f"/console/bookings/{visit.id}/move"
    evening = typed("2027-06-08", "19:00", clinic.schedule, message="See you in the evening.")
    refused = desk.post(address, data=evening)
    assert refused.status_code == 409
    assert "Outside Tuesday&#39;s hours, 9:00 AM to 5:00 PM." in refused.text
    assert "See you in the evening." in refused.text
    warned = re.search(r'name="warned" value="([^"]+)"', refused.text)
    assert warned is not None
    ticked = {"set_aside": "hours", "warned": warned[1]}
    later = typed("2027-06-08", "20:00", clinic.schedule)
    assert desk.post(address, data=later | ticked).status_code == 409
    assert desk.post(address, data=evening | ticked).status_code == 303
    moved = stored(clinic, visit)
    assert moved.wall_time == "2027-06-08T19:00"
    assert moved.staff_message == "See you in the evening."


def test_a_taken_time_needs_a_reason(clinic: Clinic, desk: FlaskClient) -> None:
    first, second = clinic.starts()[:2]
    visit = make_appointment(clinic, start=first)
    make_appointment(clinic, start=second, given="Bo")
    address, slot = f"/console/bookings/{visit.id}/move", slot_id(clinic.schedule, second)
    refused = desk.post(address, data={"slot": slot})
    assert refused.status_code == 409
    assert "There is another booking, 9:30 AM to 10:00 AM." in refused.text
    assert desk.post(address, data={"slot": slot, "warned": slot, "overbook_reason": " "}).status_code == 409
    answer = desk.post(address, data={"slot": slot, "warned": slot, "overbook_reason": "urgent"})
    assert answer.status_code == 303
    assert "urgent" in desk.get(f"/console/bookings/{visit.id}").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "New time: choose one"),
        ({"slot": "nonsense"}, "New time: choose one of the times in the list."),
        ({"slot": "x" * 500 + "-20270608T1300"}, "New time: choose one"),
        ({"slot": "other", "day": "2027-02-30", "time": "25:00"}, "Day: enter a date"),
        ({"slot": "other", "day": "2027-06-08", "time": "noon"}, "Time: enter it as hours and minutes"),
        ({"slot": "other", "day": "2027-06-08", "time": "10:00", "schedule": "none"}, "With: choose one"),
        ({"slot": "nonsense", "message": "x" * 501}, "Message to the patient: use at most 500 characters."),
        ({"slot": "nonsense", "message": "a\x1bb"}, "Message to the patient: remove the characters"),
    ],
)
def test_bad_input_comes_back_with_what_to_do(
    clinic: Clinic, desk: FlaskClient, form: dict[str, str], words: str
) -> None:
    visit = make_appointment(clinic)
    answer = desk.post(f"/console/bookings/{visit.id}/move", data=form)
    assert answer.status_code == 400
    assert words in answer.text
    assert stored(clinic, visit).starts_at == visit.starts_at


def test_looking_from_another_date_changes_nothing_and_keeps_the_message(
    clinic: Clinic, desk: FlaskClient
) -> None:
    visit = make_appointment(clinic)
    form = {"look": "1", "from": "2027-06-21", "message": "Half a sentence"}
    answer = desk.post(f"/console/bookings/{visit.id}/move", data=form)
    assert answer.status_code == 200
    assert "Half a sentence" in answer.text
    assert "Open times from Monday, June 21" in answer.text
    assert stored(clinic, visit).version == visit.version


def test_details_come_filled_in_and_a_stale_save_shows_both(clinic: Clinic, desk: FlaskClient) -> None:
    make_question(clinic, label="Plan?", kind="choice", choices=["Blue", "Green"])
    visit = make_appointment(clinic, needs=("interpreter: Spanish",), reason="Knee")
    address = f"/console/bookings/{visit.id}/details"
    page = desk.get(address).text
    for text in ('value="Ana"', 'value="Silva"', 'value="1984"', 'value="Spanish"', "Knee"):
        assert text in page
    form = GOOD | {"version": str(visit.version)}
    assert desk.post(address, data=form | {"given": ""}).status_code == 400
    assert desk.post(address, data=form).status_code == 303
    stale = desk.post(address, data=form | {"given": "Zelda"})
    assert stale.status_code == 409
    assert "Saved by a colleague" in stale.text
    assert 'value="Zelda"' in stale.text
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(PatientDetails, visit.id)
        assert (row.given, row.family, row.email) == ("Zebulon", "Quillfeather", "zebulon@example.org")
    assert desk.post(address, data=form | {"version": "9" * 400}).status_code == 409


def test_a_note_that_a_colleague_changed_meanwhile_is_shown_beside_what_was_typed(
    clinic: Clinic, desk: FlaskClient
) -> None:
    visit = make_appointment(clinic)
    with clinic.app.app_context():
        by = By("user", user_id=make_user(clinic).id)
        booking.save_note(by=by, appointment_id=visit.id, text="Theirs", version=visit.version)
    address = f"/console/bookings/{visit.id}"
    answer = desk.post(f"{address}/note", data={"text": "Mine", "version": str(visit.version)})
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    assert desk.post(f"{address}/note", data={"text": "Mine", "version": version[1]}).status_code == 303
    assert stored(clinic, visit).staff_note == "Mine"


def test_nothing_that_was_typed_about_a_patient_is_in_an_address_or_a_cookie(
    clinic: Clinic, frozen: Clock
) -> None:
    visit = make_appointment(clinic, given="Marker", family="Sentinel")
    frozen.at(visit.starts_at - 3600)
    desk = browser_of(clinic.app, make_user(clinic, role="front-desk"))
    for act in ("check-in", "undo?step=check-in", "note", "resend", "cancel"):
        form = {"text": "Marker note", "version": "1", "message": "Marker message", "reason": "Marker reason"}
        answer = desk.post(f"/console/bookings/{visit.id}/{act}", data=form)
        assert answer.status_code == 303
        assert "Marker" not in str(answer.headers)
        with desk.session_transaction() as session:
            assert "Marker" not in str(dict(session))
            assert "Sentinel" not in str(dict(session))


@pytest.mark.parametrize("stamp", ["99991231T2359", "00010101T0000", "22000101T0000"])
def test_a_time_at_the_end_of_the_calendar_is_refused_as_a_choice(
    clinic: Clinic, desk: FlaskClient, stamp: str
) -> None:
    visit = make_appointment(clinic)
    slot = f"{clinic.schedule}-{stamp}"
    answer = desk.post(
        f"/console/bookings/{visit.id}/move",
        data={"slot": slot, "warned": slot, "set_aside": ["hours", "limits"]},
    )
    assert answer.status_code == 400
    assert "New time: choose one of the times in the list." in answer.text


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_a_time_that_the_patient_changed_meanwhile_is_shown_before_staff_act_on_it(
    clinic: Clinic, desk: FlaskClient, act: str
) -> None:
    visit = make_appointment(clinic)
    address = f"/console/bookings/{visit.id}"
    page = desk.get(address if act == "cancel" else f"{address}/move").text
    [seen] = re.findall(r'name="sequence" value="(\d+)"', page)
    theirs, later = clinic.starts()[6], slot_id(clinic.schedule, clinic.starts()[9])
    with clinic.app.app_context():
        booking.move(by=By("patient"), appointment_id=visit.id, start=theirs)
    sent = {"sequence": seen, "message": "The doctor is away.", "slot": later}
    answer = desk.post(f"{address}/{act}", data=sent)
    assert answer.status_code == 409
    assert "got another time after you opened the page" in answer.text
    assert "The doctor is away." in answer.text
    kept = stored(clinic, visit)
    assert (kept.status, kept.starts_at) == ("booked", theirs)
    [seen] = re.findall(r'name="sequence" value="(\d+)"', answer.text)
    assert desk.post(f"{address}/{act}", data=sent | {"sequence": seen}).status_code == 303


def test_a_question_that_is_added_while_details_are_saved_loses_nothing(
    clinic: Clinic, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = make_appointment(clinic)
    edit = booking.edit_details
    asked: list[Question] = []

    def late(**fields: Any) -> Appointment:
        asked[:] = asked or [make_question(clinic, label="Insurance", required=True)]
        return edit(**fields)

    monkeypatch.setattr(booking, "edit_details", late)
    address = f"/console/bookings/{visit.id}/details"
    answer = desk.post(address, data=GOOD | {"family": "Meanwhile", "version": str(visit.version)})
    assert answer.status_code == 400
    assert f'href="#q_{asked[0].id}"' in answer.text
    assert 'value="Meanwhile"' in answer.text


def test_a_day_on_which_the_visit_is_not_for_the_patient_is_a_warning_that_staff_may_pass(
    clinic: Clinic, desk: FlaskClient
) -> None:
    visit = make_appointment(clinic)
    with clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, clinic.type).maximum_age = 17
        session.get_one(PatientDetails, visit.id).birth_date = "2009-06-09"
    address = f"/console/bookings/{visit.id}/move"
    slot = next(
        slot_id(clinic.schedule, start)
        for start in clinic.starts()
        if slot_id("", start).startswith("-20270611")
    )
    page = desk.post(address, data={"slot": slot, "message": "See you on Friday."})
    assert page.status_code == 409
    assert "Birth date: this visit is for ages 0 to 17 on its day." in page.text
    assert "is open, but the visit is not for the patient" in page.text
    assert "See you on Friday." in page.text
    assert stored(clinic, visit).starts_at == visit.starts_at
    kept = {"slot": slot, "warned": slot, "sequence": "0"}
    assert desk.post(address, data=kept).status_code == 409
    assert desk.post(address, data={**kept, "set_aside": "who"}).status_code == 303
    assert slot_id(clinic.schedule, stored(clinic, visit).starts_at) == slot
