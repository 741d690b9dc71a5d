"""Workload W2 as rows of a database: one clinic in four places, a practitioner for each Schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import insert

from scheduler.db import transaction
from scheduler.models import (
    Actor,
    Appointment,
    AppointmentType,
    Availability,
    Base,
    BusyBlock,
    Claim,
    Location,
    Organization,
    Practitioner,
    Schedule,
    ScheduleHost,
    Window,
)
from tests.bench.feed_workload import DAYS, VISIT, ZONES, Case, Span

CLINIC = {"organization_id": "clinic"}
HOURS = ((540, 720), (780, 1020))
Rows = list[dict[str, Any]]


def make(app: Flask, cases: Sequence[Case], *, taken: bool = True) -> None:
    """Write the clinic into the application's empty database; without ``taken`` nothing is booked."""
    with app.app_context(), transaction() as session:
        for table, rows in _frame(cases):
            session.execute(insert(table), rows)
        for at in range(0, len(cases) if taken else 0, 100):
            for table, rows in _taken(cases[at : at + 100]):
                session.execute(insert(table), rows)


def _frame(cases: Sequence[Case]) -> list[tuple[type[Base], Rows]]:
    made = {"created_at": 0}
    kind = cases[0].kind
    return [
        (Organization, [{"id": "clinic", "name": "Marigold Health", **CLINIC, **made}]),
        (
            Location,
            [
                {
                    "id": state,
                    "name": f"Marigold {state}",
                    "line": "12 Elm Street",
                    "city": "Springfield",
                    "state": state,
                    "zone": name,
                    "phone": kind.phone,
                    **CLINIC,
                    **made,
                }
                for name, state in ZONES.items()
            ],
        ),
        (
            Practitioner,
            [
                {
                    "id": f"p{one.number}",
                    "display_name": f"Dr. {one.number}",
                    "npi": "1234567893",
                    **CLINIC,
                    **made,
                }
                for one in cases
            ],
        ),
        (
            Actor,
            [
                {
                    "id": _actor(one),
                    "kind": "practitioner",
                    "name": f"Dr. {one.number}",
                    "practitioner_id": f"p{one.number}",
                    **CLINIC,
                }
                for one in cases
            ],
        ),
        (Availability, [{"id": "hours", "name": "Hours", **CLINIC, **made}]),
        (
            Window,
            [
                {
                    "availability_id": "hours",
                    "weekday": weekday,
                    "start_minute": start,
                    "end_minute": end,
                    **CLINIC,
                }
                for weekday in range(7)
                for start, end in HOURS
            ],
        ),
        (
            AppointmentType,
            [
                {
                    "id": "check",
                    "name": kind.name,
                    "duration_minutes": VISIT,
                    "interval_minutes": VISIT,
                    "minimum_notice_minutes": 0,
                    "horizon_days": DAYS - 1,
                    "patient_type": kind.patient_type,
                    "service_type_code": kind.type.code,
                    "service_type": kind.type.display,
                    "specialty_code": kind.specialty.code,
                    "specialty": kind.specialty.display,
                    **CLINIC,
                    **made,
                }
            ],
        ),
        (
            Schedule,
            [
                {
                    "id": one.kind.schedule_id,
                    "appointment_type_id": "check",
                    "location_id": ZONES[one.kind.zone.key],
                    "availability_id": "hours",
                    **CLINIC,
                    **made,
                }
                for one in cases
            ],
        ),
        (
            ScheduleHost,
            [{"schedule_id": one.kind.schedule_id, "actor_id": _actor(one), **CLINIC} for one in cases],
        ),
    ]


def _taken(cases: Sequence[Case]) -> list[tuple[type[Base], Rows]]:
    visits: Rows = []
    claims: Rows = []
    blocks: Rows = []
    for one in cases:
        bookings, busy = one.taken()
        for n, span in enumerate(bookings):
            visit, claim = booked(one, f"{one.number}-{n}", span)
            visits.append(visit)
            claims.append(claim)
        blocks += [
            {
                "id": f"b{one.number}-{n}",
                "actor_id": _actor(one),
                "origin": "staff",
                "starts_at": start,
                "ends_at": end,
                **CLINIC,
            }
            for n, (start, end) in enumerate(busy)
        ]
    return [(Appointment, visits), (Claim, claims), (BusyBlock, blocks)]


def booked(case: Case, name: str, span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of a booking: appointment and claim."""
    start, end = span
    visit = {
        "id": name,
        "schedule_id": case.kind.schedule_id,
        "appointment_type_id": "check",
        "location_id": ZONES[case.kind.zone.key],
        "status": "booked",
        "starts_at": start,
        "ends_at": end,
        "zone": case.kind.zone.key,
        "wall_time": "",
        "overbook_reason": "",
        "cancel_reason": "",
        "staff_note": "",
        "staff_message": "",
        "code": name,
        "created_at": 0,
        **CLINIC,
    }
    claim = {
        "appointment_id": name,
        "actor_id": _actor(case),
        "group_id": name,
        "starts_at": start,
        "ends_at": end,
        **CLINIC,
    }
    return visit, claim


def _actor(case: Case) -> str:
    return f"a{case.number}"
