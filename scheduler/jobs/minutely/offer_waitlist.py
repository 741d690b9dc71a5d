"""Offer freed times to whoever waits longest for one, after ending offers that nobody answered (ux.md 2.6)."""

from __future__ import annotations

from scheduler.booking import waitlist


def run() -> int:
    """The number of offers made."""
    return waitlist.offer_freed()
