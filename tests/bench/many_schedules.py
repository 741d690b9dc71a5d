"""A thousand schedules in four zones over 60 days, as a search for the next times meets them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

from scheduler import availability
from scheduler.availability import ActorTime, Busy, Hours, Situation, Taken, TypeRules, Window, open_starts

MINUTE, DAY = 60, 86400
DAYS = 60
NOW = 1_791_187_200  # 2026-10-05 08:00 in UTC
UNTIL = NOW + DAYS * DAY
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
OFFSETS = (4, 5, 6, 7)


def thousand(size: int = 1000, seed: int = 1) -> dict[str, Situation]:
    """Schedules with 60 bookings and 8 busy times each: one in ten is full for weeks, one in fifty away for good."""
    chance = random.Random(seed)
    windows = (Window.of("09:00", "12:00"), Window.of("13:00", "17:00"))
    found = {}
    for number in range(size):
        place = number % len(ZONES)
        full, away = chance.random() < 0.1, chance.random() < 0.02
        nine = NOW - 8 * 3600 + (9 + OFFSETS[place]) * 3600
        taken: list[Taken] = []
        for n in range(60):
            # Full ones day by day from the first on, the others thinning out with time.
            day, hour = divmod(n, 4) if full else (int(chance.expovariate(1 / 12)), chance.randrange(8))
            length = 2 * 3600 if full else 30 * MINUTE
            start = nine + day * DAY + hour * (2 * 3600 if full else 3600)
            taken.append(Taken(start, start + length, 0, 5 * MINUTE, f"a{n}", f"a{n}"))
        busy = [nine + chance.randrange(DAYS) * DAY + chance.randrange(16) * 1800 for _ in range(8)]
        first = date(2026, 9, 1)
        found[f"s{number:04}"] = Situation(
            hours=Hours(
                ZONES[place],
                ((windows,) * 5 + ((), ())),
                time_off=((first, first + timedelta(days=200)),) if away else (),
            ),
            rules=TypeRules(30, 15, buffer_after=5, minimum_notice=120, horizon_days=60),
            hosts=(ActorTime(f"h{number}", tuple(taken), tuple(Busy(at, at + 3600) for at in busy)),),
        )
    return found


def whole_lists(situations: Mapping[str, Situation]) -> dict[str, list[int]]:
    """Everything that could be asked for: all open starts of every schedule."""
    return {key: open_starts(one, NOW, NOW, UNTIL) for key, one in situations.items()}


def lazily(situations: Mapping[str, Situation], count: int = 5) -> list[tuple[int, str]]:
    """The same by the rule's own question."""
    return availability.next_open_of(situations, NOW, count, UNTIL)


def each_alone(situations: Mapping[str, Situation], count: int = 5) -> dict[str, list[int]]:
    """The first ``count`` starts of every schedule."""
    return {key: availability.next_open(one, NOW, count, UNTIL) for key, one in situations.items()}
