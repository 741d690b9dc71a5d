"""The record that each reason names, and the instant from which a start is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.availability import (
    ActorTime,
    Away,
    Busy,
    Hours,
    Record,
    Release,
    Situation,
    Sources,
    explain,
    is_open,
    opens_at,
)
from tests.availability.make import NOW, TUESDAY, at, claim, hours, rules, seat, situation

KIND = Record("appointment_type", "kind")
WEEK, DATE = Record("availability", "week"), Record("override", "date")
AWAY, CLOSED = Record("time_off", "away"), Record("time_off", "closed")


def known(plain: Situation) -> Situation:
    """The situation with the ids that a schedule has."""
    return replace(plain, schedule="schedule", appointment_type="kind")


def records(plain: Situation, start: str, now: int = NOW) -> list[tuple[str, Record | None]]:
    return [(reason.code, reason.record) for reason in explain(known(plain), at(start), now)]


def off(*spans: tuple[date, date], away: tuple[Away, ...]) -> Hours:
    return hours(time_off=spans, sources=Sources(weekly=WEEK, time_off=away))


def test_hours_and_overrides_name_where_they_are_written_down() -> None:
    usual = hours(sources=Sources(weekly=WEEK))
    closed = hours(overrides={TUESDAY: ()}, sources=Sources(weekly=WEEK, overrides={TUESDAY: DATE}))

    assert records(situation(hours_of=usual), "20:00") == [("hours", WEEK)]
    assert records(situation(hours_of=closed), "09:00") == [("override", DATE)]


def test_a_closure_is_told_from_a_hosts_time_off() -> None:
    day = (TUESDAY, TUESDAY)
    both = situation(hours_of=off(day, day, away=(Away(CLOSED), Away(AWAY, "ana"))))
    reasons = explain(both, at("09:00"), NOW)

    assert [(reason.code, reason.record) for reason in reasons] == [("closure", CLOSED), ("time_off", AWAY)]
    assert [reason.detail.get("actor") for reason in reasons] == [None, "ana"]
    assert all(reason.detail["start"] == reason.detail["end"] == TUESDAY.isoformat() for reason in reasons)


def test_time_off_of_another_date_names_nobody() -> None:
    elsewhere = (date(2026, 6, 1), date(2026, 6, 2))
    plain = situation(hours_of=off(elsewhere, (TUESDAY, TUESDAY), away=(Away(CLOSED), Away(AWAY, "ana"))))

    assert records(plain, "09:00") == [("time_off", AWAY)]


def test_time_off_without_sources_is_time_off() -> None:
    plain = situation(hours_of=hours(time_off=((TUESDAY, TUESDAY),)))

    assert records(plain, "09:00") == [("time_off", None)]


def test_what_lies_beneath_time_off_keeps_its_own_record() -> None:
    plain = situation(hours_of=off((TUESDAY, TUESDAY), away=(Away(AWAY, "ana"),)))

    assert records(plain, "20:00") == [("time_off", AWAY), ("hours", WEEK)]


def test_the_types_own_rules_name_the_type() -> None:
    tight = rules(minimum_notice=60 * 24 * 30, horizon_days=1, max_per_day=0)

    assert records(situation(rules_of=tight), "09:10") == [
        ("interval", KIND), ("notice", KIND), ("horizon", KIND), ("cap", KIND)
    ]  # fmt: skip
    assert records(situation(), "11:30") == [("length", KIND)]
    kept = situation(rules_of=rules(release=Release(100, 0, 420)))
    assert records(kept, "09:00") == [("release", KIND)]


def test_a_full_session_names_the_type() -> None:
    plain = situation(
        claim("09:00", "10:00", "a", group="session"),
        rules_of=rules(capacity=2),
        seats=(seat("09:00", "10:00", "a"), seat("09:00", "10:00", "b")),
    )

    assert records(plain, "09:00") == [("full", KIND)]


def test_busy_time_names_its_block() -> None:
    block = Record("busy_block", "block")
    plain = situation(hosts=(ActorTime("ana", busy=(Busy(at("09:45"), at("10:15"), block),)),))

    assert records(plain, "10:00") == [("busy", block)]
    assert records(plain, "09:00") == [("length", block)]


def test_a_buffer_of_the_type_alone_names_the_type_else_the_booking_that_keeps_its_own() -> None:
    visit = Record("appointment", "visit")

    def buffered(*, own: int = 0, kept: int = 0) -> Situation:
        return situation(
            claim("10:00", "11:00", "visit", before=kept * 60, after=kept * 60),
            rules_of=rules(buffer_before=own, buffer_after=own),
        )

    for start in ("09:00", "11:00"):
        assert records(buffered(own=10), start) == [("buffer", KIND)]
        assert records(buffered(kept=10), start) == [("buffer", visit)]
        assert records(buffered(own=10, kept=10), start) == [("buffer", visit)]


def test_another_host_names_what_takes_their_time() -> None:
    block = Record("busy_block", "block")
    hosts = (ActorTime("ana"), ActorTime("ben", busy=(Busy(at("10:00"), at("11:00"), block),)))

    assert records(situation(hosts=hosts), "10:00") == [("host", block)]


def test_a_room_names_what_takes_the_first_one_and_the_schedule_when_there_is_none() -> None:
    away = Record("time_off", "room away")
    rooms = ((ActorTime("room", busy=(Busy(at("00:00"), at("23:00"), away),)),),)

    assert records(situation(resources=rooms), "10:00") == [("room", away)]
    assert records(situation(resources=((),)), "10:00") == [("room", Record("schedule", "schedule"))]


def test_a_room_that_only_the_types_own_buffer_keeps_names_the_type() -> None:
    def room(*, own: int = 0, kept: int = 0) -> Situation:
        taken = claim("10:00", "11:00", "visit", after=kept * 60)
        return situation(rules_of=rules(buffer_before=own), resources=((ActorTime("room", (taken,)),),))

    assert records(room(own=10), "11:00") == [("room", KIND)]
    assert records(room(own=10, kept=10), "11:00") == [("room", Record("appointment", "visit"))]
    assert records(room(), "10:00") == [("room", Record("appointment", "visit"))]


def test_busy_time_kept_apart_by_the_types_own_buffer_names_the_type() -> None:
    block = Busy(at("10:00"), at("11:00"), Record("busy_block", "block"))
    plain = situation(
        hosts=(ActorTime("ana", busy=(block,)),), rules_of=rules(buffer_before=5, buffer_after=5)
    )

    assert records(plain, "09:00") == [("buffer", KIND)]
    assert records(plain, "11:00") == [("buffer", KIND)]


def test_a_time_that_has_passed_has_nothing_to_change() -> None:
    assert records(situation(), "09:00", at("10:00")) == [("past", None)]


def test_records_decide_nothing() -> None:
    plain = situation(hours_of=hours(sources=Sources(weekly=WEEK)))

    assert plain == situation()
    assert is_open(known(plain), at("09:00"), NOW)


def test_an_open_start_is_open_from_now() -> None:
    assert opens_at(situation(), at("09:00"), NOW) == NOW


def test_what_only_a_change_opens_never_opens_by_time() -> None:
    assert opens_at(situation(), at("20:00"), NOW) is None
    assert opens_at(situation(), at("09:00"), at("10:00")) is None
    assert opens_at(situation(claim("09:00", "10:00", "visit")), at("09:00"), NOW) is None


def test_the_last_of_several_waits_decides() -> None:
    hold = claim("09:00", "10:00", "hold", expires=NOW + 60)
    plain = situation(hold, rules_of=rules(horizon_days=2))

    assert opens_at(situation(hold), at("09:00"), NOW) == NOW + 60
    assert opens_at(plain, at("09:00"), NOW) == at("2026-05-03T00:00")


def test_a_wait_that_ends_inside_the_notice_never_opens() -> None:
    hold = claim("09:00", "10:00", "hold", expires=at("08:30"))
    plain = situation(hold, rules_of=rules(minimum_notice=60))

    assert opens_at(plain, at("09:00"), at("07:45")) is None
    assert opens_at(situation(hold), at("09:00"), at("07:45")) == at("08:30")


def test_what_is_left_out_delays_nothing() -> None:
    mine = claim("09:00", "10:00", "mine")
    hold = claim("09:30", "10:00", "hold", expires=NOW + 60)

    assert opens_at(situation(mine), at("09:00"), NOW, "mine") == NOW
    assert opens_at(situation(mine, hold), at("09:00"), NOW, "mine") == NOW + 60
    assert opens_at(situation(mine, hold), at("09:00"), NOW) is None
