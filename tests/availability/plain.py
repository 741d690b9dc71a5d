"""Slot cases as the rule's own values: the format of tests/data/vectors with its extensions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from scheduler.availability import (
    ActorTime,
    Busy,
    Counted,
    Hours,
    RecurringHours,
    Release,
    Seat,
    Situation,
    Taken,
    TypeRules,
    Window,
    wall_minutes,
)

Plain = dict[str, Any]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BLOCKING = ("booked", "pending", "arrived", "completed", "no-show", "held")


def instant(value: int | str) -> int:
    return value if isinstance(value, int) else int(datetime.fromisoformat(value).timestamp())


def windows(pairs: list[list[str]]) -> tuple[Window, ...]:
    return tuple(Window.of(start, end) for start, end in pairs)


def hours(schedule: Plain) -> Hours:
    overrides: dict[date, tuple[Window, ...]] = {}
    for override in schedule.get("overrides", []):
        day = date.fromisoformat(override["date"])
        overrides[day] = overrides.get(day, ()) + windows(override["intervals"])
    return Hours(
        zone=schedule["tz"],
        weekly=tuple(windows(schedule.get("weekly", {}).get(day, [])) for day in WEEKDAYS),
        rules=tuple(
            RecurringHours(
                rule["rrule"],
                date.fromisoformat(rule["dtstart"]),
                Window.of(rule["start"], rule["end"]),
                tuple(date.fromisoformat(day) for day in rule.get("exdates", [])),
            )
            for rule in schedule.get("rules", [])
        ),
        overrides=overrides,
        time_off=tuple(
            (date.fromisoformat(off["start"]), date.fromisoformat(off["end"]))
            for off in schedule.get("time_off", [])
        ),
    )


def type_rules(kind: Plain) -> TypeRules:
    release = kind.get("release")
    return TypeRules(
        duration=kind["duration_min"],
        interval=kind.get("interval_min") or kind["duration_min"],
        buffer_before=kind.get("buffer_before_min", 0),
        buffer_after=kind.get("buffer_after_min", 0),
        minimum_notice=kind.get("min_notice_min", 0),
        horizon_days=kind.get("horizon_days"),
        capacity=kind.get("capacity", 1),
        max_per_day=kind.get("max_per_day"),
        max_per_week=kind.get("max_per_week"),
        release=release
        and Release(release["share_percent"], release["days_before"], wall_minutes(release["at"])),
    )


def _blocking(actor: Plain) -> Iterator[tuple[str, Plain]]:
    for number, booking in enumerate(actor.get("bookings", [])):
        if booking.get("status", "booked") in BLOCKING:
            yield booking.get("id", f"booking-{number}"), booking


def _expires(booking: Plain) -> int | None:
    if booking.get("status") != "held" or booking.get("expires") is None:
        return None
    return instant(booking["expires"])


def _group(booking: Plain, name: str, capacity: int) -> str:
    if capacity > 1 and booking.get("same_type", True):
        return f"session {instant(booking['start'])} {instant(booking['end'])}"
    return name


def _actor(name: str, actor: Plain, capacity: int) -> ActorTime:
    taken = tuple(
        Taken(
            start=instant(booking["start"]),
            end=instant(booking["end"]),
            before=booking.get("buffer_before_min", 0) * 60,
            after=booking.get("buffer_after_min", 0) * 60,
            group=_group(booking, appointment, capacity),
            appointment=appointment,
            expires=_expires(booking),
        )
        for appointment, booking in _blocking(actor)
    )
    busy = tuple(Busy(instant(block["start"]), instant(block["end"])) for block in actor.get("busy", []))
    return ActorTime(name, taken, busy)


def situation(plain: Plain) -> Situation:
    """The situation of a case's input; which statuses block is decided here, as the loader does."""
    rules = type_rules(plain["appointment_type"])
    hosts = plain.get("hosts", [plain])
    return Situation(
        hours=hours(plain["schedule"]),
        rules=rules,
        hosts=tuple(_actor(f"host-{n}", host, rules.capacity) for n, host in enumerate(hosts)),
        resources=tuple(
            tuple(_actor(f"room-{kind}-{n}", room, rules.capacity) for n, room in enumerate(rooms))
            for kind, rooms in enumerate(plain.get("resources", []))
        ),
        seats=tuple(
            Seat(
                appointment,
                instant(booking["start"]),
                instant(booking["end"]),
                _group(booking, appointment, rules.capacity),
                booking.get("seats", 1),
                _expires(booking),
            )
            for appointment, booking in _blocking(hosts[0])
            if booking.get("same_type", True)
        ),
        counted=tuple(
            tuple(
                Counted(appointment, instant(booking["start"]), _expires(booking))
                for appointment, booking in _blocking(host)
                if booking.get("counts", booking.get("same_type", True))
            )
            for host in hosts
        ),
    )
