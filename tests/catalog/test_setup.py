"""scheduler.catalog.setup: a first clinic in one go, all of it or nothing, once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler import catalog, clock
from scheduler.availability import open_starts
from scheduler.booking import SYSTEM
from scheduler.catalog import coded, presets
from scheduler.catalog.setup import AlreadySetUp, SetUp
from scheduler.clock import DAY
from scheduler.db import rehearsal, snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.models import (
    AppointmentType,
    AuditEntry,
    Base,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Question,
    ScheduleHost,
)
from scheduler.models.situations import load_situation
from tests.factories import make_clinic, make_location, make_practitioner, npi

MONDAY = "2027-06-07T08:00:00-04:00"
TYPED: dict[str, Any] = {
    **presets.PRESETS[0].typed(),
    "place_name": "Riverside Clinic",
    "phone": "617-555-0142",
    "line": "12 Main Street",
    "city": "Boston",
    "state": "ma",
    "postal_code": "02115",
    "zone": "America/New_York",
    "display_name": "Dr. Maya Chen",
    "npi": "",
    "ask_insurance": True,
}


def organization(app: Flask, **fields: Any) -> str:
    with app.app_context(), transaction() as session:
        return catalog.add_organization(
            session, by=SYSTEM, now=clock.now(), **({"name": "Riverside"} | fields)
        ).id


def set_up(
    app: Flask, owner: str, *, practitioner: str | None = None, place: str | None = None, **typed: Any
) -> SetUp:
    with app.app_context(), transaction() as session:
        return catalog.set_up(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=owner,
            typed=TYPED | typed,
            practitioner_id=practitioner,
            location_id=place,
        )


def rows(app: Flask) -> dict[str, int]:
    with app.app_context(), snapshot() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def problems(app: Flask, owner: str, **typed: Any) -> dict[str, str]:
    """What is refused; nothing is left behind."""
    before = rows(app)
    with pytest.raises(InvalidInput) as caught:
        set_up(app, owner, **typed)
    assert rows(app) == before
    return caught.value.problems


def test_a_first_clinic_can_be_booked_and_is_in_the_feed(app: Flask) -> None:
    owner = organization(app)
    made = set_up(app, owner, npi=(number := npi()))
    with app.app_context(), snapshot() as session:
        assert not catalog.is_empty(session, owner)
        assert not catalog.is_empty(session, owner, made.practitioner_id)
        place = session.get_one(Location, made.location_id)
        assert (place.name, place.state, place.zone) == ("Riverside Clinic", "MA", "America/New_York")
        assert session.get_one(Organization, owner).phone == "617-555-0142"
        assert session.get_one(Practitioner, made.practitioner_id).npi == number
        first, second = (session.get_one(AppointmentType, type_id) for type_id in made.type_ids)
        assert (first.name, first.duration_minutes, first.patient_type) == ("New patient visit", 40, "newpt")
        assert (second.name, second.duration_minutes, second.patient_type) == (
            "Follow-up visit",
            20,
            "existptonly",
        )
        for kind in (first, second):
            assert kind.visibility == "feed"
            assert (kind.minimum_notice_minutes, kind.horizon_days, kind.interval_minutes) == (240, 60, 15)
            assert kind.cancellation_notice_minutes == 1440
            assert kind.service_type_code
            assert kind.service_category_code
            assert kind.specialty_code
            assert session.scalar(select(Question.label).where(Question.appointment_type_id == kind.id))
        now = clock.now()
        for schedule_id in made.schedule_ids:
            assert session.scalar(
                select(ScheduleHost.actor_id).where(ScheduleHost.schedule_id == schedule_id)
            )
            situation = load_situation(session, schedule_id, now, now + 7 * DAY)
            assert open_starts(situation, now, now, now + 7 * DAY)
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.object_kind == "schedule"))
    manifest = app.test_client().get("/fhir/$bulk-publish").get_json()
    slots = [file["count"] for file in manifest["output"] if file["type"] == "Slot"]
    assert sum(slots) > 100
    assert [file["count"] for file in manifest["output"] if file["type"] == "Practitioner"] == [1]


def test_a_second_time_makes_nothing(app: Flask) -> None:
    owner = organization(app)
    set_up(app, owner)
    before = rows(app)
    with pytest.raises(AlreadySetUp):
        set_up(app, owner)
    assert rows(app) == before


def test_a_rehearsal_offers_what_is_saved_and_keeps_nothing(sqlite_app: Flask) -> None:
    owner = organization(sqlite_app)
    before = rows(sqlite_app)
    now = clock.now()

    def offered(session: Any, made: SetUp) -> list[list[int]]:
        return [
            open_starts(load_situation(session, id_, now, now + 14 * DAY), now, now, now + 14 * DAY)
            for id_ in made.schedule_ids
        ]

    with sqlite_app.app_context(), rehearsal() as session:
        made = catalog.set_up(session, by=SYSTEM, now=now, organization_id=owner, typed=TYPED)
        rehearsed = offered(session, made)
    assert rows(sqlite_app) == before
    made = set_up(sqlite_app, owner)
    with sqlite_app.app_context(), snapshot() as session:
        assert offered(session, made) == rehearsed


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda one: one.key)
def test_every_preset_can_be_saved_as_it_is(sqlite_app: Flask, preset: presets.Preset) -> None:
    made = set_up(sqlite_app, organization(sqlite_app), **preset.typed())
    with sqlite_app.app_context(), snapshot() as session:
        kinds = [session.get_one(AppointmentType, type_id) for type_id in made.type_ids]
        found = [(kind.name, kind.duration_minutes, kind.buffer_after_minutes) for kind in kinds]
        wanted = [(*preset.first, preset.buffer)]
        if preset.second[0]:
            wanted.append((preset.second[0], preset.second[1] or 0, preset.buffer))
        assert found == wanted
        assert coded.SERVICE_TYPES[kinds[0].service_type_code] == kinds[0].service_type


def test_an_invited_clinician_types_nothing_about_who_and_where(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic, display_name="Dr. Omar Reyes")
    before = rows(sqlite_app)
    made = set_up(
        sqlite_app,
        clinic.organization,
        practitioner=person.practitioner,
        place=clinic.location,
        **dict.fromkeys(("place_name", "phone", "line", "city", "state", "postal_code", "display_name"), ""),
    )
    after = rows(sqlite_app)
    assert (made.practitioner_id, made.location_id) == (person.practitioner, clinic.location)
    for table in ("practitioner", "location", "practitioner_role"):
        assert after[table] == before[table]
    with sqlite_app.app_context(), snapshot() as session:
        assert not catalog.is_empty(session, clinic.organization, person.practitioner)


def test_a_clinician_without_role_and_npi_gets_both(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic, display_name="Dr. Omar Reyes", npi=None)
    other = make_location(clinic, name="Hillside")
    number = npi()
    set_up(sqlite_app, clinic.organization, practitioner=person.practitioner, place=other.id, npi=number)
    with sqlite_app.app_context(), snapshot() as session:
        assert session.get_one(Practitioner, person.practitioner).npi == number
        assert session.scalar(
            select(PractitionerRole.id).where(
                PractitionerRole.practitioner_id == person.practitioner,
                PractitionerRole.location_id == other.id,
            )
        )


def test_everything_that_is_wrong_is_named_at_once_under_the_fields_names(sqlite_app: Flask) -> None:
    owner = organization(sqlite_app)
    found = problems(
        sqlite_app,
        owner,
        place_name="",
        phone="call me",
        line="  ",
        city="",
        state="ZZ",
        postal_code="0211",
        zone="America/Boston",
        display_name="x" * 201,
        npi="1234567890",
        monday="9-12, 1-12:30",
        tuesday="9-1, 12-5",
        first_minutes="0",
        second_minutes="ten",
        buffer_minutes="-5",
        notice_hours="1.5",
        horizon_days="401",
        interval_minutes="\u0661\u0662",
        cancellation_hours="",
        specialty_code="0",
        service_type_code="",
        service_category_code="17; DROP TABLE",
    )
    assert found["monday"] == "Monday, range 2: it ends before it starts. Set the end after 1:00 PM."
    assert found["tuesday"].startswith("Tuesday: 9:00 AM to 1:00 PM and 12:00 PM to 5:00 PM overlap.")
    assert set(found) == {
        *("place_name", "phone", "line", "city", "state", "postal_code", "zone", "display_name", "npi"),
        *("monday", "tuesday", "first_minutes", "second_minutes", "buffer_minutes", "notice_hours"),
        *("horizon_days", "interval_minutes", "cancellation_hours"),
        *("specialty_code", "service_type_code", "service_category_code"),
    }
    assert found["specialty_code"] == "Specialty: choose one of the list."
    for sentence in found.values():
        label, _, fix = sentence.partition(": ")
        assert label[:1].isupper(), sentence
        assert fix.endswith("."), sentence


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (dict.fromkeys(presets.WEEKDAYS, ""), "monday", "Hours: give hours on at least one day"),
        ({"second_type": ""}, "second_type", "Second type: name it, or leave its minutes empty too."),
        ({"second_minutes": ""}, "second_minutes", "Minutes of the second type: enter a whole number"),
        ({"second_type": "NEW patient visit"}, "second_type", "Second type: give it another name"),
    ],
)
def test_rules_between_fields(sqlite_app: Flask, typed: dict[str, str], field: str, sentence: str) -> None:
    found = problems(sqlite_app, organization(sqlite_app), **typed)
    assert list(found) == [field]
    assert found[field].startswith(sentence)


def test_an_npi_that_a_colleague_has_and_a_place_of_strangers_are_refused(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app, practitioner={"npi": (number := npi())})
    person = make_practitioner(clinic, npi=None)
    stranger = make_clinic(sqlite_app, organization={"name": "Elsewhere"})
    found = problems(
        sqlite_app, clinic.organization, practitioner=person.practitioner, place=stranger.location, npi=number
    )
    assert found == {
        "location_id": "Place: choose one of the list.",
        "npi": "NPI: another practitioner here has this one; check the digits.",
    }


def test_a_clinic_is_empty_until_something_is_offered(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app)
    person = make_practitioner(clinic)
    bare = organization(sqlite_app)
    with sqlite_app.app_context(), transaction() as session:
        assert catalog.is_empty(session, bare)
        assert not catalog.is_empty(session, clinic.organization)
        assert catalog.is_empty(session, clinic.organization, person.practitioner)
        assert not catalog.is_empty(session, clinic.organization, clinic.practitioner)
        catalog.edit_schedule(session, by=SYSTEM, now=clock.now(), schedule_id=clinic.schedule, active=False)
        assert catalog.is_empty(session, clinic.organization)
