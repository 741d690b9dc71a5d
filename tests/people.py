"""The cast of every test about rights: the owner of a booking, a colleague, a stranger, and who works beside them.

``cast`` is a fixture. Each person has a browser of their own, signed in as they are: ``cast.owner.browser.get("/console")``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.accounts.session import signed_in
from scheduler.models import User
from tests.factories import Clinic, make_clinic, make_practitioner, make_user


@dataclass(frozen=True)
class Someone:
    """A person with a browser; ``user`` is None for one who is not signed in."""

    browser: FlaskClient
    user: User | None


@dataclass(frozen=True)
class Cast:
    """``owner`` is the clinician of ``clinic``; ``colleague`` another clinician there; ``admin`` and ``desk`` work there
    too; ``stranger`` is the admin and ``other_clinician`` a clinician of another organization; ``nobody`` has no
    sign-in."""

    clinic: Clinic
    elsewhere: Clinic
    owner: Someone
    colleague: Someone
    admin: Someone
    desk: Someone
    stranger: Someone
    other_clinician: Someone
    nobody: Someone

    @property
    def everybody(self) -> dict[str, Someone]:
        """All by the name of their part."""
        parts = ("owner", "colleague", "admin", "desk", "stranger", "other_clinician", "nobody")
        return {part: getattr(self, part) for part in parts}


def browser_of(app: Flask, user: User) -> FlaskClient:
    """A browser in which this user is signed in, without a round through the sign-in page."""
    with app.app_context():
        person = signed_in(user.id)
    assert person is not None
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = person.get_id()
        session["_fresh"] = True
    return browser


def make_cast(app: Flask, **clinic_fields: Any) -> Cast:
    """Everybody, on two clinics of two organizations. ``clinic_fields``: of ``make_clinic``, for the owner's clinic."""
    clinic = make_clinic(app, **clinic_fields)
    elsewhere = make_clinic(
        app, organization={"name": "Hillside Practice"}, location={"name": "Hillside Practice"}
    )
    other_hand = make_practitioner(clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")

    def someone(at: Clinic, role: str, practitioner: str | None = None) -> Someone:
        user = make_user(at, role=role, practitioner=practitioner)
        return Someone(browser_of(app, user), user)

    return Cast(
        clinic=clinic,
        elsewhere=elsewhere,
        owner=someone(clinic, "clinician"),
        colleague=someone(clinic, "clinician", other_hand.practitioner),
        admin=someone(clinic, "admin"),
        desk=someone(clinic, "front-desk"),
        stranger=someone(elsewhere, "admin"),
        other_clinician=someone(elsewhere, "clinician"),
        nobody=Someone(app.test_client(), None),
    )


def cast_on(app: Flask, cast: Cast) -> Cast:
    """The same people on another application, whose database is a copy of theirs; nobody is signed in there yet."""
    return Cast(
        clinic=replace(cast.clinic, app=app),
        elsewhere=replace(cast.elsewhere, app=app),
        **{part: Someone(app.test_client(), one.user) for part, one in cast.everybody.items()},
    )


@pytest.fixture
def cast(sqlite_app: Flask) -> Cast:
    """Everybody, on SQLite: rights do not depend on the database."""
    return make_cast(sqlite_app)
