"""Invitations and users, through services and pages, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import accounts, clock
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.models import AuditEntry, User, UserRole
from tests.factories import Clinic, make_clinic, make_practitioner, make_user
from tests.support.times import Clock

GOOD: dict[str, Any] = {"email": "Ana.Lopez@Example.org", "name": "Ana Lopez", "roles": ["admin"]}


@pytest.fixture
def clinic(app: Flask) -> Clinic:
    return make_clinic(app)


def invite(clinic: Clinic, **fields: Any) -> tuple[str, str]:
    with clinic.app.app_context(), transaction() as session:
        values = {"organization_id": clinic.organization} | GOOD | fields
        user, token = accounts.invite(session, by=SYSTEM, now=clock.now(), **values)
        return user.id, token


def while_another_invites(clinic: Clinic, act: Callable[[], object]) -> list[object]:
    """What comes of ``act`` that begins before another administrator's invitation of the same address is committed."""
    ended: list[object] = []

    def run() -> None:
        try:
            ended.append(act())
        except InvalidInput as error:
            ended.append(error.problems)

    second = Thread(target=run)
    with clinic.app.app_context(), transaction() as session:
        values = {"organization_id": clinic.organization} | GOOD
        accounts.invite(session, by=SYSTEM, now=clock.now(), **values)
        second.start()
        second.join(timeout=0.5)  # it waits, for the address or for the whole database
        assert not ended
    second.join()
    return ended


def accept(clinic: Clinic, token: str, password: str) -> Any:
    browser = clinic.app.test_client()
    page = browser.get(f"/invitation/{token}").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"password": password, "csrf_token": found[1] if found else ""}
    answer = browser.post(f"/invitation/{token}", data=form)
    return answer, browser


def test_an_invitation_keeps_nothing_of_its_token(clinic: Clinic) -> None:
    user_id, token = invite(clinic)
    with clinic.app.app_context(), snapshot() as session:
        user = session.get_one(User, user_id)
        assert user.email == "ana.lopez@example.org"
        assert user.password_hash is None
        assert user.invitation_hash is None
        assert all(token not in str(value) for value in vars(user).values())
        assert session.scalars(select(UserRole.role).where(UserRole.user_id == user_id)).all() == ["admin"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == user_id)).one()
        assert (entry.action, entry.details) == ("invite", {"roles": ["admin"]})
        assert token not in str(entry.details)


def test_opening_an_invitation_changes_nothing_and_answering_it_signs_in(clinic: Clinic) -> None:
    user_id, token = invite(clinic)
    for _ in range(3):
        page = clinic.app.test_client().get(f"/invitation/{token}")
        assert page.status_code == 200
        assert "ana.lopez@example.org" in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
    answer, browser = accept(clinic, token, "a long enough one")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console")
    assert browser.get("/console/day/today").status_code == 200
    assert clinic.app.test_client().get(f"/invitation/{token}").status_code == 404
    again, _ = accept(clinic, token, "another long enough one")
    assert again.status_code in (400, 404)
    with clinic.app.app_context(), snapshot() as session:
        user = session.get_one(User, user_id)
        assert user.invitation_expires_at is None
        assert user.password_hash is not None


@pytest.mark.parametrize("password", ["", "short", "ana.lopez@example.org", "x" * 100_000])
def test_a_password_that_will_not_do_is_refused_and_the_invitation_stays(
    clinic: Clinic, password: str
) -> None:
    _, token = invite(clinic)
    answer, _ = accept(clinic, token, password)
    assert answer.status_code == 400
    assert "Password: " in answer.text
    assert password == "" or password not in answer.text.replace("ana.lopez@example.org</bdi>", "").replace(
        'value="ana.lopez@example.org"', ""
    )
    assert clinic.app.test_client().get(f"/invitation/{token}").status_code == 200


def test_an_invitation_ends_after_seven_days(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2027-06-01T09:00:00-04:00")
    _, token = invite(clinic)
    frozen.forward(days=7, seconds=-1)
    assert clinic.app.test_client().get(f"/invitation/{token}").status_code == 200
    frozen.forward(seconds=1)
    assert clinic.app.test_client().get(f"/invitation/{token}").status_code == 404


@pytest.mark.parametrize("token", ["nonsense", "x" * 900, "%F0%9F%98%80", "a%20b", "'--"])
def test_an_unknown_invitation_is_a_page_with_a_way_on(clinic: Clinic, token: str) -> None:
    answer = clinic.app.test_client().get(f"/invitation/{token}")
    assert answer.status_code == 404
    assert "/sign-in" in answer.text


def test_inviting_again_voids_the_earlier_link(clinic: Clinic) -> None:
    first_id, first = invite(clinic)
    second_id, second = invite(clinic, roles=["front-desk"])
    assert first_id == second_id
    browser = clinic.app.test_client()
    assert browser.get(f"/invitation/{first}").status_code == 404
    assert browser.get(f"/invitation/{second}").status_code == 200
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(UserRole.role)).all() == ["front-desk"]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("email", {"email": ""}),
        ("email", {"email": "no-at-sign"}),
        ("email", {"email": "a@b@c"}),
        ("email", {"email": "x" * 300 + "@example.org"}),
        ("email", {"email": "a\x00b@example.org"}),
        ("email", {"email": "taken@example.org"}),
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "Ana\x00"}),
        ("roles", {"roles": []}),
        ("roles", {"roles": ["owner"]}),
        ("practitioner", {"roles": ["clinician"]}),
        ("practitioner", {"roles": ["clinician"], "practitioner_id": "nobody"}),
        ("organization", {"organization_id": "nothing"}),
    ],
)
def test_bad_input_names_the_field_and_the_fix_and_writes_nothing(
    clinic: Clinic, field: str, fields: dict[str, Any]
) -> None:
    make_user(clinic, email="taken@example.org")
    with pytest.raises(InvalidInput) as refused:
        invite(clinic, **fields)
    assert field in refused.value.problems
    assert all(": " in sentence for sentence in refused.value.problems.values())
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(User.email)).all() == ["taken@example.org"]


def test_all_bad_fields_are_named_at_once(clinic: Clinic) -> None:
    with pytest.raises(InvalidInput) as refused:
        invite(clinic, email="x", name="", roles=[])
    assert set(refused.value.problems) == {"email", "name", "roles"}


def test_a_practitioner_of_another_organization_cannot_be_somebodys_own(
    clinic: Clinic, frozen: Clock
) -> None:
    other = make_clinic(clinic.app, organization={"name": "Other"})
    person = make_practitioner(other)
    with pytest.raises(InvalidInput) as refused:
        invite(clinic, roles=["clinician"], practitioner_id=person.practitioner)
    assert list(refused.value.problems) == ["practitioner"]


def test_a_user_is_linked_to_a_practitioner_of_their_own_organization_only(clinic: Clinic) -> None:
    user = make_user(clinic, role="admin")
    elsewhere = make_clinic(clinic.app, organization={"name": "Elsewhere"})

    def link(practitioner: str) -> None:
        with clinic.app.app_context(), transaction() as session:
            row = session.get_one(User, user.id)
            accounts.link_practitioner(
                session, by=SYSTEM, now=clock.now(), user=row, practitioner_id=practitioner
            )

    for practitioner in (elsewhere.practitioner, "never-was"):
        with pytest.raises(InvalidInput, match="Practitioner"):
            link(practitioner)
    for _ in range(2):
        link(clinic.practitioner)
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(User, user.id)
        assert (row.practitioner_id, row.session_version) == (clinic.practitioner, user.session_version)
        roles = session.scalars(select(UserRole.role).where(UserRole.user_id == user.id))
        assert set(roles) == {"admin", "clinician"}


def test_two_administrators_who_invite_the_same_address_at_once_have_invited_one_person(
    clinic: Clinic,
) -> None:
    [(user_id, token)] = while_another_invites(clinic, lambda: invite(clinic, roles=["front-desk"]))
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(User.id).where(User.email == "ana.lopez@example.org")).all() == [
            user_id
        ]
        assert session.scalars(select(UserRole.role).where(UserRole.user_id == user_id)).all() == [
            "front-desk"
        ]
    assert accept(clinic, token, "several words in a row")[0].status_code == 303


def test_an_address_that_somebody_is_invited_at_meanwhile_is_not_given_to_another(clinic: Clinic) -> None:
    other = make_user(clinic)

    def change() -> None:
        with clinic.app.app_context(), transaction() as session:
            user = session.get_one(User, other.id)
            roles = accounts.users.roles_of(session, user.id)
            accounts.users.edit_user(
                session, by=SYSTEM, now=clock.now(), user=user, seen=accounts.users.state_of(user, roles),
                email=GOOD["email"], name=user.name, roles=roles,
            )  # fmt: skip

    [problems] = while_another_invites(clinic, change)
    assert problems == {"email": "Email: somebody already signs in with this address. Use another one."}
