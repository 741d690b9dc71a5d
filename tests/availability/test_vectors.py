"""The slot cases kept here, ours and the shared ones, and those of $SLOT_VECTORS: the acceptance of the rule."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.availability import explain, is_open, open_starts
from tests.availability.plain import instant, situation
from tests.reference.slots import reference_open

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "tests" / "data" / "vectors"
SHARED = ROOT.parent / "shared" / "vectors"


def _read() -> Iterator[Any]:
    folders = [OURS, *(Path(folder) for folder in [os.environ.get("SLOT_VECTORS", "")] if folder)]
    for folder in folders:
        files = sorted(folder.glob("*.json"))
        if not files:
            raise FileNotFoundError(f"no slot cases (*.json) in the folder {folder.name}")
        for file in files:
            for case in json.loads(file.read_text(encoding="utf-8")):
                yield pytest.param(case, id=f"{folder.name}/{file.name}: {case['name']}")


CASES = list(_read())


def _asked(case: dict[str, Any]) -> tuple[int, int, int, list[int]]:
    asked = case["input"]
    now, since, until = map(instant, (asked["now"], asked["range"]["start"], asked["range"]["end"]))
    return now, since, until, [instant(start) for start in case["expected"]]


@pytest.mark.parametrize("case", CASES)
def test_vectors(case: dict[str, Any]) -> None:
    now, since, until, expected = _asked(case)

    assert (
        open_starts(situation(case["input"]), now, since, until, case["input"].get("leave_out")) == expected
    )


@pytest.mark.parametrize("case", CASES)
def test_vectors_are_what_the_reference_says_and_explained(case: dict[str, Any]) -> None:
    now, since, until, expected = _asked(case)
    plain, leave_out = situation(case["input"]), case["input"].get("leave_out")

    assert reference_open(case["input"], now, since, until) == expected
    for start in {*expected[:30], *range(since, min(until, since + 3 * 86400), 45 * 60)}:
        assert is_open(plain, start, now, leave_out) == (start in expected)
        assert (explain(plain, start, now, leave_out) == []) == (start in expected)


if SHARED.is_dir():

    @pytest.mark.parametrize("file", sorted(SHARED.glob("*.json")), ids=lambda file: file.name)
    def test_vectors_kept_here_equal_the_shared_ones(file: Path) -> None:
        assert (OURS / file.name).read_bytes() == file.read_bytes()
