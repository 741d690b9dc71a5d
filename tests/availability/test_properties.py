"""The rule against the slow reference, and what must hold whatever the schedule is."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.availability import (
    candidates,
    choose_actors,
    explain,
    free_seats,
    held_starts,
    is_open,
    next_change,
    next_open,
    open_starts,
    opens_at,
)
from tests.availability.plain import Plain, situation
from tests.availability.strategies import DAY, cases
from tests.reference.slots import reference_open

many = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
CASES = cases()


def asked(case: Plain) -> tuple[int, int, int, str | None]:
    return case["now"], case["range"]["start"], case["range"]["end"], case["leave_out"]


@many
@given(CASES)
def test_open_starts_are_those_of_the_reference(case: Plain) -> None:
    now, since, until, leave_out = asked(case)

    assert open_starts(situation(case), now, since, until, leave_out) == reference_open(
        case, now, since, until
    )


@many
@given(CASES)
def test_held_starts_are_those_that_only_live_holds_close(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    shown = reference_open(case, now, since, until)
    without_holds = reference_open(case, now, since, until, holds=False)

    held = held_starts(situation(case), now, since, until, leave_out)

    assert held == [start for start in without_holds if start not in shown]
    assert not set(held) & set(open_starts(situation(case), now, since, until, leave_out))


@many
@given(CASES)
def test_offered_is_bookable_is_nothing_to_explain(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    offered = open_starts(plain, now, since, until, leave_out)
    grid = candidates(plain.hours, plain.rules, since, until)
    odd = range(since, until, 7 * 900)

    for start in sorted({*grid[:40], *grid[-40:], *odd}):
        reasons = explain(plain, start, now, leave_out)
        assert is_open(plain, start, now, leave_out) == (start in offered)
        assert (reasons == []) == (start in offered), reasons
        assert (free_seats(plain, start, now, leave_out) > 0) == (start in offered)


@many
@given(CASES, st.data())
def test_a_busy_time_never_adds_or_moves_a_start(case: Plain, data: st.DataObject) -> None:
    now, since, until, leave_out = asked(case)
    before = open_starts(situation(case), now, since, until, leave_out)
    more = deepcopy(case)
    actors = more["hosts"] + [room for rooms in more["resources"] for room in rooms]
    start = data.draw(st.integers(since - DAY, until + DAY))
    end = start + data.draw(st.integers(0, 3 * 3600))
    data.draw(st.sampled_from(actors))["busy"].append({"start": start, "end": end})

    after = open_starts(situation(more), now, since, until, leave_out)

    assert set(after) <= set(before)
    assert start < end or after == before


@many
@given(CASES, st.sampled_from([1, 60, 601, 3600, DAY, 3 * DAY]))
def test_later_only_opens_what_a_hold_a_release_or_the_horizon_kept(case: Plain, later: int) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)
    before = open_starts(plain, now, since, until, leave_out)

    for start in open_starts(plain, now + later, since, until, leave_out):
        if start not in before:
            reasons = explain(plain, start, now, leave_out)
            assert {reason.code for reason in reasons} <= {
                "held",
                "release",
                "horizon",
                "host",
                "room",
                "cap",
            }
            assert all(reason.opens_at and now < reason.opens_at <= now + later for reason in reasons), (
                reasons
            )


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


@many
@given(CASES, st.integers(0, 30), st.integers(1, 12))
def test_next_open_is_the_head_of_the_full_list(case: Plain, count: int, days: int) -> None:
    now, leave_out, plain = case["now"], case["leave_out"], situation(case)

    found = next_open(plain, now, count, now + days * DAY, leave_out)

    assert found == open_starts(plain, now, now, now + days * DAY, leave_out)[:count]


@many
@given(CASES, st.integers(0, 100))
def test_nothing_changes_by_time_alone_before_next_change(case: Plain, percent: int) -> None:
    now, until, plain = case["now"], case["range"]["end"], situation(case)
    change = next_change(plain, now, until)
    last = change - 1 if change is not None else now + 5 * DAY
    assert last >= now

    for later in (now + (last - now) * percent // 100, last):
        assert open_starts(plain, later, now, until) == open_starts(plain, now, now, until)
        assert held_starts(plain, later, now, until) == held_starts(plain, now, now, until)


@many
@given(CASES)
def test_chosen_actors_are_all_hosts_and_a_free_room_of_each_kind(case: Plain) -> None:
    now, since, until, leave_out = asked(case)
    plain = situation(case)

    for start in open_starts(plain, now, since, until, leave_out)[:20]:
        chosen = choose_actors(plain, start, now, leave_out)
        hosts = tuple(host.actor for host in plain.hosts)
        assert chosen[: len(hosts)] == hosts
        assert len(chosen) == len(hosts) + len(plain.resources)
        only = deepcopy(case)
        for number, rooms in enumerate(case["resources"]):
            place = [room.actor for room in plain.resources[number]].index(chosen[len(hosts) + number])
            only["resources"][number] = [rooms[place]]
        assert reference_open(only, now, start, start + 1) == [start]
