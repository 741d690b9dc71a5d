"""The questions, a corner each: notice, horizon, release, caps, holds, sessions, actors, next times."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.availability import (
    ActorTime,
    Busy,
    Counted,
    Hours,
    Release,
    Situation,
    Taken,
    Window,
    choose_actors,
    free_seats,
    held_starts,
    is_open,
    next_change,
    next_open,
    next_open_of,
    open_starts,
)
from scheduler.availability.zones import EARLIEST
from tests.availability.make import (
    NOW,
    TUESDAY,
    at,
    claim,
    hours,
    rules,
    seat,
    situation,
    walls,
    weekly,
    with_rules,
)

DAY = (at("00:00"), at("2026-05-06T00:00"))
ALL = ["09:00", "09:30", "10:00", "10:30", "11:00"]


def opened(plain: Situation, now: int = NOW, leave_out: str | None = None) -> list[str]:
    return walls(open_starts(plain, now, *DAY, leave_out))


def test_a_start_is_open_up_to_its_notice_to_the_second() -> None:
    plain = situation(rules_of=rules(minimum_notice=120))

    assert opened(plain, at("07:00"))[0] == "09:00"
    assert opened(plain, at("07:00") + 1)[0] == "09:30"


def test_the_horizon_counts_local_dates_and_its_last_one_is_whole() -> None:
    plain = situation(rules_of=rules(horizon_days=1))

    assert opened(plain, at("2026-05-04T00:00")) == ALL
    assert opened(plain, at("2026-05-04T00:00") - 1) == []


def test_the_horizon_looks_at_dates_when_the_clock_goes_back_over_midnight() -> None:
    # In St. John's the clock went from 00:01 back to 23:01: the date ended, began again and ended.
    plain = situation(
        hours_of=Hours("America/St_Johns", weekly(Window.of("00:00", "24:00"))),
        rules_of=rules(duration=15, interval=15, horizon_days=0),
    )
    now = at("2010-11-06T12:00", "America/St_Johns")
    starts = walls(open_starts(plain, now, now, now + 86400), "America/St_Johns")

    assert starts[-5:] == ["23:30", "23:45", "23:15", "23:30", "23:45"]


def test_touching_claims_leave_a_start_open_and_buffers_add_up() -> None:
    assert opened(situation(claim("10:00", "11:00"))) == ["09:00", "11:00"]
    plain = situation(
        claim("10:00", "10:30", before=900, after=900), rules_of=rules(duration=15, interval=15)
    )
    assert opened(plain)[:4] == ["09:00", "09:15", "09:30", "10:45"]
    plain = with_rules(plain, buffer_before=15, buffer_after=15)
    assert opened(plain)[:3] == ["09:00", "09:15", "11:00"]


def test_buffers_may_lie_outside_of_hours() -> None:
    assert opened(situation(rules_of=rules(buffer_before=60, buffer_after=60))) == ALL


def test_a_busy_time_brings_no_buffer_but_meets_the_visits_own() -> None:
    busy = (ActorTime("ana", busy=(Busy(at("10:00"), at("10:30")),)),)

    assert opened(situation(hosts=busy)) == ["09:00", "10:30", "11:00"]
    assert opened(situation(hosts=busy, rules_of=rules(buffer_before=5))) == ["09:00", "11:00"]


def test_a_busy_time_without_length_blocks_nothing() -> None:
    assert opened(situation(hosts=(ActorTime("ana", busy=(Busy(at("10:15"), at("10:15")),)),))) == ALL


def test_a_claim_without_length_and_buffers_blocks_nothing() -> None:
    assert opened(situation(claim("10:15", "10:15"))) == ALL
    assert opened(situation(claim("10:15", "10:15", before=60))) == ["09:00", "10:30", "11:00"]


def test_a_hold_blocks_until_the_second_of_its_end_and_shows_as_held() -> None:
    plain = situation(claim("09:00", "12:00", expires=NOW + 600))

    assert opened(plain, NOW + 599) == []
    assert walls(held_starts(plain, NOW + 599, *DAY)) == ALL
    assert opened(plain, NOW + 600) == ALL
    assert held_starts(plain, NOW + 600, *DAY) == []


def test_an_own_hold_is_left_out_of_every_check() -> None:
    held = {"expires": NOW + 600}
    plain = situation(
        claim("09:00", "12:00", "mine", **held),
        rules_of=rules(max_per_day=1),
        counted=((Counted("mine", at("09:00"), NOW + 600),),),
    )

    assert opened(plain) == []
    assert opened(plain, leave_out="mine") == ALL
    assert is_open(plain, at("09:00"), NOW, "mine")


def test_what_is_left_out_is_left_out_of_every_question() -> None:
    mine = situation(claim("09:00", "12:00", "mine"))
    hold = situation(claim("09:00", "12:00", "mine", expires=NOW + 600))
    both = situation(claim("09:00", "12:00", "mine"), claim("09:00", "10:00", "hold", expires=NOW + 600))

    assert choose_actors(mine, at("09:00"), NOW, "mine") == ("ana",)
    assert walls(next_open(mine, at("08:00"), 2, DAY[1], "mine")) == ["09:00", "09:30"]
    assert next_open(mine, at("08:00"), 2, DAY[1]) == []
    assert held_starts(hold, NOW, *DAY, "mine") == []
    assert walls(held_starts(both, NOW, *DAY, "mine")) == ["09:00", "09:30"]
    assert held_starts(both, NOW, *DAY) == []


def test_caps_count_local_days_and_iso_weeks_over_the_turn_of_the_year() -> None:
    # 2026-12-31 and 2027-01-03 lie in the same ISO week, 2027-01-04 in the next.
    counted = ((Counted("a", at("2026-12-31T23:30")),),)
    plain = situation(rules_of=rules(max_per_week=1), counted=counted)
    starts = open_starts(plain, NOW, at("2026-12-27T00:00"), at("2027-01-05T00:00"))
    days = sorted({date.fromordinal(719163 + (start - 5 * 3600) // 86400).isoformat() for start in starts})
    per_day = with_rules(plain, max_per_week=None, max_per_day=1)

    assert days == ["2026-12-27", "2027-01-04"]
    assert not is_open(per_day, at("2026-12-31T09:00"), NOW)
    assert is_open(per_day, at("2027-01-01T09:00"), NOW)


def test_a_cap_of_any_host_closes_the_day() -> None:
    two = (ActorTime("ana"), ActorTime("ben"))
    plain = situation(hosts=two, rules_of=rules(max_per_day=1), counted=((), (Counted("a", at("15:00")),)))

    assert opened(plain) == []
    assert opened(with_rules(plain, max_per_day=2)) == ALL
    assert opened(situation(rules_of=rules(max_per_day=0))) == []


def test_a_share_is_kept_back_until_its_release_and_bookings_do_not_move_it() -> None:
    plain = situation(rules_of=rules(release=Release(40, 1, 8 * 60)))
    release = at("2026-05-04T08:00")

    assert opened(plain, release - 1) == ["09:00", "09:30", "10:30"]
    assert opened(plain, release) == ALL
    taken = replace(plain, hosts=(ActorTime("ana", (claim("09:00", "09:30"),)),))
    assert opened(taken, release - 1) == ["09:30", "10:30"]


def test_a_share_counts_all_starts_of_a_date_also_those_of_a_repeated_hour() -> None:
    plain = situation(
        hours_of=Hours("America/St_Johns", weekly(Window.of("23:00", "24:00"), Window.of("00:00", "01:00"))),
        rules_of=rules(duration=30, interval=30, release=Release(20, 1, 0)),
    )
    day = at("2010-11-06T00:00", "America/St_Johns")
    starts = open_starts(plain, NOW - 20 * 366 * 86400, day, day + 26 * 3600)

    # The sixth of November: 00:00, 00:30, 23:00, 23:30 and, after the first midnight, 23:30 once more: the fifth.
    assert walls(starts, "America/St_Johns")[:5] == ["00:00", "00:30", "23:00", "23:30", "00:00"]
    assert not is_open(plain, day + 24 * 3600 + 1800, NOW - 20 * 366 * 86400)


def test_seats_of_a_session_are_shared_until_they_are_taken() -> None:
    taken = (claim("09:00", "10:00", "a", group="session"), claim("09:00", "10:00", "b", group="session"))
    seats = (seat("09:00", "10:00", "a"), seat("09:00", "10:00", "b"))
    plain = situation(*taken, rules_of=rules(capacity=3), seats=seats)

    assert opened(plain) == ["09:00", "10:00", "10:30", "11:00"]
    assert free_seats(plain, at("09:00"), NOW) == 1
    assert free_seats(plain, at("10:00"), NOW) == 3
    assert free_seats(plain, at("09:30"), NOW) == 0
    assert free_seats(plain, at("09:00"), NOW, leave_out="a") == 2
    assert not is_open(with_rules(plain, capacity=2), at("09:00"), NOW)


def test_a_session_of_two_takes_a_second_visit() -> None:
    plain = situation(
        claim("09:00", "10:00", "a", group="session"),
        rules_of=rules(capacity=2),
        seats=(seat("09:00", "10:00", "a"),),
    )

    assert opened(plain) == ["09:00", "10:00", "10:30", "11:00"]


def test_seats_of_another_length_are_not_the_same_session() -> None:
    plain = situation(
        claim("09:00", "09:45", "a", group="session"),
        rules_of=rules(capacity=3),
        seats=(seat("09:00", "09:45", "a"),),
    )

    assert opened(plain) == ["10:00", "10:30", "11:00"]


def test_a_session_is_closed_by_anything_else_that_overlaps_it() -> None:
    plain = situation(
        claim("09:00", "10:00", "a", group="session"),
        claim("09:30", "10:00", "b"),
        rules_of=rules(capacity=3),
        seats=(seat("09:00", "10:00", "a"),),
    )

    assert opened(plain) == ["10:00", "10:30", "11:00"]


def rooms(first: tuple[Taken, ...] = (), second: tuple[Taken, ...] = ()) -> tuple[tuple[ActorTime, ...], ...]:
    return ((ActorTime("room 1", first), ActorTime("room 2", second)),)


def test_one_free_actor_of_each_kind_is_enough_and_needed() -> None:
    plain = situation(resources=rooms((claim("09:00", "10:00"),), (claim("09:00", "09:30"),)))

    assert opened(plain) == ["09:30", "10:00", "10:30", "11:00"]
    assert choose_actors(plain, at("09:30"), NOW) == ("ana", "room 2")
    assert choose_actors(plain, at("10:00"), NOW) == ("ana", "room 1")
    with pytest.raises(ValueError, match=r"^This start is not open\.$"):
        choose_actors(plain, at("09:00"), NOW)


def test_a_kind_without_any_actor_is_never_free() -> None:
    assert opened(situation(resources=((),))) == []


def test_all_hosts_are_needed() -> None:
    hosts = (
        ActorTime("ana", (claim("09:00", "10:00"),)),
        ActorTime("ben", busy=(Busy(at("11:00"), at("11:30")),)),
    )
    plain = situation(hosts=hosts)

    assert opened(plain) == ["10:00"]
    assert choose_actors(plain, at("10:00"), NOW) == ("ana", "ben")


def test_a_session_keeps_its_own_room() -> None:
    mine = claim("09:00", "10:00", "a", group="session")
    plain = situation(
        mine,
        rules_of=rules(capacity=3),
        seats=(seat("09:00", "10:00", "a"),),
        resources=rooms((), (mine,)),
    )

    assert choose_actors(plain, at("09:00"), NOW) == ("ana", "room 2")
    assert choose_actors(plain, at("10:00"), NOW) == ("ana", "room 1")
    # The visit that leaves the session empty takes the room with it.
    assert choose_actors(plain, at("09:00"), NOW, leave_out="a") == ("ana", "room 1")
    blocked = replace(plain, resources=rooms((), (mine, claim("09:30", "10:00"))))
    assert not is_open(blocked, at("09:00"), NOW)


def test_next_open_stops_at_its_count_and_at_the_end() -> None:
    plain = situation()

    assert walls(next_open(plain, at("10:15"), 3, at("2026-05-09T00:00"))) == ["10:30", "11:00", "09:00"]
    assert len(next_open(plain, NOW, 999, NOW + 3 * 86400)) == 15
    assert next_open(plain, NOW, 0, NOW + 86400) == []
    assert next_open(situation(rules_of=rules(horizon_days=60)), NOW, 1, 10**12)[0] == at("2026-05-01T09:00")
    assert next_open(situation(hours_of=hours(Window.of("10:00", "10:30"))), NOW, 1, 10**12) == []


def test_next_open_of_many_puts_the_smaller_key_first_at_equal_starts() -> None:
    many = {"b": situation(), "a": situation(), "c": situation(claim("09:00", "09:30"))}

    assert next_open_of(many, at("08:00"), 1, DAY[1]) == [(at("09:00"), "a")]
    assert next_open_of(many, at("08:00"), 2, DAY[1]) == [(at("09:00"), "a"), (at("09:00"), "b")]
    assert next_open_of(many, at("08:00"), 3, DAY[1])[2] == (at("09:30"), "a")


def test_a_clock_far_before_all_times_finds_the_first_of_them() -> None:
    plain = situation(hours_of=hours(Window.of("00:00", "24:00"), zone="UTC"))

    assert next_open(plain, -(10**12), 2, 0) == [EARLIEST, EARLIEST + 1800]


def test_next_change_is_when_the_first_start_passes_its_notice() -> None:
    plain = situation(rules_of=rules(minimum_notice=120))

    assert next_change(plain, at("05:00"), DAY[1]) == at("07:00") + 1
    assert next_change(plain, at("07:00") + 1, DAY[1]) == at("07:30") + 1
    assert next_change(plain, at("12:00"), DAY[1]) is None


def test_next_change_is_when_a_hold_expires_or_a_held_start_passes() -> None:
    plain = situation(claim("09:00", "12:00", expires=at("09:20")))

    assert next_change(plain, at("08:00"), DAY[1]) == at("09:00") + 1
    assert next_change(plain, at("09:00") + 1, DAY[1]) == at("09:20")
    assert next_change(plain, at("09:20") - 1, DAY[1]) == at("09:20")


def test_next_change_is_midnight_with_a_horizon_and_the_release_with_a_share() -> None:
    late = at("12:00")

    assert next_change(situation(rules_of=rules(horizon_days=0)), late, DAY[1]) == DAY[1]
    shared = situation(rules_of=rules(release=Release(50, 1, 8 * 60)))
    assert next_change(shared, late, at("2026-05-07T00:00")) == at("2026-05-06T08:00")
    same_day = situation(rules_of=rules(release=Release(50, 0, 8 * 60)))
    assert next_change(same_day, at("05:00"), DAY[1]) == at("08:00")
    closed = situation(hours_of=hours(overrides={TUESDAY: ()}), rules_of=same_day.rules)
    assert next_change(closed, at("08:00"), DAY[1]) == at("2026-05-06T08:00")


def test_far_starts_are_simply_not_open() -> None:
    for start in (-(10**18), 0, 10**12, 10**18):
        assert not is_open(situation(), start, NOW)
        assert free_seats(situation(), start, NOW) == 0


def test_what_blocks_over_midnight_blocks_the_first_start_of_the_next_window() -> None:
    # Asked for 00:00 alone: the grid of the day before would go on at 01:00, after the busy time has ended.
    busy = (ActorTime("ana", busy=(Busy(at("2026-05-05T23:00"), at("2026-05-06T00:50")),)),)
    plain = situation(
        hours_of=hours(Window.of("00:00", "24:00")), rules_of=rules(duration=15, interval=75), hosts=busy
    )
    midnight = at("2026-05-06T00:00")

    assert midnight not in open_starts(plain, NOW, midnight - 3600, midnight + 3600)
    assert not is_open(plain, midnight, NOW)
