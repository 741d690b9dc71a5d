"""Weekly hours and recurrence rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.availability.zones import zone
from scheduler.db import snapshot
from scheduler.errors import Conflict, EditConflict
from scheduler.models import Availability, Window
from tests.catalog.acts import LONG, NUL, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_appointment, make_availability

BAD: list[tuple[str, Any]] = [
    ("name", ""), ("name", LONG), ("name", NUL), ("practitioner_id", "nobody"), ("organization_id", "nobody"),
    ("weekly", {7: [(540, 600)]}), ("weekly", {-1: []}), ("weekly", {"monday": []}), ("weekly", [(540, 600)]),
    ("weekly", {0: [(1440, 600)]}), ("weekly", {0: [(540, 1441)]}), ("weekly", {0: [(540,)]}),
    ("weekly", {0: ["9-12"]}), ("weekly", {0: [(540, 600)] * 25}), ("weekly", {0: [(9.5, 12)]}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    fields: dict[str, Any] = {
        "organization_id": still.clinic.organization,
        "name": "A",
        "weekly": {0: [(540, 720)]},
    }
    assert list(refused(still.clinic, catalog.add_availability, **(fields | {field: value}))) == [field]


def test_a_bad_range_is_named_by_day_and_number(still: Still) -> None:
    problems = refused(
        still.clinic,
        catalog.add_availability,
        organization_id=still.clinic.organization,
        name="A",
        weekly={1: [(540, 720), (780, 1500)]},
    )
    assert problems["weekly"].startswith("Tuesday, range 2: ")


def windows(clinic: Clinic, availability_id: str) -> list[tuple[int, int, int]]:
    with clinic.app.app_context(), snapshot() as session:
        rows = session.scalars(select(Window).where(Window.availability_id == availability_id))
        return sorted((row.weekday, row.start_minute, row.end_minute) for row in rows)


def test_overnight_and_midnight_windows_are_kept_as_they_are(clinic: Clinic) -> None:
    row = make_availability(clinic, {6: [(1320, 360), (0, 1440)], 0: [(540, 600), (540, 600)]})
    assert windows(clinic, row.id) == [(0, 540, 600), (6, 0, 1440), (6, 1320, 360)]


def test_a_new_week_replaces_the_old_one_and_leaves_appointments(clinic: Clinic) -> None:
    booked = make_appointment(clinic)
    act(
        clinic,
        catalog.set_week,
        availability_id=clinic.availability,
        version=1,
        weekly={5: [(600, 660)]},
        name="Saturdays",
    )
    assert windows(clinic, clinic.availability) == [(5, 600, 660)]
    kept = again(clinic, Availability(id=clinic.availability))
    assert (kept.name, kept.version) == ("Saturdays", 2)
    assert again(clinic, booked).status == "booked"
    assert last_entry(clinic).action == "set-week"
    assert {clock.local_date(start, zone(clinic.zone).info).weekday() for start in clinic.starts()} == {5}


def test_hours_changed_meanwhile_are_not_overwritten(clinic: Clinic) -> None:
    act(clinic, catalog.set_week, availability_id=clinic.availability, version=1, weekly={})
    with pytest.raises(EditConflict):
        act(
            clinic, catalog.set_week, availability_id=clinic.availability, version=1, weekly={0: [(540, 600)]}
        )
    assert windows(clinic, clinic.availability) == []
    assert clinic.starts() == []


def test_hours_in_use_cannot_be_removed(clinic: Clinic) -> None:
    with pytest.raises(Conflict, match="in use"):
        act(clinic, catalog.remove_availability, availability_id=clinic.availability)


def test_hours_that_nobody_uses_go_with_all_their_parts(clinic: Clinic) -> None:
    row = make_availability(clinic)
    act(
        clinic, catalog.add_recurrence_rule, availability_id=row.id, rrule="FREQ=DAILY", dtstart=date(2026, 1, 1),
        window=(540, 600),
    )  # fmt: skip
    act(clinic, catalog.set_override, availability_id=row.id, day=date(2026, 6, 1), windows=[])
    act(clinic, catalog.remove_availability, availability_id=row.id)

    assert again(clinic, row) is None
    assert windows(clinic, row.id) == []
