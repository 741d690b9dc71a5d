"""The staff's call list: whom to call and what to tell, from the state that holds now; what is no longer true vanishes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from scheduler import booking, clock
from scheduler.booking import SYSTEM, By
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, AuditEntry, Outbox, User
from scheduler.notify import outbox
from tests.console.admin.pages import undo_of
from tests.factories import DETAILS, make_appointment
from tests.notify.smtp import smtp_server
from tests.people import Cast, make_cast
from tests.support.servers import free_port
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
PATH = "/console/calls"


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> Clock:
    frozen.at(MONDAY)
    return frozen


@pytest.fixture
def cast(sqlite_app: Flask) -> Cast:
    return make_cast(sqlite_app)


def booked(cast: Cast, **details: str) -> Appointment:
    """A visit of somebody without email, of which the staff are to tell."""
    visit = make_appointment(cast.clinic, **({"email": "", "given": "Dana", "family": "Petrova"} | details))
    deliver(cast.clinic.app)
    return visit


def act(cast: Cast, verb: Callable[..., Appointment], visit: Appointment, **more: object) -> None:
    with cast.clinic.app.app_context():
        verb(**({"by": SYSTEM, "appointment_id": visit.id} | more))
    deliver(cast.clinic.app)


def shown(browser: FlaskClient) -> str:
    return browser.get(PATH).text


def send(browser: FlaskClient, path: str) -> TestResponse:
    """Press a button of the list, with the session's token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown(browser))
    assert token is not None
    return browser.post(path, data={"csrf_token": token[1]})


def patient_row(app: Flask) -> Outbox:
    with app.app_context(), snapshot() as session:
        return session.scalars(
            select(Outbox).where(Outbox.recipient_id.is_(None)).order_by(Outbox.id.desc())
        ).first() or pytest.fail("no message")


def test_a_patient_without_email_is_listed_with_number_news_and_reason(cast: Cast) -> None:
    visit = booked(cast, phone="617-555-0188", language="es")
    page = shown(cast.desk.browser)
    for part in (
        "Calls to make: 1",
        "Dana Petrova",
        'href="tel:6175550188"',
        "The appointment is booked. Say the day, the time and the place.",
        "Why a call: Gave no email.",
        "Booked in Spanish",
        visit.code,
        f'href="/console/bookings/{visit.id}"',
    ):
        assert part in page
    assert ">Calls (1)</a>" in page
    assert "Petrova" not in page.split("<title>")[1].split("</title>")[0]


def test_the_newest_news_alone_is_to_be_told(cast: Cast) -> None:
    visit = booked(cast)
    act(cast, booking.move, visit, start=cast.clinic.starts()[4])
    page = shown(cast.desk.browser)
    assert page.count('<li class="card call">') == 1
    assert "The appointment has moved. Say the new time." in page
    assert "It was " in page
    act(cast, booking.cancel, visit)
    page = shown(cast.desk.browser)
    assert page.count('<li class="card call">') == 1
    assert "The appointment is cancelled. Offer another time." in page


def test_a_call_that_was_made_leaves_the_list_until_it_is_undone(cast: Cast) -> None:
    visit = booked(cast)
    act(cast, booking.move, visit, start=cast.clinic.starts()[4])
    row = patient_row(cast.clinic.app)
    assert send(cast.desk.browser, f"{PATH}/{row.id}/called").status_code == 303
    page = shown(cast.desk.browser)
    assert "Noted: D. P. was called." in page
    assert "Every patient has been told." in page, "older news of the visit do not come back either"
    after = patient_row(cast.clinic.app)
    assert cast.desk.user is not None
    assert (after.called_at, after.called_by) == (clock.now(), cast.desk.user.id)
    assert "Told by phone" in cast.desk.browser.get(f"/console/bookings/{visit.id}").text
    send(cast.desk.browser, undo_of(page))
    assert "Calls to make: 1" in shown(cast.desk.browser)
    with cast.clinic.app.app_context(), snapshot() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "message")).all()
    assert acts == ["called", "to-call"]


def test_who_did_it_online_needs_no_call(cast: Cast) -> None:
    visit = booked(cast)
    act(cast, booking.cancel, visit, by=By("patient"))
    assert "Every patient has been told." in shown(cast.desk.browser)


def test_what_is_over_vanishes(cast: Cast) -> None:
    visit = booked(cast)
    with cast.clinic.app.app_context(), transaction() as session:
        session.execute(
            update(Appointment)
            .where(Appointment.id == visit.id)
            .values(starts_at=clock.now(), ends_at=clock.now() + 1800)
        )
    assert "Every patient has been told." in shown(cast.desk.browser)


def test_a_mail_that_arrives_later_takes_the_call_off_the_list(cast: Cast) -> None:
    visit = booked(cast)
    with cast.clinic.app.app_context():
        version = booking.edit_details(
            by=SYSTEM, appointment_id=visit.id, version=visit.version, details=replace(DETAILS, given="Dana")
        ).version
        assert version > visit.version
        booking.resend(by=SYSTEM, appointment_id=visit.id)
    deliver(cast.clinic.app)
    assert "Every patient has been told." in shown(cast.desk.browser)


def test_an_address_that_the_mail_server_refuses_for_good_is_a_call_at_once(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    port = free_port()
    cast = make_cast(make_app(sqlite_url, mail_url=f"smtp://127.0.0.1:{port}"))
    app = cast.clinic.app
    with app.app_context(), transaction() as session:
        session.execute(update(User).values(practitioner_id=None))
    with smtp_server(port) as (post, _):
        post.answers = ["550 no such user"]
        make_appointment(cast.clinic, given="Dana", family="Petrova")
        deliver(app)
    page = shown(cast.desk.browser)
    assert "Dana Petrova" in page
    assert "Why a call: The recipient was refused (550)." in page
    assert "ana@example.org" not in page
    # the administrator tries again; it arrives, and the call is done with
    row = patient_row(app)
    assert send(cast.admin.browser, f"/admin/mails/{row.id}/retry").status_code == 303
    assert "Every patient has been told." in shown(cast.desk.browser)
    with smtp_server(port) as (post, _):
        deliver(app)
        assert [mail["Message-ID"] for _, _, mail in post.arrived] == [row.message_id]
    assert "Every patient has been told." in shown(cast.desk.browser)


def test_a_message_whose_worker_died_at_the_last_try_is_a_call(cast: Cast) -> None:
    make_appointment(cast.clinic, given="Dana", family="Petrova")
    with cast.clinic.app.app_context(), transaction() as session:
        session.execute(update(Outbox).values(attempts=outbox.MAX_ATTEMPTS))
    assert "Dana Petrova" in shown(cast.desk.browser)


def test_clinicians_see_their_own_patients_alone_and_strangers_none(cast: Cast) -> None:
    booked(cast)
    assert "Dana Petrova" in shown(cast.owner.browser)
    for person in (cast.colleague, cast.stranger):
        assert "Dana" not in shown(person.browser)
        row = patient_row(cast.clinic.app)
        assert send(person.browser, f"{PATH}/{row.id}/called").status_code == 404
    assert patient_row(cast.clinic.app).called_at is None


def test_a_message_that_was_sent_asks_for_no_call_and_nonsense_is_nothing(cast: Cast) -> None:
    make_appointment(cast.clinic)
    deliver(cast.clinic.app)
    row = patient_row(cast.clinic.app)
    assert send(cast.admin.browser, f"{PATH}/{row.id}/called").status_code == 409
    for nonsense in ("x", "9" * 30, "-1", "0", "١"):
        assert send(cast.admin.browser, f"{PATH}/{nonsense}/called").status_code == 404
