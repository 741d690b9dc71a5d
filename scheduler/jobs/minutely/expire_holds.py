"""Set holds whose time is over to expired, and let go of what they claimed."""

from __future__ import annotations

from scheduler import booking

_BATCH = 500


def run() -> int:
    """The number of holds set to expired. They blocked nothing since their end; this tidies the tables."""
    done = 0
    while True:
        count = booking.expire(limit=_BATCH)
        done += count
        if count < _BATCH:
            return done
