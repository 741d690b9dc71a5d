"""Find: a name or part of it, phone, birth date, email or code; rights respected; bounded, whatever is stored."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import insert

from scheduler import booking, clock
from scheduler.booking import SYSTEM
from scheduler.clock import DAY
from scheduler.console.desk.find import MOST, find
from scheduler.db import transaction
from scheduler.ids import new_id
from scheduler.models import Appointment, PatientDetails
from tests.console.desk.conftest import MONDAY, Desk, desk_of, words
from tests.factories import (
    DETAILS,
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_schedule,
)
from tests.support.times import Clock

TODAY = date(2027, 6, 7)
MANY = 5_000  # by hand with 20,000: 0.3 s of work for two searches


class Person:
    roles = frozenset({"front-desk"})
    practitioner_id = None

    def __init__(self, organization_id: str) -> None:
        self.organization_id = organization_id


def past_visit(clinic: Clinic, days: int, **details: str) -> Appointment:
    """A visit that many days ago."""
    with clinic.app.app_context():
        return booking.desk_book(
            by=SYSTEM, schedule_id=clinic.schedule, start=clock.now() // 60 * 60 - days * DAY,
            details=replace(DETAILS, **details), set_aside=frozenset({"hours", "limits"}),
        )  # fmt: skip


@pytest.fixture
def people(app: Flask, frozen: Clock) -> Clinic:
    """On both databases: José, whose visit is tomorrow; Ana Maria, the day after."""
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    starts = clinic.starts()
    make_appointment(clinic, start=starts[0], given="José", family="Núñez-Ortega", birth_date="1985-04-27", phone="(617) 555-0188", email="jose@example.org")  # fmt: skip
    make_appointment(clinic, start=starts[20], given="Ana Maria", family="Silva", birth_date="1990-05-04", phone="+1 212 555 0100", email="ana@example.org")  # fmt: skip
    return clinic


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jose", ["José Núñez-Ortega"]), ("NUNEZ", ["José Núñez-Ortega"]), ("ortega, jos", ["José Núñez-Ortega"]),
        ("silva ana", ["Ana Maria Silva"]), ("maria", ["Ana Maria Silva"]), ("a", ["José Núñez-Ortega", "Ana Maria Silva"]),
        ("617-555-0188", ["José Núñez-Ortega"]), ("6175550188", ["José Núñez-Ortega"]), ("0188", ["José Núñez-Ortega"]),
        ("212 555 0100", ["Ana Maria Silva"]), ("+1 (212) 555-0100", ["Ana Maria Silva"]),
        ("4/27/1985", ["José Núñez-Ortega"]), ("27.4.1985", ["José Núñez-Ortega"]), ("Apr 27 1985", ["José Núñez-Ortega"]),
        ("1985-04-27", ["José Núñez-Ortega"]), ("5/4/90", ["Ana Maria Silva"]), ("5/4/1990", ["Ana Maria Silva"]), ("4/5/1990", ["Ana Maria Silva"]),
        ("ANA@example.org", ["Ana Maria Silva"]), ("nobody", []), ("%", []), ("_", []), ("' OR 1=1", []), ("jose silva", []),
    ],
)  # fmt: skip
def test_a_booking_is_found_by_what_a_caller_says(people: Clinic, typed: str, found: list[str]) -> None:
    with people.app.app_context():
        page = find(Person(people.organization), typed, clock.now(), TODAY)
    assert [one.patient for one in (*page.coming, *page.past)] == found


def test_a_birth_date_is_written_out(desk: Desk, clinic: Clinic) -> None:
    make_appointment(clinic, given="Zoe", family="Later", birth_date="1985-04-27")
    assert "born April 27, 1985" in words(desk.press("/console/find", query="Later"))


def test_a_code_finds_its_booking_however_it_is_typed_and_whenever_it_is(people: Clinic) -> None:
    old = past_visit(people, 900)
    with people.app.app_context():
        for typed in (
            old.code,
            old.code.lower(),
            f" {old.code[:4]} {old.code[4:]} ",
            f"{old.code[:4]}-{old.code[4:]}",
        ):
            page = find(Person(people.organization), typed, clock.now(), TODAY)
            assert [one.id for one in page.past] == [old.id], typed


def test_coming_ones_stand_first_then_past_ones_and_a_year_back_on_asking(desk: Desk, clinic: Clinic) -> None:
    make_appointment(clinic, start=clinic.starts()[9], given="Zoe", family="Later")
    make_appointment(clinic, start=clinic.starts()[0], given="Zoe", family="Soon")
    past_visit(clinic, 3, given="Zoe", family="Recent")
    past_visit(clinic, 10, given="Zoe", family="Earlier")
    past_visit(clinic, 200, given="Zoe", family="Longago")
    page = desk.press("/console/find", query="zoe")
    order = re.findall(r"<bdi>(Zoe \w+)</bdi>", page.text)
    assert order == ["Zoe Soon", "Zoe Later", "Zoe Recent", "Zoe Earlier"]
    assert "Search the past year" in words(page)
    year = desk.press("/console/find", query="zoe", year="1")
    assert re.findall(r"<bdi>(Zoe \w+)</bdi>", year.text)[-1] == "Zoe Longago"
    assert "Search the past year" not in words(year)


def test_nothing_found_says_so_with_a_next_step(desk: Desk) -> None:
    page = desk.press("/console/find", query="Nobody Knows")
    assert page.status_code == 200
    assert "No booking matches in the past month or to come." in words(page)
    assert 'href="/console/walk-in"' in page.text


def test_cancelled_ones_are_found_and_holds_are_not(desk: Desk, clinic: Clinic) -> None:
    make_hold(clinic)
    gone = make_appointment(clinic, start=clinic.starts()[3], given="Cancelled", family="One")
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=gone.id)
    page = desk.press("/console/find", query="one")
    assert re.findall(r'href="/console/bookings/([^"]+)"', page.text) == [gone.id]


def test_a_clinician_finds_their_own_patients_and_nobody_finds_another_clinics(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic)
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    make_appointment(clinic, schedule=theirs.id, given="Theirs", family="Alone")
    own = make_appointment(clinic, given="Mine", family="Alone")
    elsewhere = make_clinic(clinic.app, organization={"name": "Elsewhere"})
    other = make_appointment(elsewhere, given="Other", family="Alone")
    clinician, desk = desk_of(clinic, "clinician"), desk_of(clinic)
    assert re.findall(r"<bdi>(\w+) Alone", clinician.press("/console/find", query="alone").text) == ["Mine"]
    assert len(re.findall(r"<bdi>(\w+) Alone", desk.press("/console/find", query="alone").text)) == 2
    assert "Other" not in desk.press("/console/find", query=other.code).text
    assert own.id in clinician.press("/console/find", query=own.code).text


@pytest.mark.parametrize("nonsense", ["", "   ", "x" * 201, "x" * 5000])
def test_an_empty_or_endless_search_is_named_and_kept(desk: Desk, nonsense: str) -> None:
    page = desk.press("/console/find", query=nonsense)
    assert page.status_code == 400
    assert "Search: type a name, phone, birth date or code" in words(page)
    assert f'value="{nonsense}"' in page.text


@pytest.mark.parametrize(
    "nonsense", ["\u202e", "<script>", "%_%", "\N{BEAR FACE}", "0", "-", "@", "//", "\u0130"]
)
def test_nonsense_finds_nothing_or_something_but_never_fails(
    desk: Desk, clinic: Clinic, nonsense: str
) -> None:
    make_appointment(clinic)
    page = desk.press("/console/find", query=nonsense)
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_thousands_of_bookings_are_searched_in_a_blink_and_fifty_are_shown(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    fill(clinic, MANY)
    frozen.go_on()
    with app.app_context():
        now, began = 1812376920, time.process_time()
        everybody = find(Person(clinic.organization), "patient", now, TODAY, year=True)
        one = find(Person(clinic.organization), f"Patient{MANY - 1}x", now, TODAY, year=True)
        took = time.process_time() - began
    assert everybody.count == MOST
    assert everybody.more
    assert [found.patient for found in (*one.coming, *one.past)] == [f"Given{MANY - 1} Patient{MANY - 1}x"]
    print(f"two searches over {MANY} bookings: {took:.2f} s of work")


def fill(clinic: Clinic, count: int) -> None:
    """Bookings of a year around today, written in bulk: claims are not looked at."""
    now = clock.now()
    ids = [new_id() for _ in range(count)]
    rows = [
        {
            "id": one, "organization_id": clinic.organization, "schedule_id": clinic.schedule,
            "appointment_type_id": clinic.type, "location_id": clinic.location, "status": "booked",
            "starts_at": now - 300 * DAY + number * 1500, "ends_at": now - 300 * DAY + number * 1500 + 1200,
            "zone": clinic.zone, "wall_time": "2027-06-07T10:00", "code": f"{number:08d}", "created_at": now,
        }
        for number, one in enumerate(ids)
    ]  # fmt: skip
    details = [
        {
            "appointment_id": one, "organization_id": clinic.organization, "given": f"Given{number}",
            "family": f"Patient{number}x", "birth_date": "1985-04-27", "phone": "617-555-0100", "email": "",
        }
        for number, one in enumerate(ids)
    ]  # fmt: skip
    with clinic.app.app_context(), transaction() as session:
        session.execute(insert(Appointment), rows)
        session.execute(insert(PatientDetails), details)
