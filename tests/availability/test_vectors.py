"""The shared slot cases, and those of $SLOT_VECTORS: the acceptance of the rule."""

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


@pytest.mark.parametrize("case", CASES)
def test_vectors(case: dict[str, Any]) -> None:
    asked = case["input"]
    now, since, until = (
        instant(asked["now"]),
        instant(asked["range"]["start"]),
        instant(asked["range"]["end"]),
    )
    expected = [instant(start) for start in case["expected"]]

    assert open_starts(situation(asked), now, since, until) == expected


@pytest.mark.parametrize("case", CASES)
def test_vectors_are_what_the_reference_says_and_explained(case: dict[str, Any]) -> None:
    asked = case["input"]
    now, since, until = (
        instant(asked["now"]),
        instant(asked["range"]["start"]),
        instant(asked["range"]["end"]),
    )
    expected = [instant(start) for start in case["expected"]]
    plain = situation(asked)

    assert reference_open(asked, now, since, until) == expected
    for start in range(since, min(until, since + 3 * 86400), 900):
        assert is_open(plain, start, now) == (start in expected)
        assert (explain(plain, start, now) == []) == (start in expected)


if SHARED.is_dir():

    @pytest.mark.parametrize("file", sorted(SHARED.glob("*.json")), ids=lambda file: file.name)
    def test_vectors_kept_here_equal_the_shared_ones(file: Path) -> None:
        assert (OURS / file.name).read_bytes() == file.read_bytes()
