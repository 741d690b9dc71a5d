"""Those who make the same files another way: a cold publish as it is usually written.

Each takes the Schedules of a block with its cuts and writes one gzip file for each cut, named by its content; all make
the same Slots, from the same function of what a Schedule's slots share.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from fhir.resources.R4B.slot import Slot

from scheduler import fhir
from scheduler.availability import open_starts
from scheduler.publisher.cuts import Cut
from tests.bench.feed_workload import MINUTE, NOW, VISIT, Case

Starts = Callable[[Case], list[int]]
Text = Callable[[dict[str, Any]], bytes]
LENGTH = VISIT * MINUTE


def looped(case: Case) -> list[int]:
    """Open starts as most tutorials find them: for each start, look at every booking."""
    bookings, busy = case.taken()
    found = []
    for start in case.starts:
        end = start + LENGTH
        free = start >= NOW
        for booked, closed in bookings if free else ():
            if booked < end and start < closed:
                free = False
                break
        for booked, closed in busy if free else ():
            if booked < end and start < closed:
                free = False
                break
        if free:
            found.append(start)
    return found


def ruled(case: Case) -> list[int]:
    """Open starts by the rule of the product."""
    return open_starts(case.situation(), NOW, NOW, case.starts[-1] + 1)


def by_json(made: dict[str, Any]) -> bytes:
    return json.dumps(made, separators=(",", ":")).encode()


def by_orjson(made: dict[str, Any]) -> bytes:
    return orjson.dumps(made)


def by_objects(made: dict[str, Any]) -> bytes:
    text: str = Slot(**made).model_dump_json(exclude_none=True)
    return text.encode()


CONTENDERS: dict[str, tuple[Starts, Text]] = {
    "naive": (looped, by_json),
    "orjson": (ruled, by_orjson),
    "objects": (ruled, by_objects),
}


def publish(name: str, folder: Path, cases: Sequence[Case], cuts: Sequence[Cut]) -> int:
    """Write the files of one block; how many slots."""
    starts_of, text_of = CONTENDERS[name]
    lines: list[list[bytes]] = [[] for _ in cuts]
    count = 0
    for case in cases:
        make = fhir.slot_maker(case.kind)
        zone, schedule_id = case.kind.zone, case.kind.schedule_id
        for start in starts_of(case):
            stamp = datetime.fromtimestamp(start, UTC).strftime("%Y%m%dT%H%M")
            local = datetime.fromtimestamp(start, zone).isoformat()
            ends = datetime.fromtimestamp(start + LENGTH, zone).isoformat()
            made = make(f"{schedule_id}-{stamp}", local, ends, "free", 1)
            place = next(n for n, cut in enumerate(cuts) if cut.since <= start < cut.until)
            lines[place].append(text_of(made))
            count += 1
    for several in lines:
        packed = gzip.compress(b"\n".join([*several, b""]), 6, mtime=0)
        (folder / f"{hashlib.sha256(packed).hexdigest()}.ndjson.gz").write_bytes(packed)
    return count
