"""Remove the feed's files and pages that nobody needs any more."""

from __future__ import annotations

from flask import current_app

from scheduler.publisher import feed_of


def run() -> int:
    """The number of editions whose pages were dropped."""
    return feed_of(current_app).sweep()
