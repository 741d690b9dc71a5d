"""What the page for finders says is what happens: its example is signed right, its check takes a real call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from scheduler import clock, outcomes
from scheduler.models.sources import STATES
from tests.factories import Clinic, make_source
from tests.outcomes.finder import FakeFinder
from tests.support.times import Clock

DOCS = (Path(__file__).parents[2] / "scheduler/docs/finders.md").read_text(encoding="utf-8")


def check_of_the_page() -> Any:
    found = re.search(r"(?s)```python\n(.*?)```", DOCS)
    assert found is not None
    known: dict[str, Any] = {}
    exec(found[1], known)  # noqa: S102 - our own page
    return known["is_ours"]


def test_the_example_is_signed_with_the_key_beside_it(frozen: Clock) -> None:
    frozen.at("2026-06-01T13:30:05+00:00")
    found = re.search(r"(?s)```\nPOST [^\n]*\n(.*?)\n\n(\{.*?\})\n```", DOCS)
    key = re.search(r"`(whsec_[^`]+)`\.\)", DOCS)
    assert found is not None
    assert key is not None
    headers = dict(line.split(": ", 1) for line in found[1].splitlines())
    assert check_of_the_page()(key[1], headers, found[2].encode())
    assert not check_of_the_page()(key[1], headers, found[2].encode() + b" ")


def test_the_check_takes_a_real_call_and_no_old_one(
    clinic: Clinic, finder: FakeFinder, frozen: Clock
) -> None:
    source, key = make_source(clinic, callback_url=finder.url)
    with clinic.app.app_context():
        outcomes.test_call(source, clock.now(), clinic.app.config["SETTINGS"])
    [call] = finder.calls
    assert check_of_the_page()(key, call.headers, call.body)
    frozen.forward(minutes=6)
    assert not check_of_the_page()(key, call.headers, call.body)


def test_every_state_is_explained() -> None:
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", DOCS)) == set(STATES)
