"""Mails to clinicians about their bookings: by choice, not about one's own act, without a word about the patient."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from scheduler import booking
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import SYSTEM, By
from scheduler.clock import local_date
from scheduler.db import transaction
from scheduler.jobs.runner import deliver
from scheduler.models import User
from scheduler.web.times import time_with_zone
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_user,
)
from tests.notify.test_deliver import MONDAY, mails, part, rows
from tests.support.times import Clock

MAYA = "maya@example.org"


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    make_user(clinic, role="clinician", email=MAYA)
    make_user(clinic, role="front-desk")
    other = make_practitioner(clinic)
    make_user(clinic, role="clinician", practitioner=other.practitioner, email="omar@example.org")
    return clinic


def to_staff(clinic: Clinic) -> list[tuple[str, str]]:
    """(to whom, first words of the subject) of the mails that went to people of the clinic."""
    deliver(clinic.app)
    return [
        (mail["To"], mail["Subject"].partition(":")[0])
        for mail in mails(clinic.app)
        if mail["To"] != "ana@example.org"
    ]


def choose(clinic: Clinic, **choices: bool) -> None:
    with clinic.app.app_context(), transaction() as session:
        session.execute(update(User).where(User.email == MAYA).values(**choices))


def test_who_hosts_the_visit_is_told_when_it_is_new_moved_and_cancelled(clinic: Clinic) -> None:
    made = make_appointment(clinic)
    assert to_staff(clinic) == [(MAYA, "New booking")]
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=made.id, start=clinic.starts()[4])
    assert to_staff(clinic)[1:] == [(MAYA, "Booking moved")]
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=made.id)
    assert to_staff(clinic)[2:] == [(MAYA, "Booking cancelled")]


def test_a_mail_says_what_when_where_and_nothing_about_the_patient(clinic: Clinic) -> None:
    made = make_appointment(
        clinic, given="Givenmarker", family="Familymarker", phone="617-555-0188", reason="Reasonmarker"
    )
    deliver(clinic.app)
    [mail] = [mail for mail in mails(clinic.app) if mail["To"] == MAYA]
    assert " EDT" in mail["Subject"]
    for body in (part(mail, "plain"), part(mail, "html")):
        for said in ("New patient visit", "2027", " EDT", "Riverside Clinic, Main Street", "Booked"):
            assert said in body
        assert f"http://localhost/console/bookings/{made.id}" in body
        for marker in ("Givenmarker", "Familymarker", "0188", "1984", "Reasonmarker", "ana@", "/b/"):
            assert marker not in body + mail["Subject"]


def test_a_request_that_waits_for_approval_is_new(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, approval_required=True)
    make_user(clinic, role="clinician", email=MAYA)
    make_appointment(clinic)
    assert to_staff(clinic) == [(MAYA, "New booking")]
    [mail] = [mail for mail in mails(app) if mail["To"] == MAYA]
    assert "State: Waiting for approval" in part(mail, "plain")


@pytest.mark.parametrize("choice", ["tell_booked", "tell_moved", "tell_cancelled"])
def test_the_choice_holds_that_is_made_when_the_mail_is_sent(clinic: Clinic, choice: str) -> None:
    made = make_appointment(clinic)
    if choice != "tell_booked":
        deliver(clinic.app)
    with clinic.app.app_context():
        if choice == "tell_moved":
            booking.move(by=SYSTEM, appointment_id=made.id, start=clinic.starts()[4])
        if choice == "tell_cancelled":
            booking.cancel(by=SYSTEM, appointment_id=made.id)
    choose(clinic, **{choice: False})
    before = [mail for mail in mails(clinic.app) if mail["To"] == MAYA]
    assert len(to_staff(clinic)) == len(before)
    assert "not wanted" in [row.error for row in rows(clinic.app)]


def test_nobody_is_told_of_their_own_act_and_nothing_that_is_no_longer_true(clinic: Clinic) -> None:
    made = make_appointment(clinic)
    with clinic.app.app_context():
        with transaction() as session:
            maya = session.query(User).where(User.email == MAYA).one()
        booking.cancel(by=By("user", user_id=maya.id), appointment_id=made.id)
    assert to_staff(clinic) == []
    assert [row.kind for row in rows(clinic.app) if row.recipient_id] == ["staff-booked"]
    assert "no longer true: cancelled" in [row.error for row in rows(clinic.app)]


def test_who_is_no_longer_active_is_told_nothing(clinic: Clinic) -> None:
    make_appointment(clinic)
    choose(clinic, active=False)
    assert to_staff(clinic) == []


def test_whom_a_visit_leaves_learns_which_time_is_gone_and_not_where_it_went(clinic: Clinic) -> None:
    lee = make_practitioner(clinic)
    make_user(clinic, role="clinician", practitioner=lee.practitioner, email="lee@example.org")
    theirs = make_schedule(clinic, hosts=[lee.actor])
    made = make_appointment(clinic)
    deliver(clinic.app)
    old, new = made.starts_at, clinic.starts()[5]
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=made.id, start=new, schedule_id=theirs.id)
    assert sorted(to_staff(clinic)[1:]) == [
        ("lee@example.org", "Booking moved"),
        (MAYA, "Booking moved to somebody else"),
    ]
    [mail] = [mail for mail in mails(clinic.app) if "somebody else" in mail["Subject"]]
    zone = zone_of("America/New_York").info
    for body in (part(mail, "plain"), part(mail, "html")):
        assert time_with_zone(old, zone) in body
        assert f"http://localhost/console/day/{local_date(old, zone).isoformat()}" in body
        assert made.id not in body
        assert time_with_zone(new, zone) not in body


def test_a_visit_that_comes_back_before_the_mail_goes_has_moved_and_left_nobody(clinic: Clinic) -> None:
    theirs = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
    made = make_appointment(clinic)
    deliver(clinic.app)
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=made.id, start=clinic.starts()[5], schedule_id=theirs.id)
        booking.move(by=SYSTEM, appointment_id=made.id, start=clinic.starts()[6], schedule_id=clinic.schedule)
    assert {subject for to, subject in to_staff(clinic)[1:]} == {"Booking moved"}
