"""The plain values that the slot rule works on: hours, an appointment type's rules, what is taken, reasons.

Wall times are minutes since midnight, lengths in rules are minutes, instants are epoch seconds UTC, dates are
local dates of the Schedule's zone. Impossible values are refused with ValueError where they are made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

MINUTE = 60
DAY = 86400
DAY_MINUTES = 1440
LONGEST_VISIT = 7 * DAY_MINUTES

_WALL = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def wall_minutes(text: str) -> int:
    """The minutes since midnight of ``"HH:MM"``; ``"24:00"`` is 1440. Raises ValueError for anything else."""
    if text == "24:00":
        return DAY_MINUTES
    found = _WALL.fullmatch(text)
    if found is None:
        raise ValueError("A time of day is written HH:MM, from 00:00 to 24:00.")
    return int(found[1]) * 60 + int(found[2])


@dataclass(frozen=True, slots=True)
class Window:
    """A range of hours of one date, in wall minutes since midnight (design.md, the slot rule, 2).

    ``end`` 1440 is the next midnight; ``end <= start`` runs overnight (so 0 is the next midnight too).
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < DAY_MINUTES:
            raise ValueError("Hours start between 00:00 and 23:59.")
        if not 0 <= self.end <= DAY_MINUTES:
            raise ValueError("Hours end between 00:00 and 24:00.")

    @classmethod
    def of(cls, start: str, end: str) -> Window:
        """The window of two texts ``"HH:MM"``. Raises ValueError."""
        return cls(wall_minutes(start), wall_minutes(end))

    @property
    def overnight(self) -> bool:
        """Whether the end belongs to the next date, judged on the wall text."""
        return self.end <= self.start


class Record(NamedTuple):
    """The record to change to be rid of a reason: its kind, by the name of its table, and its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Away:
    """Whose time off a range is: a host's (``actor``), or, with an empty ``actor``, a closure of the place or the
    organization."""

    record: Record
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where hours are written down: what ``explain`` names as the record to change, and nothing else reads.

    ``time_off`` has an entry for each range of ``Hours.time_off``, in the same order, or none at all.
    """

    weekly: Record | None = None
    overrides: Mapping[date, Record] = field(default_factory=lambda: MappingProxyType({}))
    time_off: tuple[Away, ...] = ()


UNKNOWN_SOURCES = Sources()


@dataclass(frozen=True, slots=True)
class RecurringHours:
    """Extra hours on the dates that an RFC 5545 RRULE gives from ``dtstart`` on, without ``exdates``."""

    rrule: str
    dtstart: date
    window: Window
    exdates: tuple[date, ...] = ()


@dataclass(frozen=True)
class Hours:
    """When visits may take place, by wall clock.

    ``weekly`` has seven entries, Monday first. ``overrides`` are already resolved (the Schedule's before the
    Availability's); an empty tuple closes its date. ``time_off`` has inclusive date ranges of any host, of
    the place and of the organization, and beats overrides.
    """

    zone: str
    weekly: tuple[tuple[Window, ...], ...]
    rules: tuple[RecurringHours, ...] = ()
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    time_off: tuple[tuple[date, date], ...] = ()
    sources: Sources = field(default=UNKNOWN_SOURCES, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("Weekly hours have seven days, Monday first.")
        if any(first > last for first, last in self.time_off):
            raise ValueError("Time off ends on or after the date on which it starts.")


@dataclass(frozen=True, slots=True)
class Release:
    """A share of each date's candidates that is kept back until shortly before.

    Of a local date's candidates in order, index i from 0, those with ``(i + 1) * share_percent // 100 > i *
    share_percent // 100`` open at the wall time ``at_minute`` of the date ``days_before`` days earlier.
    Bookings never change which ones are kept back.
    """

    share_percent: int
    days_before: int
    at_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.share_percent <= 100:
            raise ValueError("A share is a whole number from 0 to 100.")
        if not 0 <= self.days_before <= 400:
            raise ValueError("Times are released from 0 to 400 days before.")
        if not 0 <= self.at_minute < DAY_MINUTES:
            raise ValueError("The release time is between 00:00 and 23:59.")


@dataclass(frozen=True, slots=True)
class TypeRules:
    """The rules of an appointment type: lengths in minutes, the horizon in days, None for no limit."""

    duration: int
    interval: int
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int = 0
    horizon_days: int | None = None
    capacity: int = 1
    max_per_day: int | None = None
    max_per_week: int | None = None
    release: Release | None = None

    def __post_init__(self) -> None:
        if self.duration < 1 or self.interval < 1 or self.capacity < 1:
            raise ValueError("Duration, interval and capacity are at least 1.")
        if self.duration > LONGEST_VISIT:
            raise ValueError("A visit lasts at most a week.")
        limits = (self.horizon_days, self.max_per_day, self.max_per_week)
        if min(self.buffer_before, self.buffer_after, self.minimum_notice) < 0 or any(
            limit is not None and limit < 0 for limit in limits
        ):
            raise ValueError("Buffers, notice, horizon and caps are not negative.")


class Taken(NamedTuple):
    """An actor's claim: the visit's start and end (epoch seconds) and the buffers it was booked with
    (seconds).

    It blocks ``[start - before, end + after)``. ``expires`` is set for a hold, which blocks while now <
    expires. Claims of one ``group`` (a visit's, or its session's) do not block each other.
    """

    start: int
    end: int
    before: int
    after: int
    group: str
    appointment: str
    expires: int | None = None


class Busy(NamedTuple):
    """A time taken in an outside calendar or blocked by staff, epoch seconds; it has no buffers. ``record``: where
    that is written down, when it is known."""

    start: int
    end: int
    record: Record | None = None


@dataclass(frozen=True)
class ActorTime:
    """What is taken of one actor (practitioner, room, device), whatever schedule took it."""

    actor: str
    taken: tuple[Taken, ...] = ()
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A blocking appointment of the asking Schedule, with the seats it takes of its session (epoch
    seconds)."""

    appointment: str
    start: int
    end: int
    group: str
    seats: int = 1
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A blocking appointment of this type with one host, wherever it is, for the caps (epoch seconds)."""

    appointment: str
    start: int
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the rule needs to know of one Schedule.

    ``hosts`` are all needed; a Schedule without practitioners has an actor of its own here. ``resources``
    holds, per kind of room or device, the candidates in order: one of each kind is needed, and an actor
    belongs to one kind. ``counted`` has one tuple per host, in the order of ``hosts``. ``schedule`` and
    ``appointment_type`` are ids, for ``explain``; empty when nobody asks for the record to change.
    """

    hours: Hours
    rules: TypeRules
    hosts: tuple[ActorTime, ...]
    resources: tuple[tuple[ActorTime, ...], ...] = ()
    seats: tuple[Seat, ...] = ()
    counted: tuple[tuple[Counted, ...], ...] = ()
    schedule: str = ""
    appointment_type: str = ""

    def __post_init__(self) -> None:
        if not self.hosts:
            raise ValueError("A schedule needs at least one actor.")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a start is not open: a code, the record to change, from when this reason would be gone (epoch
    seconds).

    ``record`` is None when there is nothing to change or the record is not known; ``opens_at`` is None when no time
    that passes ends it. ``detail`` has what the sentence needs, as numbers and plain text.
    """

    code: str
    record: Record | None = None
    opens_at: int | None = None
    detail: Mapping[str, int | str] = field(default_factory=dict)


class Moment(NamedTuple):
    """Who asks, and when: ``now``, the appointment left out of every check, and whether live holds count."""

    now: int
    leave_out: str | None = None
    holds: bool = True

    def counts(self, appointment: str, expires: int | None) -> bool:
        """Whether an appointment blocks at this moment (design.md, the slot rule, 7)."""
        return (expires is None or (self.holds and self.now < expires)) and appointment != self.leave_out
