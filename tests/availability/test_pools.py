"""The fair order of a pool: stated, stable, exact, and what it is reckoned from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product
from math import factorial
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.availability import Busy, Hours, Window, candidates
from scheduler.availability.pools import Member, available_seconds, fair_order, period, pick, union
from scheduler.availability.values import TypeRules
from tests.availability.make import NEW_YORK, at
from tests.availability.plain import Plain, hours
from tests.availability.strategies import SCENES, cases
from tests.support.examples import many

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
A_DATE_SKIPPED = ("Pacific/Apia", "Pacific/Kwajalein")

PRIORITIES = (0, 0, 1, 100)
BOOKED = range(7)
AVAILABLE = (0, 1, HOUR, 2 * HOUR, 3 * HOUR, 7 * HOUR + 1, 40 * HOUR)
FIGURES = list(product(PRIORITIES, BOOKED, AVAILABLE))


def named(figures: list[int], names: int) -> list[Member]:
    """Members with these of ``FIGURES``, in any sequence of their names, that is the ``names``-th."""
    left, members = list("abcdefgh"), []
    for index in figures:
        names, place = divmod(names, len(left))
        members.append(Member(left.pop(place), *FIGURES[index]))
    return members


# whole numbers say it all: a draw costs many times what the rule does
MEMBERS = st.builds(
    named,
    st.lists(st.integers(0, len(FIGURES) - 1), min_size=1, max_size=8),
    st.integers(0, factorial(8) - 1),
)
OPEN = st.integers(0, 255).map(lambda bits: {name for at, name in enumerate("abcdefgh") if bits >> at & 1})


def before(one: Member, other: Member) -> bool:
    """The rule as it is stated, in products of whole numbers."""
    if (one.available == 0) != (other.available == 0):
        return other.available == 0
    ours, theirs = one.booked * (other.available or 1), other.booked * (one.available or 1)
    if ours != theirs:
        return ours < theirs
    if one.priority != other.priority:
        return one.priority > other.priority
    return one.schedule < other.schedule


@many
@given(MEMBERS, OPEN)
def test_nobody_who_is_open_comes_before_the_one_picked(members: list[Member], is_open: set[str]) -> None:
    made = pick(members, is_open)
    able = [member for member in members if member.schedule in is_open]
    if made is None:
        assert able == []
        return
    assert made.chosen in able
    assert all(before(made.chosen, other) for other in able if other != made.chosen)
    assert [one.schedule in is_open for one in made.passed_over] == [False] * len(made.passed_over)
    assert made.order[: len(made.passed_over) + 1] == (*made.passed_over, made.chosen)


@many
@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_sequence_in_which_members_are_given_changes_nothing(
    members: list[Member], random: Random
) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)
    assert fair_order(shuffled) == fair_order(members)
    assert sorted(fair_order(members), key=members.index) == members


@many
@given(MEMBERS, OPEN, OPEN)
def test_who_else_is_open_never_puts_two_members_in_another_order(
    members: list[Member], first: set[str], second: set[str]
) -> None:
    one, other = pick(members, first), pick(members, second)
    if (
        one is not None
        and other is not None
        and one.chosen.schedule in second
        and other.chosen.schedule in first
    ):
        assert one.chosen == other.chosen


@many
@given(MEMBERS, OPEN)
def test_the_reason_is_what_parts_the_chosen_one_from_the_next(
    members: list[Member], is_open: set[str]
) -> None:
    made = pick(members, is_open)
    assume(made is not None)
    assert made is not None
    rest = [one for one in made.order if one.schedule in is_open and one != made.chosen]
    if not rest:
        assert made.decided == "alone"
        return
    same_load = made.chosen.load == rest[0].load and (
        made.chosen.available or made.chosen.booked == rest[0].booked
    )
    if not same_load:
        assert made.decided == "load"
    else:
        assert made.decided == ("priority" if made.chosen.priority != rest[0].priority else "id")


@many
@given(MEMBERS, st.integers(1, 60))
def test_booking_the_one_picked_again_and_again_keeps_loads_within_one_visit(
    members: list[Member], visits: int
) -> None:
    able = [Member(one.schedule, one.priority, 0, one.available or HOUR) for one in members]
    names = {one.schedule for one in able}
    for _ in range(visits):
        made = pick(able, names)
        assert made is not None
        able = [
            Member(one.schedule, one.priority, one.booked + (one == made.chosen), one.available)
            for one in able
        ]
    # nobody's last visit was taken while another's share was smaller
    for one in able:
        for other in able:
            if one.booked:
                assert Fraction(one.booked - 1, one.available) <= Fraction(other.booked, other.available)


def test_loads_that_floats_cannot_tell_apart_are_told_apart() -> None:
    a = Member("a", 0, 10**17 + 1, 10**17)
    b = Member("b", 0, 1, 1)
    assert (10**17 + 1) / 10**17 == 1 / 1
    assert fair_order([a, b]) == (b, a)


def test_equal_loads_of_unequal_hours_go_by_priority() -> None:
    part_time, full_time = Member("a", 1, 3, 30 * HOUR), Member("b", 2, 4, 40 * HOUR)
    made = pick([part_time, full_time], {"a", "b"})
    assert made is not None
    assert (made.chosen, made.decided) == (full_time, "priority")


def test_a_member_without_hours_comes_last_whatever_its_priority() -> None:
    none, some_hours = Member("a", 100, 0, 0), Member("b", 0, 50, HOUR)
    assert fair_order([none, some_hours]) == (some_hours, none)
    made = pick([none, some_hours], {"a"})
    assert made is not None
    assert (made.chosen, made.passed_over) == (none, (some_hours,))


def test_equal_members_go_by_id() -> None:
    made = pick([Member("b", 1, 1, HOUR), Member("a", 1, 2, 2 * HOUR)], {"a", "b"})
    assert made is not None
    assert (made.chosen.schedule, made.decided) == ("a", "id")


def test_members_without_hours_go_by_their_visits_before_their_priority() -> None:
    made = pick([Member("a", 9, 2, 0), Member("b", 0, 1, 0)], {"a", "b"})
    assert made is not None
    assert (made.chosen.schedule, made.decided) == ("b", "load")


def test_a_member_stands_once() -> None:
    with pytest.raises(ValueError, match=r"^A member stands in its pool once\.$"):
        fair_order([Member("a", 0, 0, 0), Member("a", 1, 0, 0)])


@pytest.mark.parametrize(("booked", "available"), [(-1, 0), (0, -1)])
def test_figures_are_not_negative(booked: int, available: int) -> None:
    with pytest.raises(ValueError, match=r"^Visits and hours are not negative\.$"):
        Member("a", 0, booked, available)


@many
@given(st.sampled_from(SCENES), st.integers(-10 * DAY, 10 * DAY))
def test_the_period_is_the_iso_week_of_the_start_and_the_three_before(
    scene: tuple[str, str], shift: int
) -> None:
    name, day = scene
    start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + shift
    since, until = period(name, start)
    local = datetime.fromtimestamp(start, ZoneInfo(name)).date()
    first, last = (datetime.fromtimestamp(at, ZoneInfo(name)) for at in (since, until - 1))

    assert since <= start < until
    assert last.date().isocalendar()[:2] == local.isocalendar()[:2]
    monday = local - timedelta(days=local.weekday())
    assert first.date() == monday - timedelta(days=21)
    assert abs(until - since - 4 * WEEK) <= 3 * HOUR or name in A_DATE_SKIPPED


@pytest.mark.parametrize("day", ["2026-05-04T00:00", "2026-05-05T09:00", "2026-05-10T23:59"])
def test_the_period_runs_from_midnight_to_midnight_of_its_mondays(day: str) -> None:
    assert period(NEW_YORK, at(day)) == (at("2026-04-13T00:00"), at("2026-05-11T00:00"))


@many
@given(cases(), st.integers(0, 2**40))
def test_available_time_is_what_visits_of_a_minute_could_fill(case: Plain, seed: int) -> None:
    since, chance = case["range"]["start"], Random(seed)
    until = since + chance.randrange(0, 12 * HOUR, 60)
    busy = [
        Busy(start, start + 60 * chance.randint(0, 300))
        for start in (since + 60 * chance.randint(-300, 900) for _ in range(chance.randint(0, 3)))
    ]
    minutes = candidates(hours(case["schedule"]), TypeRules(1, 1), since, until)
    free = [at for at in minutes if not any(one.start < at + 60 and at < one.end for one in busy)]

    assert available_seconds(hours(case["schedule"]), busy, since, until) == 60 * len(free)


def test_an_overnight_window_that_began_before_the_range_counts_from_its_start() -> None:
    overnight = Hours("UTC", ((Window.of("22:00", "06:00"),),) * 7)
    midnight = int(datetime(2026, 6, 10, tzinfo=UTC).timestamp())
    assert available_seconds(overnight, (), midnight, midnight + 12 * HOUR) == 6 * HOUR
    assert available_seconds(overnight, (), midnight, midnight) == 0


@many
@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(0, 9))))
def test_the_union_has_every_open_start_once_with_who_is_open(starts: dict[str, list[int]]) -> None:
    made = union(starts)
    assert [start for start, _ in made] == sorted({start for times in starts.values() for start in times})
    for start, names in made:
        assert list(names) == sorted(name for name, times in starts.items() if start in times)
