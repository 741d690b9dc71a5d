"""A slow reference of the slot rule, written only to be obviously right. It imports nothing from
``scheduler``.

``reference_open(plain, now, since, until)`` takes the ``input`` of a slot case (format:
tests/data/vectors/README.md; ``now`` and ``range`` in it are not read) and epoch seconds, and gives the open
starts of [since, until) as epoch seconds. The format is extended:

hosts [{"bookings": [...], "busy": [...]}, ...]: all are needed; without it, ``bookings`` and ``busy`` of the
input are those of the only host resources [[{"bookings", "busy"}, ...], ...]: one list per kind, one actor of
each is needed bookings may have ``id`` (the same on every actor that the appointment takes) and ``counts``
(whether it counts for the host's caps; default: same_type). Seats are read from the first host, since every
appointment of the schedule takes all hosts. rules may have ``exdates`` appointment_type.release
{"share_percent", "days_before", "at": "HH:MM"} leave_out the id of an appointment that is not looked at

Instants may be ISO text or epoch seconds. ``holds=False`` asks as if all live holds had lapsed.
"""

from __future__ import annotations

import importlib.resources
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

Plain = dict[str, Any]
Window = tuple[datetime, datetime]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BLOCKING = ("booked", "pending", "arrived", "completed", "no-show", "held")
ONE_DAY = timedelta(days=1)


@cache
def load_zone(name: str) -> ZoneInfo:
    path = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def moment(value: int | str) -> datetime:
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(value).astimezone(UTC)


def minutes(value: int) -> timedelta:
    return timedelta(minutes=value)


def at_wall(day: date, text: str, zone: ZoneInfo) -> datetime:
    if text == "24:00":
        day, text = day + ONE_DAY, "00:00"
    hour, minute = text.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone).astimezone(UTC)


def is_off(schedule: Plain, day: date) -> bool:
    return any(
        date.fromisoformat(off["start"]) <= day <= date.fromisoformat(off["end"])
        for off in schedule.get("time_off", [])
    )


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
        if day in dates_of_rule(rule["rrule"], rule["dtstart"], last) and day.isoformat() not in rule.get(
            "exdates", []
        ):
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


def inside_union(windows: list[Window], start: datetime, end: datetime) -> bool:
    reached = start
    while reached < end:
        further = [ends for begins, ends in windows if begins <= reached < ends]
        if not further:
            return False
        reached = max(further)
    return True


def all_candidates(plain: Plain, since: datetime, until: datetime) -> list[datetime]:
    """Rules 1 to 5, for every start from a few days before ``since`` to a few days after ``until``."""
    schedule, kind = plain["schedule"], plain["appointment_type"]
    zone = load_zone(schedule["tz"])
    duration = minutes(kind["duration_min"])
    step = minutes(kind.get("interval_min", kind["duration_min"]))
    first, last = (since - 4 * ONE_DAY).date(), (until + duration + 4 * ONE_DAY).date()
    windows: list[Window] = []
    day = first
    while day <= last:
        windows += windows_of(schedule, day, last, zone)
        day += ONE_DAY
    found = set()
    for begins, ends in windows:
        start = begins
        while start < ends:
            if inside_union(windows, start, start + duration):
                found.add(start)
            start += step
    return sorted(found)


def blocks(booking: Plain, now: datetime, leave_out: str | None, holds: bool) -> bool:
    status = booking.get("status", "booked")
    if status not in BLOCKING or (leave_out is not None and booking.get("id") == leave_out):
        return False
    if status != "held" or booking.get("expires") is None:
        return True
    return holds and now < moment(booking["expires"])


def too_close(start: datetime, end: datetime, kind: Plain, other: Plain, buffers: bool) -> bool:
    """Whether a visit overlaps another one; the earlier one's buffer after and the later one's before add
    up."""
    other_start, other_end = moment(other["start"]), moment(other["end"])
    own_before, own_after = (
        minutes(kind.get("buffer_before_min", 0)),
        minutes(kind.get("buffer_after_min", 0)),
    )
    before = minutes(other.get("buffer_before_min", 0)) if buffers else minutes(0)
    after = minutes(other.get("buffer_after_min", 0)) if buffers else minutes(0)
    if other_end <= start:
        return start - other_end < after + own_before
    if end <= other_start:
        return other_start - end < own_after + before
    return True


def of_session(booking: Plain, kind: Plain, start: datetime, end: datetime) -> bool:
    return (
        kind.get("capacity", 1) > 1
        and booking.get("same_type", True)
        and moment(booking["start"]) == start
        and moment(booking["end"]) == end
    )


def actor_free(actor: Plain, kind: Plain, start: datetime, end: datetime) -> bool:
    for busy in actor.get("busy", []):
        if moment(busy["start"]) < moment(busy["end"]) and too_close(start, end, kind, busy, buffers=False):
            return False
    return not any(
        too_close(start, end, kind, booking, buffers=True)
        for booking in actor["bookings"]
        if not of_session(booking, kind, start, end)
    )


def caps_allow(hosts: list[Plain], kind: Plain, start: datetime, zone: ZoneInfo) -> bool:
    day = start.astimezone(zone).date()
    for host in hosts:
        dates = [
            moment(booking["start"]).astimezone(zone).date()
            for booking in host["bookings"]
            if booking.get("counts", booking.get("same_type", True))
        ]
        per_day = len([other for other in dates if other == day])
        per_week = len([other for other in dates if other.isocalendar()[:2] == day.isocalendar()[:2]])
        if kind.get("max_per_day") is not None and per_day >= kind["max_per_day"]:
            return False
        if kind.get("max_per_week") is not None and per_week >= kind["max_per_week"]:
            return False
    return True


def is_released(
    kind: Plain, candidates: list[datetime], start: datetime, now: datetime, zone: ZoneInfo
) -> bool:
    release = kind.get("release")
    if release is None:
        return True
    day = start.astimezone(zone).date()
    of_day = [other for other in candidates if other.astimezone(zone).date() == day]
    place, share = of_day.index(start), release["share_percent"]
    if (place + 1) * share // 100 == place * share // 100:
        return True
    return now >= at_wall(day - release["days_before"] * ONE_DAY, release["at"], zone)


def actors_allow(plain: Plain, hosts: list[Plain], kinds: list[list[Plain]], start: datetime) -> bool:
    kind = plain["appointment_type"]
    end = start + minutes(kind["duration_min"])
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


def reference_open(plain: Plain, now: int, since: int, until: int, holds: bool = True) -> list[int]:
    """The open starts of [since, until), by looking at every candidate alone."""
    at, first, last = moment(now), moment(since), moment(until)
    if first >= last:
        return []
    zone, kind = load_zone(plain["schedule"]["tz"]), plain["appointment_type"]

    def living(actor: Plain) -> Plain:
        bookings = [b for b in actor.get("bookings", []) if blocks(b, at, plain.get("leave_out"), holds)]
        return {"bookings": bookings, "busy": actor.get("busy", [])}

    hosts = [living(host) for host in plain.get("hosts", [plain])]
    kinds = [[living(room) for room in rooms] for rooms in plain.get("resources", [])]
    candidates = all_candidates(plain, first, last)
    today = at.astimezone(zone).date()
    horizon = kind.get("horizon_days")
    return [
        int(start.timestamp())
        for start in candidates
        if first <= start < last
        and start >= at + minutes(kind.get("min_notice_min", 0))
        and (horizon is None or (start.astimezone(zone).date() - today).days <= horizon)
        and is_released(kind, candidates, start, at, zone)
        and actors_allow(plain, hosts, kinds, start)
        and caps_allow(hosts, kind, start, zone)
    ]
