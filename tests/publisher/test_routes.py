"""The feed over HTTP: what a client, a browser and a shared cache get."""

from __future__ import annotations

import gzip
import json
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.publisher import clinic
from tests.publisher.reading import MANIFEST, read
from tests.support.times import Clock


@pytest.fixture
def client(sqlite_app: Flask, frozen: Clock) -> FlaskClient:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app.test_client()


def path_of_a_file(client: FlaskClient) -> str:
    url: str = read(client).manifest["output"][-1]["url"]
    return urlsplit(url).path


@pytest.mark.parametrize("path", [MANIFEST, MANIFEST + "/", "/fhir/%24bulk-publish"])
def test_the_manifest_is_at_its_address_however_it_is_written(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.data == client.get(MANIFEST, headers={"Accept": "application/json"}).data
    assert answer.json is not None
    assert answer.json["request"] == "http://localhost/fhir/$bulk-publish"


def test_shared_caches_may_not_keep_the_manifest_and_clients_get_their_hint(client: FlaskClient) -> None:
    assert client.get(MANIFEST).headers["Cache-Control"] == "public, max-age=60, s-maxage=0"


def test_a_poll_without_change_is_304_and_after_a_booking_200(client: FlaskClient) -> None:
    tag = client.get(MANIFEST).headers["ETag"]
    assert client.get(MANIFEST, headers={"If-None-Match": tag}).status_code == 304
    zipped = client.get(MANIFEST, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert client.get(MANIFEST, headers={"If-None-Match": f"W/{zipped}"}).status_code == 304
    clinic.book(client.application, clinic.SKIN, clinic.FIRST)
    assert client.get(MANIFEST, headers={"If-None-Match": tag}).status_code == 200


def test_a_poll_by_date_is_304_until_a_booking(client: FlaskClient, frozen: Clock) -> None:
    client.get(MANIFEST)
    frozen.forward(seconds=30)
    date = client.get(MANIFEST).headers["Last-Modified"]
    assert client.get(MANIFEST, headers={"If-Modified-Since": date}).status_code == 304
    clinic.book(client.application, clinic.SKIN, clinic.FIRST)
    assert client.get(MANIFEST, headers={"If-Modified-Since": date}).status_code == 200


def test_manifest_and_files_are_zipped_for_those_who_ask(client: FlaskClient) -> None:
    for path in (MANIFEST, path_of_a_file(client)):
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] != plain.headers["ETag"]


def test_a_file_never_changes_and_may_be_kept_for_ever(client: FlaskClient) -> None:
    path = path_of_a_file(client)
    answer = client.get(path, headers={"Accept": "application/fhir+ndjson"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "application/fhir+ndjson"
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_head_has_the_headers_and_no_body(client: FlaskClient) -> None:
    for path in (MANIFEST, path_of_a_file(client)):
        whole, head = client.get(path), client.head(path)
        assert head.data == b""
        for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control"):
            assert head.headers[name] == whole.headers[name]


def test_any_web_page_may_read_it(client: FlaskClient) -> None:
    origin = {"Origin": "https://finder.example.org"}
    for path in (MANIFEST, path_of_a_file(client)):
        answer = client.get(path, headers=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        asked = client.options(
            path,
            headers={
                **origin,
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        assert asked.status_code == 204
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in asked.headers["Access-Control-Allow-Methods"]
        assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]


def test_it_sets_no_cookie_and_does_not_depend_on_one(client: FlaskClient) -> None:
    for path in (MANIFEST, path_of_a_file(client)):
        for answer in (client.get(path), client.get(path, headers={"Cookie": "session=nonsense"})):
            assert "Set-Cookie" not in answer.headers
            assert "cookie" not in answer.headers["Vary"].lower()


@pytest.mark.parametrize(
    "since", ["2026-05-01T00:00:00Z", "2026-05-01T00:00:00.5-04:00", "2026-05-01T00:00:00+02:00"]
)
def test_since_an_instant_before_the_chain_gives_everything(client: FlaskClient, since: str) -> None:
    whole = client.get(MANIFEST).data
    assert client.get(MANIFEST, query_string={"_since": since}).data == whole
    assert client.get(f"{MANIFEST}?_since={since}").data == whole, "a plus sign that was not encoded"


OUTCOMES = [
    (f"{MANIFEST}?_since=yesterday", {}, 400),
    (f"{MANIFEST}?_since=", {}, 400),
    (f"{MANIFEST}?_since=%00", {}, 400),
    (MANIFEST, {"Accept": "text/html"}, 406),
    ("/fhir/files/Slot-" + "0" * 32 + ".ndjson", {}, 404),
    ("/fhir/files/Slot-" + "0" * 32 + ".ndjson", {"Accept": "text/html"}, 404),
    ("/fhir/files/..%2f..%2fsecret", {}, 404),
    ("/fhir/files/lock", {}, 404),
    ("/fhir/files/" + "a" * 900, {}, 404),
    ("/fhir/Slot", {}, 404),
]


@pytest.mark.parametrize(("path", "headers", "status"), OUTCOMES)
def test_an_error_is_an_operation_outcome(
    client: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/fhir+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    made = json.loads(answer.data)
    assert made["resourceType"] == "OperationOutcome"
    assert made["issue"][0]["details"]["text"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_feed_can_only_be_read(client: FlaskClient, method: str) -> None:
    assert getattr(client, method)(MANIFEST).status_code == 405
