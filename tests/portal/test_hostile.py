"""Addresses that never were, times that cannot be booked, hostile text: refused by name, and harmless."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.models.slots import slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_room,
    make_schedule,
    make_type,
)
from tests.portal.patient import GOOD, Patient
from tests.portal.test_holding import MONDAY
from tests.support.times import Clock


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


@pytest.mark.parametrize(
    "slot",
    [
        "x",
        "s-20270608T1300",
        "-",
        "20270608T1300",
        "no-such-schedule-20270608T1300",
        "🙂",
        "a" * 200,
        "..%2f..",
        "s-20271308T9999",
    ],
)
def test_a_slot_that_never_was_is_a_404_page(clinic: Clinic, slot: str) -> None:
    patient = Patient(clinic.app)
    assert patient.open(f"/book/{slot}").status == 404
    assert patient.press("/hold", slot=slot).status == 404
    assert 'href="/"' in patient.open(f"/book/{slot}").text


@pytest.mark.parametrize(
    ("stamp", "headline"),
    [
        ("20270601T1300", "That time has passed."),
        ("19000101T0000", "That time has passed."),
        ("21991231T2359", "6:59 PM can't be booked yet."),
        ("20280601T1300", "9:00 AM can't be booked yet."),
        ("20270606T1300", "That time has passed."),
        ("20270612T1300", "9:00 AM is no longer open."),
        ("20270608T1307", "9:07 AM is no longer open."),
    ],
)
def test_a_time_that_cannot_be_booked_says_why_and_offers_others(
    clinic: Clinic, stamp: str, headline: str
) -> None:
    patient = Patient(clinic.app)
    page = patient.open(f"/book/{clinic.schedule}-{stamp}")
    assert (page.status, page.h1) == (200, headline)
    pressed = patient.press("/hold", slot=f"{clinic.schedule}-{stamp}")
    assert (pressed.status, pressed.h1) == (409, headline)
    assert pressed.slots or stamp.startswith(("2199", "2028"))


@pytest.mark.parametrize("why", ["a request", "the buffer of another visit", "another visit's room"])
def test_a_time_that_nobody_is_known_to_have_booked_is_said_to_be_no_longer_open(
    clinic: Clinic, why: str
) -> None:
    start = clinic.starts()[4]  # 11:00
    schedule = clinic.schedule
    if why == "a request":
        kind = make_type(clinic, approval_required=True)
        schedule = make_schedule(clinic, type=kind.id).id
        make_appointment(clinic, schedule=schedule, start=start)
    elif why == "another visit's room":
        make_room(clinic)
        person = make_practitioner(clinic)
        theirs, ours = (
            make_schedule(clinic, type=make_type(clinic).id, hosts=[one], resource_kinds=["exam room"]).id
            for one in (person.actor, clinic.actor)
        )
        make_appointment(clinic, schedule=theirs, start=start)
        schedule = ours
    else:
        kind = make_type(clinic, buffer_after_minutes=60)
        make_appointment(clinic, schedule=make_schedule(clinic, type=kind.id).id, start=clinic.starts()[2])
    patient = Patient(clinic.app)
    page = patient.press("/hold", slot=slot_id(schedule, start))
    assert (page.status, page.h1) == (409, "11:00 AM is no longer open.")
    assert patient.open(f"/book/{slot_id(schedule, start)}").h1 == "11:00 AM is no longer open."
    mine = patient.book(clinic, clinic.starts()[-1], email="elsewhere@example.org")
    if schedule == clinic.schedule:
        moving = patient.open(f"{mine}/reschedule/{slot_id(schedule, start)}")
        assert moving.h1 == "11:00 AM is no longer open."


@pytest.mark.parametrize("stamp", ["00010101T0000", "18991231T2359", "22000101T0000", "99991231T2359"])
def test_a_time_of_another_age_is_a_404_page(clinic: Clinic, stamp: str) -> None:
    assert Patient(clinic.app).open(f"/book/{clinic.schedule}-{stamp}").status == 404
    assert Patient(clinic.app).press("/hold", slot=f"{clinic.schedule}-{stamp}").status == 404


@pytest.mark.parametrize("hold_id", ["nothing", "x" * 500, "🙂", "a.b", "..", "0" * 16])
def test_a_hold_that_never_was_is_a_404_page(clinic: Clinic, hold_id: str) -> None:
    patient = Patient(clinic.app)
    for path in (f"/hold/{hold_id}", f"/hold/{hold_id}/review"):
        assert patient.open(path).status in (404, 405, 308)
    for act in ("", "/extend", "/release", "/book"):
        assert patient.press(f"/hold/{hold_id}{act}").status in (404, 405)


HOSTILE = (
    "x" * 100_000,
    "<script>alert(1)</script>" * 30,
    "\x1b[31m" * 100,
    "🙂" * 300,
    UNSEEN := "\u202e\u2066" * 200,
)


@pytest.mark.parametrize(
    "name", ["given", "family", "email", "phone", "reason", "birth_date-month", "needs", "for_whom"]
)
def test_hostile_text_in_a_field_is_refused_by_name_and_harmless(clinic: Clinic, name: str) -> None:
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    for text in HOSTILE:
        page = patient.press(hold, **{**GOOD, name: text})
        if text == UNSEEN and name in ("email", "phone"):
            assert page.location == f"{hold}/review"  # nothing was typed, and one way to reach them is enough
            assert "\u202e" not in patient.open(page.location).text
            continue
        assert page.status == 400
        assert len(page.errors) == 1
        assert page.title.startswith("Error: ")
        assert "<script>alert" not in page.text
        assert 'value="Quillfeather"' in page.text or name == "family"
        assert patient.open(hold).status == 200


def test_nul_and_broken_bytes_are_refused(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    patient = Patient(clinic.app)
    hold = patient.hold(clinic, clinic.first_start)
    page = patient.press(hold, **{**GOOD, "given": "a\x00b\x07"})
    assert page.status == 400
    assert page.errors == ["First name: remove the characters that can't be shown, and type it again."], (
        "the form comes back with it, and nothing else is lost"
    )
    assert 'value="ab"' in page.text
    assert 'value="Quillfeather"' in page.text
    assert patient.press(f"{hold}/typed", **{**GOOD, "reason": "a\x00b"}).status == 204
    assert "ab</textarea>" in patient.open(hold).text
    raw = patient.client.post(
        hold, data=b"given=%ff%fe&family=%00", content_type="application/x-www-form-urlencoded"
    )
    assert raw.status_code == 400
    assert patient.press("/hold", slot="\x00").status == 400
    assert patient.open("/hold/%00").status == 400
