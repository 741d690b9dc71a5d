"""Day and Week: what stands in a clinician's line, who sees what, and what the choices remember."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from scheduler import booking, catalog, clock
from scheduler.booking import SYSTEM, By, waitlist
from scheduler.db import db, transaction
from tests.factories import (
    Clinic,
    make_appointment,
    make_availability,
    make_clinic,
    make_hold,
    make_location,
    make_practitioner,
    make_schedule,
    make_session_type,
    make_type,
    make_user,
    make_waiting,
)
from tests.people import browser_of
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"
TUESDAY = "/console/day/2027-06-08"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def desk(clinic: Clinic) -> FlaskClient:
    return browser_of(clinic.app, make_user(clinic, role="front-desk", name="Sam Desk"))


def words(html: str) -> str:
    """A page as it is read out."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace(" ,", ",")


def test_the_console_begins_with_today_and_dates_lead_to_their_day(desk: FlaskClient) -> None:
    assert desk.get("/console").headers["Location"] == "/console/day/today"
    assert desk.get("/console/day?date=2027-06-08").headers["Location"] == TUESDAY
    assert desk.get("/console/week?date=2027-06-08").headers["Location"] == "/console/week/2027-06-08"
    for nonsense in ("tomorrow", "9999-12-31", "0001-01-01", "2027-02-30", "x" * 500, quote("\x01")):
        assert desk.get(f"/console/day?date={nonsense}").headers["Location"] == "/console/day/today"
        assert desk.get(f"/console/day/{nonsense}").status_code == 404
    assert "Today, Monday, June 7" in words(desk.get("/console/day/today").text)


def test_a_day_without_bookings_names_the_first_opening_and_the_link_to_share(
    clinic: Clinic, desk: FlaskClient
) -> None:
    page = desk.get("/console/day/2027-06-06").text  # a Sunday before now: nothing is open on it
    assert "No bookings on this day" in page
    assert "Mon, Jun 7, 9:00 AM EDT" in words(page)
    assert 'href="/console/share"' in page
    assert f"/console/new?slot={clinic.schedule}-20270607T1300" in page


def test_a_line_shows_visits_holds_blocks_and_the_gaps_between_them(
    clinic: Clinic, desk: FlaskClient
) -> None:
    nine = clinic.starts()[0]
    make_appointment(clinic, start=nine, given="Ana", family="Silva", needs=("step-free",))
    make_appointment(clinic, start=nine + 3600, given="Bo", family="")
    make_hold(clinic, start=nine + 7200)
    with clinic.app.app_context():
        booking.block_time(
            by=SYSTEM, actor_id=clinic.actor, start=nine + 14400, end=nine + 18000, note="Meeting"
        )
    page = desk.get(TUESDAY).text
    read = words(page)
    assert "All times are Eastern time." in read
    assert "2 booked" in read
    heading = re.search(r"<h3>(.*?)</h3>", page, re.S)
    assert heading is not None
    name = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", heading[1])).strip()
    assert name == "9:00 AM, Ana Silva, New patient visit, Booked"
    assert "Needs: Step-free access" in read
    assert "Held by someone booking now, until 8:10 AM" in read
    assert "1:00 PM to 2:00 PM Blocked Meeting" in read
    order = [
        read.index(text)
        for text in (
            "9:30 AM to 10:00 AM open",
            "10:00 AM, Bo",
            "10:30 AM to 11:00 AM open",
            "Held by someone",
        )
    ]
    assert order == sorted(order)
    assert "11:30 AM to 1:00 PM open" in read
    assert "3 more" in read  # 2:00 to 5:00 PM is six starts, of which three show
    assert "Ana" not in page[: page.index("<main")]


def test_a_time_kept_for_the_waitlist_is_not_said_to_be_booked_by_somebody(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app, weekly={1: [(540, 600)]}, horizon_days=6)
    visits = [make_appointment(clinic, start=start) for start in clinic.starts(days=8)]
    make_waiting(clinic)
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=visits[0].id)
        assert waitlist.offer_freed() == 1
    desk = browser_of(clinic.app, make_user(clinic, role="front-desk", name="Sam Desk"))
    read = words(desk.get(TUESDAY).text)
    assert "Kept for somebody on the waitlist, until" in read
    assert "Held by someone" not in read


def test_times_that_are_said_to_be_open_are_what_the_rule_has_open(clinic: Clinic, desk: FlaskClient) -> None:
    make_appointment(clinic, start=clinic.starts()[5])
    shown = re.findall(r"/console/new\?slot=[^\"]+-(\d{8}T\d{4})", desk.get(TUESDAY).text)
    expected = [
        clock.to_utc(start).strftime("%Y%m%dT%H%M")
        for start in clinic.starts()
        if clock.to_utc(start).day == 8
    ]
    assert shown == expected


def test_seats_of_a_session_stand_together(clinic: Clinic, desk: FlaskClient) -> None:
    shared = make_session_type(clinic, capacity=6, name="Back class")
    start = clinic.starts(shared.id)[2]
    for name in ("Ana", "Bo", "Cy"):
        make_appointment(clinic, schedule=shared.id, start=start, given=name)
    make_hold(clinic, schedule=shared.id, start=start)
    read = words(desk.get(TUESDAY).text)
    assert "Back class 4 of 6 seats" in read
    assert "1 held by someone booking now" in read
    assert "Book a seat" in read


def test_a_clinician_sees_their_own_line_and_the_desk_everybodys(clinic: Clinic, desk: FlaskClient) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    hostless = make_schedule(clinic, hosts=[])
    make_appointment(clinic, given="Mine")
    make_appointment(clinic, schedule=theirs.id, given="Theirs")
    make_appointment(clinic, schedule=hostless.id, given="Nobodys")
    own = browser_of(clinic.app, make_user(clinic, role="clinician"))
    for path in (TUESDAY, "/console/week/2027-06-08"):
        mine, everybodys = own.get(path).text, desk.get(path).text
        assert "Mine" in mine
        assert "Theirs" not in mine
        assert "Nobodys" not in mine
        assert "Haddad" not in mine
        for text in ("Mine", "Theirs", "Nobodys", "Haddad"):
            assert text in everybodys
    assert "no named clinician" in desk.get(TUESDAY).text


def test_what_is_chosen_is_remembered_by_ids_alone_and_nonsense_is_forgotten(
    clinic: Clinic, desk: FlaskClient
) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad")
    theirs = make_schedule(clinic, hosts=[colleague.actor])
    make_appointment(clinic, given="Mine")
    make_appointment(clinic, schedule=theirs.id, given="Theirs")
    assert "Mine" not in desk.get(f"{TUESDAY}?who={colleague.practitioner}&place=").text
    cookie = desk.get_cookie("calendar", path="/console")
    assert cookie is not None
    assert re.fullmatch(r"[A-Za-z0-9=&_-]*", cookie.value)
    assert "Mine" not in desk.get(TUESDAY).text
    assert "Mine" in desk.get(f"{TUESDAY}?who=&place=").text
    for nonsense in ("nobody", "x" * 400, "%00", "<script>"):
        page = desk.get(f"{TUESDAY}?who={quote(nonsense)}").text
        assert "Mine" in page
        assert "Theirs" in page
    assert 'class="agenda"' in desk.get("/console/week/today?form=agenda").text
    assert 'class="agenda"' in desk.get("/console/week/today").text


def test_a_day_is_the_places_own_day_and_each_line_says_its_zone(clinic: Clinic, desk: FlaskClient) -> None:
    far = make_location(clinic, zone="Pacific/Honolulu", name="Far Clinic")
    colleague = make_practitioner(clinic, display_name="Dr. Omar Haddad", location=far.id)
    theirs = make_schedule(clinic, hosts=[colleague.actor], location=far.id)
    make_appointment(clinic)
    late = clinic.starts(theirs.id)[15]  # 4:30 PM in Honolulu is the next day in UTC
    make_appointment(clinic, schedule=theirs.id, start=late, given="Kai")
    day = clock.to_utc(late - 10 * 3600).date()
    read = words(desk.get(f"/console/day/{day.isoformat()}").text)
    assert "Kai" in read
    assert "Hawaii" in read
    both = words(desk.get(TUESDAY).text)
    assert "Eastern time" in both
    assert "Times are in the zone named with each clinician." in both


def test_what_is_not_open_is_said_in_the_zone_of_the_rest_of_its_line(
    clinic: Clinic, desk: FlaskClient
) -> None:
    far = make_location(clinic, zone="America/Chicago", name="A Far Clinic")
    with clinic.app.app_context(), transaction() as session:
        catalog.add_role(
            session,
            by=SYSTEM,
            now=clock.now(),
            practitioner_id=clinic.practitioner,
            location_id=far.id,
            specialty_code="419772000",
        )
    never = make_availability(clinic, {})
    make_schedule(
        clinic, type=make_type(clinic, name="A far visit").id, location=far.id, availability=never.id
    )
    make_appointment(clinic)
    read = words(desk.get(TUESDAY).text)
    assert "All times are Eastern time." in read
    assert "8:00 AM to 9:00 AM Why" in read
    assert "5:00 PM to 6:00 PM Why" in read


def test_steps_stand_on_the_card_with_their_names_and_an_undo(clinic: Clinic, frozen: Clock) -> None:
    clinic.app.config["WTF_CSRF_ENABLED"] = False
    visit = make_appointment(clinic)
    frozen.at(visit.starts_at)
    desk = browser_of(clinic.app, make_user(clinic, role="front-desk"))
    address = f"/console/bookings/{visit.id}"

    def buttons() -> list[str]:
        page = desk.get(TUESDAY).text
        found = re.findall(
            r'<button class="[^"]*"[^>]*>(.*?)</button>',
            page[page.index('class="line"') : page.index("</main>")],
            re.S,
        )
        visible = [re.sub(r'<span aria-hidden="true">.*?</span>', "", text) for text in found]
        return [re.sub(r"<[^>]+>", "", text) for text in visible]

    assert buttons() == ["Check in Ana Silva, 9:00 AM", "Mark Ana Silva as no-show"]
    answer = desk.post(f"{address}/check-in", data={"back": "day"})
    assert (answer.status_code, answer.headers["Location"]) == (303, TUESDAY)
    toast = desk.get(TUESDAY).text
    assert "A. S. checked in." in toast
    assert f'action="{address}/undo?step=check-in&amp;back=day"' in toast
    assert '<span class="visually-hidden"> check-in of A. S., 9:00 AM</span>' in toast
    assert buttons() == [
        "In room, Ana Silva, 9:00 AM",
        "Done, Ana Silva, 9:00 AM",
        "Undo check-in of A. S., 9:00 AM",
    ]
    desk.post(f"{address}/in-room", data={"back": "day"})
    desk.post(f"{address}/done", data={"back": "day"})
    assert "1 done" in words(desk.get(TUESDAY).text)
    assert buttons() == ["Undo done of A. S., 9:00 AM"]
    assert desk.post(f"{address}/no-show").status_code == 409
    assert desk.post(f"{address}/undo?step=nonsense").status_code == 400
    assert (
        desk.post(f"{address}/undo?step=done", data={"back": "//evil.example"}).headers["Location"] == address
    )


def test_what_a_colleague_did_a_moment_ago_is_said(clinic: Clinic, frozen: Clock) -> None:
    visit = make_appointment(clinic)
    frozen.at(visit.starts_at)
    desk = browser_of(clinic.app, make_user(clinic, role="front-desk"))
    ana = make_user(clinic, name="Ana Costa")
    with clinic.app.app_context():
        booking.check_in(by=By("user", user_id=ana.id), appointment_id=visit.id)
    assert "Updated by Ana Costa, 9:00 AM" in words(desk.get(TUESDAY).text)
    assert "Updated by" not in words(browser_of(clinic.app, ana).get(TUESDAY).text)
    frozen.forward(minutes=11)
    assert "Updated by" not in words(desk.get(TUESDAY).text)


def test_a_visit_outside_the_hours_is_flagged_until_staff_settle_it(
    clinic: Clinic, desk: FlaskClient
) -> None:
    clinic.app.config["WTF_CSRF_ENABLED"] = False
    visit = make_appointment(clinic)
    with clinic.app.app_context():
        booking.block_time(
            by=SYSTEM, actor_id=clinic.actor, start=visit.starts_at, end=visit.ends_at, note="Ill"
        )
    read = words(desk.get(TUESDAY).text)
    assert "1 booking lies outside the hours" in read
    assert "In blocked time" in read
    answer = desk.post(f"/console/bookings/{visit.id}/keep", data={"back": "day"})
    assert answer.headers["Location"] == TUESDAY
    assert "lies outside" not in words(desk.get(TUESDAY).text)


def test_the_number_of_queries_does_not_grow_with_the_bookings(clinic: Clinic, desk: FlaskClient) -> None:
    def queries(path: str) -> int:
        counted: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            counted.append(statement)

        with clinic.app.app_context():
            event.listen(db.engine, "before_cursor_execute", count)
            assert desk.get(path).status_code == 200
            event.remove(db.engine, "before_cursor_execute", count)
        return len(counted)

    starts = clinic.starts()
    make_appointment(clinic, start=starts[0])
    few = [queries(path) for path in (TUESDAY, "/console/week/2027-06-08")]
    for start in starts[1:9]:
        make_appointment(clinic, start=start)
    other = make_type(clinic, name="Follow-up")
    make_schedule(clinic, type=other.id)
    assert [queries(path) for path in (TUESDAY, "/console/week/2027-06-08")] == few
    assert max(few) < 48


def test_time_off_stands_in_the_line_it_is_of(clinic: Clinic, desk: FlaskClient) -> None:
    with clinic.app.app_context(), transaction() as session:
        catalog.add_time_off(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=clinic.organization,
            actor_id=clinic.actor,
            start_date=date(2027, 6, 8),
            end_date=date(2027, 6, 9),
            note_text="Conference",
        )
    assert "Time off: Conference" in words(desk.get(TUESDAY).text)
    assert "Conference" not in words(desk.get("/console/day/2027-06-10").text)


def test_a_video_visit_can_be_joined_from_its_card(clinic: Clinic, desk: FlaskClient) -> None:
    place = make_location(clinic, kind="virtual")
    room = "https://video.example.org/room"
    colleague = make_practitioner(clinic, location=place.id, video_url=room)
    video = make_type(clinic, name="Video visit", modality="video")
    there = make_schedule(clinic, type=video.id, location=place.id, hosts=[colleague.actor])
    make_appointment(clinic, schedule=there.id)
    assert 'href="https://video.example.org/room"' in desk.get(TUESDAY).text
