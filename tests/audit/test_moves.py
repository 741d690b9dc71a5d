"""The time before the last move, out of the audit."""

from __future__ import annotations

from scheduler import audit, booking
from scheduler.booking import SYSTEM
from scheduler.db import snapshot
from scheduler.models import Appointment
from tests.factories import Clinic, make_appointment
from tests.portal.test_times import another_place


def earlier(clinic: Clinic, appointment_id: str) -> audit.Earlier | None:
    with clinic.app.app_context(), snapshot() as session:
        return audit.moved_from(session, session.get_one(Appointment, appointment_id))


def test_it_is_the_time_before_the_last_move_also_after_a_way_back(clinic: Clinic) -> None:
    starts = clinic.starts()
    visit = make_appointment(clinic, start=starts[0]).id
    assert earlier(clinic, visit) is None
    for start, was in ((starts[3], starts[0]), (starts[5], starts[3]), (starts[0], starts[5])):
        with clinic.app.app_context():
            booking.move(by=SYSTEM, appointment_id=visit, start=start)
        assert earlier(clinic, visit) == audit.Earlier(was, "America/New_York")


def test_it_stands_in_the_zone_of_its_own_place(clinic: Clinic) -> None:
    schedule = another_place(clinic, name="Hillside", zone="America/Denver")
    start = clinic.starts(schedule.id)[0]
    visit = make_appointment(clinic, start=start, schedule=schedule.id).id
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=visit, start=clinic.starts()[9], schedule_id=clinic.schedule)
    assert earlier(clinic, visit) == audit.Earlier(start, "America/Denver")
