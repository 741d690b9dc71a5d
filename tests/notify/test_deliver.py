"""Delivery: what is true when it is sent, to whom, what it says and never says, and what happens when mail is down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from scheduler import booking, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment
from scheduler.notify import outbox
from scheduler.notify.mail import compose
from scheduler.notify.post import NEEDS_CALL
from scheduler.web.times import day_long, time_with_zone
from tests.factories import DETAILS, Clinic, make_appointment, make_clinic, make_hold, make_question, visitor
from tests.notify.mailbox import mails, part, rows
from tests.notify.smtp import smtp_server
from tests.support.servers import free_port
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(app)


def calendar_of(message: EmailMessage) -> Calendar:
    return Calendar.from_ical(part(message, "calendar"))


def cancel(app: Flask, appointment: Appointment) -> None:
    with app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=appointment.id)


def test_a_booking_sends_one_neutral_mail_with_the_time_the_link_and_an_ics(clinic: Clinic) -> None:
    appointment = make_appointment(clinic, email="ana@example.org", reason="A private reason")
    assert deliver(clinic.app) == 1
    assert deliver(clinic.app) == 0
    [mail] = mails(clinic.app)
    assert mail["Subject"] == "Appointment at Riverside Clinic, Main Street"
    assert mail["To"] == "ana@example.org"
    assert mail["Message-ID"] == rows(clinic.app)[0].message_id
    text, html = part(mail, "plain"), part(mail, "html")
    with clinic.app.app_context():
        token = booking.links.manage_token(clinic.app.config["SETTINGS"].secret, appointment)
    for body in (text, html):
        assert "You're booked" in body.replace("&#39;", "'")
        assert f"http://localhost/b/{token}" in body
        assert "12 Main Street" in body
    start = datetime.fromtimestamp(appointment.starts_at, UTC)
    assert f"{start:%A, %B} {start.day}, 2027" in text
    assert " AM EDT" in text
    [event] = calendar_of(mail).walk("VEVENT")
    assert event["DTSTART"].dt.timestamp() == appointment.starts_at
    assert str(event["UID"]) == f"{appointment.id}@localhost"
    assert str(calendar_of(mail)["METHOD"]) == "REQUEST"
    [attached] = [each for each in mail.walk() if each.get_content_subtype() == "calendar"]
    assert attached.get_param("method") == "REQUEST"


def test_nothing_that_the_patient_typed_is_in_the_mail_but_the_address(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, name="Infusion check of Zorbatine")
    question = make_question(clinic)
    who = visitor()
    held = make_hold(clinic, by=who)
    with app.app_context():
        booking.book(
            by=who,
            appointment_id=held.id,
            details=booking.Details(
                given="Givenmarker",
                family="Familymarker",
                birth_date="1984-05-17",
                email="mail@example.org",
                phone="617-555-0188",
                reason="Reasonmarker",
                needs=("other: Needmarker",),
            ),
            answers=[booking.AnswerGiven(question.id, question.label, "Answermarker")],
        )
    deliver(app)
    raw = b"".join(path.read_bytes() for path in (app.config["SETTINGS"].data_dir / "mail").iterdir())
    [mail] = mails(app)
    # the parts' boundaries are random digits, which may spell anything
    lines = [line for line in raw.decode().splitlines() if "===============" not in line]
    everything = "\n".join(lines) + part(mail, "plain") + part(mail, "html") + part(mail, "calendar")
    for marker in (
        "Givenmarker",
        "Familymarker",
        "1984",
        "0188",
        "Reasonmarker",
        "Needmarker",
        "Answermarker",
    ):
        assert marker not in everything
    assert "Zorbatine" not in everything, "the type of visit stays out of mails too"


def test_a_booking_that_was_cancelled_before_delivery_is_told_as_cancelled_only(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    cancel(clinic.app, appointment)
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert "Your appointment is cancelled" in part(mail, "plain")
    assert [row.error for row in rows(clinic.app)] == ["no longer true: cancelled", ""]
    assert all(row.done_at for row in rows(clinic.app))


def test_a_cancellation_takes_the_same_event_out_of_the_calendar(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    deliver(clinic.app)
    cancel(clinic.app, appointment)
    deliver(clinic.app)
    by_about = {part(mail, "plain").splitlines()[0]: mail for mail in mails(clinic.app)}
    booked, cancelled = by_about["You're booked"], by_about["Your appointment is cancelled"]
    assert str(calendar_of(cancelled)["METHOD"]) == "CANCEL"
    [before], [after] = calendar_of(booked).walk("VEVENT"), calendar_of(cancelled).walk("VEVENT")
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert str(after["STATUS"]) == "CANCELLED"
    assert "/b/" not in part(cancelled, "plain")


def test_a_move_tells_the_time_that_holds_when_it_is_sent(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    deliver(clinic.app)
    with clinic.app.app_context():
        moved = booking.move(by=SYSTEM, appointment_id=appointment.id, start=clinic.starts()[4])
    deliver(clinic.app)
    [mail] = [each for each in mails(clinic.app) if "has moved" in part(each, "plain")]
    [event] = calendar_of(mail).walk("VEVENT")
    assert event["DTSTART"].dt.timestamp() == moved.starts_at != appointment.starts_at


def test_a_request_that_waits_for_approval_says_so(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, approval_required=True)
    make_appointment(clinic)
    deliver(app)
    [mail] = mails(app)
    assert "We have your request" in part(mail, "plain")
    [event] = calendar_of(mail).walk("VEVENT")
    assert str(event["STATUS"]) == "TENTATIVE"


def test_a_request_says_by_when_the_clinic_answers_and_then_what_it_answered(
    app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, approval_required=True)
    starts = clinic.starts()
    approved = make_appointment(clinic, start=starts[-1])
    declined = make_appointment(clinic, start=starts[-2])
    deliver(app)
    assert "It answers by Wednesday, June 9, 8:00 AM EDT" in part(mails(app)[0], "plain")
    with app.app_context():
        booking.approve(by=SYSTEM, appointment_id=approved.id)
        booking.decline(by=SYSTEM, appointment_id=declined.id, message="We are on a course.")
    make_appointment(clinic, start=starts[-3])
    deliver(app)
    yes, no = mails(app)[2:4]
    assert "The clinic has confirmed your appointment" in part(yes, "plain")
    assert "We are on a course." in part(no, "plain")
    assert "We are on a course." in part(no, "html")
    [said] = calendar_of(yes).walk("VEVENT")
    assert (str(said["STATUS"]), said["SEQUENCE"]) == ("CONFIRMED", 1)
    assert str(calendar_of(no)["METHOD"]) == "CANCEL"
    frozen.forward(days=2)
    with app.app_context():
        booking.lapse()
    deliver(app)
    ended = mails(app)[-1]
    assert "Your request has ended" in part(ended, "plain")
    for mail in (no, ended):
        for kind in ("plain", "html"):
            assert "Choose another time" in part(mail, kind)
            assert "http://localhost/b/" in part(mail, kind)


def test_a_series_is_one_mail_with_every_date_link_and_calendar_file(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic, by = make_clinic(app, series_most=8), visitor()
    with app.app_context():
        first = booking.hold_series(by=by, schedule_id=clinic.schedule, start=clinic.first_start, weeks=3)
        booking.book(by=by, appointment_id=first.id, details=DETAILS)
        with snapshot() as session:
            visits = session.scalars(
                select(Appointment)
                .where(Appointment.together_id == first.together_id)
                .order_by(Appointment.starts_at)
            ).all()
        links = [booking.links.manage_token(app.config["SETTINGS"].secret, visit) for visit in visits]
    deliver(app)
    [mail] = mails(app)
    for kind in ("plain", "html"):
        text = part(mail, kind)
        assert all(f"http://localhost/b/{link}" in text for link in links)
        assert all(time_with_zone(visit.starts_at, visit.zone) in text for visit in visits)
    files = [each for each in mail.walk() if each.get_content_type() == "application/ics"]
    assert [each.get_filename() for each in files] == [
        "appointment.ics",
        "appointment-2.ics",
        "appointment-3.ics",
    ]
    read = [Calendar.from_ical(each.get_content()).walk("VEVENT")[0] for each in files]
    assert [str(event["UID"]) for event in read] == [f"{visit.id}@localhost" for visit in visits]
    assert str(calendar_of(mail).walk("VEVENT")[0]["UID"]) == f"{first.id}@localhost"


def test_a_patient_with_only_a_phone_is_marked_for_a_call(clinic: Clinic) -> None:
    make_appointment(clinic, email="")
    deliver(clinic.app)
    assert mails(clinic.app) == []
    [row] = rows(clinic.app)
    assert row.done_at is not None
    assert row.error == NEEDS_CALL


def test_an_appointment_that_is_over_or_gone_or_of_an_unknown_kind_sends_nothing(
    clinic: Clinic, frozen: Clock
) -> None:
    make_appointment(clinic)
    with clinic.app.app_context(), transaction() as session:
        for kind, object_id in (("booking-confirmed", "gone"), ("postcard", "x")):
            outbox.enqueue(
                session, organization_id=clinic.organization, kind=kind, object_id=object_id, now=clock.now()
            )
    frozen.forward(days=30)
    assert deliver(clinic.app) == 3
    assert mails(clinic.app) == []
    assert [row.error for row in rows(clinic.app)] == [
        "the time has passed",
        "the record is gone",
        "unknown kind postcard",
    ]


def test_while_the_mail_server_is_down_a_mail_waits_and_keeps_its_message_id(
    make_app: Callable[..., Flask], database_url: str, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    port = free_port()
    app = make_app(database_url, mail_url=f"smtp://127.0.0.1:{port}", mail_from="clinic@example.org")
    make_appointment(make_clinic(app))
    assert deliver(app) == 1
    [row] = rows(app)
    assert (row.done_at, row.attempts) == (None, 1)
    assert row.error.startswith("the mail server can't be reached")
    assert deliver(app) == 0, "it is not tried again at once"
    with smtp_server(port) as (post, _):
        post.answers = ["451 try later"]
        frozen.forward(seconds=5)
        assert deliver(app) == 1
        assert post.arrived == []
        frozen.forward(seconds=10)
        assert deliver(app) == 1
        [(sender, recipients, mail)] = post.arrived
    assert (sender, recipients) == ("clinic@example.org", ["ana@example.org"])
    assert mail["Message-ID"] == row.message_id
    [row] = rows(app)
    assert (row.attempts, row.error) == (3, "")
    assert row.done_at is not None
    assert str(mail["From"]) == '"Riverside Clinic, Main Street" <clinic@example.org>'


def test_a_worker_that_dies_after_sending_sends_the_same_message_id_again(
    clinic: Clinic, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_appointment(clinic)
    monkeypatch.setattr(outbox, "finish", lambda *_: False)
    deliver(clinic.app)
    monkeypatch.undo()
    frozen.forward(seconds=outbox.LEASE_SECONDS)
    deliver(clinic.app)
    assert len(mails(clinic.app)) == 1, "one Message-ID is one file"
    assert rows(clinic.app)[0].attempts == 2


def test_an_address_that_no_mail_can_carry_is_given_up_without_being_written_down(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    make_appointment(clinic, email="bad\naddress@example.org")
    deliver(clinic.app)
    assert mails(clinic.app) == []
    with clinic.app.app_context(), snapshot() as session:
        [row] = outbox.stuck(session, clock.now())
        assert row.error == "the address cannot be written in a mail"
    assert "address@example.org" not in caplog.text


def test_an_address_with_letters_of_another_script_gets_its_ascii_domain(clinic: Clinic) -> None:
    make_appointment(clinic, email="ana@bücher.example")
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert mail["To"] == "ana@xn--bcher-kva.example"


def test_an_unexpected_failure_is_postponed_and_logged_without_its_words(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("Ana Silva")

    make_appointment(clinic)
    monkeypatch.setattr(compose, "compose", broken)
    deliver(clinic.app)
    [row] = rows(clinic.app)
    assert (row.done_at, row.error) == (None, "unexpected: KeyError")
    assert "Ana" not in caplog.text


def test_a_move_after_a_zone_change_of_the_place_keeps_the_promised_zone(clinic: Clinic) -> None:
    appointment = make_appointment(clinic)
    with clinic.app.app_context(), transaction() as session:
        session.execute(
            update(Appointment).where(Appointment.id == appointment.id).values(zone="America/Chicago")
        )
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert " CDT" in part(mail, "plain")


def test_a_move_tells_the_time_before_it_and_leads_to_the_next(clinic: Clinic, frozen: Clock) -> None:
    frozen.at(MONDAY)
    starts = clinic.starts()
    appointment = make_appointment(clinic, start=starts[20])
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=appointment.id, start=starts[30])
    deliver(clinic.app)
    [mail] = [each for each in mails(clinic.app) if "has moved" in part(each, "plain")]
    zone = ZoneInfo("America/New_York")
    was = f"It was {day_long(starts[20], zone)}, {time_with_zone(starts[20], zone)}."
    for subtype in ("plain", "html"):
        assert was in part(mail, subtype)
        assert "Reschedule or cancel" in part(mail, subtype)


def test_a_link_that_was_asked_for_asks_no_calendar_again(clinic: Clinic) -> None:
    make_appointment(clinic)
    deliver(clinic.app)
    with clinic.app.app_context():
        booking.send_links(contact="ana@example.org", birth_date=date(1984, 5, 17))
    deliver(clinic.app)
    [mail] = [each for each in mails(clinic.app) if "Your link to your appointment" in part(each, "plain")]
    assert "/b/" in part(mail, "plain")
    assert mail["To"] == "ana@example.org"
    assert str(calendar_of(mail)["METHOD"]) == "PUBLISH"
    assert "Ana" not in mail.as_string().replace("ana@example.org", "")
