"""Forget what was typed behind holds that lapsed a day ago, and old idempotency keys (ux.md 2.5)."""

from __future__ import annotations

from scheduler import booking

_BATCH = 500


def run() -> int:
    """The number of drafts forgotten."""
    done = 0
    while True:
        count = booking.purge(limit=_BATCH)
        done += count
        if count < _BATCH:
            return done
