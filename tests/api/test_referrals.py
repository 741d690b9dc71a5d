"""A finder asks for its referrals with its key: its own and nobody else's, whatever signs the handle has."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest
from flask import Flask

from scheduler import booking, catalog, clock
from scheduler.api import referrals
from scheduler.booking import SYSTEM
from scheduler.db import transaction
from tests.factories import Clinic, make_clinic, make_hold, make_source, visitor
from tests.support.served import forget_tries
from tests.support.times import Clock

HANDLES = ["r-1", "ref/äö?=&#🙂%41", "//a/../b/", "/", "a b+c", ".", "x" * 255, "%2F", "é" * 255]


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    forget_tries()
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(app)


def ask(app: Flask, handle: str, key: str = "", **headers: str) -> tuple[int, dict[str, object]]:
    sent = headers or ({"Authorization": f"Bearer {key}"} if key else {})
    # as it stands in an address, whatever a client makes of dots and slashes
    answer = app.test_client().get(f"/referrals/{quote(handle, safe='')}", headers=sent)
    assert answer.mimetype == "application/json"
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize("handle", HANDLES, ids=range(len(HANDLES)))
def test_the_states_of_a_referral_come_in_order(clinic: Clinic, frozen: Clock, handle: str) -> None:
    _, key = make_source(clinic, value="carefinder")
    by = visitor()
    held = make_hold(clinic, by=by, source="carefinder", booking_referral=handle)
    frozen.forward(minutes=1)
    with clinic.app.app_context():
        booking.release(by=by, appointment_id=held.id)
    assert ask(clinic.app, handle, key) == (
        200,
        {
            "booking-referral": handle,
            "states": [
                {"state": "held", "at": "2027-06-07T11:00:00Z"},
                {"state": "lapsed", "at": "2027-06-07T11:01:00Z"},
            ],
        },
    )


def test_without_the_key_nothing_is_told(clinic: Clinic) -> None:
    _, key = make_source(clinic, value="carefinder")
    make_hold(clinic, source="carefinder", booking_referral="r-1")
    for headers in (
        {}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": f"Basic {key}"},
        {"Authorization": f"Bearer {key}x"}, {"Authorization": f"Bearer {key[:-2]}"}, {"Authorization": "Bearer é"},
    ):  # fmt: skip
        status, said = ask(clinic.app, "r-1", **headers)
        assert (status, "states" in said) == (401, False), headers
    answer = clinic.app.test_client().get("/referrals/r-1")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_unknown_handle_and_another_finders_look_alike(clinic: Clinic) -> None:
    make_source(clinic, value="carefinder")
    _, other = make_source(clinic, value="other")
    make_hold(clinic, source="carefinder", booking_referral="r-1")
    assert ask(clinic.app, "r-1", other) == ask(clinic.app, "nobodys", other)
    assert ask(clinic.app, "r-1", other)[0] == 404


def test_a_renewed_key_ends_the_old_one_at_once(clinic: Clinic) -> None:
    source, old = make_source(clinic, value="carefinder")
    make_hold(clinic, source="carefinder", booking_referral="r-1")
    with clinic.app.app_context(), transaction() as session:
        new = catalog.renew_source_key(session, by=SYSTEM, now=clock.now(), source_id=source.id)
    assert [ask(clinic.app, "r-1", key)[0] for key in (old, new)] == [401, 200]


def test_a_paused_finders_key_opens_nothing(clinic: Clinic) -> None:
    source, key = make_source(clinic, value="carefinder")
    make_hold(clinic, source="carefinder", booking_referral="r-1")
    with clinic.app.app_context(), transaction() as session:
        catalog.edit_source(session, by=SYSTEM, now=clock.now(), source_id=source.id, active=False)
    assert ask(clinic.app, "r-1", key)[0] == 403


def test_who_asks_too_often_is_told_to_wait(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referrals.asked, "limit", 3)
    _, key = make_source(clinic, value="carefinder")
    assert [ask(clinic.app, "r-1", key)[0] for _ in range(4)] == [404, 404, 404, 429]
    answer = clinic.app.test_client().get("/referrals/r-1")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_handle_stands_in_no_log(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(clinic.app, "zq-handle-7", "a key")
    logging.getLogger("werkzeug").info('"GET /referrals/zq-handle-7 HTTP/1.1" 401 -')
    assert caplog.records
    assert "zq-handle-7" not in caplog.text
