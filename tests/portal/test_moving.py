"""Another time for a booked visit, by its patient: the old one stays until the new one is sure."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select

from scheduler import booking
from scheduler.db import snapshot, transaction
from scheduler.models import Appointment, Claim, Outbox, Schedule
from scheduler.models.slots import slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_type,
)
from tests.portal.patient import Page, Patient
from tests.portal.test_times import another_place
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
_TIME = re.compile(r'<a class="time" href="(/b/[^"]+)"')


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    """A clinic on a Monday morning, before it opens."""
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def clinic_on_each(app: Flask, frozen: Clock) -> Clinic:
    """The same on each kind of database: for what a transaction decides."""
    frozen.at(MONDAY)
    return make_clinic(app)


def times(page: Page) -> list[str]:
    """The addresses of the times that the page offers, in order."""
    return _TIME.findall(page.text)


def press_move(patient: Patient, path: str, review: Page) -> Page:
    """Press "Move my appointment" on its review page."""
    [slot] = re.findall(r'name="slot" value="([^"]+)">Move my appointment', review.text)
    return patient.press(
        f"{path}/reschedule",
        slot=slot,
        sequence=review.hidden("sequence"),
        csrf_token=review.hidden("csrf_token"),
    )


def row(clinic: Clinic) -> Appointment:
    with clinic.app.app_context(), snapshot() as session:
        found = session.scalars(select(Appointment).where(Appointment.visitor.is_not(None))).first()
        assert found is not None
        session.expunge_all()
        return found


def mails(clinic: Clinic, kind: str) -> int:
    with clinic.app.app_context(), snapshot() as session:
        query = select(func.count()).select_from(Outbox).where(Outbox.kind == kind)
        return session.scalar(query) or 0


def test_three_presses_move_it_and_the_page_says_from_where(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient, starts = Patient(clinic.app), clinic.starts()
    path = patient.book(clinic, starts[16])
    before = Calendar.from_ical(patient.open(f"{path}/appointment.ics").text).walk("VEVENT")[0]
    choose = patient.open(f"{path}/reschedule")
    assert "Your time now: Wednesday, June 9, 9:00 AM EDT." in choose.words
    assert "All times are" in choose.words
    review = patient.open(times(choose)[2])
    assert review.h1 == "Move to this time?"
    assert "Monday, June 7, 2027" in review.words
    assert "Wednesday, June 9, 2027" in review.words
    assert (row(clinic).starts_at, row(clinic).version) == (starts[16], 1)  # looking has moved nothing
    assert press_move(patient, path, review).location == path
    page = patient.open(path)
    assert page.h1 == "Your appointment has moved: Monday, June 7, 10:00 AM EDT with Dr. Maya Chen."
    assert "It was Wednesday, June 9, 9:00 AM EDT." in page.words
    after = Calendar.from_ical(patient.open(f"{path}/appointment.ics").text).walk("VEVENT")[0]
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert mails(clinic, "booking-moved") == 1
    free = Patient(clinic.app).open(clinic.times_path, **{"from": "2027-06-09"}).slots
    assert slot_id(clinic.schedule, starts[16]) in free


def test_two_presses_of_move_move_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient, starts = Patient(clinic.app), clinic.starts()
    path = patient.book(clinic, starts[16])
    review = patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[2])}")
    for _ in range(2):
        assert press_move(patient, path, review).location == path
    assert (row(clinic).sequence, mails(clinic, "booking-moved")) == (1, 1)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 1
    assert patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[2])}").location == path


def test_a_time_lost_to_a_rival_changes_nothing_and_shows_the_nearest(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient, starts = Patient(clinic.app), clinic.starts()
    path = patient.book(clinic, starts[16])
    review = patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[4])}")
    make_appointment(clinic, start=starts[4])
    page = press_move(patient, path, review)
    assert (page.status, page.h1) == (409, "Someone else has just booked 11:00 AM.")
    assert "Nothing has changed: your appointment is still Wednesday, June 9, 9:00 AM EDT." in page.words
    assert times(page)[0] == f"{path}/reschedule/{slot_id(clinic.schedule, starts[3])}"
    assert len(times(page)) == 6
    with clinic.app.app_context(), snapshot() as session:
        mine = session.get_one(Appointment, path[3:19])
        assert (mine.starts_at, mine.sequence, mine.version) == (starts[16], 0, 1)
    # two more presses: the nearest time, Move my appointment
    assert press_move(patient, path, patient.open(times(page)[0])).location == path
    assert patient.open(path).h1.startswith("Your appointment has moved: Tuesday, June 8, 10:30 AM")
    gone = patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[4])}")
    assert (gone.status, gone.h1) == (200, "Someone else has just booked 11:00 AM.")


def test_every_time_offered_can_be_had_also_those_that_overlap_the_present_one(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, duration_minutes=60, interval_minutes=15)
    patient, starts = Patient(sqlite_app), clinic.starts()
    path = patient.book(clinic, starts[40])
    offered = times(patient.open(f"{path}/reschedule", **{"from": "2027-06-09"}))
    present = row(clinic)
    overlapping = slot_id(clinic.schedule, present.starts_at + 900)
    assert f"{path}/reschedule/{overlapping}" in offered
    assert f"{path}/reschedule/{slot_id(clinic.schedule, present.starts_at)}" not in offered
    for link in offered[:12]:
        review = patient.open(link)
        assert press_move(patient, path, review).status == 303
        assert slot_id(clinic.schedule, row(clinic).starts_at) == link.rsplit("/", 1)[-1]


def test_other_places_of_the_clinician_are_offered_and_other_people_are_not(clinic: Clinic) -> None:
    hers = another_place(clinic, name="Hillside", city="Denver", zone="America/Denver")
    other = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    his = make_schedule(clinic, hosts=[other.actor])
    patient, start = Patient(clinic.app), clinic.starts()[16]
    path = patient.book(clinic, start)
    assert "Hillside" in patient.open(f"{path}/reschedule").words
    assert patient.open(f"{path}/reschedule/{slot_id(his.id, start)}").status == 404
    page = patient.open(f"{path}/reschedule", place=hers.location_id)
    assert all(f"/{hers.id}-" in link for link in times(page))
    assert press_move(patient, path, patient.open(times(page)[0])).status == 303
    assert "MDT" in patient.open(path).h1
    assert "It was Wednesday, June 9, 9:00 AM EDT." in patient.open(path).words


def test_when_the_clinics_notice_has_begun_there_is_the_phone_and_cancelling(
    clinic: Clinic, frozen: Clock
) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    path = patient.book(clinic, starts[0])
    review = patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[3])}")
    frozen.at("2027-06-07T09:00:00-04:00")
    late = patient.open(f"{path}/reschedule")
    assert (late.status, late.h1) == (200, "Call the clinic to move this appointment")
    assert "Moving it online was possible until Monday, June 7, 9:00 AM EDT." in late.words
    assert f"{path}/cancel" in late.links
    assert press_move(patient, path, review).status == 409
    assert row(clinic).starts_at == starts[0]
    assert f"{path}/reschedule" not in patient.open(path).links


def test_a_request_that_waits_moves_and_goes_on_waiting(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, approval_required=True)
    patient = Patient(sqlite_app)
    path = patient.book(clinic, clinic.starts()[16])
    review = patient.open(times(patient.open(f"{path}/reschedule"))[0])
    assert "The clinic still has to confirm your request, at the new time." in review.words
    press_move(patient, path, review)
    assert row(clinic).status == "pending"
    page = patient.open(path)
    assert page.h1.startswith("Your request is with the clinic: Monday, June 7, 9:00 AM EDT")
    assert "before, it was Wednesday, June 9, 9:00 AM EDT" in page.words


def test_a_page_from_before_the_clinic_moved_it_shows_the_change_first(clinic: Clinic) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    path = patient.book(clinic, starts[16])
    review = patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[2])}")
    with clinic.app.app_context():
        booking.move(by=booking.SYSTEM, appointment_id=path[3:19], start=starts[20])
    page = press_move(patient, path, review)
    assert page.status == 409
    assert "your time is now Wednesday, June 9, 11:00 AM EDT. Nothing was moved." in page.words
    assert row(clinic).starts_at == starts[20]
    assert press_move(patient, path, page).location == path
    assert row(clinic).starts_at == starts[2]


def test_a_note_that_the_clinic_keeps_meanwhile_does_not_stop_a_move(clinic: Clinic) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    path = patient.book(clinic, starts[16])
    review = patient.open(f"{path}/reschedule/{slot_id(clinic.schedule, starts[2])}")
    with clinic.app.app_context():
        booking.save_note(by=booking.SYSTEM, appointment_id=path[3:19], text="Call first", version=1)
    assert press_move(patient, path, review).location == path
    assert row(clinic).starts_at == starts[2]


def test_what_leads_nowhere_is_a_404_page_and_what_is_over_goes_to_its_page(clinic: Clinic) -> None:
    patient, starts = Patient(clinic.app), clinic.starts()
    other = make_schedule(clinic, type=make_type(clinic).id)
    path = patient.book(clinic, starts[16])
    good = slot_id(clinic.schedule, starts[1])
    for slot in ("x", "🙂", f"{clinic.schedule}-00010101T0000", slot_id(other.id, starts[1]), good[:-2]):
        assert patient.open(f"{path}/reschedule/{slot}").status == 404
    far = patient.open(f"{path}/reschedule/{clinic.schedule}-21991231T2359")
    assert (far.status, far.h1) == (200, "6:59 PM can't be booked.")
    assert times(far)
    assert patient.open(f"{path}/reschedule/{clinic.schedule}-20200101T1400").h1 == "That time has passed."
    assert patient.open(f"{path[:-1]}x/reschedule").status == 404
    assert patient.open(f"{path}/reschedule", **{"from": "soon"}).status == 400
    review = patient.open(f"{path}/reschedule/{good}")
    with clinic.app.app_context():
        booking.cancel(by=booking.SYSTEM, appointment_id=path[3:19])
    assert patient.open(f"{path}/reschedule").location == path
    assert press_move(patient, path, review).location == path
    assert row(clinic).status == "cancelled"


def test_a_type_that_is_paused_leaves_the_time_and_offers_the_phone(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.starts()[16])
    with clinic.app.app_context(), transaction() as session:
        session.get_one(Schedule, clinic.schedule).active = False
    late = patient.open(f"{path}/reschedule")
    assert late.h1 == "Call the clinic to move this appointment"
    assert "This visit can't be booked online now" in late.words
    assert patient.open(path).h1.startswith("You're booked")


@pytest.mark.parametrize(
    ("fields", "headline"),
    [
        ({"status": "arrived"}, "You're checked in: Wednesday, June 9, 9:00 AM EDT with Dr. Maya Chen."),
        (
            {"status": "arrived", "roomed_at": 1},
            "You're in the room: Wednesday, June 9, 9:00 AM EDT with Dr. Maya Chen.",
        ),
        (
            {"status": "completed"},
            "This appointment is completed: Wednesday, June 9, 9:00 AM EDT with Dr. Maya Chen.",
        ),
        ({"status": "no-show"}, "This appointment was missed: Wednesday, June 9, 9:00 AM EDT"),
        ({"status": "declined"}, "The clinic could not confirm this appointment"),
    ],
)
def test_each_state_is_said_in_the_heading(clinic: Clinic, fields: dict[str, object], headline: str) -> None:
    patient = Patient(clinic.app)
    path = patient.book(clinic, clinic.starts()[16])
    with clinic.app.app_context(), transaction() as session:
        mine = session.get_one(Appointment, path[3:19])
        mine.staff_message = "Bring <b>your</b> card.\nThank you."
        for name, value in fields.items():
            setattr(mine, name, value)
    page = patient.open(path)
    assert page.h1 == headline
    assert "The clinic writes Bring <b>your</b> card. Thank you." in page.words
    assert "Reschedule" not in page.words
    assert ("Choose a new time" in page.words) is (fields["status"] != "arrived")


def test_the_printed_page_has_the_link_as_text_and_as_a_picture(clinic: Clinic) -> None:
    patient = Patient(clinic.app)
    page = patient.open(patient.book(clinic, clinic.first_start))
    assert '<figure class="print-only qr" role="img"' in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert "data-print" in page.text
