"""Places, with an address and without."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import catalog
from scheduler.errors import Conflict, EditConflict
from tests.catalog.acts import LONG, NUL, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_location
from tests.factories.clinics import ADDRESS

PLACE: dict[str, Any] = {"name": "A place", "zone": "America/New_York"} | ADDRESS
VIRTUAL: dict[str, Any] = {
    "kind": "virtual", "name": "Video", "zone": "America/New_York", "licensed_states": ["MA"]
}  # fmt: skip

BAD: list[tuple[str, Any]] = [
    ("kind", "boat"), ("name", ""), ("name", LONG), ("name", NUL), ("description", "x" * 5001), ("line", ""),
    ("line", NUL), ("city", ""), ("district", LONG), ("state", ""), ("state", "Mass"), ("postal_code", ""),
    ("postal_code", "1"), ("postal_code", "x" * 65), ("country", "USA"), ("latitude", 91.0), ("latitude", None),
    ("longitude", 181.0), ("longitude", None), ("zone", "Mars/Base"), ("zone", ""), ("zone", NUL), ("zone", LONG),
    ("phone", "x"), ("url", "javascript:1"), ("licensed_states", ["MA"]), ("licensed_states", "MA"),
    ("licensed_states", ["XX"]), ("arrival", NUL), ("access", "x" * 100_000), ("language", "English"),
    ("organization_id", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    fields = {"organization_id": still.clinic.organization} | PLACE | {field: value}
    assert list(refused(still.clinic, catalog.add_location, **fields)) == [field]


@pytest.mark.parametrize("field", ["line", "city", "district", "state", "postal_code"])
def test_a_virtual_place_has_no_address(still: Still, field: str) -> None:
    fields = {"organization_id": still.clinic.organization} | VIRTUAL | {field: "Boston"}
    assert "no address" in refused(still.clinic, catalog.add_location, **fields)[field]


def test_a_virtual_place_names_the_states_of_its_licences(still: Still) -> None:
    fields = {"organization_id": still.clinic.organization} | VIRTUAL | {"licensed_states": []}
    assert list(refused(still.clinic, catalog.add_location, **fields)) == ["licensed_states"]


def test_a_place_abroad_has_that_countrys_address(clinic: Clinic) -> None:
    row = make_location(
        clinic, country="GB", state="Greater London", postal_code="SW1A 1AA", zone="Europe/London"
    )
    assert (row.state, row.postal_code) == ("Greater London", "SW1A 1AA")


def test_states_are_kept_in_capitals_each_once(clinic: Clinic) -> None:
    row = make_location(clinic, kind="virtual", licensed_states=["ma", "NY", "MA"])
    assert again(clinic, row).licensed_states == ["MA", "NY"]


def test_an_edit_needs_the_version_that_the_editor_saw(clinic: Clinic) -> None:
    row = make_location(clinic)
    act(
        clinic,
        catalog.edit_location,
        location_id=row.id,
        version=1,
        arrival="Use the side door.",
        active=False,
    )

    kept = again(clinic, row)
    assert (kept.arrival, kept.active, kept.version) == ("Use the side door.", False, 2)
    assert last_entry(clinic).details == {"fields": ["arrival", "active"]}
    with pytest.raises(EditConflict, match="Somebody else saved"):
        act(clinic, catalog.edit_location, location_id=row.id, version=1, arrival="Mine")
    assert again(clinic, row).arrival == "Use the side door."


def test_an_edit_checks_the_fields_together_with_those_that_stay(clinic: Clinic) -> None:
    problems = refused(
        clinic, catalog.edit_location, location_id=clinic.location, version=1, country="GB", latitude=None
    )
    assert list(problems) == ["latitude"]


def test_a_place_in_use_stays_of_its_kind(clinic: Clinic) -> None:
    changes = dict.fromkeys(["line", "city", "state", "postal_code"], "")
    with pytest.raises(Conflict, match="in use"):
        act(
            clinic,
            catalog.edit_location,
            location_id=clinic.location,
            version=1,
            kind="virtual",
            licensed_states=["MA"],
            **changes,
        )
