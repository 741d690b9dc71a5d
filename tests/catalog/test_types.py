"""Appointment types."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler import catalog
from scheduler.catalog.types import FIELDS, shown_before_pause
from scheduler.db import transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput
from scheduler.letters import seen
from scheduler.models import AppointmentType
from tests.catalog.acts import BY, LONG, NUL, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_appointment, make_clinic, make_type

RANGES = {
    "duration_minutes": (1, 1440),
    "interval_minutes": (1, 1440),
    "buffer_before_minutes": (0, 720),
    "buffer_after_minutes": (0, 720),
    "minimum_notice_minutes": (0, 525_600),
    "horizon_days": (0, 400),
    "capacity": (1, 1000),
    "max_per_day": (1, 1000),
    "max_per_week": (1, 5000),
    "release_share_percent": (1, 100),
    "release_days_before": (0, 400),
    "release_at_minute": (0, 1439),
    "approval_hours": (1, 720),
    "series_most": (1, 26),
    "hold_minutes": (5, 30),
    "cancellation_notice_minutes": (0, 43_200),
}
RELEASE = {"release_share_percent": 50, "release_days_before": 2, "release_at_minute": 480}
BAD: list[tuple[str, Any]] = [
    *((field, low - 1) for field, (low, _) in RANGES.items()),
    *((field, high + 1) for field, (_, high) in RANGES.items()),
    *((field, wrong) for field in RANGES for wrong in ("30", 7.5, True)),
    ("duration_minutes", None), ("horizon_days", None), ("name", ""), ("name", LONG), ("name", NUL),
    ("description", "x" * 100_000), ("modality", "fax"), ("modality", None), ("service_type_code", "999999"),
    ("service_category_code", "x"), ("specialty_code", "57"), ("specialty_code", None), ("patient_type", "nopt"),
    ("visibility", "hidden"), ("approval_required", "yes"), ("bring", NUL), ("language", ""), ("slug", "A B"),
    ("organization_id", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    fields = {"organization_id": still.clinic.organization, "name": "A", "duration_minutes": 30}
    release = RELEASE if field in RELEASE else {}
    assert list(
        refused(still.clinic, catalog.add_appointment_type, **(fields | release | {field: value}))
    ) == [field]


def test_the_ranges_tested_are_all_there_are() -> None:
    numbers = {
        name
        for name in FIELDS
        if name.endswith(("_minutes", "_minute", "_days", "_percent", "_before", "per_day", "per_week"))
    }
    assert numbers | {"capacity", "approval_hours", "series_most"} == set(RANGES)


@pytest.mark.parametrize("end", [0, 1])
def test_both_ends_of_every_range_are_taken_by_the_database(clinic: Clinic, end: int) -> None:
    values = {field: limits[end] for field, limits in RANGES.items()}
    row = make_type(clinic, **values)
    assert {field: getattr(again(clinic, row), field) for field in values} == values


@pytest.mark.parametrize("left_out", sorted(RELEASE))
def test_a_release_rule_is_whole_or_empty(still: Still, left_out: str) -> None:
    fields = {"organization_id": still.clinic.organization, "name": "A", "duration_minutes": 30}
    problems = refused(still.clinic, catalog.add_appointment_type, **(fields | RELEASE | {left_out: None}))
    assert list(problems) == [left_out]


def test_a_weeks_cap_is_not_below_a_days(still: Still) -> None:
    problems = refused(
        still.clinic, catalog.add_appointment_type, organization_id=still.clinic.organization, name="A",
        duration_minutes=30, max_per_day=5, max_per_week=4,
    )  # fmt: skip
    assert list(problems) == ["max_per_week"]


def test_defaults_are_those_of_the_plan(clinic: Clinic) -> None:
    row = act(
        clinic,
        catalog.add_appointment_type,
        organization_id=clinic.organization,
        name="A",
        duration_minutes=40,
    )

    assert (row.interval_minutes, row.minimum_notice_minutes, row.horizon_days) == (15, 240, 60)
    assert (row.capacity, row.hold_minutes, row.visibility) == (1, 10, "feed")
    assert (row.max_per_day, row.release_share_percent, row.service_type) == (None, None, "")
    assert last_entry(clinic).object_kind == "appointment-type"


def test_the_cancellation_notice_is_the_organizations_unless_given(sqlite_app: Flask) -> None:
    clinic = make_clinic(sqlite_app, organization={"cancellation_notice_minutes": 2880})
    assert make_type(clinic).cancellation_notice_minutes == 2880
    assert make_type(clinic, cancellation_notice_minutes=60).cancellation_notice_minutes == 60


def test_codes_carry_their_words(clinic: Clinic) -> None:
    row = make_type(clinic, service_type_code="57", service_category_code="10", specialty_code="394582007")
    assert (row.service_type, row.service_category, row.specialty) == (
        "Immunization",
        "Dental",
        "Dermatology",
    )


def test_an_edit_keeps_what_is_not_given_and_needs_the_version(clinic: Clinic) -> None:
    act(
        clinic, catalog.edit_appointment_type, appointment_type_id=clinic.type, version=1, duration_minutes=45
    )

    edited = again(clinic, AppointmentType(id=clinic.type))
    assert (edited.duration_minutes, edited.interval_minutes, edited.version) == (45, 30, 2)
    with pytest.raises(EditConflict):
        act(
            clinic,
            catalog.edit_appointment_type,
            appointment_type_id=clinic.type,
            version=1,
            duration_minutes=50,
        )


def test_a_longer_type_leaves_booked_appointments_as_they_are(clinic: Clinic) -> None:
    booked = make_appointment(clinic)
    act(
        clinic, catalog.edit_appointment_type, appointment_type_id=clinic.type, version=1, duration_minutes=60,
        buffer_after_minutes=15, active=False,
    )  # fmt: skip
    kept = again(clinic, booked)
    assert (kept.ends_at - kept.starts_at, kept.buffer_after_minutes, kept.status) == (1800, 0, "booked")


def test_a_type_that_is_offered_somewhere_stays_of_its_modality(clinic: Clinic) -> None:
    with pytest.raises(Conflict, match="offered at places"):
        act(
            clinic,
            catalog.edit_appointment_type,
            appointment_type_id=clinic.type,
            version=1,
            modality="video",
        )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.fixed_dictionaries(
        {"name": st.text(max_size=250)},
        optional={
            field: st.one_of(st.integers(low - 2, high + 2), st.none(), st.integers())
            for field, (low, high) in RANGES.items()
        }
        | {
            "description": st.text(max_size=300),
            "bring": st.text(max_size=50),
            "visibility": st.text(max_size=6),
        },
    ),
)
def test_whatever_is_typed_is_taken_or_refused_but_never_breaks_the_database(
    clinic: Clinic, fields: dict[str, Any]
) -> None:
    values = {"duration_minutes": 30} | fields
    try:
        row = act(clinic, catalog.add_appointment_type, organization_id=clinic.organization, **values)
    except InvalidInput as error:
        refusal = set(error.problems)
    else:
        refusal = set()
        assert again(clinic, row).name == seen(fields["name"]).strip()
    assert refusal <= set(FIELDS)


def test_a_paused_type_remembers_where_it_was_shown(clinic: Clinic) -> None:
    def shown(visibility: str) -> str | None:
        with clinic.app.app_context(), transaction() as session:
            row = session.get_one(AppointmentType, clinic.type)
            catalog.edit_appointment_type(
                session,
                by=BY,
                now=1,
                appointment_type_id=row.id,
                version=row.version,
                visibility=visibility,
                name=f"{row.name}!",
            )
            session.flush()
            return shown_before_pause(session, row)

    assert shown("feed") is None
    assert shown("link") == "feed"
    assert shown("paused") == "link"
    assert shown("paused") == "link"
