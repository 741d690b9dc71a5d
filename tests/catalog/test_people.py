"""Practitioners, their actors and roles."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scheduler import catalog
from scheduler.db import snapshot
from scheduler.errors import EditConflict, NotFound
from scheduler.models import Actor, Practitioner, PractitionerRole
from tests.catalog.acts import LONG, NUL, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_location, make_practitioner, npi

BAD: list[tuple[str, Any]] = [
    ("display_name", ""), ("display_name", LONG), ("display_name", NUL), ("prefix", "x" * 65), ("given", LONG),
    ("family", NUL), ("suffix", "x" * 65), ("npi", "1234567890"), ("npi", NUL), ("phone", "x"), ("email", "x"),
    ("languages", ["English"]), ("languages", "en"), ("languages", ["en"] * 21), ("about", "x" * 5001),
    ("video_url", "x"), ("language", ""), ("organization_id", "nobody"), ("slug", "A B"),
]  # fmt: skip

BAD_ROLE: list[tuple[str, Any]] = [
    ("specialty_code", ""), ("specialty_code", "1"), ("specialty_code", None), ("title", LONG), ("phone", "x"),
    ("period_start", "2026"), ("period_end", date(1990, 1, 1)), ("location_id", "nowhere"), ("location_id", NUL),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    fields = {"organization_id": still.clinic.organization, "display_name": "Dr. A"} | {field: value}
    assert list(refused(still.clinic, catalog.add_practitioner, **fields)) == [field]


@pytest.mark.parametrize(("field", "value"), BAD_ROLE, ids=[field for field, _ in BAD_ROLE])
def test_each_bad_field_of_a_role_is_named(still: Still, field: str, value: Any) -> None:
    fields = {
        "practitioner_id": still.clinic.practitioner,
        "location_id": still.virtual,
        "specialty_code": "419772000",
    } | {field: value}
    assert list(refused(still.clinic, catalog.add_role, **fields)) == [field]


def test_a_practitioner_has_an_actor(clinic: Clinic) -> None:
    person = make_practitioner(clinic, display_name="Dr. Zoë Ash")
    with clinic.app.app_context(), snapshot() as session:
        actor = catalog.actor_of(session, person.practitioner)
        assert (actor.kind, actor.name, actor.organization_id) == (
            "practitioner",
            "Dr. Zoë Ash",
            clinic.organization,
        )


def test_an_inactive_practitioner_has_an_inactive_actor(clinic: Clinic) -> None:
    act(
        clinic,
        catalog.edit_practitioner,
        practitioner_id=clinic.practitioner,
        version=1,
        display_name="Dr. Maya Lin",
        active=False,
    )
    with clinic.app.app_context(), snapshot() as session:
        actor = session.get_one(Actor, clinic.actor)
        assert (actor.name, actor.active) == ("Dr. Maya Lin", False)
    with pytest.raises(EditConflict):
        act(clinic, catalog.edit_practitioner, practitioner_id=clinic.practitioner, version=1, active=True)


def test_two_practitioners_of_an_organization_have_different_npis(clinic: Clinic) -> None:
    number = npi()
    make_practitioner(clinic, npi=number)
    problems = refused(
        clinic,
        catalog.add_practitioner,
        organization_id=clinic.organization,
        display_name="Dr. B",
        npi=number,
    )
    assert list(problems) == ["npi"]


def test_ones_own_npi_may_stay(clinic: Clinic) -> None:
    row = act(
        clinic, catalog.edit_practitioner, practitioner_id=clinic.practitioner, version=1, about="Hello"
    )
    assert again(clinic, row).about == "Hello"


def test_unknown_people_are_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        act(clinic, catalog.edit_practitioner, practitioner_id="nobody", version=1)
    with pytest.raises(NotFound):
        act(
            clinic,
            catalog.add_role,
            practitioner_id="nobody",
            location_id=clinic.location,
            specialty_code="419772000",
        )


def test_a_role_says_its_specialty_in_words(clinic: Clinic) -> None:
    place = make_location(clinic)
    role = act(
        clinic,
        catalog.add_role,
        practitioner_id=clinic.practitioner,
        location_id=place.id,
        specialty_code="394582007",
        period_start=date(2026, 1, 1),
    )
    assert role.specialty == "Dermatology"
    act(clinic, catalog.edit_role, role_id=role.id, specialty_code="394579002", period_end=date(2026, 12, 31))

    kept: PractitionerRole = again(clinic, role)
    assert (kept.specialty, kept.period_end) == ("Cardiology", date(2026, 12, 31))
    assert last_entry(clinic).object_kind == "practitioner-role"


def test_the_same_role_twice_is_refused(clinic: Clinic) -> None:
    fields = {
        "practitioner_id": clinic.practitioner,
        "location_id": clinic.location,
        "specialty_code": "419772000",
    }
    assert list(refused(clinic, catalog.add_role, **fields)) == ["specialty_code"]
    other = act(clinic, catalog.add_role, **(fields | {"specialty_code": "394582007"}))
    assert list(refused(clinic, catalog.edit_role, role_id=other.id, specialty_code="419772000")) == [
        "specialty_code"
    ]


def test_a_role_does_not_end_before_it_begins(still: Still) -> None:
    problems = refused(
        still.clinic,
        catalog.add_role,
        practitioner_id=still.clinic.practitioner,
        location_id=still.virtual,
        specialty_code="419772000",
        period_start=date(2026, 2, 1),
        period_end=date(2026, 1, 31),
    )
    assert list(problems) == ["period_end"]


def test_a_place_of_another_organization_is_none_of_the_list(still: Still) -> None:
    problems = refused(
        still.clinic,
        catalog.add_role,
        practitioner_id=still.clinic.practitioner,
        location_id=still.stranger.location,
        specialty_code="419772000",
    )
    assert list(problems) == ["location_id"]


def test_a_long_name_keeps_its_emoji_on_both_databases(clinic: Clinic) -> None:
    name = "🩺" * 200
    row = act(clinic, catalog.add_practitioner, organization_id=clinic.organization, display_name=name)
    kept: Practitioner = again(clinic, row)
    assert kept.display_name == name
