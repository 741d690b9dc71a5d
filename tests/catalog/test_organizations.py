"""Organizations."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import catalog
from scheduler.errors import NotFound
from tests.catalog.acts import LONG, NUL, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, npi

BAD: list[tuple[str, Any]] = [
    ("name", ""), ("name", "   "), ("name", LONG), ("name", NUL), ("npi", "1234567890"), ("phone", "12"),
    ("phone", NUL), ("email", "x"), ("url", "x"), ("language", "English"), ("cancellation_notice_minutes", -1),
    ("cancellation_notice_minutes", 43_201), ("parent_id", "nobody"), ("parent_id", NUL),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    problems = refused(still.clinic, catalog.add_organization, **({"name": "A"} | {field: value}))
    assert list(problems) == [field]


def test_all_bad_fields_are_named_at_once(still: Still) -> None:
    problems = refused(still.clinic, catalog.add_organization, name="", npi="1", email="x", phone="1")
    assert list(problems) == ["name", "npi", "phone", "email"]


def test_a_name_is_needed(still: Still) -> None:
    assert refused(still.clinic, catalog.add_organization) == {"name": "Name: fill this in."}


def test_an_organization_is_its_own_owner(clinic: Clinic) -> None:
    row = act(clinic, catalog.add_organization, name="  Group  ", npi=npi(), parent_id=None)

    assert (row.name, row.organization_id, row.demo) == ("Group", row.id, False)
    entry = last_entry(clinic)
    assert (entry.action, entry.object_kind, entry.object_id) == ("add", "organization", row.id)
    assert (entry.actor_kind, entry.user_id) == ("user", "user-1")


def test_an_edit_changes_only_what_is_given_and_says_which(clinic: Clinic) -> None:
    row = act(clinic, catalog.edit_organization, organization_id=clinic.organization, phone="617-555-0111")

    assert again(clinic, row).phone == "617-555-0111"
    assert again(clinic, row).name == "Riverside Clinic"
    assert last_entry(clinic).details == {"fields": ["phone"]}


def test_an_organization_cannot_be_part_of_itself_or_of_one_below(clinic: Clinic) -> None:
    below = act(clinic, catalog.add_organization, name="Below", parent_id=clinic.organization)

    for parent in (clinic.organization, below.id):
        problems = refused(
            clinic, catalog.edit_organization, organization_id=clinic.organization, parent_id=parent
        )
        assert list(problems) == ["parent_id"]


def test_an_unknown_organization_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        act(clinic, catalog.edit_organization, organization_id="nobody", name="A")


def test_a_field_that_does_not_exist_is_a_mistake_of_the_program(clinic: Clinic) -> None:
    with pytest.raises(TypeError, match="colour"):
        act(clinic, catalog.add_organization, name="A", colour="red")
