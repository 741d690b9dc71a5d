"""The sum for browsers: solved as ALTCHA says, it counts once; anything else counts never."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from flask import Flask

from scheduler import clock
from scheduler.abuse import proof
from tests.support.apps import SECRET
from tests.support.times import Clock


def solve(challenge: dict[str, object], **changes: object) -> str:
    """By hand, from the documented form of a challenge."""
    salt, most = str(challenge["salt"]), int(str(challenge["maxNumber"]))
    number = next(
        n
        for n in range(most + 1)
        if hashlib.sha256(f"{salt}{n}".encode()).hexdigest() == challenge["challenge"]
    )
    answer = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(answer | {"number": number} | changes).encode()).decode()


def test_a_solution_counts_once_however_it_is_written(app_context: Flask) -> None:
    now = clock.now()
    answer = solve(proof.challenge(SECRET, now))
    assert proof.solved(SECRET, answer, now)
    assert not proof.solved(SECRET, answer, now)
    again = json.dumps(json.loads(base64.b64decode(answer)) | {"more": 1})
    assert not proof.solved(SECRET, base64.b64encode(again.encode()).decode(), now)


def test_an_old_a_foreign_and_a_made_up_solution_count_nothing(app_context: Flask, frozen: Clock) -> None:
    frozen.at("2027-06-07T09:00:00-04:00")
    now = clock.now()
    old, foreign = proof.challenge(SECRET, now), proof.challenge("another key" * 4, now)
    assert not proof.solved(SECRET, solve(foreign), now)
    assert not proof.solved(SECRET, solve(proof.challenge(SECRET, now), number=0.5), now)
    frozen.at("2027-06-07T09:20:01-04:00")
    assert not proof.solved(SECRET, solve(old), clock.now())


@pytest.mark.parametrize("text", ["", "x", "é", "e30=", "W10=", "MQ==", "bnVsbA==", "A" * 5000])
def test_nonsense_is_no_solution(sqlite_app: Flask, text: str) -> None:
    with sqlite_app.app_context():
        assert not proof.solved(SECRET, text, clock.now())
