"""What stands between a press and a booking: limits, the sum, the hidden field, the code by mail, one's own visit there."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import clock
from scheduler.db import snapshot
from scheduler.models import Appointment, ContactCheck, Outbox
from scheduler.models.slots import slot_id
from tests.abuse.test_proof import solve
from tests.factories import Clinic, make_clinic, make_practitioner, make_schedule
from tests.notify.test_deliver import deliver, mails, part
from tests.portal.patient import GOOD, Page, Patient
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
MakeApp = Callable[..., Flask]


@pytest.fixture
def make(make_app: MakeApp, database_url: str, frozen: Clock) -> Callable[..., Clinic]:
    """``make(hold_limit="2")``: a clinic on a Monday morning, before it opens."""

    def made(**settings: str) -> Clinic:
        frozen.at(MONDAY)
        return make_clinic(make_app(database_url, **settings))

    return made


@pytest.fixture
def make_once(make_app: MakeApp, sqlite_url: str, frozen: Clock) -> Callable[..., Clinic]:
    """The same on SQLite alone."""

    def made(**settings: str) -> Clinic:
        frozen.at(MONDAY)
        return make_clinic(make_app(sqlite_url, **settings))

    return made


def count(clinic: Clinic, status: str) -> int:
    with clinic.app.app_context(), snapshot() as session:
        query = select(func.count()).select_from(Appointment).where(Appointment.status == status)
        return session.scalar(query) or 0


def press_time(patient: Patient, clinic: Clinic, number: int, **fields: str) -> Page:
    return patient.press("/hold", slot=slot_id(clinic.schedule, clinic.starts()[number]), **fields)


def ready(clinic: Clinic, **changes: str) -> tuple[Patient, str]:
    """A patient on the review page, and the hold's path."""
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.starts()[0])
    assert patient.fill_in(hold, **changes).location == f"{hold}/review"
    return patient, hold


def code_in_the_mail(clinic: Clinic) -> str:
    deliver(clinic.app)
    found = [re.search(r"^\d{6}(?=\s*$)", part(mail, "plain"), re.MULTILINE) for mail in mails(clinic.app)]
    return [one[0] for one in found if one][-1]


def test_too_many_holds_from_one_address_are_told_to_wait_and_nothing_is_lost(
    make: Callable[..., Clinic], frozen: Clock
) -> None:
    clinic = make(hold_limit="2")
    for number in range(2):
        assert press_time(Patient(clinic.app), clinic, number).status == 303
    patient = Patient(clinic.app)
    page = press_time(patient, clinic, 2, given="Zebulon", tz="Europe/Berlin")
    assert (page.status, page.h1) == (429, "Wait a little")
    assert 0 < int(page.response.headers["Retry-After"]) <= 600
    assert "Many times were chosen from your internet connection" in page.words
    assert "617-555-0142" in page.words
    assert (page.hidden("given"), page.hidden("tz")) == ("Zebulon", "Europe/Berlin")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert count(clinic, "held") == 2
    frozen.at("2027-06-07T07:11:00-04:00")
    again = patient.press("/hold", slot=page.hidden("slot"), given=page.hidden("given"))
    assert again.status == 303


def test_too_many_bookings_keep_the_hold_and_the_answers(make_once: Callable[..., Clinic]) -> None:
    clinic = make_once(booking_limit="1")
    patient, hold = ready(clinic)
    assert patient.press(f"{hold}/book").status == 303
    other = Patient(clinic.app)
    second = other.hold(clinic, clinic.starts()[0])
    other.fill_in(second, email="eve@example.org", phone="", given="Eve")
    page = other.press(f"{second}/book")
    assert (page.status, page.h1) == (429, "Wait a little")
    assert "booked from your internet connection" in page.words
    assert other.open(f"{second}/review").status == 200
    assert count(clinic, "held") == 1


def test_a_contact_that_was_used_too_often_learns_nothing_about_it(make_once: Callable[..., Clinic]) -> None:
    clinic = make_once(contact_limit="1")
    patient, hold = ready(clinic)
    patient.press(f"{hold}/book")
    stranger, second = ready(clinic, given="Eve")
    page = stranger.press(f"{second}/book")
    assert page.status == 429
    assert "We can't take this booking online today." in page.words
    assert "zebulon@example.org" not in page.text


def test_under_attack_a_browser_does_a_sum_and_the_press_goes_on(make: Callable[..., Clinic]) -> None:
    clinic = make(attack_rate="1")
    assert press_time(Patient(clinic.app), clinic, 0).status == 303
    patient = Patient(clinic.app)
    page = press_time(patient, clinic, 1, tz="Europe/Berlin")
    assert (page.status, page.h1) == (428, "One moment")
    found = re.search(r'data-proof="([^"]+)"', page.text)
    assert found is not None
    answer = solve(json.loads(html.unescape(found[1])))
    fields = {"slot": page.hidden("slot"), "tz": page.hidden("tz"), "altcha": answer}
    assert patient.press("/hold", **fields).status == 303
    used = Patient(clinic.app).press(
        "/hold", slot=slot_id(clinic.schedule, clinic.starts()[1]), altcha=answer
    )
    assert used.status == 428
    assert count(clinic, "held") == 2


def test_without_script_under_attack_a_code_by_mail_does_it(make: Callable[..., Clinic]) -> None:
    clinic = make(attack_rate="1")
    press_time(Patient(clinic.app), clinic, 0)
    patient = Patient(clinic.app)
    hold = press_time(patient, clinic, 1, without="1").location
    assert patient.fill_in(hold).location == f"{hold}/review"
    page = patient.press(f"{hold}/book")
    assert page.location == f"{hold}/code"
    shown = patient.open(page.location)
    assert shown.h1 == "Type the code from your mail"
    assert 'autocomplete="one-time-code"' in shown.text
    right = code_in_the_mail(clinic)
    wrong = patient.press(f"{hold}/code", code=f"{(int(right) + 1) % 1_000_000:06d}")
    assert wrong.status == 400
    assert wrong.errors == ["Code: that isn't it. Type the six digits of our newest mail."]
    assert count(clinic, "booked") == 0
    sent_on = patient.press(f"{hold}/code", code=f" {right[:3]} {right[3:]} ", both="yes")
    assert (sent_on.status, sent_on.location) == (307, f"{hold}/book")
    assert patient.press(sent_on.location, both="yes").status == 303
    assert count(clinic, "booked") == 1


def test_whoever_has_only_a_phone_under_attack_is_told_to_call(make_once: Callable[..., Clinic]) -> None:
    clinic = make_once(attack_rate="1")
    press_time(Patient(clinic.app), clinic, 0)
    patient = Patient(clinic.app)
    hold = press_time(patient, clinic, 1, without="1").location
    patient.fill_in(hold, email="")
    page = patient.press(f"{hold}/book")
    assert (page.status, page.h1) == (403, "We need your email for this")
    assert "Call 617-555-0142" in page.words
    assert count(clinic, "booked") == 0


def test_in_a_full_waiting_room_a_mail_gets_a_code_and_a_phone_alone_gets_the_visit(
    make_once: Callable[..., Clinic],
) -> None:
    clinic = make_once(hold_limit="6")
    for number in range(2):
        press_time(Patient(clinic.app), clinic, number)
    patient, hold = ready(clinic)
    assert patient.press(f"{hold}/book").location == f"{hold}/code"
    other, second = ready(clinic, email="", phone="617-555-0123", given="Eve")
    assert other.press(f"{second}/book").location.startswith("/b/")


def test_a_code_ends_after_five_tries_or_a_quarter_of_an_hour_and_three_are_sent(
    make: Callable[..., Clinic], frozen: Clock
) -> None:
    clinic = make()
    patient, hold = ready(clinic, hp_note="https://spam.example")
    assert patient.press(f"{hold}/book").location == f"{hold}/code"
    code = code_in_the_mail(clinic)
    bad = f"{(int(code) + 7) % 1_000_000:06d}"
    said = [patient.press(f"{hold}/code", code=bad).errors[0] for _ in range(5)]
    assert "isn't it" in said[0]
    assert "can't be used any more" in said[4]
    assert "can't be used any more" in patient.press(f"{hold}/code", code=code).errors[0]
    assert patient.press(f"{hold}/code/again").location.endswith("sent=0")
    frozen.at("2027-06-07T07:01:00-04:00")
    assert patient.press(f"{hold}/code/again").location.endswith("sent=1")
    second = code_in_the_mail(clinic)
    frozen.at("2027-06-07T07:16:00-04:00")
    assert "can't be used any more" in patient.press(f"{hold}/code", code=second).errors[0]
    assert patient.press(f"{hold}/code/again").location.endswith("sent=1")
    frozen.at("2027-06-07T07:18:00-04:00")
    assert patient.press(f"{hold}/code/again").location.endswith("sent=0")
    assert "Send a new code" not in patient.open(f"{hold}/code").words
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).where(Outbox.kind == "email-code")) == 3
    assert patient.press(f"{hold}/code", code=code_in_the_mail(clinic)).location == f"{hold}/book"


def test_another_language_on_the_page_of_the_code_keeps_what_is_typed_and_is_no_try(
    make_once: Callable[..., Clinic],
) -> None:
    clinic = make_once()
    patient, hold = ready(clinic, hp_note="x")
    patient.press(f"{hold}/book")
    right = code_in_the_mail(clinic)
    page = patient.open(f"{hold}/code")
    assert f'form="code-form" formaction="{hold}/code" formnovalidate name="language" value="es"' in page.text
    for typed in ("123", "<b>", right):
        spanish = patient.press(f"{hold}/code", code=typed, language="es", both="yes")
        assert (spanish.status, spanish.errors) == (200, [])
        assert '<html lang="es"' in spanish.text
        assert f'name="code" value="{html.escape(typed)}"' in spanish.text
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(ContactCheck.attempts)).one() == 0
    wrong = patient.press(f"{hold}/code", code="12345")
    assert (wrong.status, 'name="code" value="12345"' in wrong.text) == (400, True)
    assert patient.press(f"{hold}/code", code=right).location == f"{hold}/book"
    assert patient.press(f"{hold}/code", code=right, language="en").location == f"{hold}/review"


def test_more_time_on_the_page_of_the_code_stays_on_it(make_once: Callable[..., Clinic]) -> None:
    clinic = make_once()
    patient, hold = ready(clinic, hp_note="x")
    patient.press(f"{hold}/book")
    assert patient.open(f"{hold}/code").hidden("page") == "code"
    assert patient.press(f"{hold}/extend", page="code").location == f"{hold}/code?more=1"
    assert "Done. Your time is now held until" in patient.open(f"{hold}/code?more=1").words


def test_another_address_needs_another_code_and_the_held_time_lasts_as_long(
    make_once: Callable[..., Clinic], frozen: Clock
) -> None:
    clinic = make_once()
    patient, hold = ready(clinic, hp_note="x")
    frozen.at("2027-06-07T07:08:00-04:00")
    patient.press(f"{hold}/book")
    with clinic.app.app_context(), snapshot() as session:
        until = session.scalars(select(Appointment.expires_at)).one()
        assert until is not None
        assert until - clock.now() == 600
    first = code_in_the_mail(clinic)
    assert patient.press(f"{hold}/code", code=first).status == 307
    patient.fill_in(hold, email="other@example.org")  # at once: a wrong address was typed
    assert patient.press(f"{hold}/book").location == f"{hold}/code"
    with clinic.app.app_context(), snapshot() as session:
        row = session.scalars(select(ContactCheck)).one()
        assert (row.email, row.confirmed_at, row.sent) == ("other@example.org", None, 2)


def test_nobody_sees_the_hidden_field_and_an_empty_one_asks_for_nothing(
    make_once: Callable[..., Clinic],
) -> None:
    clinic = make_once()
    patient, hold = ready(clinic)
    page = patient.open(hold)
    field = re.search(
        r'(?s)<div class="visually-hidden" aria-hidden="true">(.*?)</div>',
        page.text[page.text.index("hp_note") - 200 :],
    )
    assert field is not None
    assert 'tabindex="-1"' in field[1]
    assert 'autocomplete="off"' in field[1]
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def second_schedule(clinic: Clinic) -> str:
    """Another clinician's, with the same hours."""
    return make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id


def test_a_visit_of_ones_own_at_the_same_time_is_shown_before_another_is_booked(
    make: Callable[..., Clinic],
) -> None:
    clinic = make()
    other, start = second_schedule(clinic), clinic.starts()[0]
    patient = Patient(clinic.app)
    first = patient.book(clinic, start)
    hold = patient.hold(clinic, start, schedule=other)
    patient.fill_in(hold)
    review = patient.open(f"{hold}/review")
    assert "You already have a visit at this time" in review.words
    assert "New patient visit, Tuesday, June 8, 9:00 AM EDT." in review.words
    assert first in review.links
    stopped = patient.press(f"{hold}/book")
    assert stopped.location == f"{hold}/review?twice=1"
    assert count(clinic, "booked") == 1
    assert patient.press(f"{hold}/book", both=review.hidden("both")).location.startswith("/b/")
    assert count(clinic, "booked") == 2
    deliver(clinic.app)
    assert not [mail for mail in mails(clinic.app) if "Two visits" in str(mail["Subject"])]


def test_a_visit_of_somebody_elses_booked_in_the_same_browser_is_no_double(
    make_once: Callable[..., Clinic],
) -> None:
    clinic = make_once()
    other, start = second_schedule(clinic), clinic.starts()[0]
    patient = Patient(clinic.app)
    patient.book(clinic, start)
    hold = patient.hold(clinic, start, schedule=other)
    child = {"for_whom": "child", "given": "Mina", "birth_date-year": "2019", "birth_date-day": "3"}
    child |= {"booker_given": "Zebulon", "relationship": "father", "consent": "y"}
    patient.press(hold, **{**GOOD, **child})
    assert "You already have" not in patient.open(f"{hold}/review").words
    assert patient.press(f"{hold}/book").location.startswith("/b/")


def test_a_stranger_who_types_a_contact_learns_nothing_and_the_owner_gets_a_mail(
    make: Callable[..., Clinic],
) -> None:
    clinic = make()
    other, start = second_schedule(clinic), clinic.starts()[0]
    Patient(clinic.app).book(clinic, start)
    stranger = Patient(clinic.app)
    hold = stranger.hold(clinic, start, schedule=other)
    stranger.fill_in(hold)
    review = stranger.open(f"{hold}/review")
    assert "already" not in review.words
    booked = stranger.press(f"{hold}/book")
    assert booked.status == 303
    assert "already" not in stranger.open(booked.location).words
    deliver(clinic.app)
    [mail] = [one for one in mails(clinic.app) if "Two visits" in str(one["Subject"])]
    assert mail["To"] == "zebulon@example.org"
    assert part(mail, "plain").count("Tuesday, June 8, 9:00 AM EDT") == 2
    assert "Zebulon" not in part(mail, "plain")
