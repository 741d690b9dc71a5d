"""A server killed in the middle: what was answered as booked is there, nothing is half made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from scheduler.db import snapshot
from tests.booking.test_races import one_each, overlaps, starts_of
from tests.factories import make_clinic
from tests.support.apps import environ_for
from tests.support.servers import ROOT

pytestmark = pytest.mark.processes

HALF_MADE = {
    "a blocking visit without claims": "SELECT count(*) FROM appointment WHERE status IN ('held', 'booked')"
    " AND id NOT IN (SELECT appointment_id FROM claim)",
    "a claim of a visit that does not block": "SELECT count(*) FROM claim JOIN appointment"
    " ON appointment.id = claim.appointment_id WHERE appointment.status NOT IN ('held', 'booked')",
    "a booking without a patient": "SELECT count(*) FROM appointment WHERE status = 'booked'"
    " AND id NOT IN (SELECT appointment_id FROM patient_details)",
    "a booking without its audit row": "SELECT count(*) FROM appointment WHERE status = 'booked'"
    " AND id NOT IN (SELECT object_id FROM audit_entry WHERE action = 'book')",
    "a booking without its mail": "SELECT count(*) FROM appointment WHERE status = 'booked'"
    " AND id NOT IN (SELECT object_id FROM outbox WHERE kind = 'booking-confirmed')",
}


def test_kill_9_in_the_middle_of_a_hundred_bookings_loses_none_and_halves_none(
    app_context: Flask, database_url: str, data_dir: Path
) -> None:
    clinic = make_clinic(app_context, duration_minutes=15, interval_minutes=15)
    starts = starts_of(clinic.schedule, days=30)[:100]
    alone = [act for client in one_each([clinic.schedule], starts) for act in client][:1]
    clients = [
        [
            {**alone[0], "start": start, "visitor": f"{number:064x}"}
            for number, start in enumerate(starts)
            if number % 4 == c
        ]
        for c in range(4)
    ]
    job = {"environ": environ_for(database_url, data_dir), "clients": clients, "shout": True}
    racers = subprocess.Popen(
        [sys.executable, "-m", "tests.booking.racers"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    assert racers.stdin is not None
    assert racers.stdout is not None
    racers.stdin.write(json.dumps(job))
    racers.stdin.close()
    answered = [racers.stdout.readline() for _ in range(40)]
    os.killpg(racers.pid, signal.SIGKILL)
    answered += [line for line in racers.stdout if line.endswith("\n")]
    racers.stdout.close()
    racers.wait(30)
    time.sleep(0.2)  # the database notices that its clients are gone

    said = {line.split()[1] for line in answered if line.startswith("booked ")}
    assert 40 <= len(said) < 100
    with snapshot() as session:
        there = set(session.scalars(text("SELECT id FROM appointment WHERE status = 'booked'")))
        found = {name: session.execute(text(query)).scalar_one() for name, query in HALF_MADE.items()}
    assert said <= there
    assert found == dict.fromkeys(HALF_MADE, 0)
    assert overlaps() == 0


@pytest.mark.usefixtures("durable")
def test_sqlite_waits_for_the_disk(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), snapshot() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
