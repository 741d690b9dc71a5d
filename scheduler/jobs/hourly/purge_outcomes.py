"""Forget what finders were told, and values of nobody, after 90 days."""

from __future__ import annotations

from scheduler import clock, outcomes


def run() -> int:
    """The number of rows forgotten."""
    return outcomes.purge(clock.now())
