"""Openings: the slot rule's answers with the status that the feed gives them."""

from __future__ import annotations

from dataclasses import replace

from scheduler.availability import ActorTime, Busy, Hours, Seat, Situation, Taken, TypeRules, Window
from scheduler.publisher.slots import Opening, openings, stands_until

MINUTE = 60
HOUR = 3600
START = 1_796_029_200  # 2026-11-30T09:00:00Z, a Monday

HOURS = Hours(zone="UTC", weekly=((Window(540, 660),), (), (), (), (), (), ()))
RULES = TypeRules(duration=60, interval=60, horizon_days=5)
EMPTY = Situation(hours=HOURS, rules=RULES, hosts=(ActorTime("a"),))


def taken(expires: int | None = None) -> Taken:
    return Taken(START, START + HOUR, 0, 0, "visit", "visit", expires)


def statuses(situation: Situation, now: int, *, show_busy: bool = False) -> list[tuple[int, str]]:
    return [
        ((one.start - START) // HOUR, one.status) for one in openings(situation, now, show_busy=show_busy)
    ]


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
    assert stands_until(situation, START - HOUR, show_busy=False) == START - 10 * MINUTE
    assert statuses(situation, START - 10 * MINUTE) == [(0, "free"), (1, "free")]


def test_a_time_taken_in_an_outside_calendar_is_never_shown() -> None:
    situation = replace(EMPTY, hosts=(ActorTime("a", (), (Busy(START, START + HOUR),)),))
    assert statuses(situation, START - HOUR, show_busy=True) == [(1, "free")]


def test_a_session_counts_its_free_seats() -> None:
    rules = replace(RULES, capacity=8)
    seats = tuple(Seat(f"v{n}", START, START + HOUR, "group") for n in range(3))
    claims = tuple(Taken(START, START + HOUR, 0, 0, "group", f"v{n}") for n in range(3))
    situation = Situation(hours=HOURS, rules=rules, hosts=(ActorTime("a", claims),), seats=seats)
    shown = list(openings(situation, START - HOUR, show_busy=False))
    assert shown == [Opening(START, "free", 5), Opening(START + HOUR, "free", 8)]


def test_a_full_session_is_busy_by_setting() -> None:
    seats = tuple(Seat(f"v{n}", START, START + HOUR, "group") for n in range(2))
    claims = tuple(Taken(START, START + HOUR, 0, 0, "group", f"v{n}") for n in range(2))
    situation = replace(with_taken(*claims), rules=replace(RULES, capacity=2), seats=seats)
    assert statuses(situation, START - HOUR) == [(1, "free")]
    assert statuses(situation, START - HOUR, show_busy=True) == [(0, "busy"), (1, "free")]


def test_it_stands_until_the_first_start_passes_its_notice() -> None:
    situation = replace(EMPTY, rules=replace(RULES, minimum_notice=60))
    now = START - 3 * HOUR
    until = stands_until(situation, now, show_busy=False)
    assert until is not None
    assert statuses(situation, until - 1) == statuses(situation, now)
    assert statuses(situation, until) == [(1, "free")]


def test_with_busy_starts_shown_it_also_stands_only_until_the_first_of_those_passes() -> None:
    situation = with_taken(taken())
    now = START - HOUR
    assert stands_until(situation, now, show_busy=True) == START + 1
    assert statuses(situation, START + 1, show_busy=True) == [(1, "free")]
