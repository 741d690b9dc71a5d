"""The rule against the slow reference, and what must hold whatever the schedule is.

How many examples each gets is said in tests/support/examples.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scheduler.availability import (
    Reason,
    candidates,
    choose_actors,
    explain,
    free_seats,
    held_starts,
    is_open,
    next_change,
    next_open,
    next_open_of,
    open_starts,
    opens_at,
)
from tests.availability.plain import Plain, situation
from tests.availability.strategies import DAY, MINUTE, cases
from tests.reference.slots import all_candidates, load_zone, reference_open
from tests.support.examples import many

CASES = cases()
VIEWERS = ["Pacific/Kiritimati", "Asia/Kolkata", "America/St_Johns", "Pacific/Pago_Pago", "Antarctica/Troll"]


def asked(case: Plain) -> tuple[int, int, int, str | None]:
    return case["now"], case["range"]["start"], case["range"]["end"], case["leave_out"]


def some_instants(case: Plain, offered: list[int]) -> list[int]:
    """A few instants of the asked range to look at closely: offered ones, other candidates, neighbours, any."""
    _, since, until, _ = asked(case)
    plain, chance = situation(case), Random(since)
    grid = candidates(plain.hours, plain.rules, since, until)
    shown = set(offered)
    lost = [start for start in grid if start not in shown]
    chosen = [*chance.sample(offered, min(2, len(offered))), *chance.sample(lost, min(3, len(lost)))]
    chosen += [at for start in chosen[:1] for at in (start - 1, start + 1)]
    return [*chosen, chance.randrange(since, until), chance.randrange(since, until, 900)]


@many
@given(CASES)
def test_open_starts_are_those_of_the_reference(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    expected = reference_open(case, now, since, until)

    assert open_starts(situation(case), now, since, until, leave_out) == expected


@many
@given(CASES)
def test_held_starts_are_those_that_only_live_holds_close(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    shown = reference_open(case, now, since, until)
    without_holds = reference_open(case, now, since, until, holds=False)

    held = held_starts(situation(case), now, since, until, leave_out)

    assert held == [start for start in without_holds if start not in shown]


@many
@given(CASES)
def test_candidates_are_those_of_the_reference_sorted_and_each_once(case: Plain) -> None:
    _, since, until, _ = asked(case)
    plain = situation(case)

    found = candidates(plain.hours, plain.rules, since, until)

    assert found == sorted(set(found)) == all_candidates(case, since, until)


@many
@given(CASES)
def test_a_start_is_offered_exactly_when_there_is_nothing_to_explain(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    offered = open_starts(plain, now, since, until, leave_out)

    for start in some_instants(case, offered):
        reasons = explain(plain, start, now, leave_out)
        assert (reasons == []) == (start in offered), reasons


@many
@given(CASES)
def test_a_start_is_open_and_has_seats_exactly_when_it_is_in_the_list(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    offered = open_starts(plain, now, since, until, leave_out)

    for start in some_instants(case, offered):
        assert is_open(plain, start, now, leave_out) == (start in offered)
        assert (free_seats(plain, start, now, leave_out) > 0) == (start in offered)


@many
@given(CASES)
def test_free_seats_are_those_that_the_reference_would_still_give(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    offered = reference_open(case, now, since, until)
    end = case["appointment_type"]["duration_min"] * MINUTE
    case["appointment_type"].pop("max_per_day", None)
    case["appointment_type"].pop("max_per_week", None)

    for start in offered[:1] + offered[-1:]:
        left = free_seats(situation(case), start, now, leave_out)
        assert 1 <= left <= case["appointment_type"]["capacity"]
        for seats, is_left in ((left - 1, True), (left, False)):
            more = deepcopy(case)
            booking = {"id": "more", "start": start, "end": start + end, "seats": seats}
            for actor in more["hosts"]:
                actor["bookings"].append(booking)
            if left > 1 or not is_left:
                assert (reference_open(more, now, start, start + 1) == [start]) == is_left


@many
@given(CASES)
def test_a_reason_is_gone_from_the_instant_that_it_names_and_not_before(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    grid = candidates(plain.hours, plain.rules, since, until)

    def named(reason: Reason) -> tuple[object, ...]:
        """What makes it the same reason later on, when other holds have lapsed and counts have changed."""
        if reason.code == "room":
            return reason.code, reason.detail["kind"]
        return reason.code, reason.record, reason.detail.get("per"), reason.detail.get("actor")

    def there(start: int, at: int, reason: Reason) -> bool:
        return named(reason) in map(named, explain(plain, start, at, leave_out))

    for start in Random(since).sample(grid, min(3, len(grid))):
        for reason in explain(plain, start, now, leave_out):
            if reason.opens_at is not None:
                assert reason.opens_at > now, reason
                assert there(start, reason.opens_at - 1, reason), reason
                assert not there(start, reason.opens_at, reason), reason


@many
@given(CASES, st.integers(0, 2**32))
def test_a_busy_time_never_adds_or_moves_a_start(case: Plain, seed: int) -> None:
    now, since, until, leave_out = asked(case)
    chance = Random(seed)
    before = open_starts(situation(case), now, since, until, leave_out)
    actors = case["hosts"] + [room for rooms in case["resources"] for room in rooms]
    start = chance.randint(since - DAY // 8, until + DAY // 8)
    end = start + chance.choice([0, chance.randint(0, 3 * 3600)])
    chance.choice(actors)["busy"].append({"start": start, "end": end})

    after = open_starts(situation(case), now, since, until, leave_out)

    assert set(after) <= set(before)
    assert start < end or after == before


@many
@given(CASES, st.sampled_from([1, 60, 601, 3600, DAY, 3 * DAY]))
def test_time_opens_only_what_a_hold_a_release_or_the_horizon_kept(case: Plain, later: int) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    before = set(open_starts(plain, now, since, until, leave_out))
    for start in open_starts(plain, now + later, since, until, leave_out):
        if start in before:
            continue
        reasons = explain(plain, start, now, leave_out)
        codes = {reason.code for reason in reasons}
        assert codes <= {"held", "release", "horizon", "host", "room", "cap"}
        assert all(reason.opens_at and now < reason.opens_at <= now + later for reason in reasons), reasons


@many
@given(CASES)
def test_a_start_opens_at_the_instant_that_is_said_and_not_before(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    grid = candidates(plain.hours, plain.rules, since, until)

    for start in grid[:12]:
        at = opens_at(plain, start, now, leave_out)
        assert (at == now) == is_open(plain, start, now, leave_out)
        if at is None:
            later = [reason.opens_at for reason in explain(plain, start, now, leave_out)]
            assert not any(is_open(plain, start, one, leave_out) for one in later if one is not None)
        elif at > now:
            assert is_open(plain, start, at, leave_out)
            assert not is_open(plain, start, at - 1, leave_out)


@many
@given(CASES, st.integers(0, 100))
def test_splitting_a_range_changes_nothing(case: Plain, percent: int) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    middle = since + (until - since) * percent // 100

    parts = [
        open_starts(plain, now, first, last, leave_out) for first, last in [(since, middle), (middle, until)]
    ]

    assert parts[0] + parts[1] == open_starts(plain, now, since, until, leave_out)


@contextmanager
def process_zone(name: str) -> Iterator[None]:
    """This process as one on a machine in that zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def seen_from(value: Any, zone: str, name: str = "") -> Any:
    """A case with its instants written as a viewer in that zone would write them."""
    if isinstance(value, dict):
        return {key: seen_from(one, zone, key) for key, one in value.items()}
    if isinstance(value, list):
        return [seen_from(one, zone) for one in value]
    if isinstance(value, int) and name in ("start", "end", "expires", "now"):
        return datetime.fromtimestamp(value, load_zone(zone)).isoformat()
    return value


@many
@given(CASES, st.sampled_from(VIEWERS))
def test_the_viewers_zone_changes_nothing(case: Plain, viewer: str) -> None:
    now, since, until, leave_out = asked(case)
    expected = open_starts(situation(case), now, since, until, leave_out)

    with process_zone(viewer):
        assert open_starts(situation(seen_from(case, viewer)), now, since, until, leave_out) == expected


@many
@given(CASES, st.integers(0, 30), st.integers(1, 12))
def test_next_open_is_the_head_of_the_full_list(case: Plain, count: int, days: int) -> None:
    now, leave_out, plain = case["now"], case["leave_out"], situation(case)

    found = next_open(plain, now, count, now + days * DAY, leave_out)

    assert found == open_starts(plain, now, now, now + days * DAY, leave_out)[:count]


@many
@given(CASES, CASES, st.integers(0, 30), st.integers(-1, 5))
def test_next_open_of_many_is_the_head_of_all_lists_together(
    one: Plain, other: Plain, count: int, days: int
) -> None:
    now = one["now"]
    until = now + days * DAY + 7 * 3600
    # The other schedule lies as it is in time, mostly far away; so it comes with a twin of the first, too.
    many_of = {"b": situation(one), "c": situation(other), "a": situation(dict(one, hosts=other["hosts"]))}

    found = next_open_of(many_of, now, count, until)

    every = [(start, key) for key, plain in many_of.items() for start in open_starts(plain, now, now, until)]
    assert found == sorted(every)[:count]


@many
@given(CASES, st.integers(0, 100))
def test_nothing_changes_by_time_alone_before_next_change(case: Plain, percent: int) -> None:
    now, until, plain = case["now"], case["range"]["end"], situation(case)
    change = next_change(plain, now, until)
    last = change - 1 if change is not None else now + 5 * DAY
    assert last >= now
    at_first = open_starts(plain, now, now, until), held_starts(plain, now, now, until)

    for later in {now + (last - now) * percent // 100, last}:
        assert (open_starts(plain, later, now, until), held_starts(plain, later, now, until)) == at_first


@many
@given(CASES)
def test_chosen_actors_are_all_hosts_and_a_free_room_of_each_kind(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    offered = open_starts(plain, now, since, until, leave_out)

    for start in Random(since).sample(offered, min(3, len(offered))):
        chosen = choose_actors(plain, start, now, leave_out)
        hosts = tuple(host.actor for host in plain.hosts)
        assert chosen[: len(hosts)] == hosts
        assert len(chosen) == len(hosts) + len(plain.resources)
        only = dict(case, resources=[])
        for number, rooms in enumerate(case["resources"]):
            place = [room.actor for room in plain.resources[number]].index(chosen[len(hosts) + number])
            only["resources"].append([rooms[place]])
        assert reference_open(only, now, start, start + 1) == [start]
