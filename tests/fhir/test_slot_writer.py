"""Lines of slots as they are written by the hundred thousand: the very lines that the resources would become."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler import fhir
from scheduler.fhir.records import Coded
from tests.fhir import made_up

TIMES = [
    ("20261124T1430", "2026-11-24T09:30:00-05:00", "2026-11-24T10:00:00-05:00"),
    ("20261124T1500", "2026-11-24T10:00:00-05:00", "2026-11-24T10:30:00-05:00"),
]
KINDS = {
    "plain": {},
    "sessions": {"capacity": 8},
    "long": {"duration": 90},
    "without a phone": {"phone": ""},
    "words with signs": {
        "name": 'He said "{0} %s" \\ \n \u00e9 \U0001f600 \x00i',
        "category": Coded("1", "a\x00n\x00b"),
    },
}


@pytest.mark.parametrize("status", ["free", "busy-tentative", "busy"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_line_is_the_one_of_its_resource(kind: str, status: str) -> None:
    shared = replace(made_up.SLOTS, **KINDS[kind])
    make = fhir.slot_maker(shared)
    seats = [3, 1]
    expected = [
        fhir.to_line(make(f"sched1-{stamp}", start, end, status, left)).decode()
        for (stamp, start, end), left in zip(TIMES, seats, strict=True)
    ]
    assert fhir.slot_writer(shared, status, "sched1-")(TIMES, seats) == expected
