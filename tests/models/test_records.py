"""The Situations that are loaded name the rows behind each reason."""

from __future__ import annotations

from datetime import date

from flask import Flask

from scheduler import catalog, clock
from scheduler.availability import Record, explain
from scheduler.booking import SYSTEM, By, block_time
from scheduler.db import snapshot, transaction
from scheduler.models.situations import load_situation
from tests.console.why.conftest import MONDAY, at
from tests.factories import make_clinic
from tests.support.times import Clock


def test_loaded_hours_time_off_and_busy_time_name_their_rows(sqlite_app: Flask, frozen: Clock) -> None:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    now = clock.now()
    with sqlite_app.app_context():
        block = block_time(by=By("user"), actor_id=clinic.actor, start=at("10:00"), end=at("11:00"))
        with transaction() as session:
            common = {"by": SYSTEM, "now": now}
            shared, own = (
                catalog.set_override(session, **common, day=date(2027, 6, 9), windows=[], **owner)
                for owner in ({"availability_id": clinic.availability}, {"schedule_id": clinic.schedule})
            )
            dates = {"start_date": date(2027, 6, 10), "end_date": date(2027, 6, 10)}
            off, closed = (
                catalog.add_time_off(
                    session, **common, organization_id=clinic.organization, **dates, actor_id=actor
                )
                for actor in (clinic.actor, None)
            )
        with snapshot() as session:
            loaded = load_situation(session, clinic.schedule, at("00:00"), at("2027-06-12T00:00"))

    def found(start: str) -> list[tuple[str, Record | None]]:
        return [(reason.code, reason.record) for reason in explain(loaded, at(start), now)]

    assert found("10:00") == [("busy", Record("busy_block", block.id))]
    assert found("20:00") == [("hours", Record("availability", clinic.availability))]
    assert found("2027-06-09T10:00") == [("override", Record("override", own.id))]
    assert shared.id != own.id
    assert found("2027-06-10T10:00") == [
        ("time_off", Record("time_off", off.id)),
        ("closure", Record("time_off", closed.id)),
    ]
    assert found("2027-06-08T10:10")[0] == ("interval", Record("appointment_type", clinic.type))
