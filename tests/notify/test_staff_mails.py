"""Mails to clinicians about their bookings: by choice, not about one's own act, without a word about the patient."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from scheduler import booking
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import SYSTEM, By
from scheduler.booking.transaction import together_with
from scheduler.clock import local_date
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, User
from scheduler.web.times import day_with_year, time_with_zone
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_user,
    visitor,
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


def book_weeks(clinic: Clinic, weeks: int = 3) -> list[Appointment]:
    """Weekly visits of one patient, booked in one act."""
    me = visitor()
    with clinic.app.app_context():
        first = booking.hold_series(by=me, schedule_id=clinic.schedule, start=clinic.first_start, weeks=weeks)
        booking.book(by=me, appointment_id=first.id, details=DETAILS)
        with snapshot() as session:
            return together_with(session, session.get_one(Appointment, first.id))


def to_maya(app: Flask) -> list[tuple[str, str, str]]:
    """(subject, plain text, html) of each mail to the clinician."""
    deliver(app)
    return [
        (mail["Subject"], part(mail, "plain"), part(mail, "html"))
        for mail in mails(app)
        if mail["To"] == MAYA
    ]


def day_of(visit: Appointment) -> str:
    return day_with_year(visit.starts_at, zone_of(visit.zone).info)


@pytest.fixture
def weekly(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    clinic = make_clinic(app, series_most=8)
    make_user(clinic, role="clinician", email=MAYA)
    return clinic


def test_a_series_is_one_mail_with_all_its_dates(weekly: Clinic) -> None:
    visits = book_weeks(weekly)
    [(subject, plain, html)] = to_maya(weekly.app)
    assert subject.startswith("New booking: 3 visits, first ")
    for body in (plain, html):
        assert [day_of(visit) in body for visit in visits] == [True] * 3
        assert f"/console/bookings/{visits[0].id}" in body
        assert body.count("Booked") == 1
        assert "Ana" not in body
    assert "  3. " in plain


def test_all_that_is_cancelled_in_one_act_is_one_mail_and_one_alone_is_its_own(
    weekly: Clinic, frozen: Clock
) -> None:
    visits = book_weeks(weekly)
    deliver(weekly.app)
    with weekly.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=visits[1].id)
    alone = to_maya(weekly.app)[-1]
    assert alone[0].startswith("Booking cancelled: ")
    assert "visits" not in alone[0]
    assert (day_of(visits[1]) in alone[1], day_of(visits[0]) in alone[1]) == (True, False)
    frozen.forward(minutes=1)
    with weekly.app.app_context():
        booking.cancel_all(by=SYSTEM, appointment_id=visits[0].id)
    told = to_maya(weekly.app)
    assert len(told) == 3
    assert told[-1][0].startswith("Booking cancelled: 2 visits, first ")
    assert [day_of(visit) in told[-1][1] for visit in visits] == [True, False, True]


def test_what_has_changed_before_the_mail_goes_is_told_as_it_is_then(weekly: Clinic) -> None:
    visits = book_weeks(weekly)
    with weekly.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=visits[0].id)
    told = to_maya(weekly.app)
    [booked] = [one for one in told if one[0].startswith("New booking: 2 visits")]
    assert [day_of(visit) in booked[1] for visit in visits] == [False, True, True]
    assert len([one for one in told if one[0].startswith("Booking cancelled")]) == 1


def test_a_request_for_a_series_is_told_of_whole_and_so_is_its_end(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, series_most=8, approval_required=True)
    make_user(clinic, role="clinician", email=MAYA)
    visits = book_weeks(clinic)
    [(subject, plain, _)] = to_maya(app)
    assert subject.startswith("New booking: 3 visits")
    assert plain.count("Waiting for approval") == 1
    with app.app_context():
        booking.decline(by=SYSTEM, appointment_id=visits[0].id)
    subject, plain, _ = to_maya(app)[-1]
    assert subject.startswith("Booking cancelled: 3 visits")
    assert "State: Declined" in plain
    assert [day_of(visit) in plain for visit in visits] == [True] * 3


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
