"""The console's pages: what each person sees, and cancelling from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler import booking
from scheduler.accounts import routes as accounts_routes
from scheduler.db import snapshot
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, AuditEntry, User
from tests.factories import (
    DETAILS,
    PASSWORD,
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_question,
    make_schedule,
    make_type,
    make_user,
    visitor,
)
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture(autouse=True)
def no_tries_yet() -> Iterator[None]:
    yield
    for throttle in (accounts_routes._per_person, accounts_routes._per_address):
        throttle._tries.clear()


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def signed_in(clinic: Clinic, user: User) -> FlaskClient:
    browser = clinic.app.test_client()
    token = token_of(browser.get("/sign-in").text)
    form = {"email": user.email, "password": PASSWORD, "csrf_token": token}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def cancel(browser: FlaskClient, appointment: Appointment, reason: str = "") -> int:
    page = browser.get(f"/console/bookings/{appointment.id}")
    token = (
        token_of(page.text) if page.status_code == 200 else token_of(browser.get("/console/day/today").text)
    )
    form = {"reason": reason, "csrf_token": token}
    return browser.post(f"/console/bookings/{appointment.id}/cancel", data=form).status_code


def test_a_booking_shows_patient_answers_history_and_messages(clinic: Clinic) -> None:
    question = make_question(clinic, label="Referral number?")
    who = visitor()
    held = make_hold(clinic, by=who)
    details = replace(DETAILS, reason="Knee hurts", needs=("step-free", "interpreter: Spanish"))
    with clinic.app.app_context():
        booking.book(
            by=who,
            appointment_id=held.id,
            details=details,
            answers=[booking.AnswerGiven(question.id, question.label, "<script>R-1</script>")],
        )
    deliver(clinic.app)
    page = signed_in(clinic, make_user(clinic)).get(f"/console/bookings/{held.id}").text
    for text in (
        "Ana Silva",
        "May 17, 1984",
        "617-555-0199",
        "ana@example.org",
        "Knee hurts",
        "Step-free access, An interpreter: Spanish",
        "43 years",
        "Referral number?",
        "&lt;script&gt;R-1&lt;/script&gt;",
        "Held by",
        "Booked by",
        "the patient",
        "Confirmation",
        "Sent",
    ):
        assert text in page, text
    title = re.search(r"<title>(.*?)</title>", page, re.S)
    assert title is not None
    assert "Ana" not in title[1]
    assert "Silva" not in title[1]


def test_cancelling_frees_the_time_notes_who_did_it_and_tells_the_patient(clinic: Clinic) -> None:
    start = clinic.starts()[0]
    appointment = make_appointment(clinic, start=start)
    user = make_user(clinic, role="front-desk", name="Sam Desk")
    browser = signed_in(clinic, user)
    assert start not in clinic.starts()
    assert cancel(browser, appointment, "Clinician is ill") == 303
    assert start in clinic.starts()
    page = browser.get(f"/console/bookings/{appointment.id}").text
    assert "Cancelled. The time is open again." in page
    assert "Clinician is ill" in page
    assert "Cancelled by <bdi>Sam Desk</bdi>" in page
    assert "Cancel this booking" not in page
    deliver(clinic.app)
    assert "Note of the cancellation" in browser.get(f"/console/bookings/{appointment.id}").text
    with clinic.app.app_context(), snapshot() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "cancel")).one()
        assert (entry.actor_kind, entry.user_id) == ("user", user.id)
        assert "ill" not in str(entry.details)


def test_cancelling_twice_changes_nothing_more(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    browser = signed_in(clinic, make_user(clinic))
    assert cancel(browser, appointment) == 303
    token = token_of(browser.get("/console/day/today").text)
    again = browser.post(f"/console/bookings/{appointment.id}/cancel", data={"csrf_token": token})
    assert again.status_code == 303
    with clinic.app.app_context(), snapshot() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "cancel")).all()) == 1


def test_a_visit_that_has_begun_is_not_cancelled_and_the_page_says_why(clinic: Clinic, frozen: Clock) -> None:
    appointment = make_appointment(clinic)
    frozen.at(appointment.starts_at + 60)
    browser = signed_in(clinic, make_user(clinic))
    page = browser.get(f"/console/bookings/{appointment.id}").text
    assert "Cancel this booking" not in page
    token = token_of(page)
    answer = browser.post(f"/console/bookings/{appointment.id}/cancel", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "Not done" in answer.text


@pytest.mark.parametrize("reason", ["x" * 201, "x" * 100_000, "\N{BEAR FACE}" * 201])
def test_a_reason_that_is_too_long_is_named_and_kept(clinic: Clinic, reason: str) -> None:
    appointment = make_appointment(clinic)
    browser = signed_in(clinic, make_user(clinic))
    token = token_of(browser.get("/console/day/today").text)
    form = {"reason": reason, "csrf_token": token}
    answer = browser.post(f"/console/bookings/{appointment.id}/cancel", data=form)
    assert answer.status_code == 400
    assert "Reason: use at most 200 characters. It has" in answer.text
    assert reason in answer.text
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(Appointment, appointment.id).status == "booked"


def test_a_nul_byte_in_the_reason_is_a_clear_refusal(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    browser = signed_in(clinic, make_user(clinic))
    token = token_of(browser.get("/console/day/today").text)
    form = {"reason": "a\x00b", "csrf_token": token}
    assert browser.post(f"/console/bookings/{appointment.id}/cancel", data=form).status_code == 400


def test_cancelling_without_the_forms_token_is_refused(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    browser = signed_in(clinic, make_user(clinic))
    assert browser.post(f"/console/bookings/{appointment.id}/cancel").status_code == 400
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(Appointment, appointment.id).status == "booked"


def test_anothers_booking_and_one_that_never_was_look_the_same(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic)
    theirs = make_appointment(clinic, schedule=make_schedule(clinic, hosts=[colleague.actor]).id)
    elsewhere = make_appointment(make_clinic(clinic.app, organization={"name": "Other"}))
    held = make_hold(clinic)
    browser = signed_in(clinic, make_user(clinic, role="clinician"))
    texts = set()
    for appointment_id in (theirs.id, elsewhere.id, held.id, "never-was", "x" * 300, "%F0%9F%98%80"):
        answer = browser.get(f"/console/bookings/{appointment_id}")
        assert answer.status_code == 404
        texts.add(re.sub(r'value="[^"]+"|nonce-\S+', "", answer.text))
        token = token_of(browser.get("/console/day/today").text)
        posted = browser.post(f"/console/bookings/{appointment_id}/cancel", data={"csrf_token": token})
        assert posted.status_code == 404
    assert len(texts) == 1
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(Appointment, theirs.id).status == "booked"
        assert session.get_one(Appointment, elsewhere.id).status == "booked"


def test_share_lists_the_links_that_open_and_the_feed(clinic: Clinic) -> None:
    page_only = make_type(clinic, name="Follow-up", visibility="page")
    make_schedule(clinic, type=page_only.id)
    browser = signed_in(clinic, make_user(clinic))
    page = browser.get("/console/share").text
    links = re.findall(r'value="(http://localhost/[^"]+)"', page)
    assert f"http://localhost{clinic.times_path}" in links
    assert "http://localhost/fhir/$bulk-publish" in links
    assert len(links) == 3
    for link in links:
        answer = clinic.app.test_client().get(link.removeprefix("http://localhost"))
        assert answer.status_code == 200, link
    assert "On your page only" in page


def test_a_clinician_shares_only_their_own_types(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    make_schedule(clinic, hosts=[colleague.actor])
    mine = signed_in(clinic, make_user(clinic, role="clinician")).get("/console/share").text
    everybodys = signed_in(clinic, make_user(clinic)).get("/console/share").text
    assert "Dr. Omar Haddad" not in mine
    assert "Dr. Omar Haddad" in everybodys
