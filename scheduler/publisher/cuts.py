"""How a block's time is cut into files: today, tomorrow and the day after by themselves, then whole ISO weeks.

What comes soon changes all the time, as minimum notice passes and people book; what lies weeks ahead hardly ever. A cut is
named by its first local day or by its week's Monday, so that its name stays as days go by.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.availability.zones import Zone

# Today and tomorrow. The day after is cut too, empty until midnight makes it tomorrow.
DAYS = 2
WEEK = 7


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of local days: its name within a block, and the instants [since, until) that it covers (epoch
    seconds). ``stands_until``: when a midnight changes that; None: none does."""

    name: str
    since: int
    until: int
    stands_until: int | None = None


def cuts_of(zone: Zone, now: int, last: int) -> list[Cut]:
    """The cuts from today to the week of ``last`` (local days as ordinals), in order, without gaps."""
    today, midnight = zone.day(now), zone.next_day_begins(now)
    cuts = [_cut(zone, f"D{today + n}", today + n, today + n + 1, None) for n in range(DAYS)]
    third = today + DAYS
    cuts.append(_cut(zone, f"D{third}", third, third, midnight))
    first = third
    while first <= max(last, third):
        monday = first - (first - 1) % WEEK
        cuts.append(
            _cut(
                zone,
                f"W{monday}",
                first,
                monday + WEEK,
                midnight if monday <= third < monday + WEEK else None,
            )
        )
        first = monday + WEEK
    return cuts


def touched(name: str, mondays: set[int]) -> bool:
    """Whether the cut lies in one of these ISO weeks."""
    day = int(name[1:])
    return day - (day - 1) % WEEK in mondays


def _cut(zone: Zone, name: str, first: int, after: int, stands_until: int | None) -> Cut:
    return Cut(name, zone.instant(first, 0), zone.instant(after, 0), stands_until)
