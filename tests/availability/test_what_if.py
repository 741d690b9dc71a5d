"""Openings gained and lost by a change that is not yet saved."""

from __future__ import annotations

from scheduler.availability import Window, what_if
from tests.availability.make import NOW, at, claim, hours, rules, situation, walls

DAY = (at("00:00"), at("23:59"))
AFTERNOON = situation(hours_of=hours(Window.of("11:00", "14:00")))


def test_gained_and_lost_are_told_apart_from_what_stays() -> None:
    found = what_if({"one": situation()}, {"one": AFTERNOON}, NOW, *DAY)

    assert walls([start for start, _ in found.lost]) == ["09:00", "09:30", "10:00", "10:30"]
    assert walls([start for start, _ in found.gained]) == ["11:30", "12:00", "12:30", "13:00"]
    assert (found.unchanged, found.total) == (1, 5)


def test_no_change_gains_and_loses_nothing() -> None:
    found = what_if({"one": situation()}, {"one": situation()}, NOW, *DAY)

    assert (found.gained, found.lost, found.unchanged) == ((), (), 5)


def test_a_schedule_that_comes_or_goes_is_all_gain_or_loss() -> None:
    found = what_if({"old": situation()}, {"new": AFTERNOON}, NOW, *DAY)

    assert {schedule for _, schedule in found.lost} == {"old"}
    assert {schedule for _, schedule in found.gained} == {"new"}
    assert found.unchanged == 0


def test_openings_are_sorted_and_of_the_asked_range_alone() -> None:
    wide = situation(rules_of=rules(interval=15))
    found = what_if({}, {"b": wide, "a": wide}, NOW, at("09:00"), at("09:30"))

    assert found.gained == (
        (at("09:00"), "a"), (at("09:00"), "b"), (at("09:15"), "a"), (at("09:15"), "b")
    )  # fmt: skip


def test_what_is_taken_before_and_after_is_no_gain() -> None:
    taken = claim("09:00", "10:00")
    found = what_if({"one": situation(taken)}, {"one": situation(taken, rules_of=rules())}, NOW, *DAY)

    assert (found.gained, found.lost) == ((), ())
