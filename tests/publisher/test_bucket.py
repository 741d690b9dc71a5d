"""Static copies in a bucket: a real client against a server of the S3 protocol on loopback."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from http.client import HTTPMessage
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from scheduler.publisher.targets import CopyFailed, target_for
from tests.publisher import clinic
from tests.publisher.clinic import FIRST, FLU, SKIN
from tests.publisher.copies import PENDING, Reader, whole
from tests.publisher.reading import read
from tests.publisher.test_static import live, publish
from tests.support.times import Clock

TO = "s3://feeds/our/fhir"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an empty store."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def base(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The bucket ``feeds`` is there and empty; where its prefix is served."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    ask(f"{endpoint}/feeds", "PUT")
    yield f"{endpoint}/feeds/our/fhir"
    ask(f"{endpoint}/moto-api/reset", "POST")


@pytest.fixture
def app(sqlite_app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


def ask(url: str, method: str) -> tuple[HTTPMessage, bytes]:
    request = Request(url, method=method, headers={"Authorization": "of a test"})
    with urlopen(request, timeout=30) as answer:
        return answer.headers, answer.read()


def test_a_bucket_holds_what_the_live_feed_holds(app: Flask, base: str) -> None:
    publish(app, target_for(TO), base)
    assert whole(base) == live(app)


def test_objects_say_what_they_are_and_how_long_they_last(app: Flask, base: str) -> None:
    publish(app, target_for(TO), base)
    for name in ("$bulk-publish", "2021/$bulk-publish"):
        root, _ = ask(f"{base}/{name}", "GET")
        assert root["Content-Type"] == "application/json"
        assert root["Cache-Control"] == "public, max-age=60, s-maxage=0"
    name = next(iter(read(app).manifest["output"]))["url"].rpartition("/")[2]
    file, body = ask(f"{base}/files/{name}", "GET")
    assert (file["Content-Type"], file["Content-Encoding"]) == ("application/fhir+ndjson", "gzip")
    assert file["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(body).startswith(b'{"resourceType"')


def test_files_may_be_plain(app: Flask, base: str) -> None:
    publish(app, target_for(TO, plain=True), base)
    entry = read(app).manifest["output"][0]
    file, body = ask(f"{base}/files/{entry['url'].rpartition('/')[2]}", "GET")
    assert "Content-Encoding" not in file
    assert len(body) == entry["fileSize"]


def test_a_second_run_adds_what_changed_and_leads_there(app: Flask, base: str) -> None:
    publish(app, target_for(TO), base)
    assert publish(app, target_for(TO), base).manifests == 0
    reader = Reader(base)
    reader.begin()
    clinic.book(app, SKIN, FIRST)
    read(app)
    clinic.book(app, FLU, FIRST)
    done = publish(app, target_for(TO), base)
    # two pages, the old stub and the new, two roots
    assert (done.manifests, done.removed) == (6, 0)
    assert reader.follow() == PENDING
    assert reader.held == whole(base) == live(app)


def test_what_left_is_removed_after_the_grace(app: Flask, base: str, frozen: Clock) -> None:
    publish(app, target_for(TO), base)
    before = set(target_for(TO).names())
    frozen.forward(hours=30)
    assert publish(app, target_for(TO), base).removed == 0
    frozen.forward(hours=24)
    done = publish(app, target_for(TO), base)
    after = set(target_for(TO).names())
    assert len(before - after) >= done.removed > 0
    assert whole(base) == live(app)


def test_nothing_outside_the_prefix_is_touched(app: Flask, base: str, endpoint: str) -> None:
    data = b'{"mine":1}'
    other = target_for("s3://feeds/our/fhir2")
    other.names()
    other.put("after/1.json", data, "no-store")
    publish(app, target_for(TO), base, hours=0)
    assert ask(f"{endpoint}/feeds/our/fhir2/after/1.json", "GET")[1] == data


def test_a_bucket_that_is_not_there_is_a_sentence(app: Flask, base: str) -> None:
    with pytest.raises(CopyFailed, match="can't be written") as caught:
        publish(app, target_for("s3://nobody/fhir"), base)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
