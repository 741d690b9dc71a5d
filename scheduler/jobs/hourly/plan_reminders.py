"""Plan reminders of coming visits that have none yet: the clinic changed when it reminds, or they were booked before it did."""

from __future__ import annotations

from scheduler import clock
from scheduler.notify import reminders


def run() -> int:
    """The number of reminders planned."""
    return reminders.plan_missing(clock.now())
