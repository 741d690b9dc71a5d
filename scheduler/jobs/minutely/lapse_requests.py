"""End the requests that nobody decided about in time: their time opens again, and the patients are told."""

from __future__ import annotations

from scheduler import booking

_BATCH = 500


def run() -> int:
    """The number of requests that lapsed."""
    done = 0
    while True:
        count = booking.lapse(limit=_BATCH)
        done += count
        if count < _BATCH:
            return done
