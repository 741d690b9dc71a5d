"""Workload W1 and those who compute it in this process.

W1: every day 09-12 and 13-17 in New York, visits of 30 minutes every 15, 5 minutes after each, 120 minutes' notice,
60 days over a clock change, 200 bookings and 40 busy times: 1,560 candidates, 731 of them free. In and out: epoch
seconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.availability import ActorTime, Busy, Hours, Situation, Taken, TypeRules, Window

MINUTE, DAY = 60, 86400
SEED = 97  # of the first hundred seeds the one that leaves 731 starts free
WINDOWS = (("09:00", "12:00"), ("13:00", "17:00"))
Span = tuple[int, int]


@dataclass(frozen=True)
class Work:
    """The workload as whole numbers; lengths in minutes, instants in epoch seconds."""

    zone: str
    first: date
    days: int
    windows: tuple[tuple[str, str], ...]
    duration: int
    step: int
    after: int
    notice: int
    now: int
    since: int
    until: int
    bookings: tuple[Span, ...]
    busy: tuple[Span, ...]


def workload(days: int = 60, bookings: int = 200, busy: int = 40, seed: int = SEED) -> Work:
    """W1, or the same in small."""
    zone = ZoneInfo("America/New_York")
    first = date(2026, 10, 5)
    chance = random.Random(seed)

    def instant(day: date, hour: int = 0, minutes: int = 0) -> int:
        wall = datetime(day.year, day.month, day.day, hour, tzinfo=zone) + timedelta(minutes=minutes)
        return int(wall.timestamp())

    # Every 45 minutes from the window's start a little rather than in between, as days fill up in clinics.
    visits = [
        (chance.random() + (0.2 if minutes % 45 else 0), instant(first + timedelta(days=day), hour, minutes))
        for day in range(days)
        for hour, latest in ((9, 150), (13, 210))
        for minutes in range(0, latest + 1, 15)
    ]
    taken: list[Span] = []
    for _, start in sorted(visits):
        end = start + 30 * MINUTE
        if len(taken) < bookings and all(
            end + 5 * MINUTE <= other or closed + 5 * MINUTE <= start for other, closed in taken
        ):
            taken.append((start, end))
    others = []
    for _ in range(busy):
        day = first + timedelta(days=chance.randrange(days))
        start = instant(day, chance.randrange(8, 18), chance.choice([0, 0, 15, 30]))
        others.append((start, start + chance.choice([15, 15, 30, 30, 60]) * MINUTE))
    since = instant(first)
    return Work(
        zone=zone.key,
        first=first,
        days=days,
        windows=WINDOWS,
        duration=30,
        step=15,
        after=5,
        notice=120,
        now=since,
        since=since,
        until=instant(first + timedelta(days=days)),
        bookings=tuple(taken),
        busy=tuple(others),
    )


def one_day(work: Work) -> Work:
    """A day in the middle, with what is taken around it: what a page of one day would load."""
    day = work.first + timedelta(days=work.days // 2)
    since, until = (
        int(datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(work.zone)).timestamp())
        for d in (day, day + timedelta(days=1))
    )

    def near(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple((start, end) for start, end in spans if since - DAY < end and start < until + DAY)

    return Work(
        **{
            **vars(work),
            "first": day,
            "days": 1,
            "since": since,
            "until": until,
            "bookings": near(work.bookings),
            "busy": near(work.busy),
        }
    )


def situation_of(work: Work) -> Situation:
    """The workload as the slot rule takes it."""
    taken = tuple(
        Taken(start, end, 0, work.after * MINUTE, f"a{n}", f"a{n}")
        for n, (start, end) in enumerate(work.bookings)
    )
    return Situation(
        hours=Hours(work.zone, (tuple(Window.of(*pair) for pair in work.windows),) * 7),
        rules=TypeRules(work.duration, work.step, buffer_after=work.after, minimum_notice=work.notice),
        hosts=(ActorTime("ana", taken, tuple(Busy(*span) for span in work.busy)),),
    )


def plain_of(work: Work) -> dict[str, Any]:
    """The workload as the reference of the tests takes it."""
    return {
        "schedule": {
            "tz": work.zone,
            "weekly": {
                name: [list(pair) for pair in work.windows]
                for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
            },
        },
        "appointment_type": {
            "duration_min": work.duration,
            "interval_min": work.step,
            "buffer_after_min": work.after,
            "min_notice_min": work.notice,
        },
        "bookings": [
            {"start": start, "end": end, "buffer_after_min": work.after} for start, end in work.bookings
        ],
        "busy": [{"start": start, "end": end} for start, end in work.busy],
    }


def json_of(work: Work) -> dict[str, Any]:
    """The workload for a process of another program."""
    return {**vars(work), "first": work.first.isoformat()}


def naive(work: Work) -> list[int]:
    """What most tutorials do: for each start of each day, look at every booking."""
    zone = ZoneInfo(work.zone)
    length, after = work.duration * MINUTE, work.after * MINUTE
    earliest = max(work.since, work.now + work.notice * MINUTE)
    found = []
    for at in _walk(work, zone):
        start = int(at.timestamp())
        end = start + length + after
        if start < earliest or start >= work.until:
            continue
        free = True
        for booked, closed in work.bookings:
            if booked < end and start < closed + after:
                free = False
                break
        if free:
            for booked, closed in work.busy:
                if booked < end and start < closed:
                    free = False
                    break
        if free:
            found.append(start)
    return found


def bucketed(work: Work) -> list[int]:
    """The same with what is taken put into a bucket per local day first, so that a start looks at its own day only."""
    zone = ZoneInfo(work.zone)
    length, after = work.duration * MINUTE, work.after * MINUTE
    earliest = max(work.since, work.now + work.notice * MINUTE)
    buckets: dict[date, list[Span]] = {}
    padded = [(start, end + after) for start, end in work.bookings] + list(work.busy)
    for start, end in padded:
        day = datetime.fromtimestamp(start, UTC).astimezone(zone).date()
        last = datetime.fromtimestamp(end, UTC).astimezone(zone).date()
        while day <= last:
            buckets.setdefault(day, []).append((start, end))
            day += timedelta(days=1)
    found = []
    for at in _walk(work, zone):
        start = int(at.timestamp())
        end = start + length + after
        if start < earliest or start >= work.until:
            continue
        for booked, closed in buckets.get(at.date(), ()):
            if booked < end and start < closed:
                break
        else:
            found.append(start)
    return found


def _walk(work: Work, zone: ZoneInfo) -> list[datetime]:
    """Every candidate as a zone-aware time, by wall clock: no window of the workload meets a clock change."""
    length, step = timedelta(minutes=work.duration), timedelta(minutes=work.step)
    found = []
    for number in range(work.days):
        day = work.first + timedelta(days=number)
        for opens, closes in work.windows:
            at = datetime.fromisoformat(f"{day}T{opens}").replace(tzinfo=zone)
            end = datetime.fromisoformat(f"{day}T{closes}").replace(tzinfo=zone)
            while at + length <= end:
                found.append(at)
                at += step
    return found
