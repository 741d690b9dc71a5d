"""Reminders from the booking to the mail: by time travel, what is true when each one is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler import booking, catalog, clock
from scheduler.booking import SYSTEM, By
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, EditConflict
from scheduler.jobs.hourly import plan_reminders
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment, AppointmentType, Organization, Outbox
from scheduler.notify import reminder_mails, reminders
from scheduler.notify.post import NEEDS_CALL
from scheduler.web.times import day_long, time_with_zone
from tests.factories import Clinic, make_appointment, make_clinic
from tests.notify.mailbox import mails, part
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
TWO_DAYS, THREE_HOURS = 2880, 180
PATIENT = By("patient")


@pytest.fixture
def clinic(app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(app, reminders=[TWO_DAYS, THREE_HOURS])


def at(wall: str, zone: str = "America/New_York") -> int:
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).timestamp())


def planned(clinic: Clinic) -> list[Outbox]:
    with clinic.app.app_context(), snapshot() as session:
        query = select(Outbox).where(Outbox.kind == reminders.KIND).order_by(Outbox.id)
        found = list(session.scalars(query))
        session.expunge_all()
        return found


def reminded(clinic: Clinic) -> list[str]:
    """The texts of the reminders that arrived."""
    return [
        part(mail, "plain") for mail in mails(clinic.app) if str(mail["Subject"]).startswith("Reminder: ")
    ]


def act(clinic: Clinic, verb: Any, appointment: Appointment, **more: Any) -> Appointment:
    with clinic.app.app_context():
        result: Appointment = verb(by=SYSTEM, appointment_id=appointment.id, **more)
        return result


def change(clinic: Clinic, table: Any, **values: Any) -> None:
    with clinic.app.app_context(), transaction() as session:
        session.execute(update(table).values(**values))


def test_each_step_leaves_once_when_it_is_due(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start)
    assert [(row.step, row.due_at, row.for_at) for row in planned(clinic)] == [
        (TWO_DAYS, start - TWO_DAYS * MINUTE, start),
        (THREE_HOURS, start - THREE_HOURS * MINUTE, start),
    ]
    deliver(clinic.app)
    assert reminded(clinic) == []
    for step, count in ((TWO_DAYS, 1), (THREE_HOURS, 2)):
        frozen.at(start - step * MINUTE - 1)
        deliver(clinic.app)
        assert len(reminded(clinic)) == count - 1
        frozen.at(start - step * MINUTE)
        deliver(clinic.app)
        deliver(clinic.app)
        assert len(reminded(clinic)) == count
    [text, _] = reminded(clinic)
    assert text.startswith("Your appointment is coming up\n")
    assert "Wednesday, June 16, 2027\n2:00 PM EDT, 30 minutes" in text
    assert "/coming\n" in text


def test_a_reminder_is_neutral_and_asks_no_calendar_again(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start, reason="A private reason")
    frozen.at(start - THREE_HOURS * MINUTE)
    deliver(clinic.app)
    [mail] = [one for one in mails(clinic.app) if str(one["Subject"]).startswith("Reminder: ")]
    assert mail["Subject"] == "Reminder: Appointment at Riverside Clinic, Main Street"
    assert [one.get_content_type() for one in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert ">I'll be there</a>" in part(mail, "html")
    assert "New patient visit" not in mail.as_string()


def test_a_cancelled_visit_is_not_reminded_of_and_a_restored_one_is_once(
    clinic: Clinic, frozen: Clock
) -> None:
    start = at("2027-06-16T14:00")
    visit = make_appointment(clinic, start=start)
    act(clinic, booking.cancel, visit)
    frozen.at(start - TWO_DAYS * MINUTE)
    deliver(clinic.app)
    assert reminded(clinic) == []
    act(clinic, booking.restore, visit)
    frozen.at(start - THREE_HOURS * MINUTE)
    deliver(clinic.app)
    assert len(reminded(clinic)) == 1
    assert [row.error for row in planned(clinic)] == ["no longer true: cancelled", ""]


@pytest.mark.parametrize("to", ["2027-06-18T10:00", "2027-06-15T15:00"])
def test_a_moved_visit_is_reminded_of_by_its_new_time_alone(clinic: Clinic, frozen: Clock, to: str) -> None:
    visit = make_appointment(clinic, start=at("2027-06-16T14:00"))
    new = at(to)
    act(clinic, booking.move, visit, start=new)
    for hour in range(at("2027-06-12T09:00"), at("2027-06-18T18:00"), HOUR):
        frozen.at(hour)
        deliver(clinic.app)
    texts = reminded(clinic)
    assert len(texts) == 2
    assert all(time_with_zone(new, clinic.zone) in text for text in texts)
    assert [row.error for row in planned(clinic)] == [reminder_mails.MOVED_ON] * 2 + [""] * 2


def test_a_visit_that_moved_away_and_back_is_reminded_of_once_a_step(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    visit = make_appointment(clinic, start=start)
    act(clinic, booking.move, visit, start=start + DAY)
    act(clinic, booking.move, visit, start=start)
    assert len([row for row in planned(clinic) if row.for_at == start]) == 2
    for hour in range(start - 3 * DAY, start, HOUR):
        frozen.at(hour)
        deliver(clinic.app)
    assert len(reminded(clinic)) == 2


def test_a_step_that_was_over_at_the_booking_is_not_sent(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2027-06-15T09:00:00-04:00")
    make_appointment(clinic, start=at("2027-06-16T14:00"))
    assert [row.step for row in planned(clinic)] == [THREE_HOURS]
    frozen.at("2027-06-16T12:00:00-04:00")
    make_appointment(clinic, start=at("2027-06-16T14:30"))
    assert len(planned(clinic)) == 1


def test_after_a_long_failure_of_the_mail_only_the_last_step_is_made_up_for(
    clinic: Clinic, frozen: Clock
) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start)
    frozen.at(start - 2 * HOUR)
    deliver(clinic.app)
    assert len(reminded(clinic)) == 1
    assert [row.error for row in planned(clinic)] == [reminder_mails.TOO_LATE, ""]


def test_what_comes_due_late_waits_for_the_end_of_quiet_hours(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start)
    frozen.at("2027-06-14T23:00:00-04:00")  # the mail was down since the afternoon
    deliver(clinic.app)
    assert reminded(clinic) == []
    assert planned(clinic)[0].due_at == at("2027-06-15T08:00")
    assert planned(clinic)[0].attempts == 0
    frozen.at("2027-06-15T08:00:00-04:00")
    deliver(clinic.app)
    assert len(reminded(clinic)) == 1


def test_a_step_that_the_clinic_dropped_meanwhile_is_not_sent(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start)
    change(clinic, AppointmentType, reminders=[THREE_HOURS])
    frozen.at(start - TWO_DAYS * MINUTE)
    deliver(clinic.app)
    assert reminded(clinic) == []


def test_a_request_is_reminded_of_only_once_it_is_approved(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, reminders=[TWO_DAYS, THREE_HOURS], approval_required=True)
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start)
    frozen.at(start - TWO_DAYS * MINUTE)
    deliver(app)
    assert reminded(clinic) == []
    change(clinic, Appointment, status="booked")
    frozen.at(start - THREE_HOURS * MINUTE)
    deliver(app)
    assert len(reminded(clinic)) == 1


def test_who_gave_no_email_is_one_call_however_many_steps(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start, email="")
    for step in (TWO_DAYS, THREE_HOURS):
        frozen.at(start - step * MINUTE)
        deliver(clinic.app)
    assert [(row.to_call, row.error) for row in planned(clinic)] == [
        (True, NEEDS_CALL),
        (False, reminder_mails.CALLED),
    ]


def test_the_patient_says_that_they_come_and_is_not_asked_again(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    visit = make_appointment(clinic, start=start)
    with clinic.app.app_context():
        said = booking.say_coming(by=PATIENT, appointment_id=visit.id, sequence=0)
        frozen.forward(minutes=5)
        again = booking.say_coming(by=PATIENT, appointment_id=visit.id, sequence=0)
    assert said.confirmed_at == again.confirmed_at == at("2027-06-07T08:00")
    frozen.at(start - THREE_HOURS * MINUTE)
    deliver(clinic.app)
    [text] = reminded(clinic)
    assert "You told us that you'll be there." in text
    assert "/coming" not in text


def test_a_move_or_a_cancellation_forgets_that_they_come(clinic: Clinic) -> None:
    start = at("2027-06-16T14:00")
    visit = make_appointment(clinic, start=start)
    with clinic.app.app_context():
        booking.say_coming(by=PATIENT, appointment_id=visit.id)
        moved = booking.move(by=SYSTEM, appointment_id=visit.id, start=start + DAY)
        assert moved.confirmed_at is None
        with pytest.raises(EditConflict):
            booking.say_coming(by=PATIENT, appointment_id=visit.id, sequence=0)
        booking.say_coming(by=PATIENT, appointment_id=visit.id, sequence=1)
        assert booking.cancel(by=SYSTEM, appointment_id=visit.id).confirmed_at is None
        with pytest.raises(Conflict):
            booking.say_coming(by=PATIENT, appointment_id=visit.id)


@pytest.mark.parametrize(
    ("zone", "start", "own", "said"),
    [
        # the day on which clocks go forward and back, north and south; Arizona and Kolkata never change theirs
        ("America/New_York", "2027-03-14T10:00", "America/Phoenix", "7:00 AM MST your time (10:00 AM EDT at the clinic)"),
        ("America/New_York", "2027-11-07T10:00", "America/Phoenix", "8:00 AM MST your time (10:00 AM EST at the clinic)"),
        ("Australia/Sydney", "2027-10-03T10:00", "Asia/Kolkata", "4:30 AM IST your time (10:00 AM AEDT at the clinic)"),
        ("Australia/Sydney", "2027-04-04T10:00", "Asia/Kolkata", "5:30 AM IST your time (10:00 AM AEST at the clinic)"),
        ("Australia/Sydney", "2027-04-04T10:00", "America/New_York", "8:00 PM EDT on Saturday, April 3 your time (10:00 AM AEST at the clinic)"),
        ("America/New_York", "2027-11-07T10:00", "America/Toronto", "10:00 AM EST"),
    ],
)  # fmt: skip
def test_a_video_visits_reminder_tells_the_patients_own_time_beside_the_clinics(
    sqlite_app: Flask, frozen: Clock, zone: str, start: str, own: str, said: str
) -> None:
    begins = at(start, zone)
    frozen.at(begins - 20 * DAY)
    clinic = make_clinic(
        sqlite_app,
        zone=zone,
        weekly={6: [(540, 1020)]},
        reminders=[1440],
        modality="video",
        location={"kind": "virtual", "licensed_states": ["MA"]},
    )
    make_appointment(clinic, start=begins, zone=own)
    frozen.at(begins - DAY)
    deliver(sqlite_app)
    [text] = reminded(clinic)
    assert f"{day_long(begins, zone)}, 2027\n{said}, 30 minutes\n" in text


def test_a_visit_in_person_is_told_in_the_clinics_zone_alone(clinic: Clinic) -> None:
    make_appointment(clinic, start=at("2027-06-16T14:00"), zone="America/Los_Angeles")
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert "\n2:00 PM EDT, 30 minutes\n" in part(mail, "plain")


def test_the_mail_says_in_which_language_and_direction_it_is(clinic: Clinic) -> None:
    make_appointment(clinic, start=at("2027-06-16T14:00"), language="ar")
    make_appointment(clinic, start=at("2027-06-16T15:00"), language="tlh")
    deliver(clinic.app)
    arabic, unknown = (part(mail, "html") for mail in mails(clinic.app))
    assert '<html lang="ar" dir="rtl">' in arabic
    assert '<html lang="en" dir="ltr">' in unknown


def test_titles_name_the_visit_only_where_the_clinic_wants_it(clinic: Clinic) -> None:
    with clinic.app.app_context(), transaction() as session:
        catalog.edit_organization(
            session, by=SYSTEM, now=clock.now(), organization_id=clinic.organization, neutral_titles=False
        )
    make_appointment(clinic, start=at("2027-06-16T14:00"))
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert mail["Subject"] == "New patient visit at Riverside Clinic, Main Street"
    assert "SUMMARY:New patient visit at Riverside Clinic" in part(mail, "calendar")


def test_inside_the_policy_window_the_mail_offers_no_other_time(clinic: Clinic, frozen: Clock) -> None:
    start = at("2027-06-16T14:00")
    make_appointment(clinic, start=start)
    frozen.at(start - TWO_DAYS * MINUTE)
    deliver(clinic.app)
    frozen.at(start - THREE_HOURS * MINUTE)
    deliver(clinic.app)
    early, late = reminded(clinic)
    assert "Reschedule or cancel:" in early
    assert "You can cancel or move free of charge until Tuesday, June 15, 2:00 PM EDT." in early
    assert "Reschedule" not in late
    assert "See or cancel my appointment:" in late


def test_a_paused_type_offers_no_other_time_either(clinic: Clinic) -> None:
    make_appointment(clinic, start=at("2027-06-16T14:00"))
    change(clinic, AppointmentType, visibility="paused")
    deliver(clinic.app)
    [mail] = mails(clinic.app)
    assert "Reschedule" not in part(mail, "plain")
    assert "You can cancel free of charge until" in part(mail, "plain")


def test_quiet_hours_are_by_the_clock_of_the_place(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, zone="America/Los_Angeles", reminders=[THREE_HOURS])
    make_appointment(clinic, start=at("2027-06-16T09:00", "America/Los_Angeles"))
    [row] = planned(clinic)
    assert row.due_at == at("2027-06-15T20:55", "America/Los_Angeles")


def test_visits_booked_before_the_clinic_changed_its_steps_get_the_new_ones_once(
    clinic: Clinic, frozen: Clock
) -> None:
    start = at("2027-06-16T14:00")
    change(clinic, AppointmentType, reminders=[])
    make_appointment(clinic, start=start)
    assert planned(clinic) == []
    change(clinic, AppointmentType, reminders=[TWO_DAYS, THREE_HOURS])
    frozen.at(start - TWO_DAYS * MINUTE + 1)
    with clinic.app.app_context():
        assert [plan_reminders.run(), plan_reminders.run()] == [1, 0]
    assert [row.step for row in planned(clinic)] == [THREE_HOURS], "what is over is not made up for"
    change(clinic, Organization, demo=True)
    change(clinic, AppointmentType, reminders=[60])
    with clinic.app.app_context():
        assert plan_reminders.run() == 0, "nobody plans for the invented patients of a demo"
