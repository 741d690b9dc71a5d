"""The slot rule's reasons as sentences for staff (ux.md 2.3), in the three groups that an act may set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.availability import Reason, wall_minutes
from scheduler.booking.acts import HOURS, LIMITS, group_of
from scheduler.console.desk.offers import Offered
from scheduler.web.times import day_long, duration_words, time_of_day, time_with_zone, weekday

TAKEN_WORDS = {
    "booked": "Another booking is at this time",
    "held": "Somebody is booking this time now",
    "full": "All seats are taken",
    "busy": "Blocked or busy",
    "room": "No room is free",
    "host": "A second clinician who is needed is not free",
}


@dataclass(frozen=True, slots=True)
class Warnings:
    """What stands against a start: sentences per group. ``hours`` and ``limits`` can be gone on without, by a tick;
    ``taken`` needs a reason for overbooking."""

    hours: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def groups(self) -> frozenset[str]:
        """The groups to tick."""
        return frozenset(name for name, said in ((HOURS, self.hours), (LIMITS, self.limits)) if said)


def warnings_of(reasons: Sequence[Reason], offer: Offered) -> Warnings:
    """The reasons in words, each sentence once."""
    said: dict[str, dict[str, None]] = {}
    for reason in reasons:
        said.setdefault(group_of(reason), {})[sentence(reason, offer)] = None
    hours, limits = said.pop(HOURS, {}), said.pop(LIMITS, {})
    return Warnings(tuple(hours), tuple(limits), tuple(text for group in said.values() for text in group))


def sentence(reason: Reason, offer: Offered) -> str:
    """One reason in words, without a full stop."""
    detail, zone = reason.detail, offer.zone
    if reason.code in ("booked", "held", "full", "busy", "room", "host"):
        words = TAKEN_WORDS[reason.code]
        if reason.code in ("booked", "busy") and "start" in detail:
            start, end = int(detail["start"]), int(detail["end"])
            words += f", {time_of_day(start, zone)} to {time_of_day(end, zone)}"
        if reason.code == "held" and reason.opens_at:
            words += f", until {time_with_zone(reason.opens_at, zone)} at most"
        return words
    return {"hours": _hours, "override": _override, "time_off": _away}.get(reason.code, _other)(reason, offer)


def _hours(reason: Reason, offer: Offered) -> str:
    day = date.fromisoformat(str(reason.detail["date"])) if "date" in reason.detail else None
    if day is None:
        return "Outside the hours"
    windows = _windows(str(reason.detail["windows"]))
    return f"Outside the {weekday(day)} hours, {windows}" if windows else f"No hours on {weekday(day)}s"


def _override(reason: Reason, offer: Offered) -> str:
    day = date.fromisoformat(str(reason.detail["date"]))
    windows = _windows(str(reason.detail["windows"]))
    return f"{day_long(day)} has its own hours: {windows or 'closed'}"


def _away(reason: Reason, offer: Offered) -> str:
    first, last = (date.fromisoformat(str(reason.detail[name])) for name in ("start", "end"))
    span = day_long(first) if first == last else f"{day_long(first)} to {day_long(last)}"
    return f"Time off or closed: {span}"


def _other(reason: Reason, offer: Offered) -> str:
    detail = reason.detail
    minutes = duration_words(int(detail.get("minutes", 0)))
    words = {
        "past": "It has already passed",
        "notice": f"Patients need {minutes} of notice",
        "horizon": f"More than {detail.get('days')} days ahead",
        "release": "Kept back until shortly before the day",
        "buffer": f"Too close to another booking: {minutes} are kept free",
        "interval": f"Times start every {minutes}",
        "length": f"Only {duration_words(int(detail.get('free', 0)))} free; {offer.type} needs {duration_words(offer.duration)}",
        "cap": f"{detail.get('count')} of {detail.get('limit')} bookings that {detail.get('per')}",
    }
    return words[reason.code]


def _windows(text: str) -> str:
    """ "09:00-12:00 13:00-17:00" in words."""
    spans = [span.split("-") for span in text.split()]
    return ", ".join(f"{_clock(start)} to {_clock(end)}" for start, end in spans)


def _clock(wall: str) -> str:
    minute = wall_minutes(wall) % 1440
    hour, rest = divmod(minute, 60)
    return f"{(hour + 11) % 12 + 1}:{rest:02} {'AM' if hour < 12 else 'PM'}"
