"""Counts, codes and old addresses are forgotten by the hourly job; what was confirmed stays with its visit."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from scheduler import clock
from scheduler.abuse import codes, counts
from scheduler.abuse.counts import Rule
from scheduler.db import snapshot
from scheduler.jobs.hourly import purge_lapsed
from scheduler.models import ContactCheck, RateCount
from tests.factories import make_clinic, make_hold
from tests.support.apps import SECRET
from tests.support.times import Clock


def test_the_hourly_job_forgets_what_nobody_asks_about_any_more(app_context: Flask, frozen: Clock) -> None:
    now = frozen.at("2027-06-07T07:00:00-04:00")
    clinic = make_clinic(app_context)
    first, second = (make_hold(clinic, start=start) for start in clinic.starts()[:2])
    for held in (first, second):
        assert codes.send(hold_id=held.id, email="ana@example.org", language="en", now=now)
    with snapshot() as session:
        code = session.get_one(ContactCheck, second.id).code
    assert codes.check(hold_id=second.id, typed=code or "", now=now) == codes.RIGHT
    counts.take(SECRET, [(Rule("hold", 3, 600), "192.0.2.7")], now)

    def left() -> tuple[int, int]:
        with snapshot() as session:
            rows = session.scalar(select(func.count()).select_from(RateCount)) or 0
            return rows, session.scalar(select(func.count()).select_from(ContactCheck)) or 0

    purge_lapsed.run()
    assert left() == (1, 2)
    frozen.forward(days=3)
    purge_lapsed.run()
    assert left() == (0, 1)
    with snapshot() as session:
        assert codes.confirmed(session, second.id, "ANA@example.org")
        assert not codes.confirmed(session, second.id, "eve@example.org")
    assert clock.now() > now
