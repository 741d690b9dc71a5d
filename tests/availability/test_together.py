"""Times booked in one act: the same wall time each week, whatever clocks do; and two visits right after each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.availability import (
    Counted,
    Situation,
    Taken,
    back_to_back,
    is_open,
    open_starts,
    series_starts,
    weekly,
    without,
)
from scheduler.availability.zones import zone
from tests.availability.make import NOW, at, claim, rules, seat, situation, walls
from tests.availability.strategies import SCENES
from tests.support.examples import many

MINUTE, DAY = 60, 86400


def test_half_past_ten_stays_half_past_ten_when_clocks_change() -> None:
    made = weekly(at("2026-10-26T10:30"), 3, zone("America/New_York"))
    assert made == [at("2026-10-26T10:30"), at("2026-11-02T10:30"), at("2026-11-09T10:30")]
    assert made[1] - made[0] == 7 * DAY + 3600


def test_a_skipped_wall_time_moves_forward_that_week_alone() -> None:
    made = weekly(at("2026-03-01T02:30"), 3, zone("America/New_York"))
    assert walls(made) == ["02:30", "03:30", "02:30"]


@many
@given(st.sampled_from(SCENES), st.integers(-3 * 1440, 3 * 1440), st.integers(1, 26))
def test_every_week_has_the_same_weekday_and_wall_time(
    scene: tuple[str, str], minute: int, weeks: int
) -> None:
    ours = zone(scene[0])
    first = datetime.fromisoformat(scene[1]) - timedelta(weeks=1) + timedelta(minutes=minute)
    start = int(first.replace(tzinfo=ours.info).timestamp())
    # a start inside a gap is one that no page offers: the wall time is what it became
    first = datetime.fromtimestamp(start, ours.info).replace(tzinfo=None, fold=0)
    made = weekly(start, weeks, ours)
    assert len(made) == weeks
    assert made[0] == start
    for week, instant in enumerate(made[1:], 1):
        assert instant == int((first + timedelta(weeks=week)).replace(tzinfo=ours.info).timestamp())


@many
@given(
    st.integers(1, 6), st.sets(st.tuples(st.integers(0, 7), st.sampled_from(["01:30", "10:30"])), max_size=16)
)
def test_a_series_begins_where_its_wall_time_is_open_in_every_week(
    weeks: int, opened: set[tuple[int, str]]
) -> None:
    def start(week: int, wall: str) -> int:
        return at(f"{date(2026, 10, 18) + timedelta(weeks=week)}T{wall}")

    starts = sorted(start(*one) for one in opened)
    expected = [
        start(week, wall)
        for week, wall in opened
        if {(week + further, wall) for further in range(weeks)} <= opened
    ]
    assert series_starts(starts, weeks, zone("America/New_York")) == sorted(expected)


def with_visit(plain: Situation, start: int) -> Situation:
    """The situation with one more visit at ``start``, as a booking would leave it."""
    made = plain.rules
    taken = Taken(
        start,
        start + made.duration * MINUTE,
        made.buffer_before * MINUTE,
        made.buffer_after * MINUTE,
        "x",
        "x",
    )
    hosts = tuple(replace(host, taken=tuple(sorted((*host.taken, taken)))) for host in plain.hosts)
    counted = tuple((*some, Counted("x", start)) for some in plain.counted)
    return replace(plain, hosts=hosts, counted=counted)


@many
@given(
    st.integers(10, 75),
    st.sampled_from([10, 15, 20, 30, 45]),
    st.sampled_from([(0, 0), (0, 0), (10, 0), (0, 15), (5, 10)]),
    st.sampled_from([None, None, 1, 2, 3]),
    st.lists(st.integers(0, 11), max_size=3, unique=True),
)
def test_a_pair_is_offered_exactly_when_both_visits_fit(
    duration: int, interval: int, buffers: tuple[int, int], cap: int | None, taken: list[int]
) -> None:
    claims = [
        claim(f"{9 + slot // 4:02}:{slot % 4 * 15:02}", f"{9 + (slot + 1) // 4:02}:{(slot + 1) % 4 * 15:02}", f"v{slot}")
        for slot in sorted(taken)
    ]  # fmt: skip
    made = rules(
        duration=duration,
        interval=interval,
        buffer_before=buffers[0],
        buffer_after=buffers[1],
        max_per_day=cap,
    )
    plain = situation(
        *claims,
        rules_of=made,
        counted=(tuple(Counted(one.appointment, one.start) for one in claims),),
    )
    starts = open_starts(plain, NOW, at("00:00"), at("23:59"))
    pairs = back_to_back(plain, starts, NOW)
    for start in starts:
        booked = with_visit(plain, start)
        first = start + (duration + sum(buffers)) * MINUTE
        fits = [
            second
            for second in range(first, first + interval * MINUTE, MINUTE)
            if is_open(booked, second, NOW)
        ]
        assert pairs.get(start) == (fits[0] if fits else None)


def test_what_is_left_out_leaves_no_trace() -> None:
    booked = situation(
        claim("09:00", "10:00", "mine"),
        claim("11:00", "12:00", "theirs"),
        seats=(seat("09:00", "10:00", "mine"),),
        counted=((Counted("mine", at("09:00")), Counted("theirs", at("11:00"))),),
    )
    left = without(booked, {"mine"})
    assert [one.appointment for one in left.hosts[0].taken] == ["theirs"]
    assert left.seats == ()
    assert [one.appointment for one in left.counted[0]] == ["theirs"]
    assert walls(open_starts(left, NOW, at("00:00"), at("12:00"))) == ["09:00", "09:30", "10:00"]
