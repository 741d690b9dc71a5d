"""Counting tries."""

from __future__ import annotations

import pytest

from scheduler.errors import TooMany
from scheduler.web import throttle
from scheduler.web.throttle import Throttle

NOW = 1_800_000_000


def test_tries_beyond_the_limit_wait_until_the_first_is_old() -> None:
    guard = Throttle(limit=3, span=60)
    for second in (0, 10, 20):
        guard.take(["1.2.3.4", "ana"], NOW + second)
    with pytest.raises(TooMany) as refused:
        guard.take(["1.2.3.4", "ana"], NOW + 30)
    assert refused.value.retry_after == 30
    assert refused.value.sentence == "Too many tries. Wait 1 minute, then try again."
    guard.take(["1.2.3.4", "ana"], NOW + 60)
    with pytest.raises(TooMany):
        guard.take(["1.2.3.4", "ana"], NOW + 61)


def test_keys_count_apart_and_a_right_one_is_forgotten() -> None:
    guard = Throttle(limit=1, span=60)
    guard.take(["a", "b"], NOW)
    guard.take(["ab"], NOW)
    guard.take(["a", "c"], NOW)
    guard.forget(["a", "b"])
    guard.take(["a", "b"], NOW)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MAX_KEYS", 10)
    guard = Throttle(limit=1, span=60)
    for number in range(100):
        guard.take([str(number)], NOW)
    assert len(guard._tries) == 10


def test_a_try_that_was_no_guess_is_given_back() -> None:
    guard = Throttle(limit=1, span=60)
    for now in range(5):
        guard.take(["address"], now)
        guard.give_back(["address"])
    guard.give_back(["never seen"])
    guard.take(["address"], 6)
    with pytest.raises(TooMany):
        guard.take(["address"], 7)
