"""The only clock of the project.

Everything that needs the time takes ``now`` as an argument; a request or a job asks here once and passes it on.
Instants are whole epoch seconds in UTC (``int``), truncated: a hold that ends at 12:10:00 is over at 12:10:00.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MINUTE = 60
HOUR = 3600
DAY = 86400


def now() -> int:
    """The present instant: epoch seconds, UTC, truncated to the second."""
    return int(time.time())


def now_ms() -> int:
    """The present instant in epoch milliseconds, UTC: for the publication's transactionTime alone."""
    return time.time_ns() // 1_000_000


def to_utc(instant: int) -> datetime:
    """Epoch seconds to an aware UTC datetime."""
    return datetime.fromtimestamp(instant, UTC)


def to_local(instant: int, zone: ZoneInfo) -> datetime:
    """Epoch seconds to an aware datetime in ``zone``."""
    return datetime.fromtimestamp(instant, zone)


def local_date(instant: int, zone: ZoneInfo) -> date:
    """The local calendar date of an instant in ``zone``."""
    return datetime.fromtimestamp(instant, zone).date()


def from_datetime(moment: datetime) -> int:
    """An aware datetime to epoch seconds. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be placed; give an offset or a zone")
    return int(moment.timestamp())
