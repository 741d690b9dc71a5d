"""Forget what was typed behind holds that lapsed a day ago, old idempotency keys (ux.md 2.5), and who left the waitlist a
week ago."""

from __future__ import annotations

from scheduler import booking
from scheduler.booking import waitlist

_BATCH = 500


def run() -> int:
    """The number of drafts and of places on the waitlist forgotten."""
    done = 0
    for purge in (booking.purge, waitlist.purge):
        while True:
            count = purge(limit=_BATCH)
            done += count
            if count < _BATCH:
                break
    return done
