"""Manage links."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.booking import links
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment
from tests.factories import Clinic, make_appointment

SECRET = "a secret of forty characters, more or less"


@pytest.fixture
def booked(app_context: Flask, clinic: Clinic) -> Appointment:
    return make_appointment(clinic)


def found(token: str, secret: str = SECRET) -> str | None:
    with snapshot() as session:
        appointment = links.find(session, secret, token)
    return appointment.id if appointment else None


def test_a_token_opens_its_appointment_and_can_be_made_again(booked: Appointment) -> None:
    token = links.manage_token(SECRET, booked)
    assert found(token) == booked.id
    assert links.manage_token(SECRET, booked) == token
    assert len(token) - len(booked.id) == 32  # 160 bits in base 32


def test_a_token_of_another_secret_opens_nothing(booked: Appointment) -> None:
    assert found(links.manage_token(SECRET, booked), secret=SECRET + "!") is None


@pytest.mark.parametrize("spoil", [
    lambda t: "", lambda t: t[:-1], lambda t: t + "a", lambda t: t[:-1] + ("a" if t[-1] != "a" else "b"),
    lambda t: t.upper(), lambda t: "0" * 16 + t[16:], lambda t: t[:-1] + "é", lambda t: t + "\n", lambda t: "\0" + t[1:],
])  # fmt: skip
def test_a_spoilt_token_opens_nothing(booked: Appointment, spoil: object) -> None:
    token = links.manage_token(SECRET, booked)
    assert found(spoil(token)) is None  # type: ignore[operator]


def test_raising_the_version_revokes_the_token(booked: Appointment) -> None:
    token = links.manage_token(SECRET, booked)
    with transaction() as session:
        session.get_one(Appointment, booked.id).token_version += 1
    assert found(token) is None


def test_a_token_does_not_open_anothers_appointment(booked: Appointment, clinic: Clinic) -> None:
    other = make_appointment(clinic)
    token = links.manage_token(SECRET, booked)
    assert found(other.id + token[16:]) is None
