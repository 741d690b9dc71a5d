"""Negotiation and conditions: encodings, Accept, entity tags, dates."""

from __future__ import annotations

import gzip
from email.utils import formatdate

import pytest
import time_machine
from flask import Request, Response
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from scheduler.publisher import responses

CHANGED = 1_795_000_000
TEXT = '{"transactionTime":"2026-11-18T11:06:40.500Z"}'


def request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(EnvironBuilder(path="/fhir/$bulk-publish", headers=Headers(named)).get_environ())


def manifest(*, age: float = 60, **headers: str) -> Response:
    """The answer ``age`` seconds after a change at half past a second."""
    with time_machine.travel(CHANGED + 0.5 + age, tick=False):
        return responses.manifest_response(request(**headers), TEXT, "tag", CHANGED * 1000 + 500, 60)


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        (None, False),
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("*", True),
        ("GZIP", True),
        ("gzip;q=0", False),
        ("br", False),
        ("identity", False),
        ("identity, gzip;q=0.5", False),
        ("identity;q=0.5, gzip", True),
        ("*;q=0", False),
        ("nonsense;q=x", False),
    ],
)
def test_gzip_is_sent_when_it_is_allowed_and_not_less_wanted(accepted: str | None, zipped: bool) -> None:
    response = manifest(Accept_Encoding=accepted) if accepted else manifest()
    assert (response.headers.get("Content-Encoding") == "gzip") is zipped
    data = gzip.decompress(response.data) if zipped else response.data
    assert data.decode() == TEXT
    assert {"Accept-Encoding", "Accept"} <= set(response.headers["Vary"].split(", "))


@pytest.mark.parametrize("accepted", ["", "*/*", "application/json", "application/*", "text/html, */*;q=0.1"])
def test_an_accept_that_lets_the_type_in_is_fine(accepted: str) -> None:
    responses.check_accept(request(Accept=accepted), responses.MANIFEST_TYPES)


@pytest.mark.parametrize(
    "accepted", ["text/html", "application/json;q=0, application/fhir+json;q=0", "image/*"]
)
def test_an_accept_that_does_not_is_refused(accepted: str) -> None:
    with pytest.raises(responses.NotAcceptable, match="application/json"):
        responses.check_accept(request(Accept=accepted), responses.MANIFEST_TYPES)


@pytest.mark.parametrize(
    "tags", ['"tag"', 'W/"tag"', '"tag-gz"', 'W/"tag-gz"', '"a", "tag"', 'W/"x" , W/"tag"', "*"]
)
def test_a_client_that_has_it_gets_304_with_a_tag_and_no_body(tags: str) -> None:
    response = manifest(If_None_Match=tags)
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == '"tag"'
    assert response.headers["Cache-Control"] == "public, max-age=60, s-maxage=0"
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("tags", ['"other"', 'W/"other", "more"', "", "nonsense", '"TAG"'])
def test_a_client_that_has_another_gets_it_whole(tags: str) -> None:
    assert manifest(If_None_Match=tags).status_code == 200


def test_the_two_encodings_have_tags_of_their_own() -> None:
    assert manifest().headers["ETag"] != manifest(Accept_Encoding="gzip").headers["ETag"]


class TestDates:
    def since(self, seconds: int, age: float = 60, **more: str) -> int:
        return manifest(
            age=age, If_Modified_Since=formatdate(CHANGED + seconds, usegmt=True), **more
        ).status_code

    def test_the_date_is_that_of_the_last_change_rounded_up(self) -> None:
        assert manifest().headers["Last-Modified"] == formatdate(CHANGED + 1, usegmt=True)

    def test_a_copy_of_that_date_or_later_is_the_same(self) -> None:
        assert self.since(1) == self.since(100) == 304

    def test_a_copy_of_the_second_in_which_it_changed_may_be_older(self) -> None:
        assert self.since(0) == 200

    def test_a_change_of_the_last_two_seconds_has_no_date(self) -> None:
        assert "Last-Modified" not in manifest(age=1.9).headers
        assert self.since(1, age=1.9) == 200
        assert self.since(1, age=2) == 304

    def test_a_tag_beats_a_date(self) -> None:
        assert self.since(100, If_None_Match='"other"') == 200

    @pytest.mark.parametrize("text", ["", "yesterday", "2026-11-18", "Wed, 99 Nov 2026 11:06:41 GMT", "\x01"])
    def test_what_is_no_date_is_as_if_it_were_not_there(self, text: str) -> None:
        assert manifest(If_Modified_Since=text).status_code == 200


def test_a_file_may_be_kept_for_ever() -> None:
    response = responses.file_response(request(), b"{}\n", "Slot-1", zipped=False)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "application/fhir+ndjson"
    assert (
        responses.file_response(
            request(If_None_Match='"Slot-1"'), b"{}\n", "Slot-1", zipped=False
        ).status_code
        == 304
    )
