"""Close the holidays that a day more brings within the reach of bookings (``catalog.holiday_calendars``)."""

from __future__ import annotations

from scheduler import clock
from scheduler.catalog.holiday_calendars import write_closures
from scheduler.db import transaction


def run() -> int:
    """The number of closures written or taken away."""
    with transaction() as session:
        return write_closures(session, clock.now())
