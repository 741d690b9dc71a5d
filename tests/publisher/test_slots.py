"""Openings: the slot rule's answers with the status that the feed gives them."""

from __future__ import annotations

from dataclasses import replace

from scheduler.availability import ActorTime, Busy, Hours, Seat, Situation, Taken, TypeRules, Window
from scheduler.publisher.slots import Shown, asked_until, shown, stands_until

MINUTE = 60
HOUR = 3600
START = 1_796_029_200  # 2026-11-30T09:00:00Z, a Monday

HOURS = Hours(zone="UTC", weekly=((Window(540, 660),), (), (), (), (), (), ()))
RULES = TypeRules(duration=60, interval=60, horizon_days=5)
EMPTY = Situation(hours=HOURS, rules=RULES, hosts=(ActorTime("a"),))


def taken(expires: int | None = None) -> Taken:
    return Taken(START, START + HOUR, 0, 0, "visit", "visit", expires)


def asked(situation: Situation, now: int, **how: bool) -> Shown:
    return shown(situation, now, now, asked_until(now, 5), **({"show_busy": False} | how))


def statuses(situation: Situation, now: int, **how: bool) -> list[tuple[int, str]]:
    found = asked(situation, now, **how)
    named = (("free", found.free), ("busy-tentative", found.held), ("busy", found.busy))
    return sorted(((start - START) // HOUR, status) for status, starts in named for start in starts)


def until(situation: Situation, now: int, **how: bool) -> int | None:
    """Until when what is shown of the first day stands; the horizon has no part in it."""
    found = shown(situation, now, now, START + 6 * HOUR, **({"show_busy": False} | how))
    return stands_until(situation, now, now, START + 6 * HOUR, found)


def with_taken(*claims: Taken) -> Situation:
    return replace(EMPTY, hosts=(ActorTime("a", claims),))


def test_open_starts_are_free() -> None:
    assert statuses(EMPTY, START - HOUR) == [(0, "free"), (1, "free")]


def test_a_booked_start_disappears_or_is_busy_by_setting() -> None:
    assert statuses(with_taken(taken()), START - HOUR) == [(1, "free")]
    assert statuses(with_taken(taken()), START - HOUR, show_busy=True) == [(0, "busy"), (1, "free")]


def test_a_held_start_is_tentative_until_the_hold_ends() -> None:
    situation = with_taken(taken(expires=START - 10 * MINUTE))
    assert statuses(situation, START - HOUR) == [(0, "busy-tentative"), (1, "free")]
    assert statuses(situation, START - HOUR, show_busy=True) == [(0, "busy-tentative"), (1, "free")]
    assert until(situation, START - HOUR) == START - 10 * MINUTE
    assert statuses(situation, START - 10 * MINUTE) == [(0, "free"), (1, "free")]


def test_a_held_start_disappears_or_is_busy_where_holds_are_not_shown() -> None:
    situation = with_taken(taken(expires=START - 10 * MINUTE))
    assert statuses(situation, START - HOUR, show_held=False) == [(1, "free")]
    assert statuses(situation, START - HOUR, show_held=False, show_busy=True) == [(0, "busy"), (1, "free")]
    assert until(situation, START - HOUR, show_held=False) == START - 10 * MINUTE


def test_a_time_taken_in_an_outside_calendar_is_never_shown() -> None:
    situation = replace(EMPTY, hosts=(ActorTime("a", (), (Busy(START, START + HOUR),)),))
    assert statuses(situation, START - HOUR, show_busy=True) == [(1, "free")]


def test_a_session_counts_its_free_seats() -> None:
    rules = replace(RULES, capacity=8)
    seats = tuple(Seat(f"v{n}", START, START + HOUR, "group") for n in range(3))
    claims = tuple(Taken(START, START + HOUR, 0, 0, "group", f"v{n}") for n in range(3))
    situation = Situation(hours=HOURS, rules=rules, hosts=(ActorTime("a", claims),), seats=seats)
    found = asked(situation, START - HOUR)
    assert [(start, found.seats[start]) for start in found.free] == [(START, 5), (START + HOUR, 8)]
    assert asked(situation, START - HOUR, show_seats=False).seats == {}


def test_a_full_session_is_busy_by_setting() -> None:
    seats = tuple(Seat(f"v{n}", START, START + HOUR, "group") for n in range(2))
    claims = tuple(Taken(START, START + HOUR, 0, 0, "group", f"v{n}") for n in range(2))
    situation = replace(with_taken(*claims), rules=replace(RULES, capacity=2), seats=seats)
    assert statuses(situation, START - HOUR) == [(1, "free")]
    assert statuses(situation, START - HOUR, show_busy=True) == [(0, "busy"), (1, "free")]


def test_it_stands_until_the_first_start_passes_its_notice() -> None:
    situation = replace(EMPTY, rules=replace(RULES, minimum_notice=60))
    now = START - 3 * HOUR
    at = until(situation, now)
    assert at is not None
    assert statuses(situation, at - 1) == statuses(situation, now)
    assert statuses(situation, at) == [(1, "free")]


def test_with_busy_starts_shown_it_also_stands_only_until_the_first_of_those_passes() -> None:
    situation = with_taken(taken())
    now = START - HOUR
    assert until(situation, now, show_busy=True) == START + 1
    assert statuses(situation, START + 1, show_busy=True) == [(1, "free")]
