"""Wall clock and instants, against zone-aware datetimes of the standard library."""

from __future__ import annotations

import importlib.resources
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.availability import check_zone
from scheduler.availability.zones import Zone, zone
from tests.availability.strategies import SCENES
from tests.support.examples import many


def wall(zone_of: Zone, text: str) -> str:
    """The instant of a wall time, as ISO text in UTC."""
    when = datetime.fromisoformat(text)
    instant = zone_of.instant(when.toordinal(), when.hour * 60 + when.minute)
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%MZ")


@pytest.mark.parametrize(
    ("name", "text", "instant"),
    [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30Z"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45Z"),
        ("Asia/Beirut", "2026-03-29T00:00", "2026-03-28T22:00Z"),
        ("Asia/Beirut", "2026-03-29T00:30", "2026-03-28T22:30Z"),
        ("America/Havana", "2026-11-01T00:30", "2026-11-01T04:30Z"),
        ("America/Santiago", "2026-09-06T00:30", "2026-09-06T04:30Z"),
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T19:00Z"),
    ],
)
def test_skipped_times_move_forward_and_repeated_ones_are_the_first(
    name: str, text: str, instant: str
) -> None:
    assert wall(zone(name), text) == instant


@many
@given(st.sampled_from(SCENES), st.integers(-3 * 1440, 3 * 1440))
def test_both_directions_agree_with_aware_datetimes(scene: tuple[str, str], minute: int) -> None:
    name, text = scene
    ours = zone(name)
    when = datetime.fromisoformat(text) + timedelta(minutes=minute)
    instant = int(when.replace(tzinfo=ours.info).timestamp())

    assert ours.instant(when.toordinal(), when.hour * 60 + when.minute) == instant
    assert ours.day(instant) == datetime.fromtimestamp(instant, ours.info).toordinal()


@many
@given(st.sampled_from(SCENES), st.integers(-2 * 1440, 2 * 1440), st.integers(0, 59))
def test_the_next_day_begins_at_the_first_instant_of_another_date(
    scene: tuple[str, str], minute: int, second: int
) -> None:
    ours = zone(scene[0])
    instant = (
        int(datetime.fromisoformat(scene[1]).replace(tzinfo=ours.info).timestamp()) + minute * 60 + second
    )

    begins = ours.next_day_begins(instant)

    assert begins > instant
    assert ours.day(begins) != ours.day(instant) == ours.day(begins - 1)
    looked_at = {*range(instant, begins, 1800), *range(max(instant, begins - 3600), begins, 60)}
    assert {ours.day(at) for at in looked_at} == {ours.day(instant)}


def test_an_offset_kept_for_a_day_holds_at_noon_in_every_zone() -> None:
    """Comparing two midnights is enough only while no clock changes twice between them."""
    noons = [datetime(2025, 1, 1, 12) + timedelta(days=n) for n in range(365)]  # noqa: DTZ001 - wall times
    names = importlib.resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    assert len(names) > 500
    for name in names:
        ours = Zone(zone.__wrapped__(name).info)
        for noon in noons:
            offset = ours.offset(noon.toordinal())
            assert offset is None or noon.replace(tzinfo=ours.info).utcoffset() == timedelta(seconds=offset)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localtime",
        "Foo/Bar",
        "../etc",
        "/etc/localtime",
        "america/new_york",
        "UTC\x00",
        "America",
        "zones",
        "EST7",
    ],
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        check_zone(name)
    with pytest.raises(ValueError, match="time zone"):
        zone(name)


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        check_zone("Mars/Olympus")
    assert str(refused.value) == (
        "That is not a time zone that we know. Choose one such as America/New_York."
    )


def test_a_known_zone_comes_back_and_is_loaded_once() -> None:
    assert check_zone("Europe/Vienna") == "Europe/Vienna"
    assert zone("Europe/Vienna") is zone("Europe/Vienna")
    assert str(zone("Europe/Vienna").info) == "Europe/Vienna"


def test_a_day_on_which_the_clock_changes_has_no_one_offset() -> None:
    ours = zone("America/New_York")

    assert [ours.offset(datetime(2026, 3, day).toordinal()) for day in (7, 8, 9)] == [  # noqa: DTZ001
        -5 * 3600, None, -4 * 3600
    ]  # fmt: skip


def test_a_wall_time_beyond_midnight_is_one_of_the_next_dates() -> None:
    ours, day = zone("America/New_York"), datetime(2026, 3, 7).toordinal()  # noqa: DTZ001

    assert ours.instant(day, 1440 + 9 * 60) == ours.instant(day + 1, 9 * 60)
    assert ours.instant(day, 2 * 1440) == ours.instant(day + 2, 0)


def test_what_is_known_of_days_is_not_kept_for_ever() -> None:
    ours = Zone(zone("America/New_York").info)
    first = datetime(2000, 1, 1).toordinal()  # noqa: DTZ001
    ours.offset(first), ours.offset(first + 1)
    assert set(ours._of_day) == {first, first + 1}
    for day in range(first, first + 9000):
        assert ours.day(ours.instant(day, 720)) == day

    assert 0 < max(len(ours._of_day), len(ours._of_utc_day)) <= 4096


def test_the_offset_of_a_day_is_looked_up_once() -> None:
    ours, noon = Zone(zone("America/New_York").info), int(datetime(2026, 1, 7, 17, tzinfo=UTC).timestamp())
    day = ours.day(noon)

    assert ours.instant(day, 720) == noon
    assert ours._of_day == {day: -5 * 3600}
    assert ours._of_utc_day == {noon // 86400: -5 * 3600}


def test_an_instant_after_a_date_that_was_skipped_lies_on_the_date_after_it() -> None:
    # Kwajalein went from the end of 1993-08-20 straight to 1993-08-22, at noon of a date in UTC.
    ours, skip = zone("Pacific/Kwajalein"), datetime(1993, 8, 21, 12, tzinfo=UTC)

    for hours, date_of in [(-1, 20), (0, 22), (1, 22), (11, 22), (12, 22), (24, 23)]:
        instant = int(skip.timestamp()) + hours * 3600
        assert ours.day(instant) == datetime(1993, 8, date_of).toordinal()  # noqa: DTZ001


def test_only_the_package_is_read_whatever_the_system_has(tmp_path: Path) -> None:
    wrong = tmp_path / "America" / "New_York"
    wrong.parent.mkdir()
    wrong.write_bytes(importlib.resources.files("tzdata").joinpath("zoneinfo", "UTC").read_bytes())
    zoneinfo.reset_tzpath([str(tmp_path)])
    try:
        assert wall(zone.__wrapped__("America/New_York"), "2026-06-01T00:00") == "2026-06-01T04:00Z"
    finally:
        zoneinfo.reset_tzpath()
