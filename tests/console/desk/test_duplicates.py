"""Duplicates: likely pairs are put forward; joining, its undo, and "not the same" last; a booking lists the others."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler import booking, clock
from scheduler.booking import SYSTEM
from scheduler.console.desk.duplicates import Pair, names_alike, pairs
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import AuditEntry, PatientDetails
from tests.console.desk.conftest import desk_of, words
from tests.factories import Clinic, make_appointment, make_clinic
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
ANA: dict[str, Any] = {"given": "Ana", "family": "Silva", "birth_date": "1984-05-17"}


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(app)


def visit(clinic: Clinic, number: int, **details: Any) -> str:
    details = {**ANA, "email": f"{number}@example.org", "phone": f"617-555-01{number:02d}", **details}
    return make_appointment(clinic, start=clinic.starts()[number], **details).id


def found(clinic: Clinic) -> list[Pair]:
    with clinic.app.app_context(), snapshot() as session:
        return pairs(session, clinic.organization, clock.now())[0]


def join(clinic: Clinic, *visits: str) -> str:
    with clinic.app.app_context():
        return booking.join_persons(by=SYSTEM, organization_id=clinic.organization, visit_ids=visits)


def persons(clinic: Clinic) -> dict[str, str | None]:
    with clinic.app.app_context(), snapshot() as session:
        rows = session.execute(select(PatientDetails.appointment_id, PatientDetails.person_id))
        return dict(rows.all())


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({"given": "Anna"}, ("same birth date", "similar name")),
        ({"given": "silva", "family": "ANA"}, ("same birth date", "similar name")),
        ({"given": "Ana Maria"}, ("same birth date", "similar name")),
        ({"given": "Eve", "family": "Jones", "email": "0@EXAMPLE.org"}, ("same birth date", "same email")),
        ({"given": "Eve", "family": "Jones", "phone": "+1 617 555 0100"}, ("same birth date", "same phone")),
        ({"given": "Eve", "family": "Jones"}, None),
        ({"birth_date": "1984-05-18"}, None),
    ],
)
def test_a_pair_is_put_forward_by_birth_date_and_name_or_contact(
    sqlite_app: Flask, frozen: Clock, changes: dict[str, str], alike: tuple[str, ...] | None
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    visit(clinic, 0)
    visit(clinic, 1, **changes)
    assert [pair.alike for pair in found(clinic)] == ([alike] if alike else [])


def test_visits_with_one_name_birth_date_and_contact_are_one_record(clinic: Clinic) -> None:
    for number in range(3):
        visit(clinic, number, email="ana@example.org")
    visit(clinic, 4)
    [pair] = found(clinic)
    assert sorted(len(side.visits) for side in (pair.first, pair.second)) == [1, 3]


def test_joining_is_said_once_and_undone_exactly(clinic: Clinic) -> None:
    first, second, third = visit(clinic, 0), visit(clinic, 1), visit(clinic, 2)
    one = join(clinic, first, second)
    assert join(clinic, first, second) == one
    before = persons(clinic)
    two = join(clinic, second, third)
    assert two == one
    assert set(persons(clinic).values()) == {one}
    assert found(clinic) == []
    with clinic.app.app_context():
        for _ in range(2):
            booking.undo_join(by=SYSTEM, organization_id=clinic.organization, person_id=one)
    assert persons(clinic) == before
    with clinic.app.app_context(), snapshot() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "person")).all()
        assert list(acts) == ["same-person", "same-person", "undo-same-person"]


def test_two_persons_become_one_with_all_their_visits(clinic: Clinic) -> None:
    visits = [visit(clinic, number) for number in range(5)]
    one, two = join(clinic, *visits[:3]), join(clinic, *visits[3:])
    assert one != two
    assert join(clinic, visits[0], visits[4]) == one
    assert set(persons(clinic).values()) == {one}


def test_not_the_same_is_remembered_and_can_be_taken_back(clinic: Clinic) -> None:
    first, second = visit(clinic, 0), visit(clinic, 1)

    def say(undo: bool) -> None:
        with clinic.app.app_context():
            for pair in ((first, second), (second, first)):
                booking.not_same(
                    by=SYSTEM,
                    organization_id=clinic.organization,
                    first_id=pair[0],
                    second_id=pair[1],
                    undo=undo,
                )

    say(False)
    assert found(clinic) == []
    visit(clinic, 2, email="1@example.org", phone="617-555-0101")
    assert found(clinic) == []
    say(True)
    assert len(found(clinic)) == 1


def test_another_clinics_visit_and_a_removed_one_are_not_found(clinic: Clinic) -> None:
    first, second = visit(clinic, 0), visit(clinic, 1)
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=second)
        booking.erase(by=SYSTEM, appointment_id=second)
        for others in ([first, second], [first, "nothing"], []):
            with pytest.raises(NotFound):
                booking.join_persons(by=SYSTEM, organization_id=clinic.organization, visit_ids=others)
        with pytest.raises(NotFound):
            booking.join_persons(by=SYSTEM, organization_id="another", visit_ids=[first])
        with pytest.raises(NotFound):
            booking.undo_join(by=SYSTEM, organization_id="another", person_id="nothing")
    assert found(clinic) == []


@given(st.text("abc ", max_size=12), st.text("abc ", max_size=12))
def test_a_name_is_like_itself_in_any_order_of_its_words(one: str, two: str) -> None:
    assert names_alike(f"{one} {two}", f"{two} {one}") == bool(one.split() or two.split())
    assert not names_alike(one, "")


def test_the_desk_joins_two_records_sees_their_visits_and_takes_it_back(clinic: Clinic) -> None:
    first, second = visit(clinic, 0), visit(clinic, 1)
    desk = desk_of(clinic)
    page = desk.open("/console/duplicates")
    assert "Same birth date, similar name" in words(page)
    joined = desk.press("/console/duplicates/same", first=first, second=second)
    assert joined.status_code == 303
    shown = desk.open("/console/duplicates")
    assert "Joined: they are one person." in words(shown)
    undo = re.search(r'action="(/console/duplicates/undo[^"]*)"', shown.text)
    assert undo is not None
    booking_page = desk.open(f"/console/bookings/{first}")
    assert "Other visits of this patient" in words(booking_page)
    assert f"/console/bookings/{second}" in booking_page.text
    assert desk.press(f"/console/bookings/{first}/part").status_code == 303
    assert "Other visits of this patient" not in words(desk.open(f"/console/bookings/{first}"))
    desk.press("/console/duplicates/same", first=first, second=second)
    assert desk.press(html.unescape(undo[1])).status_code == 303
    assert persons(clinic)[first] is None


def test_two_people_are_not_put_forward_again_until_it_is_taken_back(clinic: Clinic) -> None:
    first, second = visit(clinic, 0), visit(clinic, 1)
    desk = desk_of(clinic)
    desk.press("/console/duplicates/not-same", first=first, second=second)
    shown = desk.open("/console/duplicates")
    assert "No two records look like one person." in words(shown)
    undo = re.search(r'action="(/console/duplicates/not-same[^"]*)"', shown.text)
    assert undo is not None
    desk.press(html.unescape(undo[1]))
    assert "Same birth date, similar name" in words(desk.open("/console/duplicates"))
    gone = desk.press("/console/duplicates/same", first=first, second="nothing")
    assert gone.status_code == 404
    assert "We can&#39;t find one of these visits" in gone.text


def test_a_returning_patients_visits_are_listed_without_anybodys_word(clinic: Clinic) -> None:
    first, second = (visit(clinic, number, email="ana@example.org", phone="") for number in (0, 1))
    stranger = visit(clinic, 2)
    page = desk_of(clinic).open(f"/console/bookings/{first}").text
    assert f"/console/bookings/{second}" in page
    assert f"/console/bookings/{stranger}" not in page
    assert "take this booking apart" not in page
