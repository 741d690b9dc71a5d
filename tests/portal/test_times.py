"""The times page: what is open, from which day, where, in which zone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event

from scheduler import catalog, clock
from scheduler.db import db, transaction
from scheduler.models import Schedule
from scheduler.models.slots import parse_slot_id, slot_id
from scheduler.web.recall import Recalled
from scheduler.web.times import day_long
from tests.factories import SYSTEM, Clinic, make_clinic, make_hold, make_location, make_schedule, visitor
from tests.portal.patient import Page, Patient, plain
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"


def close(clinic: Clinic, first: date, last: date) -> None:
    with clinic.app.app_context(), transaction() as session:
        catalog.add_time_off(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=clinic.organization,
            location_id=clinic.location,
            start_date=first,
            end_date=last,
        )


def another_place(clinic: Clinic, **fields: str) -> Schedule:
    """The clinic's type and practitioner at another place too."""
    place = make_location(clinic, **fields)
    with clinic.app.app_context(), transaction() as session:
        catalog.add_role(
            session,
            by=SYSTEM,
            now=clock.now(),
            practitioner_id=clinic.practitioner,
            location_id=place.id,
            specialty_code="419772000",
        )
    return make_schedule(clinic, location=place.id)


def days_of(page: Page) -> list[str]:
    """The headings of the days shown."""
    return [plain(item) for item in re.findall(r"(?s)<h3[^>]*>(.*?)</h3>", page.text)]


def test_the_first_three_days_with_openings_are_shown_with_their_counts(app: Flask, frozen: Clock) -> None:
    frozen.at("2027-06-04T16:10:00-04:00")  # a Friday, late: one time is left
    clinic = make_clinic(app)
    close(clinic, date(2027, 6, 8), date(2027, 6, 8))
    page = Patient(app).open(clinic.times_path)
    assert (page.status, page.h1) == (200, "New patient visit")
    assert days_of(page) == [
        "Friday, June 4: 1 time",
        "Monday, June 7: 16 times",
        "Wednesday, June 9: 16 times",
    ]
    assert "Show all 16 times on Monday, June 7" in page.words
    assert "All times are Boston time (Eastern)." in page.words
    assert "4:30 PM, Friday June 4, Eastern time" in page.words


def test_the_times_are_those_of_the_slot_rule_and_each_can_be_held(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app, minimum_notice_minutes=240, interval_minutes=45)
    make_hold(clinic, start=clinic.starts()[3])
    page = Patient(app).open(clinic.times_path, **{"from": "2027-06-08"})
    shown = [parsed for slot in page.slots if (parsed := parse_slot_id(slot))]
    wanted = [start for start in clinic.starts() if start < shown[-1][1] + 1]
    assert [start for _, start in shown] == wanted[-len(shown) :]
    for slot in page.slots[::7]:
        assert Patient(app).press("/hold", slot=slot).status == 303


def test_it_starts_at_the_day_asked_for_and_leads_to_other_weeks(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    patient = Patient(sqlite_app)
    page = patient.open(clinic.times_path, **{"from": "2027-06-16"})
    assert days_of(page)[0] == "Wednesday, June 16: 16 times"
    assert "Openings from Wednesday, June 16" in page.words
    assert "June 14 to 20" in page.words
    assert "Previous week, June 7 to 13" in page.words
    assert "Next week, June 21 to 27" in page.words
    assert "Saturday, June 19, no times" in page.words
    weeks = [link for link in page.links if "from=" in link]
    assert len(weeks) == 7
    for link in weeks:
        assert days_of(patient.open(link))[0].startswith(day_long(date.fromisoformat(link[-10:])))
    first = patient.open(clinic.times_path)
    assert "Previous week" not in first.words


@pytest.mark.parametrize("asked", ["0001-01-01", "2027-06-01"])
def test_a_past_day_shows_the_first_openings(sqlite_app: Flask, frozen: Clock, asked: str) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    page = Patient(sqlite_app).open(clinic.times_path, **{"from": asked})
    assert page.status == 200
    assert days_of(page)[0] == "Monday, June 7: 16 times"


def test_a_day_beyond_what_can_be_booked_leads_back(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    page = Patient(sqlite_app).open(clinic.times_path, **{"from": "9999-12-31"})
    assert page.status == 200
    assert page.slots == []
    assert "The first opening is Monday, June 7." in page.words


def test_days_without_times_are_named_with_the_next_opening(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    close(clinic, date(2027, 6, 7), date(2027, 7, 6))
    page = Patient(sqlite_app).open(clinic.times_path)
    assert (
        "No times from Monday, June 7 to Sunday, July 4. The next opening is Wednesday, July 7." in page.words
    )
    assert f"{clinic.times_path}?from=2027-07-07" in page.text


def test_without_any_opening_there_is_a_phone(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, horizon_days=20)
    close(clinic, date(2027, 6, 7), date(2027, 12, 6))
    page = Patient(sqlite_app).open(clinic.times_path)
    assert page.status == 200
    assert "No times are open online now." in page.words
    assert "Call 617-555-0142" in page.words


@pytest.mark.parametrize(
    "asked", ["tomorrow", "2027-02-30", "06/08/2027", "2027-W23-1", "<script>", "2027-06-08T09"]
)
def test_a_day_that_is_none_is_said_and_the_times_still_come(sqlite_app: Flask, asked: str) -> None:
    clinic = make_clinic(sqlite_app)
    page = Patient(sqlite_app).open(clinic.times_path, **{"from": asked})
    assert page.status == 400
    assert "That date can't be read" in page.words
    assert page.slots
    assert "<script>" not in page.text.replace("<script src", "")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", "../../etc/passwd", "America/New_York "])
def test_a_zone_that_is_none_is_said_and_the_times_still_come(sqlite_app: Flask, zone: str) -> None:
    clinic = make_clinic(sqlite_app)
    page = Patient(sqlite_app).open(clinic.times_path, tz=zone)
    assert page.status == 400
    assert "That time zone isn't known" in page.words
    assert page.slots


def test_a_zone_asked_for_stands_below_the_clinics_and_travels_on(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    patient = Patient(sqlite_app)
    page = patient.open(clinic.times_path, tz="America/Los_Angeles")
    assert "9:00 AM, Monday June 7, Eastern time, 6:00 AM PDT" in page.words
    assert page.hidden("tz") == "America/Los_Angeles"
    hold = patient.hold(clinic, clinic.first_start, tz="America/Los_Angeles")
    patient.fill_in(hold)
    booked = patient.open(patient.press(f"{hold}/book").location)
    assert "9:00 AM EDT (your time 6:00 AM PDT)" in booked.words


def test_a_time_on_another_day_in_the_zone_asked_for_says_that_day(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    page = Patient(sqlite_app).open(make_clinic(sqlite_app).times_path, tz="Asia/Tokyo")
    assert "10:30 AM, Monday June 7, Eastern time, 11:30 PM JST" in page.words
    assert "11:00 AM, Monday June 7, Eastern time, 12:00 AM JST, Tue, Jun 8" in page.words


def test_each_place_has_its_own_times_in_its_own_zone(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    schedule = another_place(
        clinic, name="Lakeside", city="Chicago", state="IL", postal_code="60601", zone="America/Chicago"
    )
    patient = Patient(sqlite_app)
    page = patient.open(clinic.times_path)
    assert all(slot.startswith(clinic.schedule) for slot in page.slots)
    assert f"place={schedule.location_id}" in page.text
    there = patient.open(clinic.times_path, place=schedule.location_id)
    assert all(slot.startswith(schedule.id) for slot in there.slots)
    assert "All times are Chicago time (Central)." in there.words
    assert patient.open(clinic.times_path, place="nowhere").status == 200


def test_a_link_only_type_is_a_404_without_its_private_link(sqlite_app: Flask, frozen: Clock) -> None:
    now = frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, visibility="link")
    with sqlite_app.app_context(), transaction() as session:
        link = catalog.add_share_link(
            session, by=SYSTEM, now=now, appointment_type_id=clinic.type, expires_at=now + 3600
        )
    patient = Patient(sqlite_app)
    slot = slot_id(clinic.schedule, clinic.first_start)
    for private in ("", "wrong", "x" * 5000, "é"):
        assert patient.open(clinic.times_path, private=private).status == 404
        assert patient.open(f"/book/{slot}", private=private).status == 404
        assert patient.press("/hold", slot=slot, private=private).status == 404
    page = patient.open(clinic.times_path, private=link.token)
    assert page.status == 200
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.hidden("private") == link.token
    hold = patient.press("/hold", slot=slot, private=link.token).location
    back = patient.press(f"{hold}/release").location
    assert patient.open(back).status == 200
    frozen.forward(hours=2)
    assert Patient(sqlite_app).open(clinic.times_path, private=link.token).status == 404


def test_a_paused_type_says_so_and_gives_the_phone(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    slot = slot_id(clinic.schedule, clinic.first_start)
    with sqlite_app.app_context(), transaction() as session:
        catalog.edit_appointment_type(
            session,
            by=SYSTEM,
            now=clock.now(),
            appointment_type_id=clinic.type,
            version=1,
            visibility="paused",
        )
    for page in (
        Patient(sqlite_app).open(clinic.times_path),
        Patient(sqlite_app).open(f"/book/{slot}"),
        Patient(sqlite_app).press("/hold", slot=slot),
    ):
        assert page.status == (409 if page.response.request.method == "POST" else 200)
        assert "This can't be booked online at the moment." in page.words
        assert "Call 617-555-0142" in page.words


def test_a_hold_of_ones_own_is_shown_as_ones_own_and_to_nobody_else(app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(app)
    start = clinic.first_start
    patient, other = Patient(app), Patient(app)
    patient.hold(clinic, start)
    mine = patient.open(clinic.times_path, **{"from": "2027-06-08"})
    theirs = other.open(clinic.times_path, **{"from": "2027-06-08"})
    assert "Held for you" in mine.words
    assert slot_id(clinic.schedule, start) in mine.slots
    assert slot_id(clinic.schedule, start) not in theirs.slots
    assert mine.response.headers["Cache-Control"] == "no-store"


def test_the_number_of_queries_does_not_grow_with_times_or_places(sqlite_app: Flask) -> None:
    few = make_clinic(sqlite_app, horizon_days=3)
    many = make_clinic(sqlite_app, horizon_days=60, interval_minutes=5)
    for _ in range(3):
        another_place(many)
    for number in range(5):
        make_hold(many, start=many.starts()[number * 20], by=visitor())
    patient = Patient(sqlite_app)
    counts = []
    for clinic in (few, many):
        statements: list[str] = []

        def note(
            _c: object, _cursor: object, statement: str, *_: object, seen: list[str] = statements
        ) -> None:
            seen.append(statement)

        with sqlite_app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        sqlite_app.extensions["scheduler.recall"] = Recalled()  # what the page before has read counts too
        assert patient.open(clinic.times_path).status == 200
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]
