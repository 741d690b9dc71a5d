"""Addresses, queries, errors, limits: which request is answered by what."""

from __future__ import annotations

import logging
from typing import Any
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import SchedulerError
from tests.publisher.http.asking import CHANGED_MS, FILE, FILE_NAME, LOST, MANIFEST, Asker, environ
from tests.publisher.http.test_negotiate import HEADER


class Unavailable(SchedulerError):
    code = "feed-unavailable"
    status = 503


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (MANIFEST, ("manifest", None)),
        (MANIFEST + "/", ("manifest", None)),
        ("/fhir/%24bulk-publish", ("manifest", None)),
        ("/fhir/2021/$bulk-publish", ("manifest 2021", None)),
        ("/fhir/2021/%24bulk-publish/", ("manifest 2021", None)),
        (MANIFEST + "/after/0", ("stub", 0)),
        (MANIFEST + "/after/17/", ("stub", 17)),
        (MANIFEST + "/page/123456", ("page", 123456)),
        (FILE, ("file", FILE_NAME)),
    ],
)
def test_an_address_is_asked_of_the_feed(ask: Asker, path: str, asked: tuple[str, Any]) -> None:
    assert ask(path).status == 200
    assert ask.feed.asked == [asked]


@pytest.mark.parametrize("path", ["/", "/console", "/fhir", "/fhirs", "", "/FHIR/$bulk-publish"])
def test_other_addresses_are_for_the_application_behind(ask: Asker, path: str) -> None:
    got = ask(path, "POST")
    assert (got.status, got.body) == (200, b"elsewhere")


def test_the_path_is_the_one_below_where_the_application_is_mounted(ask: Asker) -> None:
    asked = environ(MANIFEST) | {"SCRIPT_NAME": "/clinic"}
    assert ask.send(asked).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/",
        "/fhir/Slot",
        "/fhir//$bulk-publish",
        "/fhir/$bulk-publish/x",
        "/fhir/$bulk-publish/page/",
        "/fhir/$bulk-publish/page/-1",
        "/fhir/$bulk-publish/page/007",
        "/fhir/$bulk-publish/page/1x",
        "/fhir/$bulk-publish/page/1%0a",
        "/fhir/$bulk-publish/page/%d9%a1",
        "/fhir/$bulk-publish/page/" + "9" * 5000,
        "/fhir/2020/$bulk-publish",
        "/fhir/files/",
        "/fhir/files/lock",
        "/fhir/files/..%2f..%2fsecret.ndjson",
        "/fhir/files/../secret.ndjson",
        "/fhir/files/a%00.ndjson",
        "/fhir/files/a.ndjson.gz",
        "/fhir/files/%ff.ndjson",
        "/fhir/files/" + "a" * 5000 + ".ndjson",
    ],
)
def test_an_address_that_cannot_be_is_404_and_never_reaches_the_feed(ask: Asker, path: str) -> None:
    got = ask(path)
    assert got.status == 404
    assert got.outcome["code"] == "not-found"
    assert ask.feed.asked == []


def test_a_file_that_never_was_is_404_and_one_that_was_dropped_410(ask: Asker) -> None:
    assert ask("/fhir/files/Other-1.ndjson").outcome["code"] == "not-found"
    got = ask(LOST)
    assert (got.status, got.outcome["code"]) == (410, "deleted")
    assert "Read the manifest again" in got.outcome["details"]["text"]


@pytest.mark.parametrize(
    "since",
    [
        "2026-11-18T11:06:40.500Z",
        "2026-11-18T11:06:40.5%2B00:00",
        "2026-11-18T12:06:40.500+01:00",
        "2026-11-18T06%3A06%3A40.500-05:00&other=1&other=2&",
        "2026-11-18T11:06:40.500Z&x=%C3%A9",
    ],
)
def test_since_is_an_instant_with_any_offset_and_other_parameters_are_passed_over(
    ask: Asker, since: str
) -> None:
    assert ask(f"{MANIFEST}?_since={since}").status == 200
    assert ask(f"{MANIFEST}?_type=Slot&%5Fsince={since}").status == 200
    assert ask.feed.asked == [("manifest", CHANGED_MS)] * 2


@pytest.mark.parametrize(
    "query",
    [
        "_since=",
        "_since",
        "_since=yesterday",
        "_since=9999",
        "_since=2026-11-18",
        "_since=2026-11-18T11:06:40",
        "_since=2026-13-18T11:06:40Z",
        "_since=0000-01-01T00:00:00Z",
        "_since=2026-11-18T11:06:40Z&_since=2026-11-18T11:06:40Z",
        "_since=%00",
        "a=%00",
        "%00",
        "a=%ff",
        "a=\xff",
        "a=\u2028",
        "a=" + "1" * 2048,
        "&".join("a" for _ in range(1500)),
    ],
)
def test_a_query_that_no_client_means_is_400(ask: Asker, query: str) -> None:
    got = ask.send(environ(MANIFEST) | {"QUERY_STRING": query})
    assert (got.status, got.outcome["code"]) == (400, "invalid")
    assert ask.feed.asked == []


def test_the_sentence_names_the_parameter_and_a_right_value(ask: Asker) -> None:
    said = ask(f"{MANIFEST}?_since=yesterday").outcome["details"]["text"]
    assert said == "_since: give one instant such as 2026-11-24T14:30:00Z."


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE", "get"])
def test_the_feed_can_only_be_read(ask: Asker, method: str) -> None:
    got = ask(MANIFEST, method)
    assert (got.status, got.outcome["code"]) == (405, "not-supported")
    assert got.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert ask.feed.asked == []


@pytest.mark.parametrize("path", [MANIFEST, FILE, "/fhir/Slot"])
def test_a_browser_that_asks_first_may_send_its_request(ask: Asker, path: str) -> None:
    got = ask(path, "OPTIONS", origin="https://finder.example.org", access_control_request_method="GET")
    assert (got.status, got.body) == (204, b"")
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in got.headers["Access-Control-Allow-Methods"]
    assert {"If-None-Match", "If-Modified-Since", "Range", "Accept"} <= set(
        got.headers["Access-Control-Allow-Headers"].split(", ")
    )


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/fhir/x", "GET", 404),
        (LOST, "GET", 410),
        (MANIFEST, "PUT", 405),
        (f"{MANIFEST}?_since=x", "GET", 400),
    ],
)
def test_any_web_page_can_read_an_error_and_no_cache_keeps_it(
    ask: Asker, path: str, method: str, status: int
) -> None:
    got = ask(path, method)
    assert got.status == status
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in got.headers["Access-Control-Expose-Headers"]
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Content-Length"] == str(len(got.body))


def test_head_of_an_error_has_its_headers_alone(ask: Asker) -> None:
    assert ask(LOST, "HEAD").body == b""
    assert ask(LOST, "HEAD").headers == ask(LOST).headers


def test_a_feed_that_is_not_there_now_says_when_to_come_again(ask: Asker) -> None:
    ask.feed.broken = Unavailable("The feed can't be made just now.")
    got = ask()
    assert (got.status, got.outcome["code"], got.headers["Retry-After"]) == (503, "transient", "5")
    assert got.outcome["details"]["text"].startswith("The feed can't be made just now. Reference: ")


def test_a_fault_nobody_foresaw_is_500_and_the_log_finds_it_without_telling_its_text(
    ask: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    ask.feed.broken = RuntimeError("patient Jane Doe")
    with caplog.at_level(logging.ERROR):
        got = ask(f"{MANIFEST}?_since=2026-11-24T14:30:00Z&name=Jane")
    assert (got.status, got.outcome["severity"], got.outcome["code"]) == (500, "fatal", "exception")
    reference = got.outcome["details"]["text"].rpartition(" ")[2]
    assert f"reference {reference}: RuntimeError in GET '/fhir/$bulk-publish'" in caplog.text
    assert "in manifest" in caplog.text, "the place in the code"
    assert "Jane" not in caplog.text + got.body.decode()
    assert "_since" not in caplog.text


class TestLimits:
    def test_a_poller_far_above_the_rate_gets_429_and_when_to_come_again(self) -> None:
        ask = Asker(limit=3)
        assert [ask().status for _ in range(4)] == [200, 200, 200, 429]
        got = ask(if_none_match='"m1"')
        assert (got.status, got.outcome["code"]) == (429, "throttled")
        assert 1 <= int(got.headers["Retry-After"]) <= 20
        assert len(ask.feed.asked) == 3

    def test_files_have_a_budget_of_their_own_ten_times_as_large(self) -> None:
        ask = Asker(limit=2)
        assert [ask(FILE).status for _ in range(21)] == [200] * 20 + [429]
        assert ask(MANIFEST + "/page/1").status == ask(MANIFEST).status == 200
        assert ask(MANIFEST + "/after/1").status == 429

    def test_another_client_and_the_pages_for_people_are_not_slowed_down(self) -> None:
        ask = Asker(limit=1)
        ask()
        assert ask().status == 429
        assert ask.send(environ(MANIFEST) | {"REMOTE_ADDR": "192.0.2.2"}).status == 200
        assert ask("/console").status == 200

    def test_a_server_that_names_no_client_counts_all_as_one(self) -> None:
        ask = Asker(limit=1)
        nameless = environ(MANIFEST)
        del nameless["REMOTE_ADDR"]
        assert [ask.send(nameless).status for _ in range(2)] == [200, 429]

    def test_zero_is_no_limit(self, ask: Asker) -> None:
        assert {ask().status for _ in range(1000)} == {200}


def test_headers_for_every_answer_are_on_every_answer() -> None:
    ask = Asker(more=(("Strict-Transport-Security", "max-age=1"),))
    for got in (ask(), ask(if_none_match="*"), ask("/fhir/x"), ask(MANIFEST, "OPTIONS")):
        assert got.headers["Strict-Transport-Security"] == "max-age=1"


def test_a_server_may_change_the_headers_that_it_gets(ask: Asker) -> None:
    for _ in range(2):
        seen: list[Any] = []
        ask.layer(environ(MANIFEST), lambda status, headers, seen=seen: seen.append(headers))  # type: ignore[arg-type,misc]
        assert ("Server", "x") not in seen[0]
        seen[0].append(("Server", "x"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("headers", [{}, {"if_none_match": "*"}, {"range": "bytes=0-1"}])
def test_it_keeps_to_the_contract_of_wsgi(ask: Asker, method: str, headers: dict[str, str]) -> None:
    asked = environ(FILE, method, **headers)
    body = validator(ask.layer)(asked, lambda status, headers, exc_info=None: lambda data: None)
    assert len(list(body)) == 1
    body.close()  # type: ignore[attr-defined]


@given(st.text(st.characters(max_codepoint=255), max_size=80), HEADER)
def test_no_address_is_so_odd_that_the_fault_is_ours(path: str, query: str) -> None:
    ask = Asker()
    for tail in (path, "$bulk-publish" + path, "files/" + path, "$bulk-publish/page/" + path):
        asked = environ("/") | {"PATH_INFO": "/fhir/" + tail, "QUERY_STRING": query}
        assert ask.send(asked).status in {200, 400, 404, 410}


@given(HEADER)
def test_no_value_of_since_is_so_odd_that_the_fault_is_ours(value: str) -> None:
    asked = environ(MANIFEST) | {"QUERY_STRING": "_since=" + value}
    assert Asker().send(asked).status in {200, 400}
