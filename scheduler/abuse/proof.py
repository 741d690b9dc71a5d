"""A sum that a browser does before a hold while a clinic is under attack: ALTCHA's challenge of the first version, made
and checked by the package ``altcha``; ``static/proof.js`` solves it.

The sum costs a browser a second or two and a person nothing: no puzzle, nothing to read (WCAG 3.3.8). A solution counts
once.
"""

from __future__ import annotations

import base64
import json

from altcha.v1 import ChallengeOptions, create_challenge, verify_solution

from scheduler.abuse.counts import Limited, Rule, take
from scheduler.clock import DAY, MINUTE, to_utc

LASTS_SECONDS = 20 * MINUTE
# a phone of today does some ten thousand of these a second; half of them on average
_MOST = 20_000
_LONGEST = 2000
_ONCE = Rule("proof", 1, DAY)


def challenge(secret: str, now: int) -> dict[str, object]:
    """A new challenge: ``algorithm``, ``challenge``, ``maxNumber``, ``salt``, ``signature``."""
    made = create_challenge(
        ChallengeOptions(max_number=_MOST, hmac_key=_key(secret), expires=to_utc(now + LASTS_SECONDS))
    )
    return dict(made.to_dict())


def solved(secret: str, payload: str, now: int) -> bool:
    """Whether ``payload`` (base64 of JSON) solves a challenge of ours that has not ended and was not used before."""
    if not payload or len(payload) > _LONGEST or not payload.isascii():
        return False
    try:
        answer = json.loads(base64.b64decode(payload))
        right, _ = verify_solution(answer, _key(secret), check_expires=True)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # the package expects its own form of an answer
    if not right:
        return False
    try:
        # one solution can be written in many ways, so what it solves is what counts
        take(secret, [(_ONCE, answer["challenge"])], now)
    except Limited:
        return False
    return True


def _key(secret: str) -> str:
    return f"proof:{secret}"
