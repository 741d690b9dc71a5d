"""When reminders are due: around quiet hours, on the days on which clocks change, whenever the visit was booked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, MINUTE, to_local
from scheduler.notify.reminders import BEFORE_QUIET_SECONDS, Quiet, due_times

BOSTON = "America/New_York"
NIGHT = Quiet(21 * 60, 8 * 60)
NEVER = Quiet(0, 0)
# north and south of the equator, half an hour, and none
ZONES = (
    BOSTON,
    "Europe/London",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
)


def at(wall: str, zone: str = BOSTON) -> int:
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).timestamp())


def wall(instant: int, zone: str = BOSTON) -> str:
    return to_local(instant, zone_of(zone).info).strftime("%a %H:%M")


@pytest.mark.parametrize(
    ("start", "booked", "due"),
    [
        ("2027-06-10T10:30", "2027-06-01T12:00", {2880: "Tue 10:30", 180: "Wed 20:55"}),
        ("2027-06-10T14:00", "2027-06-09T12:00", {180: "Thu 11:00"}),
        # 7:30 is quiet; the evening before was before the booking, so as the night ends
        ("2027-06-10T10:30", "2027-06-09T23:00", {180: "Thu 08:00"}),
        # and when the visit has begun by then, not at all
        ("2027-06-10T07:30", "2027-06-09T23:00", {}),
        ("2027-06-10T10:30", "2027-06-10T09:00", {}),
    ],
)
def test_a_step_in_quiet_hours_leaves_before_them_else_after_them_else_never(
    start: str, booked: str, due: dict[int, str]
) -> None:
    found = due_times(at(start), [2880, 180], BOSTON, NIGHT, at(booked))
    assert {step: wall(instant) for step, instant in found.items()} == due


def test_without_quiet_hours_a_step_is_due_to_the_minute() -> None:
    start = at("2027-06-10T03:00")
    assert due_times(start, [180, 60], BOSTON, NEVER, 0) == {
        180: start - 180 * MINUTE,
        60: start - 60 * MINUTE,
    }


def test_of_steps_that_quiet_hours_bring_together_the_shortest_stays() -> None:
    found = due_times(at("2027-06-10T09:00"), [600, 300, 120], BOSTON, NIGHT, 0)
    assert {step: wall(instant) for step, instant in found.items()} == {120: "Wed 20:55"}


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        (BOSTON, "2027-03-14T12:00", "Sat 11:00"),
        (BOSTON, "2027-11-07T12:00", "Sat 13:00"),
        ("Australia/Sydney", "2027-10-03T12:00", "Sat 11:00"),
        ("Australia/Sydney", "2027-04-04T12:00", "Sat 13:00"),
    ],
)
def test_a_step_is_real_time_over_a_change_of_the_clocks(zone: str, start: str, due: str) -> None:
    begins = at(start, zone)
    assert due_times(begins, [1440], zone, NEVER, 0) == {1440: begins - DAY}
    assert wall(begins - DAY, zone) == due


minutes_of_day = st.integers(0, 1439)
quiets = st.tuples(minutes_of_day, st.integers(0, 1200)).map(
    lambda one: Quiet(one[0], (one[0] + one[1]) % 1440)
)
# days around both changes of 2027 on both halves of the earth, and any other
instants = st.one_of(
    st.sampled_from(
        ["2027-03-14", "2027-03-28", "2027-04-04", "2027-09-05", "2027-10-03", "2027-10-31", "2027-11-07"]
    ).flatmap(
        lambda day: st.integers(-2 * DAY // MINUTE, 2 * DAY // MINUTE).map(
            lambda off: at(f"{day}T00:00") + off * MINUTE
        )
    ),
    st.integers(at("2026-01-01T00:00") // MINUTE, at("2030-01-01T00:00") // MINUTE).map(
        lambda one: one * MINUTE
    ),
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=instants,
    steps=st.lists(st.integers(10, 10_080), max_size=5),
    quiet=quiets,
    lead=st.integers(0, 20 * DAY),
)
def test_reminders_leave_after_the_booking_before_the_visit_and_never_in_quiet_hours(
    zone: str, start: int, steps: list[int], quiet: Quiet, lead: int
) -> None:
    booked = start - lead
    found = due_times(start, steps, zone, quiet, booked)
    assert set(found) <= set(steps)
    assert len(set(found.values())) == len(found)
    for step, due in found.items():
        assert booked < due < start
        assert not quiet.holds(due, zone_of(zone))
        wanted = start - step * MINUTE
        if not quiet.holds(wanted, zone_of(zone)):
            assert due == wanted
        elif due < wanted:
            # as late as can be: quiet from then on
            begins = due + BEFORE_QUIET_SECONDS
            assert all(quiet.holds(one, zone_of(zone)) for one in range(begins, wanted, 15 * MINUTE))
        else:
            assert all(quiet.holds(one, zone_of(zone)) for one in range(wanted, due, 15 * MINUTE))
    for step in set(steps) - set(found):
        wanted = start - step * MINUTE
        replaced = any(other < step for other in found)
        night = quiet.holds(wanted, zone_of(zone))
        assert wanted <= booked or night, "only quiet hours and a late booking leave a step out"
        assert wanted <= booked or replaced or quiet.end(wanted, zone_of(zone)) >= start
