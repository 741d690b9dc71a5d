"""What is known of two files says the same of their difference as the files themselves."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from scheduler.availability.zones import zone
from scheduler.fhir.records import SlotKind
from scheduler.publisher.changes import lines_of
from scheduler.publisher.files import Store
from scheduler.publisher.lines import Lines, Times
from scheduler.publisher.outlines import Outlines
from scheduler.publisher.slots import Shown
from tests.bench.feed_workload import ZONES, cases
from tests.support.apps import SECRET

TIMES = Times(zone(next(iter(ZONES))))
KINDS = [replace(case.kind, capacity=1 + case.number % 2) for case in cases(4)]
STARTS = cases(1)[0].starts[:24]
Said = list[tuple[Lines, Shown]]


def some(chance: random.Random) -> Said:
    """Some Schedules that show some starts, now and then by another name."""
    said = []
    for kind in KINDS:
        if chance.random() < 0.2:
            continue
        by_status: dict[str, list[int]] = {"free": [], "held": [], "busy": [], "": []}
        for start in STARTS:
            by_status[chance.choice(["free", "free", "held", "busy", ""])].append(start)
        seats = {start: chance.randrange(1, 3) for start in by_status["free"]} if kind.capacity > 1 else {}
        shown = Shown(by_status["free"], by_status["held"], by_status["busy"], seats)
        said.append((Lines(renamed(kind, chance)), shown))
    return said


def renamed(kind: SlotKind, chance: random.Random) -> SlotKind:
    return replace(kind, name="Another name") if chance.random() < 0.2 else kind


def written(store: Store, said: Said) -> str:
    return store.put(
        "Slot", b"".join(text for lines, one in said for text in lines.texts(one, TIMES)), 0
    ).name


def test_the_difference_is_that_of_the_files(tmp_path: Path) -> None:
    chance, store, outlines = random.Random(1), Store(tmp_path, SECRET), Outlines()
    said = [some(chance) for _ in range(30)]
    names = [written(store, one) for one in said]
    for name, one in zip(names, said, strict=True):
        outlines.keep(name, one, TIMES)

    for old, new in [*pairwise(names), ("", names[0]), (names[0], "")]:
        found = outlines.difference(old, new)
        assert found is not None
        before, after = lines_of(store, old), lines_of(store, new)
        assert sorted(found[0]) == sorted(after - before)
        assert sorted(found[1]) == sorted(before - after)


def test_nothing_is_said_of_a_file_that_is_not_known() -> None:
    outlines = Outlines()
    outlines.keep("known", some(random.Random(2)), TIMES)

    assert outlines.difference("known", "unknown") is None
    assert outlines.difference("unknown", "known") is None


def test_the_oldest_is_forgotten_when_there_are_too_many_starts() -> None:
    said: Said = [(Lines(KINDS[0]), Shown(list(STARTS), [], [], {}))]
    outlines = Outlines(most_starts=2 * len(STARTS))
    for name in ("first", "second", "third"):
        outlines.keep(name, said, TIMES)

    assert outlines.difference("first", "third") is None
    assert outlines.difference("second", "third") == ([], [])
