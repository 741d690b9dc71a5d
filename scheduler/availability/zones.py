"""Wall clock and instants of an IANA zone, from the tzdata package alone.

Local days are counted as proleptic ordinals (``date.toordinal``): whole numbers are several times quicker
than zone-aware objects, and the offset is looked up once per day (slow path only on days on which it
changes).
"""

from __future__ import annotations

import importlib.resources
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from scheduler.availability.values import DAY, MINUTE

EPOCH_DAY = date(1970, 1, 1).toordinal()
EARLIEST = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
_KEPT_DAYS = 4096


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The names of all zones that the tzdata package has."""
    return frozenset(
        importlib.resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    )


def check_zone(name: str) -> str:
    """``name`` itself. Raises ValueError when the tzdata package has no zone of that name."""
    if name not in names():
        raise ValueError("That is not a time zone that we know. Choose one such as America/New_York.")
    return name


class Zone:
    """Conversions of one zone; what is learnt about a day is kept, and may be lost at any time."""

    def __init__(self, info: ZoneInfo) -> None:
        self.info = info
        self._of_day: dict[int, int | None] = {}
        self._of_utc_day: dict[int, int | None] = {}

    def offset(self, day: int) -> int | None:
        """The offset in seconds that holds for all wall times of a local day, its 24:00 included; else
        None."""
        try:
            return self._of_day[day]
        except KeyError:
            pass
        first, last = (self._wall_offset(day, 0), self._wall_offset(day + 1, 0))
        return _keep(self._of_day, day, first if first == last else None)

    def instant(self, day: int, minute: int) -> int:
        """The instant of a wall time: a skipped one moves forward by the gap, a repeated one is its first
        occurrence.

        ``minute`` may be 1440 or more: that is a wall time of a later day. Source: design.md, the slot rule,
        3.
        """
        later, minute = divmod(minute, 1440)
        day += later
        offset = self.offset(day)
        if offset is None:
            offset = self._wall_offset(day, minute)
        return (day - EPOCH_DAY) * DAY + minute * MINUTE - offset

    def day(self, instant: int) -> int:
        """The local day (ordinal) of an instant."""
        utc_day = instant // DAY
        try:
            offset = self._of_utc_day[utc_day]
        except KeyError:
            first, last = self._utc_offset(utc_day * DAY), self._utc_offset((utc_day + 1) * DAY)
            offset = _keep(self._of_utc_day, utc_day, first if first == last else None)
        if offset is None:
            offset = self._utc_offset(instant)
        return (instant + offset) // DAY + EPOCH_DAY

    def next_day_begins(self, instant: int) -> int:
        """The first instant after ``instant`` that lies on another local date."""
        today = self.day(instant)
        midnight = self.instant(today + 1, 0)
        if self._utc_offset(instant) == self._utc_offset(midnight):
            return midnight
        at = instant - instant % MINUTE + MINUTE
        while self.day(at) == today:
            at += MINUTE
        return at

    def _wall_offset(self, day: int, minute: int) -> int:
        wall = datetime.fromordinal(day).replace(tzinfo=self.info) + timedelta(minutes=minute)
        return _seconds(wall.utcoffset())

    def _utc_offset(self, instant: int) -> int:
        return _seconds(datetime.fromtimestamp(instant, self.info).utcoffset())


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else round(offset.total_seconds())


def _keep(kept: dict[int, int | None], day: int, offset: int | None) -> int | None:
    if len(kept) >= _KEPT_DAYS:
        kept.clear()
    kept[day] = offset
    return offset


@cache
def zone(name: str) -> Zone:
    """The zone of an IANA name, loaded from tzdata once. Raises ValueError for an unknown name."""
    place = importlib.resources.files("tzdata").joinpath("zoneinfo")
    for part in check_zone(name).split("/"):
        place = place.joinpath(part)
    with place.open("rb") as data:
        return Zone(ZoneInfo.from_file(data, key=name))
