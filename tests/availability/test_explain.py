"""Reasons: each code, what it carries, and the order of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from scheduler.availability import (
    ActorTime,
    Busy,
    Counted,
    Hours,
    Reason,
    Release,
    Situation,
    Window,
    explain,
    is_open,
)
from scheduler.availability.zones import EARLIEST, LATEST
from tests.availability.make import NOW, TUESDAY, at, claim, hours, rules, seat, situation, weekly


def codes(plain: Situation, start: str, now: int = NOW, leave_out: str | None = None) -> list[str]:
    return [reason.code for reason in explain(plain, at(start), now, leave_out)]


def only(plain: Situation, start: str, now: int = NOW) -> Reason:
    [reason] = explain(plain, at(start), now)
    return reason


def test_an_open_start_has_nothing_to_explain() -> None:
    assert explain(situation(), at("09:00"), NOW) == []


def test_past_comes_before_all_else() -> None:
    assert codes(situation(rules_of=rules(minimum_notice=60)), "09:00", at("09:00") + 1) == ["past"]
    assert codes(situation(), "08:00", at("10:00")) == ["past", "hours"]


def test_notice_says_until_when_it_could_be_booked() -> None:
    reason = only(situation(rules_of=rules(minimum_notice=120)), "09:00", at("08:00"))

    assert (reason.code, reason.opens_at) == ("notice", None)
    assert reason.detail == {"minutes": 120, "latest": at("07:00")}


def test_outside_of_hours_names_the_weekday_and_its_windows() -> None:
    made = hours(Window.of("13:00", "17:00"), Window.of("09:00", "12:00"))
    reason = only(situation(hours_of=made), "12:30")

    assert reason.code == "hours"
    assert reason.detail == {"date": "2026-05-05", "weekday": 1, "windows": "09:00-12:00 13:00-17:00"}


def test_an_override_decides_instead_of_the_weekday() -> None:
    reason = only(situation(hours_of=hours(overrides={TUESDAY: ()})), "09:00")

    assert reason.code == "override"
    assert reason.detail == {"date": "2026-05-05", "weekday": 1, "windows": ""}


def test_time_off_is_named_with_its_dates_and_with_what_would_close_it_besides() -> None:
    off = ((date(2026, 5, 4), date(2026, 5, 6)),)
    plain = situation(hours_of=hours(time_off=off))

    reason = only(plain, "09:00")
    assert (reason.code, reason.detail) == ("time_off", {"start": "2026-05-04", "end": "2026-05-06"})
    assert codes(plain, "20:00") == ["time_off", "hours"]
    closed = situation(hours_of=hours(time_off=off, overrides={TUESDAY: ()}))
    assert codes(closed, "09:00") == ["time_off", "override"]


def test_a_start_off_the_grid_gets_its_neighbours() -> None:
    reason = only(situation(), "09:40")

    assert reason.code == "interval"
    assert reason.detail == {"minutes": 30, "earlier": at("09:30"), "later": at("10:00")}


def test_a_visit_too_long_for_its_window_says_what_is_left() -> None:
    reason = only(situation(), "11:30")

    assert (reason.code, reason.detail) == ("length", {"free": 30, "needed": 60})
    assert codes(situation(), "11:40") == ["interval", "length"]


def test_beyond_the_horizon_says_when_it_opens() -> None:
    reason = only(situation(rules_of=rules(horizon_days=2)), "09:00")

    assert (reason.code, reason.detail) == ("horizon", {"days": 2})
    assert reason.opens_at == at("2026-05-03T00:00")


def test_kept_back_says_when_it_is_released() -> None:
    plain = situation(rules_of=rules(release=Release(100, 1, 8 * 60)))

    assert only(plain, "09:00").code == "release"
    assert only(plain, "09:00").opens_at == at("2026-05-04T08:00")
    assert codes(plain, "08:00") == ["hours"]


def test_booked_names_the_appointment_and_the_actor() -> None:
    reason = only(situation(claim("09:15", "10:15", "visit")), "10:00")

    assert (reason.code, reason.record, reason.opens_at) == ("booked", ("appointment", "visit"), None)
    assert reason.detail == {"actor": "ana", "start": at("09:15"), "end": at("10:15")}


def test_held_says_until_when() -> None:
    reason = only(situation(claim("09:30", "10:30", "hold", expires=NOW + 60)), "10:00")

    assert (reason.code, reason.record, reason.opens_at) == ("held", ("appointment", "hold"), NOW + 60)


def test_a_later_booking_leaves_too_little_length() -> None:
    plain = situation(claim("10:00", "11:00", "visit", before=300), rules_of=rules(buffer_after=10))
    reason = only(plain, "09:30")

    assert (reason.code, reason.record) == ("length", ("appointment", "visit"))
    assert reason.detail == {
        "actor": "ana",
        "start": at("10:00"),
        "end": at("11:00"),
        "cause": "booked",
        "free": 15,
        "needed": 60,
    }


def test_a_buffer_is_named_on_the_side_on_which_it_lies() -> None:
    plain = situation(
        claim("10:00", "11:00", "visit", before=300, after=600), rules_of=rules(buffer_before=5)
    )
    before, after = only(plain, "09:00"), only(plain, "11:00")

    assert (before.code, before.record) == (after.code, after.record) == ("buffer", ("appointment", "visit"))
    assert (before.detail["side"], before.detail["minutes"]) == ("before", 5)
    assert (after.detail["side"], after.detail["minutes"]) == ("after", 15)


def test_busy_has_its_times() -> None:
    plain = situation(hosts=(ActorTime("ana", busy=(Busy(at("09:45"), at("10:15")),)),))

    assert only(plain, "10:00").code == "busy"
    assert only(plain, "10:00").detail == {"actor": "ana", "start": at("09:45"), "end": at("10:15")}
    assert only(plain, "09:30").detail["cause"] == "busy"


def test_another_host_is_named_with_the_cause() -> None:
    hosts = (ActorTime("ana"), ActorTime("ben", (claim("09:30", "10:30", "visit"),)))
    reason = only(situation(hosts=hosts), "10:00")

    assert (reason.code, reason.record) == ("host", ("appointment", "visit"))
    assert (reason.detail["actor"], reason.detail["cause"]) == ("ben", "booked")


def test_no_free_room_opens_when_the_first_hold_on_one_ends() -> None:
    def rooms(**more: Any) -> tuple[tuple[ActorTime, ...], ...]:
        return (
            (ActorTime("room 1", (claim("09:00", "10:00", "a"),)),
             ActorTime("room 2", (claim("09:30", "10:00", "b", **more),))),
        )  # fmt: skip

    reason = only(situation(resources=rooms(expires=NOW + 60)), "09:00")
    assert (reason.code, reason.record, reason.opens_at) == ("room", ("appointment", "a"), NOW + 60)
    assert reason.detail["kind"] == 0
    assert only(situation(resources=rooms(expires=NOW + 60)), "09:00", NOW + 59).opens_at == NOW + 60
    assert only(situation(resources=rooms()), "09:00").opens_at is None
    assert only(situation(resources=((),)), "09:00") == Reason("room", None, None, {"kind": 0})


def test_a_room_kept_by_a_held_session_opens_when_that_hold_ends() -> None:
    mine = claim("09:00", "10:00", "hold", group="session", expires=NOW + 60)
    plain = situation(
        mine,
        rules_of=rules(capacity=2),
        seats=(seat("09:00", "10:00", "hold", expires=NOW + 60),),
        resources=((ActorTime("room 1", (mine, claim("09:30", "10:00", "other"))), ActorTime("room 2")),),
    )
    reason = only(plain, "09:00")

    assert (reason.code, reason.record, reason.opens_at) == ("room", ("appointment", "other"), NOW + 60)
    assert explain(plain, at("09:00"), NOW + 60) == []


def test_a_full_session_is_held_when_a_hold_has_the_last_seat() -> None:
    taken = (claim("09:00", "10:00", "a", group="session"),)
    seats = (seat("09:00", "10:00", "a"), seat("09:00", "10:00", "b", expires=NOW + 60))
    plain = situation(*taken, rules_of=rules(capacity=2), seats=seats)

    held = only(plain, "09:00")
    assert (held.code, held.opens_at, held.detail) == ("held", NOW + 60, {"capacity": 2, "taken": 2})
    full = only(replace(plain, seats=(seats[0], replace(seats[1], expires=None))), "09:00")
    assert (full.code, full.opens_at) == ("full", None)


def test_a_cap_names_its_limit_and_opens_when_a_hold_that_counts_ends() -> None:
    counted = ((Counted("a", at("09:00")), Counted("b", at("10:00"), NOW + 60)),)
    plain = situation(rules_of=rules(max_per_day=2, max_per_week=1), counted=counted)

    day, week = explain(plain, at("11:00"), NOW)
    assert (day.code, day.opens_at) == ("cap", NOW + 60)
    assert day.detail == {"per": "day", "limit": 2, "count": 2, "actor": "ana"}
    assert (week.detail["per"], week.detail["count"], week.opens_at) == ("week", 2, None)


def test_all_reasons_come_in_the_order_of_the_rules() -> None:
    plain = situation(
        claim("09:30", "10:30", "visit"),
        rules_of=rules(minimum_notice=100_000, horizon_days=0, max_per_day=0),
        resources=((),),
    )

    assert codes(plain, "09:40") == [
        "interval",
        "notice",
        "horizon",
        "booked",
        "room",
        "cap",
    ]


def test_what_is_left_out_is_no_reason() -> None:
    assert codes(situation(claim("09:00", "10:00", "mine")), "09:00", leave_out="mine") == []


def test_starts_far_out_of_range_have_a_reason() -> None:
    assert [reason.code for reason in explain(situation(), 10**18, NOW)] == ["hours"]
    assert [reason.code for reason in explain(situation(), -(10**18), NOW)] == ["past"]


def test_a_horizon_names_an_instant_to_come_also_when_the_date_before_has_come_back() -> None:
    # In St. John's the clock went from 00:01 back to 23:01: at the second 23:30 the next date had begun once already.
    name = "America/St_Johns"
    plain = situation(hours_of=hours(zone=name), rules_of=rules(horizon_days=0))
    second = at("2010-11-06T23:30", name) + 3600

    horizon = [
        reason for reason in explain(plain, at("2010-11-07T09:00", name), second) if reason.code == "horizon"
    ]

    assert [reason.opens_at for reason in horizon] == [second + 1800]


def test_past_says_until_when_it_could_have_been_booked() -> None:
    reason = only(situation(rules_of=rules(minimum_notice=60)), "09:00", at("09:00") + 1)

    assert (reason.code, reason.detail) == ("past", {"minutes": 60, "latest": at("08:00")})


def test_a_start_that_is_now_is_not_past_and_needs_its_notice() -> None:
    assert codes(situation(), "09:00", at("09:00")) == []
    assert codes(situation(rules_of=rules(minimum_notice=60)), "09:00", at("09:00")) == ["notice"]


def test_the_hours_named_are_those_of_the_weekday_of_the_start() -> None:
    days = tuple((Window(60 * n, 60 * n + 30),) for n in range(7))
    reason = only(situation(hours_of=Hours("America/New_York", days)), "09:00")

    assert reason.detail == {"date": "2026-05-05", "weekday": 1, "windows": "01:00-01:30"}


def test_the_end_of_a_window_lies_outside_of_it() -> None:
    assert codes(situation(), "12:00") == ["hours"]


def test_no_later_neighbour_is_named_where_the_window_ends() -> None:
    interval, length = explain(situation(), at("11:40"), NOW)

    assert interval.detail == {"minutes": 30, "earlier": at("11:30")}
    assert length.detail == {"free": 20, "needed": 60}


def test_what_is_left_of_a_window_is_said_in_whole_minutes() -> None:
    _, length = explain(situation(), at("11:30") + 30, NOW)

    assert str(length.detail["free"]) == "29"


def test_the_first_and_the_last_instant_are_explained_as_they_are_answered() -> None:
    plain = situation(hours_of=hours(zone="UTC", weekly=weekly(Window.of("00:00", "24:00"))))

    for start, expected in [(EARLIEST, []), (LATEST - 3600, []), (LATEST, ["hours"])]:
        assert is_open(plain, start, start) == (not expected)
        assert [reason.code for reason in explain(plain, start, start)] == expected
    assert [reason.code for reason in explain(plain, EARLIEST - 1, EARLIEST)] == ["past"]


def test_without_ids_no_record_is_named() -> None:
    assert only(situation(), "09:40").record is None


def test_kept_back_says_how_much_is_kept_and_how_long() -> None:
    reason = only(situation(rules_of=rules(release=Release(100, 1, 8 * 60))), "09:00")

    assert reason.detail == {"share_percent": 100, "days_before": 1}


def test_a_hold_is_held_wherever_it_is_in_the_way() -> None:
    def near(start: str, **more: Any) -> str:
        held = claim("10:00", "11:00", "hold", expires=NOW + 60, **more)
        return only(situation(held, rules_of=rules(interval=15)), start).code

    assert [near("09:30"), near("10:00"), near("10:30")] == ["held", "held", "held"]
    assert [near("09:00", before=600), near("11:00", after=600)] == ["held", "held"]


def test_a_start_at_the_start_of_a_booking_is_booked() -> None:
    assert codes(situation(claim("10:00", "11:00")), "10:00") == ["booked"]


def test_a_claim_without_length_is_a_buffer_after_its_instant() -> None:
    reason = only(situation(claim("10:00", "10:00", after=600)), "10:00")

    assert (reason.code, reason.detail["side"], reason.detail["minutes"]) == ("buffer", "after", 10)


def test_buffers_are_said_in_whole_minutes_with_what_they_belong_to() -> None:
    plain = situation(
        claim("10:00", "11:00", before=330, after=330), rules_of=rules(buffer_before=5, buffer_after=5)
    )
    span = {"actor": "ana", "start": at("10:00"), "end": at("11:00"), "taken": "booked"}

    assert only(plain, "09:00").detail == {**span, "side": "before", "minutes": 10}
    assert only(plain, "11:00").detail == {**span, "side": "after", "minutes": 10}
    assert {type(only(plain, start).detail["minutes"]) for start in ("09:00", "11:00")} == {int}
    copied = situation(
        hosts=(ActorTime("ana", busy=(Busy(at("10:00"), at("11:00")),)),), rules_of=rules(buffer_before=5)
    )
    assert only(copied, "11:00").detail == {**span, "taken": "busy", "side": "after", "minutes": 5}


def test_the_length_that_is_free_is_said_in_whole_minutes_and_is_never_negative() -> None:
    def free(start: int, *, before: int = 0) -> object:
        plain = situation(claim("10:00", "11:00", before=before), rules_of=rules(interval=15))
        return str(explain(plain, start, NOW)[-1].detail["free"])

    assert free(at("09:30")) == "30"
    assert free(at("09:30") + 30) == "29"
    assert free(at("09:30"), before=1800) == "0"
    assert free(at("09:30"), before=3600) == "0"
    busy = situation(hosts=(ActorTime("ana", busy=(Busy(at("10:00"), at("11:00")),)),))
    assert only(busy, "09:30").detail["free"] == 30


def test_a_room_says_what_takes_the_first_one() -> None:
    rooms = ((ActorTime("room 1", (claim("09:00", "10:00", "a"),)),),)

    assert only(situation(resources=rooms), "09:00").detail == {
        "kind": 0, "actor": "room 1", "cause": "booked", "start": at("09:00"), "end": at("10:00")
    }  # fmt: skip


def test_a_session_that_stays_full_without_its_holds_is_full() -> None:
    seats = (
        seat("09:00", "10:00", "a"), seat("09:00", "10:00", "b"), seat("09:00", "10:00", "c", expires=NOW + 60)
    )  # fmt: skip
    plain = situation(claim("09:00", "10:00", "a", group="session"), rules_of=rules(capacity=2), seats=seats)
    reason = only(plain, "09:00")

    assert (reason.code, reason.opens_at, reason.detail) == ("full", None, {"capacity": 2, "taken": 3})


def test_what_is_left_out_stays_left_out_when_a_hold_has_ended() -> None:
    counted = ((Counted("mine", at("09:00")), Counted("hold", at("10:00"), NOW + 60)),)
    plain = situation(rules_of=rules(max_per_day=1), counted=counted)

    assert [one.opens_at for one in explain(plain, at("11:00"), NOW, "mine")] == [NOW + 60]
    assert [one.opens_at for one in explain(plain, at("11:00"), NOW)] == [None]


def test_a_visit_over_several_dates_is_explained_as_it_is_answered() -> None:
    closed = (date(2026, 5, 9), date(2026, 5, 9))
    plain = situation(
        hours_of=hours(Window.of("00:00", "24:00"), time_off=(closed,)),
        rules_of=rules(duration=70 * 60, interval=60),
    )

    assert codes(plain, "2026-05-06T02:00") == []
    assert only(plain, "2026-05-06T03:00").detail == {"free": 69 * 60, "needed": 70 * 60}
