"""The slot rule: which starts are open, and why the others are not.

Purpose: one pure answer for everybody who asks (the feed, the pages, the API, the booking transaction, the
console's "why not"), as design.md "The slot rule" says. Instants are epoch seconds UTC; ``now`` is an
argument.

Public names: the values (``Hours``, ``TypeRules``, ``Situation`` and what they are made of), the questions
(``candidates``, ``open_starts``, ``is_open``, ``held_starts``, ``free_seats``, ``choose_actors``,
``next_change``, ``change_within``, ``seats_left``, ``next_open``, ``next_open_of``, ``explain``, ``opens_at``, ``what_if``), ``pools`` (who of
several Schedules is booked), ``weekly``, ``series_starts``, ``right_after``, ``back_to_back`` and ``without`` (times booked in one act) and the checks for what people type (``check_rrule``, ``check_zone``, ``wall_minutes``).

May import: the standard library and the data of the tzdata package. No Flask, no SQL, no clock, no other
room.
"""

from __future__ import annotations

from scheduler.availability import pools
from scheduler.availability.explain import explain, opens_at
from scheduler.availability.recurrence import check_rrule
from scheduler.availability.rule import (
    candidates,
    change_within,
    choose_actors,
    free_seats,
    held_starts,
    is_open,
    next_change,
    next_open,
    next_open_of,
    open_starts,
    seats_left,
)
from scheduler.availability.together import back_to_back, right_after, series_starts, weekly, without
from scheduler.availability.values import (
    ActorTime,
    Away,
    Busy,
    Counted,
    Hours,
    Reason,
    Record,
    RecurringHours,
    Release,
    Seat,
    Situation,
    Sources,
    Taken,
    TypeRules,
    Window,
    wall_minutes,
)
from scheduler.availability.what_if import Difference, what_if
from scheduler.availability.zones import check_zone

__all__ = [
    "ActorTime",
    "Away",
    "Busy",
    "Counted",
    "Difference",
    "Hours",
    "Reason",
    "Record",
    "RecurringHours",
    "Release",
    "Seat",
    "Situation",
    "Sources",
    "Taken",
    "TypeRules",
    "Window",
    "back_to_back",
    "candidates",
    "change_within",
    "check_rrule",
    "check_zone",
    "choose_actors",
    "explain",
    "free_seats",
    "held_starts",
    "is_open",
    "next_change",
    "next_open",
    "next_open_of",
    "open_starts",
    "opens_at",
    "pools",
    "right_after",
    "seats_left",
    "series_starts",
    "wall_minutes",
    "weekly",
    "what_if",
    "without",
]
