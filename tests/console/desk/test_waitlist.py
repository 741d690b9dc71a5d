"""The waitlist for staff: who waits in which order, add somebody, offer by hand, take off and put back."""

from __future__ import annotations

import re

import pytest

from scheduler.booking import SYSTEM, waitlist
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import AppointmentType, WaitlistEntry
from tests.console.desk.conftest import Desk, desk_of, words
from tests.factories import Clinic, make_appointment, make_practitioner, make_waiting
from tests.support.times import Clock

LIST = "/console/waitlist"
WHO = {
    "given": "Bo",
    "family": "Waiter",
    "birth_date-month": "4",
    "birth_date-day": "27",
    "birth_date-year": "1985",
    "phone": "617-555-0188",
    "part": "any",
}


def status(clinic: Clinic, entry_id: str) -> str:
    with clinic.app.app_context(), snapshot() as session:
        return session.get_one(WaitlistEntry, entry_id).status


def one(pattern: str, text: str) -> str:
    [found] = re.findall(pattern, text)
    return str(found)


def test_nobody_waits_at_first(desk: Desk) -> None:
    page = desk.open(LIST)
    assert "Nobody waits" in words(page)
    assert 'href="/console/waitlist" aria-current="page"' in page.text


def test_somebody_is_added_by_phone_and_undo_takes_them_off(desk: Desk, clinic: Clinic) -> None:
    assert "Dr. Maya Chen" in words(desk.open(f"{LIST}/new"))
    done = desk.press(f"{LIST}/new", schedule=clinic.schedule, weekdays=["2", "4"], **WHO)
    assert (done.status_code, done.location) == (303, LIST)
    page = desk.open(LIST)
    assert "1 Bo Waiter born April 27, 1985 617-555-0188 No email: call them" in words(page)
    assert "Tue, Thu" in words(page)
    undo = one(
        r'action="(/console/waitlist/\w+/remove)"><input[^>]*><button class="button secondary compact">Undo',
        page.text,
    )
    desk.press(undo)
    assert "Nobody waits" in words(desk.open(LIST))


def test_who_waits_already_is_not_added_twice(desk: Desk, clinic: Clinic) -> None:
    for _ in range(2):
        desk.press(f"{LIST}/new", schedule=clinic.schedule, **WHO)
    page = desk.open(LIST)
    assert "They wait for this visit already. Nothing was changed." in words(page)
    assert page.text.count("<bdi>Bo Waiter</bdi>") == 1


def test_staff_may_add_somebody_to_a_list_that_is_closed_to_patients(desk: Desk, clinic: Clinic) -> None:
    with clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, clinic.type).waitlist = False
    assert desk.press(f"{LIST}/new", schedule=clinic.schedule, **WHO).status_code == 303
    assert "(closed to new people)" in words(desk.open(LIST))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schedule": "elsewhere"}, "For: choose one of the list."),
        ({"given": ""}, "First name: enter it as on your papers."),
        ({"phone": ""}, "Phone or email: enter at least one so the clinic can reach you."),
    ],
)
def test_what_is_wrong_is_named_and_everything_stays(
    desk: Desk, clinic: Clinic, changes: dict[str, str], said: str
) -> None:
    page = desk.press(f"{LIST}/new", **{**WHO, "schedule": clinic.schedule, **changes})
    assert page.status_code == 400
    assert said in words(page)
    assert 'value="Waiter"' in page.text


def test_the_order_is_that_of_joining_and_a_time_can_be_offered_out_of_turn(
    desk: Desk, clinic: Clinic, frozen: Clock
) -> None:
    first = make_waiting(clinic, given="Alpha")
    frozen.forward(seconds=1)
    second = make_waiting(clinic, given="Beta")
    page = desk.open(LIST)
    assert re.search("1 Alpha Person.*2 Beta Person", words(page))
    slots = re.findall(r'action="/console/waitlist/(\w+)/offer".*?name="slot" value="([^"]+)"', page.text)
    assert [entry for entry, _ in slots] == [first.id, second.id]
    desk.press(f"{LIST}/{second.id}/offer", slot=slots[1][1])
    assert (status(clinic, first.id), status(clinic, second.id)) == ("waiting", "offered")
    page = desk.open(LIST)
    assert (
        "Offered: Monday, June 7, 11:00 AM EDT. It is kept for them until 10:32 AM EDT, Monday, June 7."
        in words(page)
    )
    desk.press(f"{LIST}/{first.id}/offer", slot=slots[1][1])
    assert "That time is not open any more. Nothing was offered." in words(desk.open(LIST))
    desk.press(f"{LIST}/{second.id}/offer", slot=slots[0][1])
    assert "has an offer already" in words(desk.open(LIST))


def test_taking_somebody_off_can_be_undone(desk: Desk, clinic: Clinic) -> None:
    entry = make_waiting(clinic)
    desk.press(f"{LIST}/{entry.id}/remove")
    assert status(clinic, entry.id) == "left"
    desk.press(one(rf'action="(/console/waitlist/{entry.id}/put-back)"', desk.open(LIST).text))
    assert status(clinic, entry.id) == "waiting"


def test_a_booked_patient_who_wants_something_sooner_stands_there_with_the_booking(
    desk: Desk, clinic: Clinic
) -> None:
    visit = make_appointment(clinic, start=clinic.starts()[-1])
    with clinic.app.app_context():
        waitlist.ask_sooner(by=SYSTEM, appointment_id=visit.id)
    page = desk.open(LIST)
    assert "Something sooner than" in words(page)
    assert f'href="/console/bookings/{visit.id}"' in page.text


def test_a_clinician_sees_only_who_could_get_a_time_of_theirs(clinic: Clinic) -> None:
    other = make_practitioner(clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    entry = make_waiting(clinic, given="Alpha")
    mine, theirs = desk_of(clinic, "clinician"), desk_of(clinic, "clinician", other.practitioner)
    assert "Alpha" in words(mine.open(LIST))
    assert "Nobody waits" in words(theirs.open(LIST))
    for act in ("remove", "offer", "put-back"):
        assert (
            theirs.press(f"{LIST}/{entry.id}/{act}", slot=theirs.slot(clinic.first_start)).status_code == 404
        )
    assert status(clinic, entry.id) == "waiting"


def test_a_time_kept_for_somebody_with_only_a_phone_is_a_call_to_make_and_staff_can_answer_for_them(
    desk: Desk, clinic: Clinic
) -> None:
    entry = make_waiting(clinic, given="Alpha", email="", phone="617-555-0111")
    [slot] = re.findall(r'name="slot" value="([^"]+)"', desk.open(LIST).text)
    desk.press(f"{LIST}/{entry.id}/offer", slot=slot)
    deliver(clinic.app)
    page = desk.open("/console/calls")
    assert "A time is kept for somebody on the waitlist who can't be reached by mail." in words(page)
    assert "Calls (1)" in words(page)
    page = desk.open(LIST)
    assert "Call them now" in words(page)
    answer = one(r'href="(/offer/\w+)"', page.text)
    booked = desk.press(f"{answer}/take")
    assert booked.status_code == 303
    assert status(clinic, entry.id) == "taken"
    assert "Calls (1)" not in words(desk.open("/console/calls"))
