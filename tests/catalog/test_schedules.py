"""Schedules: a type at a place, with who and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog
from scheduler.catalog import slugs
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Actor, Schedule, ScheduleHost, ScheduleResource
from tests.catalog.acts import NUL, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import (
    Clinic,
    make_appointment,
    make_availability,
    make_clinic,
    make_location,
    make_practitioner,
    make_room,
    make_schedule,
    make_type,
)

BAD: dict[str, tuple[str, Callable[[Still], Any]]] = {
    "unknown place": ("location_id", lambda _: "nowhere"),
    "place of another organization": ("location_id", lambda still: still.stranger.location),
    "virtual place for a visit in person": ("location_id", lambda still: still.virtual),
    "unknown hours": ("availability_id", lambda _: "nothing"),
    "hours of another organization": ("availability_id", lambda still: still.stranger.availability),
    "unknown host": ("hosts", lambda _: ["nobody"]),
    "host with a NUL": ("hosts", lambda _: [NUL]),
    "host of another organization": ("hosts", lambda still: [still.stranger.actor]),
    "a room as host": ("hosts", lambda still: [still.room]),
    "host twice": ("hosts", lambda still: [still.clinic.actor, still.clinic.actor]),
    "too many hosts": ("hosts", lambda still: [still.clinic.actor] * 21),
    "kind that is not there": ("resource_kinds", lambda _: ["ballroom"]),
    "kind that is none": ("resource_kinds", lambda _: ["<b>"]),
    "too many kinds": ("resource_kinds", lambda _: [f"kind {number}" for number in range(11)]),
    "kinds as text": ("resource_kinds", lambda _: "exam room"),
}


@pytest.mark.parametrize("case", BAD)
def test_each_bad_field_is_named(still: Still, case: str) -> None:
    field, value = BAD[case][0], BAD[case][1](still)
    fields: dict[str, Any] = {
        "appointment_type_id": still.clinic.type,
        "location_id": still.clinic.location,
        "availability_id": still.clinic.availability,
    }
    assert list(refused(still.clinic, catalog.add_schedule, **(fields | {field: value}))) == [field]


def test_a_video_type_needs_a_virtual_place(still: Still) -> None:
    problems = refused(
        still.clinic, catalog.add_schedule, appointment_type_id=still.video, location_id=still.clinic.location,
        availability_id=still.hours,
    )  # fmt: skip
    assert "a virtual place" in problems["location_id"]


def test_a_host_needs_a_role_at_the_place(clinic: Clinic) -> None:
    place = make_location(clinic)
    problems = refused(
        clinic, catalog.add_schedule, appointment_type_id=clinic.type, location_id=place.id,
        availability_id=clinic.availability, hosts=[clinic.actor],
    )  # fmt: skip
    assert "Dr. Maya Chen has no role" in problems["hosts"]


def test_an_inactive_practitioner_cannot_host(clinic: Clinic) -> None:
    act(clinic, catalog.edit_practitioner, practitioner_id=clinic.practitioner, version=1, active=False)
    problems = refused(
        clinic, catalog.add_schedule, appointment_type_id=clinic.type, location_id=clinic.location,
        availability_id=clinic.availability, hosts=[clinic.actor],
    )  # fmt: skip
    assert list(problems) == ["hosts"]


def test_an_unknown_type_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        act(
            clinic, catalog.add_schedule, appointment_type_id="nothing", location_id=clinic.location,
            availability_id=clinic.availability,
        )  # fmt: skip


def test_hosts_keep_their_order_and_get_the_role_of_the_types_specialty(clinic: Clinic) -> None:
    second = make_practitioner(clinic)
    role = act(
        clinic, catalog.add_role, practitioner_id=second.practitioner, location_id=clinic.location,
        specialty_code="394582007",
    )  # fmt: skip
    kind = make_type(clinic, specialty_code="394582007")
    row = make_schedule(clinic, type=kind.id, hosts=[second.actor, clinic.actor])

    with clinic.app.app_context(), snapshot() as session:
        hosts = session.scalars(
            select(ScheduleHost).where(ScheduleHost.schedule_id == row.id).order_by(ScheduleHost.position)
        ).all()
        assert [(host.actor_id, host.practitioner_role_id) for host in hosts] == [
            (second.actor, role.id),
            (clinic.actor, clinic.role),
        ]
    assert last_entry(clinic).object_id == row.id


def test_a_schedule_without_hosts_has_a_line_of_its_own_and_its_place_a_page(clinic: Clinic) -> None:
    rows = [make_schedule(clinic, hosts=[]) for _ in range(2)]
    with clinic.app.app_context(), snapshot() as session:
        lines = [session.get_one(Actor, row.line_actor_id) for row in rows]
        assert {line.kind for line in lines} == {"line"}
        assert lines[0].id != lines[1].id
        assert slugs.current_slug(session, "location", clinic.location) == "riverside-clinic-main-street"


def test_a_line_fits_its_column_also_with_long_names(clinic: Clinic) -> None:
    kind = make_type(clinic, name="ä" * 200)
    row = make_schedule(clinic, type=kind.id, hosts=[])
    assert row.line_actor_id


def test_each_schedule_can_be_booked(clinic: Clinic) -> None:
    make_room(clinic)
    for row in (make_schedule(clinic, hosts=[]), make_schedule(clinic, resource_kinds=["Exam room"])):
        assert make_appointment(clinic, schedule=row.id).status == "booked"


def test_an_edit_changes_hours_rooms_and_whether_it_is_offered(clinic: Clinic) -> None:
    make_room(clinic)
    hours = make_availability(clinic, {6: [(540, 600)]})
    act(
        clinic, catalog.edit_schedule, schedule_id=clinic.schedule, availability_id=hours.id,
        resource_kinds=["exam room"], active=False,
    )  # fmt: skip
    row = again(clinic, Schedule(id=clinic.schedule))
    assert (row.availability_id, row.active) == (hours.id, False)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(ScheduleResource.resource_kind)).all() == ["exam room"]

    act(clinic, catalog.edit_schedule, schedule_id=clinic.schedule, resource_kinds=[], active=True)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(ScheduleResource.resource_kind)).all() == []
    assert again(clinic, Schedule(id=clinic.schedule)).availability_id == hours.id


def test_an_edit_names_bad_fields_too(still: Still) -> None:
    problems = refused(
        still.clinic, catalog.edit_schedule, schedule_id=still.clinic.schedule, availability_id="nothing",
        resource_kinds=["ballroom"],
    )  # fmt: skip
    assert list(problems) == ["availability_id", "resource_kinds"]


def test_two_clinics_do_not_share_anything(clinic: Clinic) -> None:
    other = make_clinic(clinic.app)
    problems = refused(
        clinic, catalog.add_schedule, appointment_type_id=clinic.type, location_id=other.location,
        availability_id=other.availability, hosts=[other.actor],
    )  # fmt: skip
    assert list(problems) == ["location_id", "availability_id", "hosts"]
