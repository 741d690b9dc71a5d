"""Real processes press for one visitor at once, on both databases: never do they hold more times than they may."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler import clock
from scheduler.booking import By, expire
from scheduler.db import snapshot, transaction
from scheduler.models import HELD, Appointment
from tests.booking.test_races import overlaps
from tests.factories import make_clinic, make_hold, make_practitioner, make_schedule

pytestmark = pytest.mark.processes
MOST = 2


def test_lapsed_holds_that_are_taken_again_at_once_stay_within_the_cap(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context)
    others = [make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id for _ in range(5)]
    me = By("patient", visitor=f"{7:064x}")
    lapsed = [make_hold(clinic, by=me, schedule=schedule) for schedule in others[:4]]
    with transaction() as session:
        session.execute(update(Appointment).values(expires_at=clock.now() - 1))
    assert expire() == 4
    clients = [
        [{"verb": "hold again", "appointment": held.id, "visitor": me.visitor, "most": MOST}]
        for held in lapsed
    ]
    clients += [
        [
            {
                "verb": "hold",
                "schedule": schedule,
                "start": clinic.starts(schedule)[0],
                "visitor": me.visitor,
                "most": MOST,
            }
        ]
        for schedule in (clinic.schedule, others[4])
    ]
    answers = race(clients)
    assert [answer for answer in answers if not answer.startswith("held ")] == []
    with snapshot() as session:
        statuses = session.scalars(select(Appointment.status)).all()
    assert statuses.count(HELD) == MOST
    assert len(statuses) == 6
    assert overlaps() == 0
