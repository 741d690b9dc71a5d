"""Reading the headers of a request."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.publisher.http.documents import FILE_MEDIA, MANIFEST_MEDIA
from scheduler.publisher.http.negotiate import (
    NOTHING,
    Encodings,
    accepts,
    byte_range,
    encodings,
    http_date,
    names,
)

GZIP, GZIP_ONLY = Encodings(zipped=True, other=True), Encodings(zipped=True, other=False)
PLAIN, PLAIN_ONLY = Encodings(zipped=False, other=True), Encodings(zipped=False, other=False)

# what headers are made of, so that the interesting cases come often
WORDS = ["gzip", "identity", "application/json", "*", "*/*", "bytes", "=", "-", "0", "99", "9" * 5000]
SIGNS = [
    ";",
    "q=",
    "q=0",
    "0.5",
    ",",
    '"',
    "W/",
    '"t"',
    "/",
    " ",
    "\t",
    "\x00",
    "Wed",
    "6",
    "Nov",
    "2026",
    "GMT",
]
HEADER = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=60),
    st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=12).map("".join),
)


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (None, PLAIN),
        ("", PLAIN_ONLY),
        ("gzip", GZIP),
        ("x-gzip", GZIP),
        ("GZIP", GZIP),
        ("gzip, deflate, br", GZIP),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", GZIP),
        ("*", GZIP),
        ("gzip;q=1, *;q=0", GZIP_ONLY),
        ("gzip, identity;q=0", GZIP_ONLY),
        ("*, identity;q=0", GZIP_ONLY),
        ("gzip;q=0", PLAIN_ONLY),
        ("*, gzip;q=0", PLAIN_ONLY),
        ("br", PLAIN_ONLY),
        ("identity", PLAIN_ONLY),
        ("identity, gzip;q=0.5", PLAIN),
        ("gzip;q=0.5, *", PLAIN),
        ("identity;q=0.5, gzip", GZIP),
        ("identity;q=0.5, *;q=0", PLAIN_ONLY),
        ("gzip;q=0.001", GZIP),
        ("gzip;q=x", PLAIN_ONLY),
        ("gzip;q=-1", PLAIN_ONLY),
        ("gzip;q=nan", PLAIN_ONLY),
        (",,gzip ; q=1 ,", GZIP),
        ("gzip" + ", br" * 1000, GZIP),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("br, identity;q=0", None),
        ("br, *;q=0", None),
    ],
)
def test_gzip_is_sent_when_it_is_allowed_and_not_less_wanted(
    header: str | None, taken: Encodings | None
) -> None:
    assert encodings(header) == taken


@pytest.mark.parametrize(
    "header",
    [
        "",
        " , ",
        "*/*",
        "application/*",
        "application/json",
        "Application/JSON",
        "application/fhir+json",
        "application/json;charset=utf-8",
        "application/json; q=0.001",
        "text/html, */*;q=0.1",
        "text/html, image/gif, *; q=.2, */*; q=.2",
        "text/html, application/json;q=x, application/fhir+json",
        "text/plain;a=b, application/json" + ", text/html" * 500,
    ],
)
def test_an_accept_lets_in_what_it_names(header: str) -> None:
    assert accepts(header, MANIFEST_MEDIA)


@pytest.mark.parametrize(
    "header",
    [
        "text/html",
        "image/*",
        "application/json;q=0, application/fhir+json;q=0.0",
        "*/*, application/*;q=0",
        "application/json;q=0, application/*;q=0, */*",
        "nonsense",
        "application/json;q=2",
        "application/jsonp",
        "\x00",
    ],
)
def test_an_accept_shuts_out_what_it_does_not_name_or_gives_no_weight(header: str) -> None:
    assert not accepts(header, MANIFEST_MEDIA)


def test_the_most_specific_range_gives_the_weight() -> None:
    assert accepts("application/json, */*;q=0", MANIFEST_MEDIA)
    assert not accepts("application/json;q=0, text/*", ("application/json",))
    assert accepts("application/x-ndjson", FILE_MEDIA)


@pytest.mark.parametrize(
    "header", ['"t"', 'W/"t"', 'w/"t"', '"a", "t"', '"a,b" , W/"t"', ',,"t",', "*", " * ", '"a""t"']
)
def test_a_list_of_tags_names_one_of_its_tags(header: str) -> None:
    assert names(header, '"t"')


@pytest.mark.parametrize(
    "header", ["", "t", '"T"', '"a"', '"t-gz"', '"a,t"', '"', 'x", "t"', '"t', "W/", '"*"']
)
def test_a_list_of_tags_does_not_name_another(header: str) -> None:
    assert not names(header, '"t"')


def test_a_weak_tag_is_not_the_same_bytes() -> None:
    assert not names('W/"t"', '"t"', weak=False)
    assert names('W/"t", "t"', '"t"', weak=False)


@pytest.mark.parametrize(
    "header",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_a_date_is_read_in_all_three_forms_of_http(header: str) -> None:
    assert http_date(header) == 784111777


@pytest.mark.parametrize(
    "header",
    [
        "",
        "yesterday",
        "2026-11-18",
        "Wed, 99 Nov 2026 11:06:41 GMT",
        "\x01",
        "Sun, 06 Nov 99999 08:49:37 GMT",
        "9" * 9999,
    ],
)
def test_what_is_no_date_is_none(header: str) -> None:
    assert http_date(header) is None


@given(st.integers(0, 4_000_000_000))
def test_every_date_that_is_sent_is_read_back(seconds: int) -> None:
    assert http_date(formatdate(seconds, usegmt=True)) == seconds


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=10-", (10, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("BYTES = 5 - 6 ", (5, 7)),
        ("bytes=000000000000000000000005-6", (5, 7)),
        ("bytes=5-" + "9" * 5000, (5, 100)),
        ("bytes=-" + "9" * 5000, (0, 100)),
        ("bytes=100-", NOTHING),
        ("bytes=100-200", NOTHING),
        ("bytes=" + "9" * 5000 + "-", NOTHING),
        ("bytes=-0", NOTHING),
        ("bytes=6-5", NOTHING),
        ("bytes=-", NOTHING),
        ("bytes=", NOTHING),
        ("bytes", None),
        ("", None),
        ("bytes=a-b", NOTHING),
        ("bytes=1-2,5-6", None),
        ("bytes=--5", NOTHING),
        ("bytes=1-2-3", NOTHING),
        ("bytes=\u00b2-", NOTHING),
        ("lines=1-2", None),
        ("bytes 0-5/100", None),
    ],
)
def test_a_range_is_read_or_passed_over(header: str, span: tuple[int, int] | None) -> None:
    assert byte_range(header, 100) == span


def test_an_empty_file_has_no_range() -> None:
    assert byte_range("bytes=0-", 0) == byte_range("bytes=-5", 0) == NOTHING


@given(HEADER)
def test_no_header_is_so_odd_that_reading_it_raises(header: str) -> None:
    accepts(header, MANIFEST_MEDIA)
    encodings(header)
    names(header, '"t"')
    names(header, '"t"', weak=False)
    http_date(header)
    byte_range(header, 100)


@given(HEADER, st.integers(0, 200))
def test_a_range_lies_within_the_file(header: str, size: int) -> None:
    span = byte_range(header, size)
    assert span is None or span == NOTHING or 0 <= span[0] < span[1] <= size
