"""Rooms and devices."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import catalog
from scheduler.errors import NotFound
from tests.catalog.acts import LONG, NUL, act, again, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_room

BAD: list[tuple[str, Any]] = [
    ("name", ""), ("name", LONG), ("name", NUL), ("resource_kind", ""), ("resource_kind", "x" * 65),
    ("resource_kind", "a/b"), ("location_id", "nowhere"), ("organization_id", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize("verb", [catalog.add_room, catalog.add_device])
@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, verb: Any, field: str, value: Any) -> None:
    fields = {
        "organization_id": still.clinic.organization,
        "location_id": still.clinic.location,
        "name": "Room 1",
        "resource_kind": "exam room",
    } | {field: value}
    expected = [field] if field != "organization_id" else ["organization_id", "location_id"]
    assert list(refused(still.clinic, verb, **fields)) == expected


def test_a_virtual_place_has_no_rooms(still: Still) -> None:
    problems = refused(
        still.clinic, catalog.add_room, organization_id=still.clinic.organization, location_id=still.virtual,
        name="Room 1", resource_kind="exam room",
    )  # fmt: skip
    assert "virtual place" in problems["location_id"]


def test_kinds_are_kept_in_small_letters(clinic: Clinic) -> None:
    row = act(
        clinic, catalog.add_device, organization_id=clinic.organization, location_id=clinic.location,
        name="Ultrasound 1", resource_kind=" Ultrasound ",
    )  # fmt: skip
    assert (row.kind, row.resource_kind) == ("device", "ultrasound")


def test_a_room_can_be_taken_out_of_use(clinic: Clinic) -> None:
    room = make_room(clinic)
    act(clinic, catalog.edit_resource, actor_id=room.id, name="Old room", active=False)
    assert (again(clinic, room).name, again(clinic, room).active) == ("Old room", False)
    assert list(refused(clinic, catalog.edit_resource, actor_id=room.id, name="")) == ["name"]


def test_a_practitioner_is_no_room(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        act(clinic, catalog.edit_resource, actor_id=clinic.actor, name="A room")
