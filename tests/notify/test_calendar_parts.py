"""The calendar parts of mails, read by a second reader that knows the standard alone: one visit, one UID, ever newer."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.jobs.runner import deliver
from tests.factories import Clinic, make_appointment, make_clinic
from tests.notify.mailbox import mails
from tests.reference.calendar_files import Meeting, NotACalendar, read_meeting
from tests.support.times import Clock


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at("2027-06-07T08:00:00-04:00")
    return make_clinic(
        sqlite_app, organization={"name": "Clínica “A, B; C” " + "ñ" * 60}, location={"name": "Río, sala 3"}
    )


def parts(mail: EmailMessage) -> Iterator[tuple[EmailMessage, bytes]]:
    for part in mail.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            assert isinstance(part, EmailMessage)
            yield part, body


def meetings(mail: EmailMessage) -> list[Meeting]:
    """What each calendar part says; the part's own method says the same."""
    found = []
    for part, body in parts(mail):
        meeting = read_meeting(body)
        if part.get_content_type() == "text/calendar":
            assert part.get_param("method") == meeting.method
            assert str(part.get_param("charset")).lower() == "utf-8"
        found.append(meeting)
    return found


def test_a_visits_life_is_one_uid_with_a_growing_sequence(clinic: Clinic, frozen: Clock) -> None:
    starts = clinic.starts()
    visit = make_appointment(clinic, start=starts[2])
    deliver(clinic.app)
    with clinic.app.app_context():
        for act in (
            lambda: booking.move(by=SYSTEM, appointment_id=visit.id, start=starts[5]),
            lambda: booking.cancel(by=SYSTEM, appointment_id=visit.id),
            lambda: booking.restore(by=SYSTEM, appointment_id=visit.id),
        ):
            frozen.forward(minutes=1)
            act()
            deliver(clinic.app)
    told = [meetings(mail) for mail in mails(clinic.app)]
    assert all(len(both) == 2 and both[0] == both[1] for both in told), "as a part to act on and as a file"
    lives = [both[0] for both in told]
    assert [(one.method, one.status, one.sequence) for one in lives] == [
        ("REQUEST", "CONFIRMED", 0),
        ("REQUEST", "CONFIRMED", 1),
        ("CANCEL", "CANCELLED", 2),
        ("REQUEST", "CONFIRMED", 3),
    ]
    assert {one.uid for one in lives} == {f"{visit.id}@localhost"}
    assert [one.start for one in lives] == [starts[2], starts[5], starts[5], starts[5]]
    assert {one.attendees for one in lives} == {("mailto:ana@example.org",)}
    assert {one.summary for one in lives} == {"Appointment at Río, sala 3"}


def test_mail_programs_find_the_part_beside_the_texts_and_the_file_behind_them(clinic: Clinic) -> None:
    make_appointment(clinic)
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    [*_, file] = mail.walk()
    assert (file.get_content_disposition(), file.get_filename()) == ("attachment", "appointment.ics")


def test_a_request_is_published_only_and_tentative(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")
    make_appointment(make_clinic(sqlite_app, approval_required=True))
    deliver(sqlite_app)
    [mail] = mails(sqlite_app)
    [meeting] = meetings(mail)
    assert (meeting.method, meeting.status) == ("PUBLISH", "TENTATIVE")


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda body: body.replace(b"\r\n", b"\n"),
        lambda body: body.replace(b"UID:", b"X-UID:"),
        lambda body: body.replace(b"METHOD:REQUEST", b"METHOD:ASK"),
        lambda body: body.replace(b"BEGIN:VTIMEZONE", b"BEGIN:VTIMEZONES"),
        lambda body: body.replace(b"STATUS:CONFIRMED", b"STATUS:SURE"),
        lambda body: body.replace(b"ORGANIZER", b"X-ORGANIZER"),
        lambda body: body.replace(b"END:VEVENT\r\n", b""),
        lambda body: body.replace(b"SUMMARY:", b"SUMMARY:a;b,c" + b"d" * 75),
    ],
)
def test_the_second_reader_refuses_what_breaks_the_standard(clinic: Clinic, spoilt: object) -> None:
    make_appointment(clinic)
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    _, body = next(parts(mail))
    assert callable(spoilt)
    assert spoilt(body) != body
    with pytest.raises(NotACalendar):
        read_meeting(spoilt(body))
