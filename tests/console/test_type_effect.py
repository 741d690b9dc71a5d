"""A preview of a type's change against what the change does once it is made."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.booking import SYSTEM
from scheduler.console.type_effect import effect_of
from scheduler.db import transaction
from tests.factories import make_appointment, make_clinic, make_schedule
from tests.support.times import Clock

CHANGES: dict[str, dict[str, Any]] = {
    "a shorter interval": {"interval_minutes": 15},
    "another grid": {"interval_minutes": 50},
    "a longer visit with a buffer": {"duration_minutes": 60, "buffer_after_minutes": 15},
    "a near horizon": {"horizon_days": 5},
    "much notice": {"minimum_notice_minutes": 4000},
    "a cap": {"max_per_day": 1},
    "a release": {"release_share_percent": 50, "release_days_before": 0, "release_at_minute": 420},
    "a pause": {"visibility": "paused"},
    "a new name": {"name": "Another name"},
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_is_foretold_is_what_comes(sqlite_app: Flask, frozen: Clock, case: str) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")
    clinic = make_clinic(sqlite_app)
    make_schedule(clinic)
    make_appointment(clinic)
    now = clock.now()

    def change(session: Session) -> None:
        catalog.edit_appointment_type(
            session, by=SYSTEM, now=now, appointment_type_id=clinic.type, version=1, **CHANGES[case]
        )

    with sqlite_app.app_context():
        before = effect_of(clinic.type, now, lambda _: None)
        foretold = effect_of(clinic.type, now, change)
        again = effect_of(clinic.type, now, lambda _: None)
        with transaction() as session:
            change(session)
        after = effect_of(clinic.type, now, lambda _: None)
    assert (before.added, before.lost) == (0, 0)
    assert again == before  # looking ahead keeps nothing
    assert foretold.total == after.total
    assert before.total + foretold.added - foretold.lost == after.total
