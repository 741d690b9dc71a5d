"""What comes back for a document: encodings, conditions, ranges, HEAD."""

from __future__ import annotations

import gzip
from email.utils import formatdate

import pytest
from hypothesis import given

from tests.publisher.http.asking import CHANGED_MS, FILE, LINES, MANIFEST, TEXT, Asker
from tests.publisher.http.test_negotiate import HEADER

BOTH = pytest.mark.parametrize(("path", "content"), [(MANIFEST, TEXT), (FILE, LINES)])
OPEN_TO_ALL = (
    "ETag, Last-Modified, Cache-Control, Content-Length, Content-Range, Accept-Ranges, Retry-After, Link"
)


def date(seconds: int) -> str:
    """An HTTP date so many seconds after the second in which the manifest changed."""
    return formatdate(CHANGED_MS // 1000 + seconds, usegmt=True)


@BOTH
def test_gzip_is_the_same_content_under_another_tag(ask: Asker, path: str, content: bytes) -> None:
    plain, packed = ask(path), ask(path, accept_encoding="gzip, br")
    assert plain.body == content == gzip.decompress(packed.body)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != packed.headers["ETag"]


@BOTH
def test_an_answer_says_what_it_depends_on_and_that_anybody_may_read_it(
    ask: Asker, path: str, content: bytes
) -> None:
    for got in (ask(path), ask(path, if_none_match="*"), ask(path, range="bytes=0-1")):
        assert got.headers["Vary"] == "Accept, Accept-Encoding"
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        assert got.headers["Access-Control-Expose-Headers"] == OPEN_TO_ALL


def test_the_manifest_is_a_hint_for_clients_and_nothing_for_shared_caches(ask: Asker) -> None:
    got = ask(MANIFEST)
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Cache-Control"] == "public, max-age=60, s-maxage=0"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert ask(MANIFEST, accept="application/fhir+json").body == got.body


def test_a_file_may_be_kept_for_ever(ask: Asker) -> None:
    got = ask(FILE)
    assert got.headers["Content-Type"] == "application/fhir+ndjson"
    assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Last-Modified" not in got.headers


@pytest.mark.parametrize("path", [MANIFEST, FILE])
def test_a_client_that_takes_no_media_type_of_ours_gets_406(ask: Asker, path: str) -> None:
    got = ask(path, accept="text/html")
    assert got.status == 406
    assert got.outcome["code"] == "not-supported"
    assert got.headers["Vary"] == "Accept, Accept-Encoding"


def test_a_client_that_takes_no_encoding_of_ours_gets_406(ask: Asker) -> None:
    assert ask(accept_encoding="br, identity;q=0").status == 406
    assert ask(accept_encoding="br").status == 200


@pytest.mark.parametrize(
    "tags", ['"m1"', 'W/"m1"', '"m1-gz"', 'W/"m1-gz"', '"a", "m1"', 'W/"x" , W/"m1"', "*"]
)
def test_a_client_that_has_it_gets_304_without_a_body(ask: Asker, tags: str) -> None:
    got = ask(if_none_match=tags)
    assert (got.status, got.body) == (304, b"")
    assert got.headers["Cache-Control"] == "public, max-age=60, s-maxage=0"
    assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(got.headers)


@pytest.mark.parametrize("tags", ['"other"', 'W/"other", "more"', "", "nonsense", '"M1"'])
def test_a_client_that_has_another_gets_it_whole(ask: Asker, tags: str) -> None:
    assert ask(if_none_match=tags).body == TEXT


@pytest.mark.parametrize(
    ("tags", "encoding", "said"),
    [
        ('"m1"', "gzip", '"m1"'),
        ('"m1-gz"', "gzip", '"m1-gz"'),
        ('"m1", "m1-gz"', "gzip", '"m1-gz"'),
        ('"m1-gz", "m1"', "identity", '"m1"'),
        ("*", "gzip", '"m1-gz"'),
        ("*", "identity", '"m1"'),
    ],
)
def test_a_304_names_the_copy_that_the_client_has(ask: Asker, tags: str, encoding: str, said: str) -> None:
    got = ask(if_none_match=tags, accept_encoding=encoding)
    assert (got.status, got.headers["ETag"]) == (304, said)


def test_a_copy_in_a_form_that_the_client_does_not_take_is_not_its_copy(ask: Asker) -> None:
    assert ask(if_none_match='"m1-gz"', accept_encoding="identity").status == 200
    assert ask(if_none_match='"m1"', accept_encoding="gzip, identity;q=0").status == 200


class TestDates:
    def test_the_date_is_that_of_the_last_change_rounded_up(self, ask: Asker) -> None:
        assert ask().headers["Last-Modified"] == date(1)

    @pytest.mark.parametrize(("seconds", "status"), [(1, 304), (100, 304), (0, 200), (-100, 200)])
    def test_a_copy_of_that_date_or_later_is_the_same(self, ask: Asker, seconds: int, status: int) -> None:
        assert ask(if_modified_since=date(seconds)).status == status

    @pytest.mark.parametrize(("age_ms", "status"), [(0, 200), (1999, 200), (2000, 304)])
    def test_a_change_of_the_last_two_seconds_has_no_date(self, ask: Asker, age_ms: int, status: int) -> None:
        ask.now_ms = CHANGED_MS + age_ms
        assert ask(if_modified_since=date(1)).status == status
        assert ("Last-Modified" in ask().headers) is (status == 304)

    def test_a_tag_beats_a_date(self, ask: Asker) -> None:
        assert ask(if_modified_since=date(100), if_none_match='"other"').status == 200

    def test_what_is_no_date_is_as_if_it_were_not_there(self, ask: Asker) -> None:
        assert ask(if_modified_since="yesterday").status == 200

    def test_a_file_has_no_date(self, ask: Asker) -> None:
        assert ask(FILE, if_modified_since=date(100)).status == 200


class TestWanted:
    @pytest.mark.parametrize("tags", ['"m1"', '"m1-gz"', '"a", "m1"', "*"])
    def test_the_version_that_is_wanted_is_there(self, ask: Asker, tags: str) -> None:
        assert ask(if_match=tags).status == 200

    @pytest.mark.parametrize("tags", ['"old"', 'W/"m1"', "", "nonsense"])
    def test_another_version_than_the_one_wanted_is_412(self, ask: Asker, tags: str) -> None:
        got = ask(if_match=tags)
        assert got.status == 412
        assert got.outcome["severity"] == "error"

    def test_a_version_not_newer_than_a_date_is_there_or_412(self, ask: Asker) -> None:
        assert ask(if_unmodified_since=date(1)).status == 200
        assert ask(if_unmodified_since=date(0)).status == 412
        assert ask(if_unmodified_since="yesterday").status == 200
        assert ask(FILE, if_unmodified_since=date(0)).status == 200

    def test_a_change_too_young_for_a_date_is_newer_than_every_date(self, ask: Asker) -> None:
        ask.now_ms = CHANGED_MS + 1999
        assert ask(if_unmodified_since=date(1)).status == 412

    def test_a_tag_beats_a_date(self, ask: Asker) -> None:
        assert ask(if_unmodified_since=date(0), if_match='"m1"').status == 200


class TestRanges:
    @pytest.mark.parametrize(
        ("asked", "first", "end"),
        [
            ("0-9", 0, 10),
            ("10-", 10, len(LINES)),
            ("-7", len(LINES) - 7, len(LINES)),
            ("0-999999", 0, len(LINES)),
        ],
    )
    def test_a_part_of_a_file(self, ask: Asker, asked: str, first: int, end: int) -> None:
        got = ask(FILE, range=f"bytes={asked}")
        assert (got.status, got.body) == (206, LINES[first:end])
        assert got.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(LINES)}"
        assert got.headers["Content-Length"] == str(end - first)
        whole = ask(FILE).headers
        assert whole["Accept-Ranges"] == "bytes"
        for name in ("ETag", "Cache-Control", "Content-Type"):
            assert got.headers[name] == whole[name]

    def test_parts_of_the_gzip_form_are_parts_of_its_bytes(self, ask: Asker) -> None:
        whole = ask(FILE, accept_encoding="gzip")
        parts = [ask(FILE, accept_encoding="gzip", range=f"bytes={span}") for span in ("0-19", "20-")]
        assert b"".join(part.body for part in parts) == whole.body
        assert {part.headers["Content-Encoding"] for part in parts} == {"gzip"}
        assert {part.headers["ETag"] for part in parts} == {whole.headers["ETag"]}

    @pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0", "bytes=5-2", "bytes=x"])
    def test_a_range_without_bytes_is_416_and_says_how_many_there_are(self, ask: Asker, asked: str) -> None:
        got = ask(FILE, range=asked)
        assert got.status == 416
        assert got.headers["Content-Range"] == f"bytes */{len(LINES)}"
        assert got.outcome["severity"] == "error"

    @pytest.mark.parametrize("asked", ["lines=1-2", "bytes=0-1,4-5", ""])
    def test_a_range_that_is_none_or_more_than_one_gives_the_whole(self, ask: Asker, asked: str) -> None:
        got = ask(FILE, range=asked)
        assert (got.status, got.body) == (200, LINES)

    @pytest.mark.parametrize(
        ("condition", "status"), [('"m1"', 206), ('W/"m1"', 200), ('"m1-gz"', 200), ("x", 200), ("", 200)]
    )
    def test_a_part_is_sent_while_the_tag_is_the_same(self, ask: Asker, condition: str, status: int) -> None:
        assert ask(range="bytes=0-1", if_range=condition).status == status

    def test_a_part_is_sent_while_the_date_is_the_same(self, ask: Asker) -> None:
        assert ask(range="bytes=0-1", if_range=date(1)).status == 206
        assert ask(range="bytes=0-1", if_range=date(2)).status == 200
        ask.now_ms = CHANGED_MS
        assert ask(range="bytes=0-1", if_range=date(1)).status == 200
        assert ask(FILE, range="bytes=0-1", if_range=date(1)).status == 200

    def test_a_client_that_has_it_gets_304_and_no_part(self, ask: Asker) -> None:
        assert ask(range="bytes=0-1", if_none_match='"m1"').status == 304


@BOTH
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_head_has_the_headers_of_get_and_no_body(
    ask: Asker, path: str, content: bytes, encoding: str
) -> None:
    whole, head = ask(path, accept_encoding=encoding), ask(path, "HEAD", accept_encoding=encoding)
    assert head.body == b""
    assert head.headers == whole.headers
    assert head.headers["Content-Length"] == str(len(whole.body))


def test_head_knows_no_ranges_but_conditions(ask: Asker) -> None:
    assert ask(FILE, "HEAD", range="bytes=0-1").status == 200
    assert ask(FILE, "HEAD", if_none_match='"f1"').status == 304


@given(HEADER, HEADER, HEADER, HEADER, HEADER)
def test_no_headers_are_so_odd_that_the_fault_is_ours(
    one: str, two: str, three: str, four: str, five: str
) -> None:
    ask = Asker()
    for path in (MANIFEST, FILE):
        got = ask(path, accept=one, accept_encoding=two, if_none_match=three, range=four, if_range=five)
        assert got.status in {200, 206, 304, 406, 416}
        got = ask(path, if_match=one, if_unmodified_since=two, if_modified_since=three, range=four)
        assert got.status in {200, 206, 304, 412, 416}
