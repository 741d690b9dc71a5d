"""Instants: always an offset, with minutes, the one of the zone at that very moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scheduler.fhir import instant_text, milliseconds_text, parse_instant
from tests.fhir.made_up import tz


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("zone", "moment", "written"),
    [
        ("America/New_York", "2026-11-24T14:30:00+00:00", "2026-11-24T09:30:00-05:00"),
        ("America/New_York", "2026-07-01T13:30:00+00:00", "2026-07-01T09:30:00-04:00"),
        ("America/New_York", "2026-11-01T05:30:00+00:00", "2026-11-01T01:30:00-04:00"),
        ("America/New_York", "2026-11-01T06:30:00+00:00", "2026-11-01T01:30:00-05:00"),
        ("Asia/Kathmandu", "2026-01-01T00:00:00+00:00", "2026-01-01T05:45:00+05:45"),
        ("Europe/London", "2026-01-01T12:00:00+00:00", "2026-01-01T12:00:00+00:00"),
    ],
)
def test_an_instant_has_the_offset_of_its_zone_at_that_moment(zone: str, moment: str, written: str) -> None:
    assert instant_text(at(moment), tz(zone)) == written


def test_milliseconds_are_written_in_utc_with_three_digits() -> None:
    assert milliseconds_text(at("2026-11-24T14:30:00+00:00") * 1000 + 7) == "2026-11-24T14:30:00.007Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T14:30:00Z", "2026-11-24T14:30:00+00:00"),
        ("2026-11-24T09:30:00-05:00", "2026-11-24T14:30:00+00:00"),
        ("2026-11-24T14:30:00.25Z", "2026-11-24T14:30:00.250+00:00"),
        ("2026-11-24T14:30:00.123456789+00:00", "2026-11-24T14:30:00.123+00:00"),
    ],
)
def test_an_instant_is_read_to_the_millisecond(text: str, expected: str) -> None:
    read = parse_instant(text)
    assert read is not None
    assert datetime.fromtimestamp(read / 1000, UTC) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-11-24", "2026-11-24T14:30Z", "2026-11-24T14:30:00", "2026-11-24T15:00:00-05", "2026-13-01T00:00:00Z",
     "2026-11-24T25:00:00Z", "0000-01-01T00:00:00Z", "٢٠٢٦-11-24T14:30:00Z", "2026-11-24T14:30:00Z\n"],
)  # fmt: skip
def test_what_is_no_instant_is_refused_without_an_exception(text: str) -> None:
    assert parse_instant(text) is None
