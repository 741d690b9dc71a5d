"""The Why page: who may ask about what, what the form refuses, and what the answer shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scheduler import catalog, clock
from scheduler.booking import SYSTEM, By, block_time
from scheduler.db import transaction
from scheduler.models import Schedule
from scheduler.models.slots import slot_id
from tests.console.why.conftest import Asker, at, codes, fixes, words
from tests.factories import (
    Clinic,
    make_appointment,
    make_hold,
    make_location,
    make_practitioner,
    make_room,
    make_schedule,
    make_type,
    make_user,
)
from tests.people import browser_of
from tests.support.times import Clock

FORM = {"date": "2027-06-08", "time": "14:00"}


def form(clinic: Clinic, **typed: str) -> dict[str, str]:
    return {"type": clinic.type, "place": clinic.location, "who": clinic.practitioner, **FORM, **typed}


def test_a_time_outside_the_hours_is_said_with_its_day_and_the_way_to_it(admin: Asker, owner: Asker) -> None:
    page = admin.ask("20:00")

    assert codes(page) == ["hours"]
    assert "8:00 PM is not open" in words(page)
    assert "Outside the Tuesday hours, 9:00 AM to 5:00 PM." in words(page)
    assert fixes(page) == [(f"/console/hours/{admin.clinic.availability}#day-1", "Edit Tuesday")]


def test_hours_of_ones_own_are_called_yours(clinic: Clinic) -> None:
    with clinic.app.app_context(), transaction() as session:
        own = catalog.add_availability(
            session, by=SYSTEM, now=clock.now(), organization_id=clinic.organization, name="Mine",
            weekly={1: [(540, 720)]}, practitioner_id=clinic.practitioner,
        )  # fmt: skip
        session.get_one(Schedule, clinic.schedule).availability_id = own.id
    owner = Asker(clinic, browser_of(clinic.app, make_user(clinic, role="clinician")))

    assert "Outside your Tuesday hours, 9:00 AM to 12:00 PM." in words(owner.ask("13:00"))
    assert fixes(owner.ask("13:00")) == [(f"/console/hours/{own.id}#day-1", "Edit Tuesday")]
    assert "There are no Wednesday hours." in words(owner.ask("2027-06-09T13:00"))


def test_what_somebody_may_not_change_says_who_can(owner: Asker, desk: Asker, admin: Asker) -> None:
    assert fixes(owner.ask("20:00")) == []
    assert "An administrator can change it." in words(owner.ask("20:00"))
    assert fixes(desk.ask("09:10")) == []
    assert "Ask Robin Field to change it." in words(desk.ask("09:10"))


def test_every_reason_is_listed_and_the_first_one_with_a_fix_is_the_page_s_act(admin: Asker) -> None:
    page = admin.ask("2027-12-25T20:10")

    assert codes(page) == ["hours", "horizon"]
    assert "Both reasons" in words(page)
    assert "Fix first reason : Edit Saturday" in words(page)
    assert page.text.count('class="button primary"') == 1
    assert "More than 60 days ahead." in words(page)
    assert "Ends by itself" in words(page)


def test_a_time_that_only_waits_says_when_it_opens(admin: Asker) -> None:
    make_hold(admin.clinic, start=at("10:00"))
    page = admin.ask("10:00")

    assert codes(page) == ["held"]
    assert "Held by someone booking now, until 8:10 AM EDT." in words(page)
    assert "Wait until the hold ends." in words(page)
    assert "it opens by itself Mon, Jun 7, 8:10 AM EDT." in words(page)


def test_of_a_patient_the_page_says_the_initials_alone(desk: Asker) -> None:
    made = make_appointment(desk.clinic, start=at("10:00"), given="Quirin", family="Zachary")
    page = desk.ask("10:00")

    assert "Q. Z., 10:00 AM to 10:30 AM EDT." in words(page)
    assert "Quirin" not in page.text
    assert "Zachary" not in page.text
    assert fixes(page) == [(f"/console/bookings/{made.id}", "Open booking")]


def test_a_colleagues_booking_is_no_business_of_a_clinician(clinic: Clinic, owner: Asker) -> None:
    """A booking of another schedule on a shared room names nobody."""
    room = make_room(clinic)
    other = make_practitioner(clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    theirs = make_schedule(
        clinic, type=make_type(clinic).id, hosts=[other.actor], resource_kinds=["exam room"]
    )
    mine = make_schedule(clinic, type=make_type(clinic).id, resource_kinds=["exam room"])
    make_appointment(clinic, start=at("10:00"), schedule=theirs.id, given="Quirin", family="Zachary")
    page = owner.ask("10:00", mine.id)

    assert codes(page) == ["room"]
    assert f"No exam room is free. {room.name}: Another booking, 10:00 AM to 10:30 AM EDT." in words(page)
    assert "The front desk can open that booking." in words(page)


def test_the_day_is_drawn_and_told(desk: Asker) -> None:
    make_appointment(desk.clinic, start=at("10:00"), given="Ana", family="Silva")
    with desk.clinic.app.app_context():
        block_time(by=By("user"), actor_id=desk.clinic.actor, start=at("11:00"), end=at("12:00"))
    page = desk.ask("10:00")

    assert "Hours 9:00 AM to 5:00 PM EDT" in words(page)
    assert "Taken 10:00 AM to 10:30 AM EDT, A. S. 11:00 AM to 12:00 PM EDT, blocked or busy" in words(page)
    assert "Open 13 times, from 9:00 AM to 4:30 PM" in words(page)
    assert page.text.count('<rect class="free"') == 13
    assert page.text.count('<rect class="taken"') == 2
    assert '<svg class="why-strip"' in page.text


def test_the_nearest_openings_lead_to_a_booking(desk: Asker) -> None:
    make_appointment(desk.clinic, start=at("10:00"))
    page = desk.ask("10:00")

    near = page.text[page.text.index('id="nearest"') :]
    assert near.index("9:30 AM") < near.index("10:30 AM") < near.index("9:00 AM")
    assert f"/console/new?slot={slot_id(desk.clinic.schedule, at('09:30'))}" in near


def test_an_open_time_says_so_with_a_link_to_book_it(desk: Asker) -> None:
    page = desk.ask("10:00")

    assert "10:00 AM is open" in words(page)
    assert f"/console/new?slot={slot_id(desk.clinic.schedule, at('10:00'))}" in page.text


def test_the_form_answers_like_the_link(desk: Asker) -> None:
    typed = desk.browser.get("/console/why", query_string=form(desk.clinic, time="8p"))
    whole = desk.browser.get(f"/console/why?at={slot_id(desk.clinic.schedule, at('20:00'))}")

    assert codes(typed) == codes(whole) == codes(desk.ask("20:00")) == ["hours"]
    assert 'value="20:00"' in typed.text


def test_the_bare_page_is_a_form_with_what_is_usual(desk: Asker) -> None:
    page = desk.browser.get("/console/why")

    assert page.status_code == 200
    assert codes(page) == []
    assert 'value="2027-06-07"' in page.text
    assert "Choose a type and a time" in words(page)


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"date": ""}, 400, "Date: enter a date from 2000 to 2199, such as 2027-06-08."),
        ({"date": "2027-02-30"}, 400, "Date: enter a date"),
        ({"date": "9999-01-01"}, 400, "Date: enter a date"),
        ({"time": ""}, 400, "Time: enter a time of day, such as 9:30 or 2:15p."),
        ({"time": "25:00"}, 400, "Time: enter a time of day"),
        ({"time": "24:00"}, 400, "Time: enter a time of day"),
        ({"date": "", "time": "", "at": "yesterday"}, 400, "Date: the link's time can't be read."),
        ({"date": "", "time": "", "at": "99990101T0000"}, 400, "Date: the link's time can't be read."),
        ({"date": "", "time": "", "at": "99991231T1200"}, 400, "Date: the link's time can't be read."),
        ({"date": "", "time": "", "at": "00010101T0000"}, 400, "Date: the link's time can't be read."),
        ({"type": "nothing"}, 404, "Appointment type: choose one of the list."),
        ({"type": ""}, 400, "Appointment type: choose one of the list."),
        ({"place": "nowhere"}, 404, "Place: choose one of the list."),
        ({"who": "nobody"}, 404, "Clinician: choose one of the list."),
    ],
)
def test_what_can_t_be_read_is_named_and_the_rest_is_kept(
    desk: Asker, typed: dict[str, str], status: int, sentence: str
) -> None:
    page = desk.browser.get("/console/why", query_string=form(desk.clinic, **typed))

    assert page.status_code == status
    assert sentence in words(page)
    assert 'role="alert"' in page.text
    kept = {name: value for name, value in form(desk.clinic).items() if name not in typed}
    for name in {"date", "time"} & kept.keys():
        assert f'value="{kept[name]}"' in page.text
    assert codes(page) == []


def test_a_clinician_asks_about_their_own_schedules_alone(clinic: Clinic, owner: Asker, desk: Asker) -> None:
    other = make_practitioner(clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    theirs = make_schedule(clinic, type=make_type(clinic, name="Theirs").id, hosts=[other.actor])

    assert desk.ask("10:00", theirs.id).status_code == 200
    refused = owner.ask("10:00", theirs.id)
    assert refused.status_code == 404
    assert "Theirs" not in refused.text
    assert "Omar" not in refused.text


def test_who_has_nothing_to_offer_is_told_so(clinic: Clinic) -> None:
    other = make_practitioner(clinic)
    user = make_user(clinic, role="clinician", practitioner=other.practitioner)

    assert "there is no time to ask about" in words(browser_of(clinic.app, user).get("/console/why"))


def test_a_type_that_a_place_never_had_is_said(clinic: Clinic, admin: Asker) -> None:
    other = make_location(clinic, name="Hill Street")
    omar = make_practitioner(clinic, location=other.id, display_name="Dr. Omar Reyes")
    make_schedule(clinic, type=make_type(clinic).id, location=other.id, hosts=[omar.actor])
    page = admin.browser.get("/console/why", query_string=form(clinic, place=other.id, time="10:00"))

    assert codes(page) == ["place"]
    assert "New patient visit is not offered at Hill Street" in words(page)
    assert fixes(page) == [(f"/console/types/{clinic.type}#where", "Places on the type")]
    assert "9:00 AM EDT" in page.text  # the nearest openings are elsewhere


def test_a_time_that_comes_twice_is_told_apart(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2027-11-01T08:00:00-04:00")
    second = int(datetime(2027, 11, 7, 6, 30, tzinfo=UTC).timestamp())
    desk = browser_of(clinic.app, make_user(clinic, role="front-desk"))
    page = desk.get(f"/console/why?at={slot_id(clinic.schedule, second)}")

    assert page.status_code == 200
    assert "1:30 AM comes twice" in words(page)


def test_past_times_have_nothing_to_fix(admin: Asker) -> None:
    page = admin.ask("2027-06-07T07:00")

    assert codes(page)[0] == "past"
    assert "It has already passed." in words(page)
    assert fixes(page) == [(f"/console/hours/{admin.clinic.availability}#day-0", "Edit Monday")]


@pytest.mark.parametrize(
    ("now", "day", "time"),
    [
        ("2027-06-07T08:00:00-04:00", "2027-06-07", "08:00"),
        ("2027-06-07T14:10:00-04:00", "2027-06-07", "14:30"),
        ("2027-06-07T23:45:00-04:00", "2027-06-08", "00:00"),
    ],
)
def test_the_form_begins_with_the_half_hour_that_comes_next_and_says_by_which_clock(
    clinic: Clinic, frozen: Clock, now: str, day: str, time: str
) -> None:
    frozen.at(now)
    admin = Asker(clinic, browser_of(clinic.app, make_user(clinic)))
    page = admin.browser.get(f"/console/why?type={admin.clinic.schedule}")
    assert f'name="date" value="{day}"' in page.text
    assert f'name="time" value="{time}"' in page.text
    assert "Such as 9:30 or 2:15p, Eastern time" in words(page)
    make_schedule(admin.clinic, location=make_location(admin.clinic, zone="America/Denver").id, hosts=[])
    elsewhere = words(admin.browser.get(f"/console/why?type={admin.clinic.schedule}"))
    assert "Such as 9:30 or 2:15p, by the clock of the place" in elsewhere


def test_a_link_that_asks_why_says_by_which_clock(admin: Asker) -> None:
    page = words(admin.browser.get("/console/day/2027-06-08"))
    assert "is Dr. Maya Chen not open at 8:00 AM EDT ?" in page
