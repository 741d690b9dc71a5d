"""Why a time is not open, as sentences for staff, and which rules they may set aside (design.md, "The slot rule")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from scheduler.availability import Reason, wall_minutes
from scheduler.booking.acts import HOURS, LIMITS, TAKEN, group_of
from scheduler.web.times import date_short, day_long, duration_words, time_of_day, time_with_zone, weekday

_GO_ON = {
    HOURS: "Go on outside the hours",
    LIMITS: "Go on without these limits",
    TAKEN: "Overbook",
}


@dataclass(frozen=True, slots=True)
class Warning:
    """A group of rules that stand in the way, and what it takes to go on without them (``taken``: a reason)."""

    group: str
    sentences: tuple[str, ...]
    go_on: str


def warnings_of(reasons: Sequence[Reason], zone: ZoneInfo) -> tuple[Warning, ...]:
    """The reasons by group, each sentence once."""
    found: dict[str, dict[str, None]] = {}
    for reason in reasons:
        found.setdefault(group_of(reason), {})[sentence_of(reason, zone)] = None
    return tuple(
        Warning(group, tuple(found[group]), _GO_ON[group])
        for group in (TAKEN, HOURS, LIMITS)
        if group in found
    )


def sentence_of(reason: Reason, zone: ZoneInfo) -> str:
    """A reason in words. Says nothing about a patient."""
    detail = reason.detail
    if reason.code in ("hours", "override"):
        return _hours(reason)
    if reason.code in ("time_off", "closure"):
        first, last = (date.fromisoformat(str(detail[end])) for end in ("start", "end"))
        return f"{'Closed' if reason.code == 'closure' else 'Time off'} {_dates(first, last)}."
    if reason.code == "interval":
        near = [int(detail[side]) for side in ("earlier", "later") if side in detail]
        nearest = " and ".join(time_of_day(at, zone) for at in near)
        return f"Times start every {duration_words(int(detail['minutes']))}; nearest {nearest}."
    if reason.code == "length":
        free, needed = (duration_words(int(detail[name])) for name in ("free", "needed"))
        return f"Only {free} free; the visit needs {needed}."
    return _limits(reason, zone) or _taken(reason, zone)


def _hours(reason: Reason) -> str:
    if "date" not in reason.detail:
        return "Outside the hours."
    day = date.fromisoformat(str(reason.detail["date"]))
    windows = windows_words(str(reason.detail["windows"]))
    if reason.code == "override":
        return f"{day_long(day).partition(', ')[2]} has its own hours: {windows or 'closed'}."
    return f"Outside {weekday(day)}'s hours, {windows}." if windows else f"No hours on {weekday(day)}s."


def windows_words(windows: str) -> str:
    """ "9:00 AM to 12:00 PM and 1:00 PM to 5:00 PM", of windows as a reason's detail has them; empty when closed."""
    return " and ".join(_window(part) for part in windows.split())


def _window(part: str) -> str:
    return " to ".join(_wall(wall_minutes(end)) for end in part.split("-"))


def _wall(minute: int) -> str:
    hour, rest = divmod(minute % 1440, 60)
    return f"{hour % 12 or 12}:{rest:02} {'AM' if hour < 12 else 'PM'}"


def _dates(first: date, last: date) -> str:
    if first == last:
        return f"on {day_long(first)}"
    return f"from {date_short(first)} to {date_short(last)}"


def _limits(reason: Reason, zone: ZoneInfo) -> str:
    detail = reason.detail
    match reason.code:
        case "past":
            return "This time has already passed."
        case "notice":
            return f"Needs notice of {duration_words(int(detail['minutes']))}."
        case "horizon":
            return f"More than {detail['days']} days ahead."
        case "release" if reason.opens_at is not None:
            day, at = date_short(reason.opens_at, zone), time_with_zone(reason.opens_at, zone)
            return f"Kept back until {day}, {at}."
        case "cap":
            return f"{detail['count']} of {detail['limit']} bookings that {detail['per']}."
    return ""


def _taken(reason: Reason, zone: ZoneInfo) -> str:
    detail = reason.detail
    span = ""
    if "start" in detail and "end" in detail:
        span = f", {time_of_day(int(detail['start']), zone)} to {time_of_day(int(detail['end']), zone)}"
    match reason.code:
        case "booked":
            return f"There is another booking{span}."
        case "held" if reason.opens_at is not None:
            return f"Held by someone booking now, until {time_with_zone(reason.opens_at, zone)}."
        case "full":
            return f"All {detail['capacity']} seats are taken."
        case "busy":
            return f"Blocked or busy{span}."
        case "buffer":
            return f"{duration_words(int(detail['minutes']))} are kept free {detail['side']} a booking."
        case "room":
            return "No room is free."
    return (
        f"Another clinician of this visit is taken{span}." if reason.code == "host" else "This time is taken."
    )
