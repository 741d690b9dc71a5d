"""What becomes of typed hours on the dates on which clocks change: sentences, from the rule's own conversion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.availability.zones import zone as zone_of
from scheduler.catalog.typed_hours import write_ranges
from scheduler.clock import MINUTE, local_date
from scheduler.web.times import duration_words, time_with_zone

AHEAD_DAYS = 366
Range = tuple[int, int]


def sentences(
    weekly: Mapping[int, Sequence[Range]],
    dated: Mapping[date, Sequence[Range]],
    zones: Iterable[str],
    now: int,
) -> list[str]:
    """One sentence for each range that touches an hour that is skipped or comes twice within a year of ``now`` (epoch
    seconds): ``dated`` are dates with hours of their own, which replace the weekly ones."""
    found = []
    for name in sorted(set(zones)):
        zone = zone_of(name)
        today = local_date(now, zone.info).toordinal()
        for day in range(today, today + AHEAD_DAYS):
            if zone.offset(day) is not None:
                continue
            when, night_before = date.fromordinal(day), date.fromordinal(day - 1)
            asked = [(when, one) for one in dated.get(when, weekly.get(when.weekday(), ()))]
            if when not in dated:  # a date with hours of its own ends the night before at its midnight
                usual = dated.get(night_before, weekly.get(night_before.weekday(), ()))
                asked += [(night_before, one) for one in usual if one[1] <= one[0]]
            for begins_on, one in asked:
                said = _said(when, begins_on, one, zone.info)
                if said and said not in found:
                    found.append(said)
    return found


def _said(day: date, begins_on: date, one: Range, info: ZoneInfo) -> str:
    """About the range ``one`` of the date ``begins_on`` and the change of clocks on ``day``; "" when they don't meet."""
    change = _change(day, info)
    if change is None:
        return ""
    first, last, skipped = change
    later = (day - begins_on).days * 1440
    start, end = one[0] - later, (one[1] if one[1] > one[0] else one[1] + 1440) - later
    if end <= first or start >= last:
        return ""
    zone = zone_of(info.key)
    begins = zone.instant(begins_on.toordinal(), one[0])
    ends = zone.instant(day.toordinal(), end)
    when = f"{day:%B} {day.day}"
    hour = write_ranges([(first, last)]).replace(" AM to", " to", 1)
    hours = write_ranges([one])
    real = f"from {time_with_zone(begins, info)} to {time_with_zone(ends, info)}"
    length = duration_words((ends - begins) // MINUTE)
    if skipped and ends <= begins:
        return f"On {when} clocks skip {hour}: there are no hours from {hours} that night."
    if skipped:
        return f"On {when} clocks skip {hour}: {hours} runs {real}, {length}."
    if end < last:
        return f"On {when} {hour} comes twice, and the first one counts: {hours} runs {real}, {length}."
    return f"On {when} {hour} comes twice, and both count: {hours} runs {real}, {length}."


def _change(day: date, info: ZoneInfo) -> tuple[int, int, bool] | None:
    """(first minute, last minute, whether it is skipped) of the wall time that is skipped or comes twice on a day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=info)
    at = midnight.astimezone(UTC)
    for _ in range(26 * 60 // 15):
        before, after = at.astimezone(info), (at + timedelta(minutes=15)).astimezone(info)
        moved = _minutes(after) - _minutes(before) - 15
        if moved:
            wall = (before.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds() // 60 + 15
            first = int(wall) if moved > 0 else int(wall) + moved
            return first, first + abs(moved), moved > 0
        at += timedelta(minutes=15)
    return None


def _minutes(moment: datetime) -> int:
    return int((moment.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds() // 60)  # noqa: DTZ001 - wall clock
