"""What a finder's callback gets: each state, signed, in order; what becomes of it when the finder is away, slow or hostile."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import booking, catalog, clock, outcomes
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.jobs import Runner
from scheduler.jobs.runner import deliver, tell_finders
from scheduler.models import Outbox, ReferralState, Source
from scheduler.notify import outbox
from tests.factories import DETAILS, Clinic, make_hold, make_source, visitor
from tests.outcomes.finder import FakeFinder, fake_finder, reply, verified
from tests.support.times import Clock

HANDLE = "ref/äö?=&#🙂%41"


@pytest.fixture
def registered(clinic: Clinic, finder: FakeFinder) -> tuple[Source, str]:
    """The finder, registered as "carefinder", and its key."""
    return make_source(clinic, value="carefinder", callback_url=finder.url)


def calls_of(app: Flask) -> list[Outbox]:
    with app.app_context(), snapshot() as session:
        return list(session.scalars(select(Outbox).where(Outbox.kind == "outcome").order_by(Outbox.id)))


def book(clinic: Clinic, source: str = "carefinder", handle: str = HANDLE, at: int = 0) -> str:
    by = visitor()
    held = make_hold(clinic, by=by, start=clinic.starts()[at], source=source, booking_referral=handle)
    with clinic.app.app_context():
        booking.book(by=by, appointment_id=held.id, details=DETAILS)
    return held.id


def test_every_state_is_posted_once_in_order_and_signed(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str], frozen: Clock
) -> None:
    began = clock.now()
    book(clinic)
    assert tell_finders(clinic.app) == 2
    assert tell_finders(clinic.app) == 0

    instant = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [call.said for call in finder.calls] == [
        {"booking-referral": HANDLE, "state": state, "at": instant} for state in ("held", "booked")
    ]
    for call in finder.calls:
        assert verified(registered[1], call)
        assert not verified(registered[1], call.__class__(call.path, call.headers, call.body + b" ", call.at))
        assert call.headers["content-type"] == "application/json"
        assert abs(int(call.headers["webhook-timestamp"]) - began) <= 1
    assert len({call.headers["webhook-id"] for call in finder.calls}) == 2
    with clinic.app.app_context(), snapshot() as session:
        assert None not in session.scalars(select(ReferralState.told_at)).all()


def test_a_call_holds_nothing_of_the_patient_the_time_or_the_clinic(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str]
) -> None:
    appointment_id = book(clinic)
    tell_finders(clinic.app)
    [_, booked] = finder.calls
    assert set(booked.said) == {"booking-referral", "state", "at"}
    whole = booked.body.decode() + str(booked.headers)
    private = (appointment_id, DETAILS.given, DETAILS.family, DETAILS.email, DETAILS.phone, "Riverside")
    assert [one for one in (*private, clinic.organization, clinic.schedule) if one in whole] == []


def test_a_finder_that_is_away_is_called_again_later_with_the_same_ids(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str], frozen: Clock
) -> None:
    finder.answer = lambda handler: reply(handler, 503)
    book(clinic)
    tell_finders(clinic.app)
    assert len(finder.calls) == 1, "what comes after waits for it"
    assert [row.done_at for row in calls_of(clinic.app)] == [None, None]
    assert calls_of(clinic.app)[0].error == "the finder's callback answered 503"

    finder.answer = lambda handler: reply(handler, 200)
    frozen.forward(seconds=10)
    tell_finders(clinic.app)
    assert finder.states == ["held", "held", "booked"]
    assert finder.calls[0].headers["webhook-id"] == finder.calls[1].headers["webhook-id"]
    assert all(row.done_at is not None for row in calls_of(clinic.app))


def test_a_later_state_brings_along_what_was_given_up(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str], frozen: Clock
) -> None:
    finder.answer = lambda handler: reply(handler, 500)
    appointment_id = book(clinic)
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        frozen.forward(hours=1)
        tell_finders(clinic.app)
    with clinic.app.app_context(), snapshot() as session:
        assert len(outbox.stuck(session, clock.now())) == 2
    finder.calls.clear()
    finder.answer = lambda handler: reply(handler, 204)
    frozen.at("2027-06-07T07:30:00-04:00")
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=appointment_id)
    tell_finders(clinic.app)
    assert finder.states == ["held", "booked", "cancelled"]


def test_redirects_are_not_followed(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str]
) -> None:
    with fake_finder() as other:
        finder.answer = lambda handler: reply(handler, 307, Location=other.url)
        book(clinic)
        tell_finders(clinic.app)
        assert len(finder.calls) == 1
        assert other.calls == []
    assert calls_of(clinic.app)[0].error == "the finder's callback answered 307"


@pytest.mark.parametrize("answers", ["too much", "never", "byte by byte"])
def test_a_hostile_finder_costs_a_bounded_time_and_delays_no_other(
    clinic: Clinic,
    finder: FakeFinder,
    registered: tuple[Source, str],
    monkeypatch: pytest.MonkeyPatch,
    answers: str,
) -> None:
    over = threading.Event()

    def misbehave(handler: BaseHTTPRequestHandler) -> None:
        if answers == "too much":
            reply(handler, 200, b"x" * 1_000_000)
        elif answers == "never":
            over.wait(20)
        else:
            handler.send_response(200)
            handler.end_headers()
            while not over.wait(0.05):
                handler.wfile.write(b"x")

    monkeypatch.setattr("scheduler.outcomes.tell.SECONDS", 0.5)
    finder.answer = misbehave
    with fake_finder() as healthy:
        make_source(clinic, value="healthy", callback_url=healthy.url)
        for number in range(3):
            book(clinic, handle=f"dead-{number}", at=number * 4)
        book(clinic, source="healthy", at=12)
        began = time.perf_counter()
        try:
            tell_finders(clinic.app)
        finally:
            over.set()
        assert time.perf_counter() - began < 5
        assert healthy.states == ["held", "booked"]
    assert len(finder.calls) == 1, "one try a round"
    undone = [row for row in calls_of(clinic.app) if row.done_at is None]
    assert [row.attempts for row in undone] == [1, 0, 0, 0, 0, 0], "the others were put back untried"


def test_mails_and_calls_never_wait_for_each_other(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str]
) -> None:
    book(clinic)
    assert deliver(clinic.app) == 1
    assert finder.calls == []
    assert tell_finders(clinic.app) == 2


@pytest.mark.parametrize("change", [{"active": False}, {"share_outcome": False}, {"callback_url": ""}])
def test_nothing_is_sent_that_was_stopped_meanwhile(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str], change: dict[str, bool | str]
) -> None:
    book(clinic)
    with clinic.app.app_context(), transaction() as session:
        catalog.edit_source(session, by=SYSTEM, now=clock.now(), source_id=registered[0].id, **change)
    tell_finders(clinic.app)
    assert finder.calls == []
    assert all(row.done_at is not None for row in calls_of(clinic.app))


def test_nothing_is_sent_after_the_patient_said_no(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str]
) -> None:
    by = visitor()
    held = make_hold(clinic, by=by, source="carefinder", booking_referral=HANDLE)
    with clinic.app.app_context():
        booking.choose_telling(by=by, appointment_id=held.id, tell=False)
    tell_finders(clinic.app)
    assert finder.calls == []


def test_with_a_new_key_calls_are_signed_by_that_one_alone(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str]
) -> None:
    source, old = registered
    with clinic.app.app_context(), transaction() as session:
        new = catalog.renew_source_key(session, by=SYSTEM, now=clock.now(), source_id=source.id)
    book(clinic)
    tell_finders(clinic.app)
    assert [(verified(new, call), verified(old, call)) for call in finder.calls] == [(True, False)] * 2


def test_without_a_key_or_an_address_there_is_nobody_to_call(clinic: Clinic, finder: FakeFinder) -> None:
    make_source(clinic, value="keyless", callback_url=finder.url, key=False)
    make_source(clinic, value="asker")
    book(clinic, source="keyless")
    book(clinic, source="asker", at=4)
    assert calls_of(clinic.app) == []


def test_a_test_call_is_signed_and_about_nobody(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str]
) -> None:
    with clinic.app.app_context():
        told = outcomes.test_call(registered[0], clock.now(), clinic.app.config["SETTINGS"])
    assert told == outcomes.Told(204, "")
    [call] = finder.calls
    assert verified(registered[1], call)
    assert (call.said["booking-referral"], call.said["state"]) == ("test-call", "test")


def test_a_booking_reaches_the_finder_within_five_seconds(
    clinic: Clinic, finder: FakeFinder, registered: tuple[Source, str], frozen: Clock
) -> None:
    frozen.go_on()
    runner = Runner(clinic.app)
    runner.start()
    try:
        began = time.perf_counter()
        book(clinic)
        finder.wait_for(2)
    finally:
        runner.stop()
    assert finder.states == ["held", "booked"]
    assert finder.calls[-1].at - began <= 5
