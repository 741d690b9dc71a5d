"""New booking at the desk: any future time, the rule's reasons as warnings, nothing lost when the time is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking
from scheduler.clock import DAY, MINUTE
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, AuditEntry, Outbox, PatientDetails, Question, Schedule
from tests.console.desk.conftest import PATIENT, Desk, desk_of, words
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_location,
    make_practitioner,
    make_question,
    make_schedule,
    make_type,
)

HALF = 30 * MINUTE


def slots_in(text: str) -> list[str]:
    return re.findall(r'name="choose" value="([^"]+)"', text)


def test_the_first_page_offers_the_open_times_of_the_next_days_as_links(desk: Desk, clinic: Clinic) -> None:
    page = desk.open("/console/new?date=2027-06-12")
    assert "Monday, June 14: 16 times" in words(page)
    said = (
        "No time is open on Saturday, June 12, 2027. The next are on Monday, June 14, 2027. "
        "All times are Eastern time."
    )
    assert said in words(page)
    assert "No time is open" not in words(desk.open("/console/new?date=2027-06-14"))
    slot = re.findall(r'href="/console/new\?slot=([^"]+)"', page.text)[0]
    assert desk.open(f"/console/new?slot={slot}").status_code == 200


def test_types_in_several_zones_each_name_their_own(desk: Desk, clinic: Clinic) -> None:
    chicago = make_location(clinic, name="Lakeside", zone="America/Chicago")
    colleague = make_practitioner(clinic, location=chicago.id, display_name="Dr. Ada Fenn")
    schedule = make_schedule(clinic, location=chicago.id, hosts=[colleague.actor])
    page = words(desk.open(f"/console/new?schedule={schedule.id}&date=2027-06-14"))
    assert "Dr. Ada Fenn, Lakeside (30 minutes, Central time)" in page
    assert "All times are Central time." in page


def test_a_patient_on_the_phone_is_booked_and_told_by_mail(desk: Desk, clinic: Clinic) -> None:
    start = clinic.starts()[0]
    done = desk.press("/console/new", slot=desk.slot(start), email="ana@example.org", **PATIENT)
    assert done.status_code == 303
    (made,) = desk.bookings()
    assert (made.status, made.starts_at, made.made_by, made.overbooked) == ("booked", start, "user", False)
    assert done.location == f"/console/bookings/{made.id}"
    assert "They get a confirmation by mail." in words(desk.open(done.location))
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(Outbox.kind)).all() == ["booking-confirmed"]
        details = session.get_one(PatientDetails, made.id)
        assert (details.given, details.family, details.birth_date) == ("Ana", "Silva", "1985-04-27")


def test_an_answer_to_a_date_question_is_written_out(desk: Desk, clinic: Clinic) -> None:
    asked = make_question(clinic, label="Last tetanus shot?", kind="date")
    typed = {f"q_{asked.id}-{part}": text for part, text in (("month", "2"), ("day", "3"), ("year", "1990"))}
    done = desk.press("/console/new", slot=desk.slot(clinic.starts()[0]), **PATIENT, **typed)
    assert "Last tetanus shot? February 3, 1990" in words(desk.open(done.location))


def test_without_an_email_the_code_is_read_aloud(desk: Desk, clinic: Clinic) -> None:
    done = desk.press("/console/new", slot=desk.slot(clinic.starts()[0]), **PATIENT)
    (made,) = desk.bookings()
    assert f"No email: read them the code {made.code}." in words(desk.open(done.location))


def test_a_second_press_books_once_and_leads_to_the_same_booking(desk: Desk, clinic: Clinic) -> None:
    fields = {"slot": desk.slot(clinic.starts()[0]), "key": "k" * 16, **PATIENT}
    first, second = desk.press("/console/new", **fields), desk.press("/console/new", **fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(desk.bookings()) == 1
    other = desk.press("/console/new", **(fields | {"phone": "617-555-0100"}))
    assert other.status_code == 422
    assert "booked once already" in words(other)
    assert 'value="617-555-0100"' in other.text
    assert len(desk.bookings()) == 1


def test_outside_hours_and_limits_are_warnings_with_a_tick_each(desk: Desk, clinic: Clinic) -> None:
    address = "/console/new?date=2029-06-12&time=7a"
    page = desk.open(address)
    assert "Outside Tuesday's hours, 9:00 AM to 5:00 PM" in words(page)
    assert "More than 60 days ahead" in words(page)
    slot = re.search(r'name="slot" value="([^"]+)"', page.text)
    assert slot is not None
    refused = desk.press("/console/new", slot=slot[1], **PATIENT)
    assert refused.status_code == 400
    assert 'Hours: tick "Go on anyway", or choose another time.' in words(refused)
    assert 'value="Silva"' in refused.text
    half = desk.press("/console/new", slot=slot[1], aside=["hours"], **PATIENT)
    assert half.status_code == 400
    assert 'Limits: tick "Go on anyway"' in words(half)
    assert desk.press("/console/new", slot=slot[1], aside=["hours", "limits"], **PATIENT).status_code == 303


def test_a_time_taken_while_the_form_is_typed_keeps_every_word_and_offers_the_nearest(
    desk: Desk, clinic: Clinic
) -> None:
    start = clinic.starts()[4]
    make_appointment(clinic, start=start)
    lost = desk.press("/console/new", slot=desk.slot(start), reason="Knee hurts", **PATIENT)
    assert lost.status_code == 409
    assert "Somebody else has just taken" in words(lost)
    assert "Knee hurts" in lost.text
    assert 'value="Silva"' in lost.text
    near = [slot for slot in slots_in(lost.text) if slot]
    assert desk.slot(start - HALF) in near
    assert desk.slot(start + HALF) in near
    chosen = desk.press("/console/new", slot=desk.slot(start), choose=near[0], reason="Knee hurts", **PATIENT)
    assert chosen.status_code == 200
    assert "Knee hurts" in chosen.text
    assert f'name="slot" value="{near[0]}"' in chosen.text
    assert desk.press("/console/new", slot=near[0], reason="Knee hurts", **PATIENT).status_code == 303


def test_overbooking_needs_a_reason_which_is_kept_and_audited(desk: Desk, clinic: Clinic) -> None:
    start = clinic.starts()[0]
    make_appointment(clinic, start=start)
    fields: dict[str, Any] = {"slot": desk.slot(start), **PATIENT}
    assert "Reason for overbooking" in words(desk.open(f"/console/new?slot={fields['slot']}"))
    for reason in ("", "   ", "x" * 201, "a\u2028b"):
        refused = desk.press("/console/new", overbook_reason=reason, **fields)
        assert refused.status_code == 400
        assert "Reason for overbooking:" in words(refused)
    done = desk.press("/console/new", overbook_reason="Mother and child come together", **fields)
    assert done.status_code == 303
    made = next(one for one in desk.bookings() if one.overbooked)
    assert made.overbook_reason == "Mother and child come together"
    with clinic.app.app_context(), snapshot() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "overbook")).one()
        assert "Mother" not in str(entry.details)


def test_a_time_that_somebody_holds_is_said_to_be_held(desk: Desk, clinic: Clinic) -> None:
    held = make_hold(clinic)
    page = desk.open(f"/console/new?slot={desk.slot(held.starts_at)}")
    assert "Held by someone booking now" in words(page)


def test_required_questions_are_asked_aloud_and_consents_too(desk: Desk, clinic: Clinic) -> None:
    question = make_question(clinic, label="Which plan?", required=True)
    consent = make_question(clinic, label="I agree to be called", kind="consent", required=True)
    slot = desk.slot(clinic.starts()[0])
    assert "Read it aloud, and tick it when they agree." in words(desk.open(f"/console/new?slot={slot}"))
    refused = desk.press("/console/new", slot=slot, **PATIENT)
    assert refused.status_code == 400
    assert "Which plan? Type an answer." in words(refused)
    answers = {f"q_{question.id}": "Harbor Blue", f"q_{consent.id}": "y"}
    assert desk.press("/console/new", slot=slot, **answers, **PATIENT).status_code == 303


def test_changing_the_type_keeps_what_was_typed_and_its_answers(desk: Desk, clinic: Clinic) -> None:
    question = make_question(clinic, label="Which plan?")
    kind = make_type(clinic, name="Follow-up")
    other = make_schedule(clinic, type=kind.id)
    typed = {f"q_{question.id}": "Harbor Blue", "schedule": other.id, "choose": "", "date": "2027-06-09"}
    page = desk.press("/console/new", slot=desk.slot(clinic.starts()[0]), **typed, **PATIENT)
    assert page.status_code == 200
    assert "Wednesday, June 9: 16 times" in words(page)
    assert 'value="Silva"' in page.text
    assert f'name="q_{question.id}" value="Harbor Blue"' in page.text


def test_a_question_that_is_added_while_the_form_is_sent_is_shown_with_a_link_to_it(
    desk: Desk, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = booking.desk_book
    asked: list[Question] = []

    def late(**fields: Any) -> Appointment:
        asked[:] = asked or [make_question(clinic, label="Insurance", required=True)]
        return book(**fields)

    monkeypatch.setattr(booking, "desk_book", late)
    page = desk.press("/console/new", slot=desk.slot(clinic.starts()[0]), **PATIENT)
    assert page.status_code == 400
    assert f'href="#q_{asked[0].id}"' in page.text
    assert f'id="q_{asked[0].id}"' in page.text
    assert 'value="Silva"' in page.text


def test_a_type_that_is_retired_while_the_form_is_typed_loses_no_word(desk: Desk, clinic: Clinic) -> None:
    other = make_schedule(clinic, type=make_type(clinic, name="Gone visit").id)
    slot = desk.slot(clinic.starts()[0], other.id)
    with clinic.app.app_context(), transaction() as session:
        session.get_one(Schedule, other.id).active = False
    page = desk.press("/console/new", slot=slot, **PATIENT)
    assert page.status_code == 404
    assert "Choose the type and the date again." in words(page)
    assert 'value="Silva"' in page.text
    assert desk.bookings() == []


def test_a_clinician_books_on_their_own_calendar_alone(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Reyes")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    elsewhere = make_clinic(clinic.app, organization={"name": "Elsewhere"})
    own = desk_of(clinic, "clinician")
    start = clinic.starts()[0]
    assert "Dr. Omar Reyes" not in words(own.open("/console/new"))
    for schedule in (theirs.id, elsewhere.schedule):
        assert own.open(f"/console/new?slot={own.slot(start, schedule)}").status_code == 404
        assert own.open(f"/console/new?schedule={schedule}").status_code == 404
        assert own.press("/console/new", slot=own.slot(start, schedule), **PATIENT).status_code == 404
    assert own.press("/console/new", slot=own.slot(start), **PATIENT).status_code == 303
    assert len(own.bookings()) == 1


@pytest.mark.parametrize(
    "query",
    ["slot=x", "slot=" + "x" * 400, "slot=a-99991231T2359", "slot=%F0%9F%98%80", "schedule=never-was", "slot=a-20270607T9999"],
)  # fmt: skip
def test_a_time_or_type_that_never_was_is_not_found(desk: Desk, query: str) -> None:
    assert desk.open(f"/console/new?{query}").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("date=2027-06-06", "Date: it has passed."),
        ("date=tomorrow", "Date: enter a date"),
        ("date=9999-12-31", "Date: enter a date"),
        ("time=nine", "Time: enter a time of day"),
        ("time=24:00", "Time: enter a time of day"),
    ],
)
def test_a_date_or_time_that_makes_no_sense_is_named_and_kept(
    desk: Desk, clinic: Clinic, query: str, said: str
) -> None:
    page = desk.open(f"/console/new?schedule={clinic.schedule}&{query}")
    assert page.status_code == 400
    assert said in words(page)


@pytest.mark.parametrize("day", ["2027-06-06", "never", "9999-12-31"])
def test_a_link_from_a_day_that_has_passed_shows_today(desk: Desk, day: str) -> None:
    page = desk.open(f"/console/new?date={day}")
    assert page.status_code == 200
    assert "Monday, June 7: 13 times" in words(page)


NONSENSE = ("x" * 5000, "\u202e<script>", "\x07", "  ", "\N{BEAR FACE}" * 300, "0" * 400)


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_any_field_is_a_clear_answer_and_books_nothing_wrong(
    desk: Desk, clinic: Clinic, nonsense: str
) -> None:
    slot = desk.slot(clinic.starts()[0])
    names = (
        *PATIENT,
        "email",
        "reason",
        "one_name",
        "needs",
        "booker_given",
        "aside",
        "key",
        "time",
        "date",
        "schedule",
    )
    for name in names:
        answer = desk.press("/console/new", **({"slot": slot} | PATIENT | {name: nonsense}))
        assert answer.status_code in (303, 400, 409, 422), name
        assert "<script>" not in answer.text
    for name in ("slot", "choose", "schedule"):
        fields = {"slot": slot, "choose": ""} | PATIENT | {name: nonsense}
        assert desk.press("/console/new", **fields).status_code in (200, 400, 404), name


def test_a_clinic_with_nothing_to_book_says_so(sqlite_app: Flask, clinic: Clinic) -> None:
    colleague = make_practitioner(clinic)
    own = desk_of(clinic, "clinician", colleague.practitioner)
    for path in ("/console/new", "/console/walk-in"):
        assert "Nothing can be booked yet" in words(own.open(path))


def test_nothing_of_a_patient_stands_in_an_address_title_or_log(
    desk: Desk, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    marked = PATIENT | {
        "given": "Markergiven",
        "family": "Markerfamily",
        "phone": "617-555-7777",
        "reason": "Markerreason",
    }
    start = clinic.starts()[0]
    answers = [
        desk.press("/console/new", slot=desk.slot(start), choose="", **marked),
        desk.press("/console/new", slot="", choose=desk.slot(start), **marked),
        desk.press("/console/new", slot=desk.slot(start), **marked),
        desk.press("/console/new", slot=desk.slot(start), **marked),
        desk.press("/console/walk-in", slot=desk.slot(start + DAY), **marked),
        desk.press("/console/find", query="Markergiven"),
        desk.press("/console/find", query="Markerfamily 617-555-7777", year="1"),
    ]
    for answer in answers:
        title = re.search(r"<title>(.*?)</title>", answer.text, re.S)
        for marker in ("Marker", "5557777", "555-7777"):
            assert marker not in str(answer.headers)
            assert title is None or marker not in title[1]
    assert "Marker" not in caplog.text
    with clinic.app.app_context(), snapshot() as session:
        for entry in session.scalars(select(AuditEntry)):
            assert "Marker" not in str(entry.details)
