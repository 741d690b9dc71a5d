"""The day sheet: one line per booking, initials unless whole names are asked for, one sheet per clinician."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import local_date
from scheduler.db import transaction
from scheduler.models import Appointment
from tests.console.desk.conftest import Desk, desk_of, words
from tests.factories import Clinic, make_appointment, make_practitioner, make_schedule

NEW_YORK = zone_of("America/New_York").info
TUESDAY = "/console/sheet/2027-06-08"


@pytest.fixture
def day(clinic: Clinic) -> Clinic:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Reyes")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    make_appointment(clinic, start=clinic.starts()[1], given="Bo", family="")
    make_appointment(clinic, start=clinic.starts()[0], given="ana maria", family="Silva")
    make_appointment(clinic, schedule=theirs.id, start=clinic.starts()[0], given="Zoe", family="Quick")
    return clinic


def test_each_clinician_has_a_sheet_with_initials_by_default(desk: Desk, day: Clinic) -> None:
    page = words(desk.open(TUESDAY))
    assert "Tuesday, June 8, 2027 Dr. Maya Chen Printed at 10:02 AM EDT, Mon, Jun 7" in page
    assert "9:00 AM to 9:30 AM EDT A. S. New patient visit" in page
    assert page.index("A. S.") < page.index("B.")
    assert "Z. Q." in page
    assert "Urgent" not in page
    for name in ("ana", "Silva", "Zoe", "Quick"):
        assert name not in page


def test_a_patient_in_the_room_is_so_on_every_page(desk: Desk, clinic: Clinic) -> None:
    made = make_appointment(clinic, family="Silva")
    with clinic.app.app_context(), transaction() as session:
        session.execute(update(Appointment).values(status="arrived", roomed_at=made.starts_at))
    assert "In room" in words(desk.open("/console/sheet/" + local_date(made.starts_at, NEW_YORK).isoformat()))
    assert "In room" in words(desk.press("/console/find", query="Silva"))


def test_whole_names_and_one_clinician_on_asking(desk: Desk, day: Clinic) -> None:
    page = words(desk.open(f"{TUESDAY}?names=whole&who=Dr.+Omar+Reyes"))
    assert "Zoe Quick" in page
    assert "Silva" not in page
    assert "No bookings on Tuesday, June 8, 2027 with that clinician." in words(
        desk.open(f"{TUESDAY}?who=nobody")
    )


def test_a_clinician_prints_their_own_sheet(day: Clinic) -> None:
    page = words(desk_of(day, "clinician").open(TUESDAY))
    assert "A. S." in page
    assert "Omar Reyes" not in page


def test_today_and_days_without_bookings_are_pages_and_nonsense_is_none(desk: Desk) -> None:
    assert "No bookings on Monday, June 7, 2027." in words(desk.open("/console/sheet/today"))
    for nonsense in ("yesterday", "2027-02-30", "9999-12-31", "x" * 300):
        assert desk.open(f"/console/sheet/{nonsense}").status_code == 404
