"""What goes wrong in a browser ends in the right state with a sentence: two tabs, a code page of before, too many holds, a
device whose clock is wrong."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import clock
from scheduler.db import snapshot
from scheduler.models import Appointment
from tests.factories import Clinic, make_clinic, make_practitioner, make_schedule
from tests.portal.patient import Patient
from tests.support.times import Clock


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at("2027-06-07T07:00:00-04:00")
    return make_clinic(sqlite_app)


def booked(clinic: Clinic) -> list[int]:
    with clinic.app.app_context(), snapshot() as session:
        query = select(Appointment.starts_at).where(Appointment.status == "booked")
        return list(session.scalars(query.order_by(Appointment.starts_at)))


def test_of_two_tabs_each_takes_its_time_again_and_says_so(clinic: Clinic) -> None:
    patient, (first, second) = Patient(clinic.app), clinic.starts()[:2]
    one = patient.hold(clinic, first)
    two = patient.hold(clinic, second)
    old_tab = patient.fill_in(one)
    assert old_tab.location == f"{one}/review?again=1"
    assert "Your hold had ended, but the time was still free" in patient.open(old_tab.location).words
    assert patient.fill_in(two).location == f"{two}/review?again=1"
    with clinic.app.app_context(), snapshot() as session:
        held = select(func.count()).select_from(Appointment).where(Appointment.status == "held")
        assert session.scalar(held) == 1
    assert patient.press(f"{two}/book").location.startswith("/b/")
    assert booked(clinic) == [second]


def test_every_page_of_a_booked_hold_leads_to_the_booking(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.fill_in(hold)
    made = patient.press(f"{hold}/book").location
    for path in (hold, f"{hold}/review", f"{hold}/code"):
        assert patient.open(path).location == made
    for path in (f"{hold}/book", f"{hold}/code", f"{hold}/code/again", f"{hold}/extend", f"{hold}/release"):
        assert patient.press(path, code="123456").location == made
    assert len(booked(clinic)) == 1


def test_a_code_page_that_nobody_asked_for_leads_back_to_the_review(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    patient.fill_in(hold)
    assert patient.open(f"{hold}/code").location == f"{hold}/review"
    assert patient.press(f"{hold}/code", code="000000").location == f"{hold}/review"


def test_the_fourth_clinicians_time_ends_the_first_hold_and_loses_no_answer(
    clinic: Clinic, frozen: Clock
) -> None:
    patient = Patient(clinic.app)
    first = patient.hold(clinic, clinic.first_start)
    patient.press(f"{first}/extend", given="Zebulon", page="details")
    for _ in range(3):
        frozen.forward(seconds=1)
        other = make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id
        patient.hold(clinic, clinic.starts(other)[0], schedule=other)
    page = patient.open(first)
    assert "Your hold has ended. Your answers are safe." in page.words
    assert 'value="Zebulon"' in page.text
    assert patient.fill_in(first).location == f"{first}/review?again=1"


def test_the_countdown_counts_by_the_servers_clock_alone(clinic: Clinic, frozen: Clock) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    for minutes in (0, 4):
        frozen.forward(minutes=minutes)
        page = patient.open(hold)
        found = re.search(r'data-ends="(\d+)" data-now="(\d+)"', page.text)
        assert found is not None
        assert int(found[2]) == clock.now()
        assert int(found[1]) - int(found[2]) == 600 - minutes * 60
