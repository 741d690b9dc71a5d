"""Values that nobody registered are counted, each at its place, and never without bound."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from scheduler import catalog, outcomes
from scheduler.booking import SYSTEM
from scheduler.db import snapshot, transaction
from scheduler.models import UnknownSource
from scheduler.outcomes import unknown
from tests.factories import Clinic

NOW = 1_800_000_000


def count(app: Flask, value: str, now: int = NOW) -> None:
    with app.app_context(), transaction() as session:
        outcomes.count_unknown(session, value, now)


def counted(app: Flask) -> dict[str, tuple[int, int, int]]:
    with app.app_context(), snapshot() as session:
        rows = session.scalars(select(UnknownSource)).all()
        return {row.value: (row.count, row.first_at, row.last_at) for row in rows}


def test_a_value_is_counted_with_its_first_and_last_instant(app: Flask) -> None:
    for step in range(3):
        count(app, "Finder <17> & Söhne 🙂", NOW + step)
    count(app, "finder <17> & söhne 🙂", NOW)
    assert counted(app) == {
        "Finder <17> & Söhne 🙂": (3, NOW, NOW + 2),
        "finder <17> & söhne 🙂": (1, NOW, NOW),
    }


@pytest.mark.parametrize("value", ["", "a\nb", "a\x07", "x" * 256])
def test_what_cannot_be_shown_is_not_counted(app: Flask, value: str) -> None:
    count(app, value)
    assert counted(app) == {}


def test_no_more_than_a_thousand_values_are_kept_and_known_ones_are_counted_on(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        rows = [
            {"value": f"v{number}", "count": 1, "first_at": NOW, "last_at": NOW}
            for number in range(unknown.MOST_UNKNOWN)
        ]
        session.execute(insert(UnknownSource), rows)
    count(app, "one more")
    count(app, "v7", NOW + 1)
    assert len(counted(app)) == unknown.MOST_UNKNOWN
    assert counted(app)["v7"] == (2, NOW, NOW + 1)


def test_counts_that_come_at_once_are_all_kept(app: Flask) -> None:
    gate = threading.Barrier(4)

    def often() -> None:
        gate.wait()
        for number in range(5):
            count(app, f"value {number}")

    threads = [threading.Thread(target=often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {value: found[0] for value, found in counted(app).items()} == {f"value {n}": 4 for n in range(5)}


def test_a_value_that_is_registered_is_unknown_no_more(clinic: Clinic) -> None:
    count(clinic.app, "carefinder")
    with clinic.app.app_context(), transaction() as session:
        catalog.register_source(
            session,
            by=SYSTEM,
            now=NOW,
            organization_id=clinic.organization,
            name="CareFinder",
            value="carefinder",
        )
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalar(select(func.count()).select_from(UnknownSource)) == 0
