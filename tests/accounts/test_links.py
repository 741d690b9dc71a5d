"""Links to set a password: whose they are, until when, and what makes them void."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler import accounts, clock
from scheduler.accounts import links, users
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.models import User
from tests.factories import Clinic, make_clinic, make_user
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


def secret(clinic: Clinic) -> str:
    found: str = clinic.app.config["SETTINGS"].secret
    return found


def ask(clinic: Clinic, user_id: str) -> str:
    """Ask for a link to choose a new password; its token, as the outbox makes it."""
    with clinic.app.app_context(), transaction() as session:
        user = session.get_one(User, user_id)
        users.ask_reset(session, by=SYSTEM, now=clock.now(), user=user)
        token = links.token(secret(clinic), links.RESET, user)
        assert token is not None
        return token


def opens(clinic: Clinic, token: str, purpose: str = links.RESET) -> str | None:
    """The id of the user whose link it is now."""
    with clinic.app.app_context(), snapshot() as session:
        user = links.find(session, secret(clinic), purpose, token, clock.now())
        return user.id if user else None


def test_a_link_is_its_users_for_an_hour_and_can_be_made_again(clinic: Clinic, frozen: Clock) -> None:
    user = make_user(clinic)
    token = ask(clinic, user.id)
    assert opens(clinic, token) == user.id
    with clinic.app.app_context(), snapshot() as session:
        assert links.token(secret(clinic), links.RESET, session.get_one(User, user.id)) == token
    frozen.forward(seconds=3599)
    assert opens(clinic, token) == user.id
    frozen.forward(seconds=1)
    assert opens(clinic, token) is None


def test_a_newer_link_voids_the_older_even_in_the_same_second(clinic: Clinic) -> None:
    user = make_user(clinic)
    first, second = ask(clinic, user.id), ask(clinic, user.id)
    assert first != second
    assert opens(clinic, first) is None
    assert opens(clinic, second) == user.id


@pytest.mark.parametrize("how", ["password", "sessions", "not active"])
def test_what_ends_the_sessions_ends_the_link(clinic: Clinic, how: str) -> None:
    user = make_user(clinic, role="front-desk")
    token = ask(clinic, user.id)
    with clinic.app.app_context(), transaction() as session:
        row, now = session.get_one(User, user.id), clock.now()
        if how == "password":
            accounts.set_password(session, by=SYSTEM, now=now, user=row, password="another long one")
        elif how == "sessions":
            accounts.end_sessions(session, by=SYSTEM, now=now, user=row)
        else:
            users.set_active(session, by=SYSTEM, now=now, user=row, active=False)
    assert opens(clinic, token) is None


def test_a_token_is_good_for_one_user_one_purpose_and_whole_only(clinic: Clinic) -> None:
    user, other = make_user(clinic), make_user(clinic)
    token, others = ask(clinic, user.id), ask(clinic, other.id)
    assert opens(clinic, token, links.INVITATION) is None
    wrong = (
        token[:-1],
        token + "a",
        token[1:],
        token.upper(),
        other.id + token[len(user.id) :],
        user.id + others[len(other.id) :],
        user.id,
        "",
        " " + token,
        token + "\n",
    )
    assert [opens(clinic, text) for text in wrong] == [None] * len(wrong)
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(User, user.id)
        assert links.find(session, "another secret", links.RESET, token, clock.now()) is None
        assert links.token("another secret", links.RESET, row) != token
