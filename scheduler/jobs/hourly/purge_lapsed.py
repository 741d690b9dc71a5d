"""Forget what was typed behind holds that lapsed a day ago, old idempotency keys (ux.md 2.5), counts that no limit asks about
any more, codes that nobody typed, and addresses of before that were told of their change."""

from __future__ import annotations

from scheduler import booking, clock
from scheduler.abuse import codes, counts

_BATCH = 500


def run() -> int:
    """The number of drafts forgotten."""
    now = clock.now()
    counts.purge(now)
    codes.purge(now)
    booking.purge_former()
    done = 0
    while True:
        count = booking.purge(limit=_BATCH)
        done += count
        if count < _BATCH:
            return done
