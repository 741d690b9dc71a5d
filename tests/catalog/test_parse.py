"""Checks of single values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.catalog import parse
from tests.factories import npi


@pytest.mark.parametrize("number", ["1234567893", "123-456-7893", "1234 567 893", npi(7)])
def test_an_npi_with_the_right_check_digit_is_taken(number: str) -> None:
    assert parse.npi(number) == number.replace("-", "").replace(" ", "")


@pytest.mark.parametrize(
    "number",
    ["1234567890", "123456789", "12345678930", "3234567890", "12345678９3", "abcdefghij", "1234567\0", 5],
)
def test_what_is_no_npi_is_refused(number: Any) -> None:
    with pytest.raises(ValueError, match="NPI"):
        parse.npi(number)


@given(st.integers(0, 10**8 - 1), st.integers(0, 9), st.integers(1, 9))
def test_any_single_wrong_digit_of_an_npi_is_noticed(number: int, place: int, shift: int) -> None:
    right = npi(number)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]

    with pytest.raises(ValueError, match="NPI"):
        parse.npi(wrong)


@pytest.mark.parametrize(
    "text",
    ["617-555-0142", "(617) 555-0142", "+1 617 555 0142", "617.555.0142", "+44 20 7946 0958", "617-555-0142 ext. 12",
     "617-555-0142 x3"],
)  # fmt: skip
def test_a_phone_number_stays_as_it_was_written(text: str) -> None:
    assert parse.phone(f" {text} ") == text


@pytest.mark.parametrize(
    "text", ["123", "call me", "617-555-0142; rm", "1" * 16, "６１７5550142", "+", "ext 5", "1\n2"]
)
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"enter a number|take out"):
        parse.phone(text)


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (parse.email, ["", "ana@example.org", "Ana.B+x@EXAMPLE.org", "jose@büro.example"]),
        (parse.web_address, ["", "https://example.org", "http://example.org/a?b=c"]),
        (parse.language, ["en", "es", "pt-BR", "zh-Hant-TW", "yue"]),
        (parse.country, ["US", "GB", "de"]),
        (parse.us_state, ["MA", "dc", "PR"]),
        (parse.zone, ["America/New_York", "Asia/Kathmandu", "UTC"]),
        (parse.resource_kind, ["exam room", "MRI", "room-2"]),
    ],
)
def test_good_values_are_taken(check: Callable[[Any], Any], good: list[str]) -> None:
    for value in good:
        assert check(value).lower() == value.lower()


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (parse.email, ["ana", "ana@", "@example.org", "a b@example.org", "ana@example.org\0", "x" * 250 + "@example.org"]),
        (parse.web_address, ["example.org", "javascript:alert(1)", "ftp://example.org", "https://", "https://[bad", "http://a b"]),
        (parse.language, ["", "english", "EN", "e", "en_US", "en-"]),
        (parse.country, ["", "USA", "1A", "ÄÖ"]),
        (parse.us_state, ["", "XX", "Massachusetts"]),
        (parse.zone, ["", "Mars/Olympus", "america/new_york", "../../etc/passwd", "Eastern"]),
        (parse.resource_kind, ["", "-", "a  b", "röntgen", "<b>", "x" * 65]),
        (parse.degrees(90), [90.1, -91, "42", True, float("nan"), float("inf")]),
        (parse.local_date, [date(1999, 12, 31), date(2200, 1, 1), "2026-01-01", None]),
        (parse.window, [(-1, 60), (1440, 60), (0, 1441), (60,), (1, 2, 3), "ab", None, (540.5, 600), (True, 60)]),
        (parse.whole(1, 5), [0, 6, "3", 2.5, None, True, 10**30]),
        (parse.switch, [0, 1, "yes", None]),
    ],
)  # fmt: skip
def test_bad_values_are_refused_with_what_to_do(check: Callable[[Any], Any], bad: list[Any]) -> None:
    for value in bad:
        with pytest.raises(ValueError, match=r"^\w.{5,}\.$"):
            check(value)


@pytest.mark.parametrize("bad", ["a\0b", "a\x07", "a\nb", "\ud800", "x" * 201, 7, None])
def test_text_of_one_line_has_no_control_characters_and_an_end(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"take out|at most|enter text"):
        parse.name(bad)


def test_text_loses_signs_that_nobody_sees_and_that_turn_a_page_around() -> None:
    assert parse.text(20)("\u202e Dr. Ana\u200b ") == "Dr. Ana"
    with pytest.raises(ValueError, match="fill this in"):
        parse.text(20, required=True)("\u202e\u2066 ")


def test_text_keeps_emoji_scripts_and_markup_as_they_are() -> None:
    for text in ("Dr. Zoë 🩺 O'Néill", "陈美", "<script>alert(1)</script>", "👩‍⚕️"):
        assert parse.name(text) == text


def test_prose_may_have_lines_but_no_nul() -> None:
    assert parse.prose("one\r\ntwo\n") == "one\ntwo"
    with pytest.raises(ValueError, match="take out"):
        parse.prose("one\0")
    with pytest.raises(ValueError, match="at most 5000"):
        parse.prose("x" * 100_000)


def test_postal_codes_of_the_usa_have_five_or_nine_digits() -> None:
    assert parse.postal_code("02115", "US") == "02115"
    assert parse.postal_code("02115-1234", "US") == "02115-1234"
    assert parse.postal_code("SW1A 1AA", "GB") == "SW1A 1AA"
    for code, country in (("2115", "US"), ("SW1A 1AA", "US"), ("０2115", "US"), ("<b>", "GB")):
        with pytest.raises(ValueError, match="postal code"):
            parse.postal_code(code, country)
