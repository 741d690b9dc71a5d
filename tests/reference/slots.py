"""A slow reference of the slot rule, written only to be obviously right. It imports nothing from ``scheduler``.

``reference_open(plain, now, since, until)`` takes the ``input`` of a slot case (format and its extensions:
tests/data/vectors/README.md; ``now`` and ``range`` in it are not read) and epoch seconds, and gives the open starts of
[since, until) as epoch seconds. Instants in the case may be ISO text or epoch seconds. ``holds=False`` asks as if all
live holds had lapsed.

Every start is looked at alone: its window, its day, and everybody who is needed. Wall times become epoch seconds at
once and stay so; a date is asked of the zone whenever one is needed.
"""

from __future__ import annotations

import importlib.resources
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

Plain = dict[str, Any]
Window = tuple[int, int]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BLOCKING = ("booked", "pending", "arrived", "completed", "no-show", "held")
MINUTE, DAY = 60, 86400
ONE_DAY = timedelta(days=1)


@cache
def load_zone(name: str) -> ZoneInfo:
    path = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def instant(value: int | str) -> int:
    return value if isinstance(value, int) else int(datetime.fromisoformat(value).timestamp())


def local_date(start: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(start, zone).date()


def at_wall(day: date, text: str, zone: ZoneInfo) -> int:
    """A skipped wall time moves forward by the gap, a repeated one is its first occurrence: fold 0 means both."""
    if text == "24:00":
        day, text = day + ONE_DAY, "00:00"
    hour, minute = text.split(":")
    wall = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)
    return int(wall.astimezone(UTC).timestamp())


# Rules 1 to 5: hours, windows, grid, length.


def is_off(schedule: Plain, day: date) -> bool:
    text = day.isoformat()
    return any(off["start"] <= text <= off["end"] for off in schedule.get("time_off", []))


def overridden(schedule: Plain, day: date) -> list[Plain]:
    return [override for override in schedule.get("overrides", []) if override["date"] == day.isoformat()]


@cache
def dates_of_rule(text: str, dtstart: str, last: date) -> frozenset[date]:
    until_date = len("UNTIL=20261231")
    parts = [part[:until_date] if part.startswith("UNTIL=") else part for part in text.upper().split(";")]
    midnight = datetime.fromisoformat(dtstart)
    found = set()
    for occurrence in rrulestr(";".join(parts), dtstart=midnight):
        if occurrence.date() > last:
            break
        found.add(occurrence.date())
    return frozenset(found)


def wall_windows(schedule: Plain, day: date, last: date) -> list[tuple[str, str]]:
    if is_off(schedule, day):
        return []
    overrides = overridden(schedule, day)
    if overrides:
        return [(start, end) for override in overrides for start, end in override["intervals"]]
    windows = [(start, end) for start, end in schedule.get("weekly", {}).get(WEEKDAYS[day.weekday()], [])]
    for rule in schedule.get("rules", []):
        if day.isoformat() in rule.get("exdates", []):
            continue
        if day in dates_of_rule(rule["rrule"], rule["dtstart"], last):
            windows.append((rule["start"], rule["end"]))
    return windows


def windows_of(schedule: Plain, day: date, last: date, zone: ZoneInfo) -> list[Window]:
    windows = []
    for start, end in wall_windows(schedule, day, last):
        begins = at_wall(day, start, zone)
        if end == "24:00" or end > start:
            ends = at_wall(day, end, zone)
        elif is_off(schedule, day + ONE_DAY) or overridden(schedule, day + ONE_DAY):
            ends = at_wall(day, "24:00", zone)
        else:
            ends = at_wall(day + ONE_DAY, end, zone)
        if begins < ends:
            windows.append((begins, ends))
    together: list[Window] = []
    for begins, ends in sorted(windows):
        if together and begins <= together[-1][1]:
            together[-1] = (together[-1][0], max(ends, together[-1][1]))
        else:
            together.append((begins, ends))
    return together


def inside_union(windows: list[Window], start: int, end: int) -> bool:
    reached = start
    while reached < end:
        further = [ends for begins, ends in windows if begins <= reached < ends]
        if not further:
            return False
        reached = max(further)
    return True


def all_candidates(plain: Plain, since: int, until: int) -> list[int]:
    """The starts of [since, until) that rules 1 to 5 allow; windows are made from days before to days after."""
    schedule, kind = plain["schedule"], plain["appointment_type"]
    zone = load_zone(schedule["tz"])
    duration = kind["duration_min"] * MINUTE
    step = kind.get("interval_min", kind["duration_min"]) * MINUTE
    day, last = local_date(since - 3 * DAY, zone), local_date(until + duration + 3 * DAY, zone)
    windows: list[Window] = []
    while day <= last:
        windows += windows_of(schedule, day, last, zone)
        day += ONE_DAY
    found = set()
    for begins, ends in windows:
        for start in range(begins, ends, step):
            if since <= start < until and inside_union(windows, start, start + duration):
                found.add(start)
    return sorted(found)


# Rules 6 to 9: who is needed, what is taken, limits.


def blocks(booking: Plain, now: int, leave_out: str | None, holds: bool) -> bool:
    status = booking.get("status", "booked")
    if status not in BLOCKING or (leave_out is not None and booking.get("id") == leave_out):
        return False
    if status != "held" or booking.get("expires") is None:
        return True
    return holds and now < instant(booking["expires"])


def living(actor: Plain, now: int, leave_out: str | None, holds: bool) -> Plain:
    """An actor with what blocks at this moment only, its instants in epoch seconds."""
    bookings = [
        {**booking, "start": instant(booking["start"]), "end": instant(booking["end"])}
        for booking in actor.get("bookings", [])
        if blocks(booking, now, leave_out, holds)
    ]
    busy = [{"start": instant(one["start"]), "end": instant(one["end"])} for one in actor.get("busy", [])]
    return {"bookings": bookings, "busy": [one for one in busy if one["start"] < one["end"]]}


def too_close(start: int, end: int, kind: Plain, other: Plain) -> bool:
    """Whether a visit overlaps another one; the earlier one's buffer after and the later one's before add up."""
    if other["end"] <= start:
        apart = other.get("buffer_after_min", 0) + kind.get("buffer_before_min", 0)
        return start - other["end"] < apart * MINUTE
    if end <= other["start"]:
        apart = kind.get("buffer_after_min", 0) + other.get("buffer_before_min", 0)
        return other["start"] - end < apart * MINUTE
    return True


def of_session(booking: Plain, kind: Plain, start: int, end: int) -> bool:
    return (
        kind.get("capacity", 1) > 1
        and booking.get("same_type", True)
        and booking["start"] == start
        and booking["end"] == end
    )


def actor_free(actor: Plain, kind: Plain, start: int, end: int) -> bool:
    """A busy time has no buffers written on it, so it brings none."""
    return not any(too_close(start, end, kind, busy) for busy in actor["busy"]) and not any(
        too_close(start, end, kind, booking)
        for booking in actor["bookings"]
        if not of_session(booking, kind, start, end)
    )


def actors_allow(hosts: list[Plain], kinds: list[list[Plain]], kind: Plain, start: int) -> bool:
    end = start + kind["duration_min"] * MINUTE
    if not all(actor_free(host, kind, start, end) for host in hosts):
        return False
    seats = [b.get("seats", 1) for b in hosts[0]["bookings"] if of_session(b, kind, start, end)]
    if sum(seats) >= kind.get("capacity", 1):
        return False
    for candidates in kinds:
        own = [room for room in candidates if any(of_session(b, kind, start, end) for b in room["bookings"])]
        if not any(actor_free(room, kind, start, end) for room in (own if seats and own else candidates)):
            return False
    return True


def caps_allow(hosts: list[Plain], kind: Plain, start: int, zone: ZoneInfo) -> bool:
    per_day, per_week = kind.get("max_per_day"), kind.get("max_per_week")
    if per_day is None and per_week is None:
        return True
    day = local_date(start, zone)
    for host in hosts:
        dates = [
            local_date(booking["start"], zone)
            for booking in host["bookings"]
            if booking.get("counts", booking.get("same_type", True))
        ]
        if per_day is not None and len([other for other in dates if other == day]) >= per_day:
            return False
        week = [other for other in dates if other.isocalendar()[:2] == day.isocalendar()[:2]]
        if per_week is not None and len(week) >= per_week:
            return False
    return True


def is_released(plain: Plain, around: list[int], start: int, now: int, zone: ZoneInfo) -> bool:
    """``around`` has at least all candidates of the start's date."""
    release = plain["appointment_type"].get("release")
    if release is None:
        return True
    day = local_date(start, zone)
    if now >= at_wall(day - release["days_before"] * ONE_DAY, release["at"], zone):
        return True
    place = [other for other in around if local_date(other, zone) == day].index(start)
    share = release["share_percent"]
    return bool((place + 1) * share // 100 == place * share // 100)


def within_horizon(kind: Plain, start: int, now: int, zone: ZoneInfo) -> bool:
    horizon = kind.get("horizon_days")
    return horizon is None or (local_date(start, zone) - local_date(now, zone)).days <= horizon


def reference_open(plain: Plain, now: int, since: int, until: int, holds: bool = True) -> list[int]:
    """The open starts of [since, until), by looking at every candidate alone."""
    if since >= until:
        return []
    zone, kind = load_zone(plain["schedule"]["tz"]), plain["appointment_type"]
    leave_out = plain.get("leave_out")
    hosts = [living(host, now, leave_out, holds) for host in plain.get("hosts", [plain])]
    kinds = [[living(room, now, leave_out, holds) for room in rooms] for rooms in plain.get("resources", [])]
    wider = 2 * DAY if kind.get("release") else 0
    around = all_candidates(plain, since - wider, until + wider)
    return [
        start
        for start in around
        if since <= start < until
        and start >= now + kind.get("min_notice_min", 0) * MINUTE
        and within_horizon(kind, start, now, zone)
        and actors_allow(hosts, kinds, kind, start)
        and caps_allow(hosts, kind, start, zone)
        and is_released(plain, around, start, now, zone)
    ]
