"""Workload W4 as rows of a database: many clinicians with a page each, who are booked well for two months."""

from __future__ import annotations

import random
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from scheduler.clock import DAY
from scheduler.db import transaction
from scheduler.models import Appointment, AppointmentType, BusyBlock, Claim, Slug
from tests.bench import feed_clinic
from tests.bench.feed_clinic import CLINIC, Rows, booked
from tests.bench.feed_workload import VISIT, Case, candidates

DAYS, BOOKINGS, BUSY = 60, 200, 40
MINUTE = 60
KIND = "skin-check"


def path(number: int) -> str:
    """The times page of the clinician ``number``."""
    return f"/dr-{number}/{KIND}"


def make(app: Flask, cases: Sequence[Case], today: int) -> None:
    """Write the clinic into the application's empty database. ``today``: midnight UTC of its first day (epoch seconds)."""
    feed_clinic.make(app, cases, taken=False)
    with app.app_context(), transaction() as session:
        session.execute(update(AppointmentType).values(horizon_days=DAYS))
        session.execute(
            insert(Slug),
            [
                {"scope": "clinic", "slug": KIND, "kind": "appointment-type", "target_id": "check", **CLINIC},
                *(
                    {
                        "scope": "",
                        "slug": f"dr-{one.number}",
                        "kind": "practitioner",
                        "target_id": f"p{one.number}",
                        **CLINIC,
                    }
                    for one in cases
                ),
            ],
        )
        for at in range(0, len(cases), 100):
            _take(session, cases[at : at + 100], today)


def _take(session: Session, cases: Sequence[Case], today: int) -> None:
    visits: Rows = []
    claims: Rows = []
    blocks: Rows = []
    for one in cases:
        chance = random.Random(one.number)
        day = candidates(one.kind.zone.key)
        shift = today - day[0] + day[0] % DAY
        starts = [start + shift + later for later in (0, DAYS // 2 * DAY) for start in day]
        picked = chance.sample(starts, BOOKINGS + BUSY)
        for n, start in enumerate(picked[:BOOKINGS]):
            visit, claim = booked(one, f"{one.number}-{n}", (start, start + VISIT * MINUTE))
            visits.append(visit)
            claims.append(claim)
        blocks += [
            {
                "id": f"b{one.number}-{n}",
                "actor_id": claims[-1]["actor_id"],
                "origin": "staff",
                "starts_at": start,
                "ends_at": start + 30 * MINUTE,
                **CLINIC,
            }
            for n, start in enumerate(picked[BOOKINGS:])
        ]
    for table, rows in ((Appointment, visits), (Claim, claims), (BusyBlock, blocks)):
        session.execute(insert(table), rows)
