"""Blocked time: typed start and end, bookings inside stay and are listed, undo gives it back."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.clock import MINUTE
from scheduler.db import snapshot
from scheduler.models import BusyBlock
from tests.console.desk.conftest import Desk, desk_of, words
from tests.factories import Clinic, make_appointment, make_clinic, make_practitioner, make_room
from tests.support.times import Clock

NINE = 1812459600  # Tuesday, June 8, 2027, 9:00 AM in New York
FIELDS = {"date": "2027-06-08", "start": "9", "end": "11:30a", "note": "Staff meeting"}


def blocks(clinic: Clinic) -> list[tuple[str, int, int, str]]:
    with clinic.app.app_context(), snapshot() as session:
        rows = session.query(BusyBlock).order_by(BusyBlock.starts_at).all()
        return [(row.actor_id, row.starts_at, row.ends_at, row.note) for row in rows]


def test_blocking_closes_the_time_and_undo_opens_it_again(desk: Desk, clinic: Clinic) -> None:
    assert NINE in clinic.starts()
    done = desk.press("/console/block", actor=clinic.actor, **FIELDS)
    assert (done.status_code, done.location) == (303, f"/console/block?date=2027-06-08&actor={clinic.actor}")
    assert blocks(clinic) == [(clinic.actor, NINE, NINE + 150 * MINUTE, "Staff meeting")]
    assert [start for start in clinic.starts() if start < NINE + 150 * MINUTE] == []
    page = desk.open(done.location)
    assert "Blocked: Dr. Maya Chen, 9:00 AM to 11:30 AM EDT." in words(page)
    assert "Undo block of Dr. Maya Chen, 9:00 AM" in words(page)
    undo = re.search(r'action="(/console/block/[^"]+/remove)"', page.text)
    assert undo is not None
    assert desk.press(undo[1]).status_code == 303
    assert blocks(clinic) == []
    assert NINE in clinic.starts()
    assert desk.press(undo[1]).status_code == 404


def test_after_a_block_the_form_stands_at_the_person_and_day_of_before(desk: Desk, clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Zoe Last")
    page = desk.open(desk.press("/console/block", actor=colleague.actor, **FIELDS).location).text
    assert re.search(rf'value="{colleague.actor}" selected', page)


def test_a_block_that_is_taken_away_comes_back_by_undo_and_both_stand_in_the_history(
    desk: Desk, clinic: Clinic
) -> None:
    page = desk.open(desk.press("/console/block", actor=clinic.actor, **FIELDS).location)
    [remove] = set(re.findall(r'action="(/console/block/[^"]+/remove)"', page.text))
    page = desk.open(desk.press(remove).location)
    assert blocks(clinic) == []
    [undo] = re.findall(r'action="(/console/history/[^"]+/undo)"', page.text)
    assert desk.press(undo).status_code == 303
    assert blocks(clinic) == [(clinic.actor, NINE, NINE + 150 * MINUTE, "Staff meeting")]
    assert desk.open("/console/history").text.count("Dr. Maya Chen") >= 2


def test_an_opening_that_ends_at_midnight_can_be_blocked_as_it_stands(
    sqlite_app: Flask, frozen: Clock
) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")
    clinic = make_clinic(sqlite_app, weekly={0: [(1380, 1440)]})
    desk = desk_of(clinic, "front-desk")
    last = clinic.starts()[1]
    page = desk.open(f"/console/block?slot={desk.slot(last)}")
    fields = dict(re.findall(r'name="(date|start|end)"[^>]*? value="([^"]*)"', page.text))
    assert desk.press("/console/block", actor=clinic.actor, **fields).status_code == 303
    assert [row[1:3] for row in blocks(clinic)] == [(last, last + 30 * MINUTE)]


def test_bookings_inside_stay_and_are_listed(desk: Desk, clinic: Clinic) -> None:
    inside = make_appointment(clinic, start=NINE + 60 * MINUTE, given="Bo", family="Inside")
    make_appointment(clinic, start=NINE + 300 * MINUTE, given="Cy", family="Outside")
    done = desk.press("/console/block", actor=clinic.actor, **FIELDS)
    page = desk.open(done.location)
    assert "1 booking inside stays." in words(page)
    assert f'href="/console/bookings/{inside.id}"' in page.text
    assert "Outside" not in words(page)
    assert {one.status for one in desk.bookings()} == {"booked"}


def test_an_opening_fills_the_form_in(desk: Desk, clinic: Clinic) -> None:
    page = desk.open(f"/console/block?slot={desk.slot(NINE)}")
    for value in ("2027-06-08", "9:00 AM", "9:30 AM"):
        assert f'value="{value}"' in page.text
    values = {"date": "2027-06-08", "start": "9:00 AM", "end": "9:30 AM"}
    assert desk.press("/console/block", actor=clinic.actor, **values).status_code == 303
    assert blocks(clinic) == [(clinic.actor, NINE, NINE + 30 * MINUTE, "")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": ""}, "Start: enter a time of day"), ({"start": "24:00"}, "Start: enter a time of day"),
        ({"end": "noonish"}, "End: enter a time of day"), ({"end": "8"}, "End: set it after the start."),
        ({"end": "9:00"}, "End: set it after the start."), ({"date": "2027-02-30"}, "Date: enter a date"),
        ({"date": ""}, "Date: enter a date"), ({"date": "9999-12-31"}, "Date: enter a date"),
        ({"note": "x" * 201}, "Note: use at most 200"), ({"note": "a\x07b"}, "Note: use at most 200"),
        ({"start": "x" * 4000}, "Start: enter a time of day"),
    ],
)  # fmt: skip
def test_each_field_says_what_to_do_and_nothing_is_lost(
    desk: Desk, clinic: Clinic, changes: dict[str, str], said: str
) -> None:
    page = desk.press("/console/block", actor=clinic.actor, **(FIELDS | changes))
    assert page.status_code == 400
    assert said in words(page)
    assert f'value="{(FIELDS | changes)["end"]}"' in page.text
    assert blocks(clinic) == []


def test_midnight_is_an_end_and_a_skipped_hour_is_no_block(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at("2027-03-12T09:00:00-05:00")
    clinic = make_clinic(sqlite_app)
    desk = desk_of(clinic)
    day = {"actor": clinic.actor, "date": "2027-03-14"}
    assert desk.press("/console/block", start="10p", end="midnight", **day).status_code == 303
    skipped = desk.press("/console/block", start="2:00", end="3:00", **day)
    assert skipped.status_code in (303, 400)
    assert [end - start for _, start, end, _ in blocks(clinic)][-1] == 120 * MINUTE


def test_a_clinician_blocks_their_own_time_and_the_desk_everybodys_and_rooms(clinic: Clinic) -> None:
    colleague = make_practitioner(clinic, display_name="Dr. Omar Reyes")
    room = make_room(clinic, name="Room 7")
    elsewhere = make_clinic(clinic.app, organization={"name": "Elsewhere"})
    own, desk = desk_of(clinic, "clinician"), desk_of(clinic)
    for actor in (colleague.actor, room.id, elsewhere.actor, "never-was", "x" * 300):
        assert own.press("/console/block", actor=actor, **FIELDS).status_code == 404
    assert own.press("/console/block", actor=clinic.actor, **FIELDS).status_code == 303
    for actor in (colleague.actor, room.id):
        assert desk.press("/console/block", actor=actor, **FIELDS).status_code == 303
    assert desk.press("/console/block", actor=elsewhere.actor, **FIELDS).status_code == 404
    with clinic.app.app_context():
        theirs = booking.block_time(by=SYSTEM, actor_id=colleague.actor, start=NINE, end=NINE + 60)
        synced = booking.block_time(
            by=SYSTEM, actor_id=clinic.actor, start=NINE, end=NINE + 60, origin="calendar"
        )
    assert own.press(f"/console/block/{theirs.id}/remove").status_code == 404
    assert own.press(f"/console/block/{synced.id}/remove").status_code == 404
    assert "Dr. Omar Reyes" not in words(own.open("/console/block?date=2027-06-08"))
    assert "Busy in an outside calendar." in words(own.open("/console/block?date=2027-06-08"))


@pytest.mark.parametrize("query", ["date=never", "date=9999-12-31", "actor=never-was", "date=%F0%9F%98%80"])
def test_an_address_that_makes_no_sense_shows_today(desk: Desk, query: str) -> None:
    assert "Monday, June 7" in words(desk.open(f"/console/block?{query}"))


@pytest.mark.parametrize("slot", ["x", "a-99991231T2359", "x" * 400])
def test_an_opening_that_never_was_is_not_found(desk: Desk, slot: str) -> None:
    assert desk.open(f"/console/block?slot={slot}").status_code == 404
