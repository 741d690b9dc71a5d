"""FHIR instants: at least seconds and always an offset with minutes (sched-1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def instant_text(at: int, zone: ZoneInfo) -> str:
    """An instant (epoch seconds) with the offset that ``zone`` has then: ``2026-11-24T09:30:00-05:00``."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")


def milliseconds_text(at_ms: int) -> str:
    """An instant given in epoch milliseconds, in UTC: ``2026-11-24T14:30:00.250Z``."""
    seconds, rest = divmod(at_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def parse_instant(text: str) -> int | None:
    """Epoch milliseconds of a FHIR instant, cut off below; None when the text is none."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    fraction = found[1] or "."
    try:
        moment = datetime.fromisoformat(text.replace(fraction, "") if found[1] else text)
        seconds = int(moment.timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds * 1000 + int(fraction[1:4].ljust(3, "0"))
