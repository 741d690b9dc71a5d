"""Words for instants and lengths, over zones, seasons and the days on which clocks change."""

from __future__ import annotations

import importlib.resources
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from flask import Flask
from flask_babel import force_locale

from scheduler.web import times

BOSTON = "America/New_York"


def at(text: str) -> int:
    """An instant from ISO 8601 with an offset."""
    return int(datetime.fromisoformat(text).timestamp())


JUNE_8 = at("2027-06-08T10:30:00-04:00")


def test_a_time_carries_its_zone() -> None:
    assert times.time_with_zone(JUNE_8, BOSTON) == "10:30 AM EDT"
    assert times.time_of_day(JUNE_8, ZoneInfo(BOSTON)) == "10:30 AM"
    assert times.time_range(JUNE_8, JUNE_8 + 2400, BOSTON) == "10:30 AM to 11:10 AM EDT"


def test_days_are_written_in_the_form_that_their_place_asks_for() -> None:
    assert times.day_long(JUNE_8, BOSTON) == "Tuesday, June 8"
    assert times.day_with_year(JUNE_8, BOSTON) == "Tuesday, June 8, 2027"
    assert times.date_short(JUNE_8, BOSTON) == "Tue, Jun 8"
    assert times.weekday(date(2027, 6, 8)) == "Tuesday"
    assert times.day_long(date(2027, 6, 8)) == "Tuesday, June 8"
    assert times.date_words("2027-06-08") == "June 8, 2027"
    assert times.date_words("some day") == "some day"


def test_the_accessible_name_of_a_time_is_the_brief_s() -> None:
    assert times.spoken_time(JUNE_8, BOSTON) == "10:30 AM, Tuesday June 8, Eastern time"


def test_the_day_of_an_instant_is_the_zone_s_day() -> None:
    late = at("2027-06-08T23:30:00-04:00")
    assert times.day_long(late, BOSTON) == "Tuesday, June 8"
    assert times.day_long(late, "Europe/London") == "Wednesday, June 9"


def test_an_instant_without_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        times.day_long(JUNE_8)


@pytest.mark.parametrize(
    ("zone", "june", "december"),
    [
        ("America/New_York", "10:30 AM EDT", "9:30 AM EST"),
        ("America/Chicago", "9:30 AM CDT", "8:30 AM CST"),
        ("America/Phoenix", "7:30 AM MST", "7:30 AM MST"),
        ("Europe/London", "3:30 PM BST", "2:30 PM GMT"),
        ("Asia/Kathmandu", "8:15 PM GMT+5:45", "8:15 PM GMT+5:45"),
        ("America/Sao_Paulo", "11:30 AM GMT-3", "11:30 AM GMT-3"),
        ("UTC", "2:30 PM UTC", "2:30 PM UTC"),
    ],
)
def test_the_offset_is_the_zone_s_at_that_instant(zone: str, june: str, december: str) -> None:
    assert times.time_with_zone(JUNE_8, zone) == june
    assert times.time_with_zone(at("2027-12-08T09:30:00-05:00"), zone) == december


@pytest.mark.parametrize(
    ("zone", "name", "place"),
    [
        ("America/New_York", "Eastern time", "Boston time (Eastern)"),
        ("America/Los_Angeles", "Pacific time", "Boston time (Pacific)"),
        ("Pacific/Honolulu", "Hawaii time", "Boston time (Hawaii)"),
        ("Europe/London", "British time", "Boston time (British)"),
        ("UTC", "UTC", "Boston time (UTC)"),
    ],
)
def test_zones_are_named_for_people(zone: str, name: str, place: str) -> None:
    for instant in (JUNE_8, at("2027-12-08T09:30:00-05:00")):
        assert times.zone_name(zone, instant) == name
        assert times.zone_place("Boston", zone, instant) == place
    assert times.zone_place("", zone, JUNE_8) == name


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (40, "40 minutes"),
        (60, "1 hour"),
        (75, "1 hour 15 minutes"),
        (120, "2 hours"),
        (1440, "1 day"),
        (1501, "1 day 1 hour 1 minute"),
    ],
)
def test_lengths_are_always_words(minutes: int, words: str) -> None:
    assert times.duration_words(minutes) == words


def test_the_two_times_of_a_repeated_hour_have_different_names() -> None:
    first, second = at("2027-11-07T01:30:00-04:00"), at("2027-11-07T01:30:00-05:00")
    assert [times.repeated(instant, BOSTON) for instant in (first, second)] == ["first", "second"]
    assert times.time_of_day(first, BOSTON) == "1:30 AM EDT"
    assert times.time_of_day(second, BOSTON) == "1:30 AM EST"
    assert times.spoken_time(first, BOSTON) != times.spoken_time(second, BOSTON)
    assert times.repeated_note(first, BOSTON) == (
        "Clocks change on November 7, so 1:30 AM comes twice. This is the first one (EDT)."
    )
    assert times.repeated_note(second, BOSTON).endswith("This is the second one (EST).")


def test_no_other_hour_of_the_year_is_called_repeated() -> None:
    start = at("2027-01-01T00:15:00-05:00")
    named = [hour for hour in range(365 * 24) if times.repeated(start + hour * 3600, BOSTON)]
    assert [times.to_local(start + hour * 3600, ZoneInfo(BOSTON)).isoformat() for hour in named] == [
        "2027-11-07T01:15:00-04:00",
        "2027-11-07T01:15:00-05:00",
    ]
    assert times.repeated_note(JUNE_8, BOSTON) == ""


def test_a_repeated_half_hour_is_told_apart_too() -> None:
    first = at("2027-04-04T01:45:00+11:00")
    assert times.repeated(first, "Australia/Lord_Howe") == "first"
    assert times.repeated(first + 1800, "Australia/Lord_Howe") == "second"


def test_weeks_are_named_by_their_ends() -> None:
    assert times.week_range(date(2027, 6, 14), date(2027, 6, 20)) == "June 14 to 20"
    assert times.week_range(date(2027, 6, 28), date(2027, 7, 4)) == "June 28 to July 4"
    assert times.week_range(date(2027, 12, 27), date(2028, 1, 2)) == "December 27, 2027 to January 2, 2028"


def test_every_zone_of_the_database_has_words() -> None:
    listed = importlib.resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    for zone in listed.split():
        text = times.spoken_time(JUNE_8, zone)
        assert text.isprintable()
        assert "Unknown" not in text, zone
        assert datetime.fromisoformat(times.iso_instant(JUNE_8, zone)).astimezone(UTC).timestamp() == JUNE_8


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "es",
            "martes, 8 de junio, 10:30 a.m. EDT | 2:05 p.m. | martes, 8 de junio de 2027 | mar, 8 de jun"
            " | 14–20 de junio | hora de Boston (hora oriental) | 1 día 1 hora 40 minutos | mar",
        ),
        (
            "ar",
            "الثلاثاء، 8 يونيو، 10:30 ص EDT | 2:05 م | الثلاثاء، 8 يونيو 2027 | الثلاثاء، 8 يونيو"
            " | 14–20 يونيو | توقيت Boston (التوقيت الشرقي لأمريكا الشمالية) | يوم واحد وساعة واحدة و40 دقيقة | ث",
        ),
        (
            "zh",
            "6月8日星期二 10:30 北美东部时间 | 14:05 | 2027年6月8日星期二 | 6月8日周二"
            " | 6月14–20日 | Boston时间（北美东部时间） | 1 天 1 小时 40 分钟 | 周二",
        ),
    ],
)
def test_times_are_written_as_the_language_writes_them(sqlite_app: Flask, language: str, said: str) -> None:
    with sqlite_app.test_request_context(), force_locale(language):
        words = [
            times.day_and_time(JUNE_8, BOSTON),
            times.time_of_day(at("2027-06-08T14:05:00-04:00"), BOSTON),
            times.day_with_year(JUNE_8, BOSTON),
            times.date_short(JUNE_8, BOSTON),
            times.week_range(date(2027, 6, 14), date(2027, 6, 20)),
            times.zone_place("Boston", BOSTON, JUNE_8),
            times.duration_words(1540),
            times.weekday_short(JUNE_8, BOSTON),
        ]
    assert " | ".join(words) == said


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("en", ("month", "day", "year")),
        ("es", ("day", "month", "year")),
        ("ar", ("day", "month", "year")),
        ("zh", ("year", "month", "day")),
    ],
)
def test_dates_are_typed_in_the_order_of_the_language(
    sqlite_app: Flask, language: str, order: tuple[str, ...]
) -> None:
    with sqlite_app.test_request_context(), force_locale(language):
        assert times.date_order() == order


@pytest.mark.parametrize("language", ["en", "es", "ar", "zh"])
def test_digits_are_those_of_phone_numbers_in_every_language(sqlite_app: Flask, language: str) -> None:
    with sqlite_app.test_request_context(), force_locale(language):
        said = times.day_and_time(JUNE_8, BOSTON) + times.duration_words(75)
    assert all(sign.isascii() for sign in said if sign.isdecimal())
    assert "10:30" in said
    assert ("北美东部时间" if language == "zh" else "EDT") in said


def test_chinese_names_the_zone_in_full_because_cst_is_chinas_own_time(sqlite_app: Flask) -> None:
    first = at("2027-11-07T01:30:00-05:00")
    with sqlite_app.test_request_context(), force_locale("zh"):
        assert times.time_with_zone(JUNE_8, "America/Chicago") == "09:30 北美中部时间"
        assert times.time_with_zone(first, "America/Chicago") == "01:30 北美中部夏令时间"
        assert times.time_of_day(first + 3600, "America/Chicago") == "01:30 北美中部标准时间"
        assert times.abbreviation(JUNE_8, "Etc/GMT-3") == "GMT+3"


@pytest.mark.parametrize(
    ("language", "number", "typed"),
    [
        ("en", 9, ["Sep", "sept", "September", "SEPT."]),
        ("es", 1, ["ene", "enero", "Enero", "Jan", "ene."]),
        ("es", 5, ["may", "mayo"]),
        ("ar", 2, ["فبراير", "شباط", "feb"]),
        ("ar", 12, ["ديسمبر", "كانون الأول"]),
        ("zh", 12, ["十二月", "12月", "December"]),
        ("zh", 2, ["二月", "2月"]),
        ("es", None, ["ma", "ju", "mes", "13", ""]),
        ("ar", None, ["كانون"]),
    ],
)
def test_months_are_known_by_their_names(
    sqlite_app: Flask, language: str, number: int | None, typed: list[str]
) -> None:
    with sqlite_app.test_request_context(), force_locale(language):
        assert {times.month_number(text) for text in typed} == {number}


def test_every_month_of_every_language_is_known_by_its_own_name(sqlite_app: Flask) -> None:
    for language, locale in times.LOCALES.items():
        with sqlite_app.test_request_context(), force_locale(language):
            for width in ("wide", "abbreviated"):
                names = Locale.parse(locale).months["format"][width]
                assert {number: times.month_number(name) for number, name in names.items()} == {
                    number: number for number in names
                }


def test_until_when_names_the_day_of_what_lasts_and_has_its_article_in_spanish(sqlite_app: Flask) -> None:
    soon, late = JUNE_8 + 600, JUNE_8 + 2 * 3600
    assert times.until_time(soon, BOSTON, JUNE_8) == "10:40 AM EDT"
    assert times.until_time(late, BOSTON, JUNE_8) == "12:30 PM EDT, Tuesday, June 8"
    night = at("2027-06-08T23:55:00-04:00")
    assert times.until_time(night + 600, BOSTON, night) == "12:05 AM EDT, Wednesday, June 9"
    with sqlite_app.test_request_context(), force_locale("es"):
        assert times.until_time(soon, BOSTON, JUNE_8) == "las 10:40 a.m. EDT"
        assert times.after_until(times.time_of_day(JUNE_8 + 3 * 3600, BOSTON)) == "la 1:30 p.m."
