"""The clock: instants are whole seconds in UTC, and nothing without a zone gets in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from scheduler import clock

NEW_YORK = ZoneInfo("America/New_York")


def test_now_is_cut_to_the_second_so_that_an_hour_is_over_on_the_hour() -> None:
    with time_machine.travel(1_780_000_000.999, tick=False):
        assert clock.now() == 1_780_000_000
        assert clock.now_ms() == 1_780_000_000_999


def test_an_instant_is_the_same_moment_in_every_zone() -> None:
    instant = clock.from_datetime(datetime(2026, 6, 8, 10, 30, tzinfo=NEW_YORK))

    assert clock.to_utc(instant) == datetime(2026, 6, 8, 14, 30, tzinfo=UTC)
    assert clock.to_local(instant, NEW_YORK).isoformat() == "2026-06-08T10:30:00-04:00"
    assert clock.from_datetime(clock.to_local(instant, NEW_YORK)) == instant


def test_the_local_date_depends_on_the_zone() -> None:
    late = clock.from_datetime(datetime(2026, 6, 9, 3, 0, tzinfo=UTC))

    assert clock.local_date(late, NEW_YORK) == date(2026, 6, 8)
    assert clock.local_date(late, ZoneInfo("Asia/Tokyo")) == date(2026, 6, 9)


def test_both_passes_of_a_repeated_hour_are_different_instants() -> None:
    first = clock.from_datetime(datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK))
    second = clock.from_datetime(datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=1))

    assert second - first == clock.HOUR
    assert clock.to_local(second, NEW_YORK).tzname() == "EST"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        clock.from_datetime(datetime(2026, 6, 8, 10, 30))  # noqa: DTZ001 - the refusal is what is tested
