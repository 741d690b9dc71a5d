"""Slot ids: schedule id + "-" + start in UTC to the minute. Stable, and with no table behind them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from scheduler.clock import DAY, HOUR, MINUTE, from_datetime, to_utc

_SLOT_ID = re.compile(r"([A-Za-z0-9.-]{1,50})-([0-9]{8}T[0-9]{4})", re.ASCII)
_STAMP = "%Y%m%dT%H%M"


def slot_id(schedule_id: str, start: int) -> str:
    """The id of the slot of a schedule that starts at ``start`` (epoch seconds, on a whole minute)."""
    return slot_prefix(schedule_id) + slot_stamp(start)


def slot_prefix(schedule_id: str) -> str:
    """The first part of the ids of all slots of a schedule; the stamp follows."""
    return schedule_id + "-"


def slot_stamp(start: int) -> str:
    """The last part of the id of a slot that starts at ``start`` (epoch seconds, on a whole minute)."""
    day, second = divmod(start, DAY)
    return f"{_day_stamp(day)}T{second // HOUR:02d}{second % HOUR // MINUTE:02d}"


@lru_cache(maxsize=1024)
def _day_stamp(day: int) -> str:
    return to_utc(day * DAY).strftime("%Y%m%d")


def parse_slot_id(text: str) -> tuple[str, int] | None:
    """Schedule id and start (epoch seconds) of a slot id; None when the text is none."""
    found = _SLOT_ID.fullmatch(text)
    if found is None:
        return None
    try:
        start = datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return found[1], from_datetime(start)
