"""Overrides and time off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.availability.zones import zone
from scheduler.db import snapshot
from scheduler.errors import InvalidInput, NotFound
from scheduler.models import Override
from tests.catalog.acts import LONG, NUL, act, again, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic

DAY = date(2026, 6, 8)
BAD_OVERRIDE: list[tuple[str, Any]] = [
    ("day", None), ("day", "2026-06-08"), ("day", date(1970, 1, 1)), ("day", date.max), ("windows", [(1440, 0)]),
    ("windows", [(1, 2)] * 25), ("windows", ["9-12"]), ("note", LONG), ("note", NUL),
]  # fmt: skip
BAD_TIME_OFF: list[tuple[str, Any]] = [
    ("start_date", None), ("start_date", date.min), ("end_date", date(2026, 6, 7)), ("end_date", date(2150, 1, 1)),
    ("end_date", "tomorrow"), ("note", LONG), ("note", NUL), ("actor_id", "nobody"), ("location_id", "nowhere"),
    ("organization_id", "nobody"),
]  # fmt: skip


def _argument(field: str) -> str:
    return "note_text" if field == "note" else field


@pytest.mark.parametrize(("field", "value"), BAD_OVERRIDE, ids=[field for field, _ in BAD_OVERRIDE])
def test_each_bad_field_of_an_override_is_named(still: Still, field: str, value: Any) -> None:
    fields: dict[str, Any] = {"availability_id": still.hours, "day": DAY, "windows": [(540, 600)]}
    problems = refused(still.clinic, catalog.set_override, **(fields | {_argument(field): value}))
    assert list(problems) == [field]


@pytest.mark.parametrize(("field", "value"), BAD_TIME_OFF, ids=[field for field, _ in BAD_TIME_OFF])
def test_each_bad_field_of_time_off_is_named(still: Still, field: str, value: Any) -> None:
    fields: dict[str, Any] = {
        "organization_id": still.clinic.organization,
        "start_date": DAY,
        "end_date": DAY,
    }
    problems = refused(still.clinic, catalog.add_time_off, **(fields | {_argument(field): value}))
    assert list(problems) == [field]


def test_an_override_belongs_to_hours_or_to_one_offer(still: Still) -> None:
    both = {"availability_id": still.hours, "schedule_id": still.clinic.schedule}
    for owner in (both, {}):
        with pytest.raises(InvalidInput, match="either hours or one offer"):
            act(still.clinic, catalog.set_override, day=DAY, windows=[], **owner)
    with pytest.raises(NotFound):
        act(still.clinic, catalog.set_override, day=DAY, windows=[], availability_id="nothing")


def test_time_off_is_of_a_person_or_a_place(still: Still) -> None:
    problems = refused(
        still.clinic, catalog.add_time_off, organization_id=still.clinic.organization, start_date=DAY, end_date=DAY,
        actor_id=still.clinic.actor, location_id=still.clinic.location,
    )  # fmt: skip
    assert list(problems) == ["location_id"]


def test_setting_a_date_again_replaces_its_hours(clinic: Clinic) -> None:
    for windows in ([(540, 600)], [(780, 840), (600, 660)]):
        act(
            clinic,
            catalog.set_override,
            availability_id=clinic.availability,
            day=DAY,
            windows=windows,
            note_text="x",
        )
    with clinic.app.app_context(), snapshot() as session:
        row = session.scalars(select(Override)).one()
        assert (row.date, row.windows) == (DAY, [[600, 660], [780, 840]])


def first_day(clinic: Clinic) -> date:
    return clock.local_date(clinic.first_start, zone(clinic.zone).info)


def days(clinic: Clinic) -> set[date]:
    return {clock.local_date(start, zone(clinic.zone).info) for start in clinic.starts()}


def test_a_closed_date_has_no_times_until_the_override_is_removed(clinic: Clinic) -> None:
    day = first_day(clinic)
    row = act(clinic, catalog.set_override, schedule_id=clinic.schedule, day=day, windows=[])
    assert day not in days(clinic)

    act(clinic, catalog.remove_override, override_id=row.id)
    assert day in days(clinic)
    assert again(clinic, row) is None


@pytest.mark.parametrize("owner", ["actor_id", "location_id", ""])
def test_time_off_takes_whole_dates_until_it_is_removed(clinic: Clinic, owner: str) -> None:
    day = first_day(clinic)
    whose = {"actor_id": clinic.actor, "location_id": clinic.location}
    row = act(
        clinic, catalog.add_time_off, organization_id=clinic.organization, start_date=day,
        end_date=day + timedelta(days=1), **({owner: whose[owner]} if owner else {}),
    )  # fmt: skip
    assert not {day, day + timedelta(days=1)} & days(clinic)

    act(clinic, catalog.remove_time_off, time_off_id=row.id)
    assert day in days(clinic)
