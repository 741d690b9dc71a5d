"""How the tests' own clients ask a feed, and what no answer may ever contradict. Imports nothing from ``scheduler``.

``Wire`` sends each request to any of several servers that publish one feed, in either encoding. ``Ledger`` remembers for
all clients what must stay as it was: files, what an ETag names, and how far transactionTime has come.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import random
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

MANIFEST_TYPE, FILE_TYPE = "application/json", "application/fhir+ndjson"
IMMUTABLE = {"public", "max-age=31536000", "immutable"}


class Unavailable(Exception):
    """No answer, or 503: the server at the address ``server`` is gone, is going, or asks to be asked again."""

    def __init__(self, text: str, server: str) -> None:
        super().__init__(text)
        self.server = server


@dataclass(frozen=True)
class Answer:
    """What came back; ``body`` is decoded. ``server`` is the address that answered."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    server: str

    @property
    def etag(self) -> str:
        return self.headers["ETag"] or ""

    def json(self) -> Json:
        made: Json = json.loads(self.body)
        return made


class Ledger:
    """What all clients of one feed have seen. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._named: dict[tuple[str, str], str] = {}
        self._kept: dict[str, str] = {}
        self._manifests: dict[str, str] = {}
        self._latest = ""

    def floor(self) -> str:
        """The latest transactionTime so far; ask before a request whose answer is to be ``came``."""
        with self._lock:
            return self._latest

    def named(self, answer: Answer) -> None:
        """An ETag never names two contents of an address."""
        said = digest(answer.body)
        with self._lock:
            known = self._named.setdefault((answer.url, answer.etag), said)
        assert known == said, f"{answer.etag} names two contents of {answer.url}"

    def kept(self, url: str, body: bytes) -> None:
        """What is behind an address never changes."""
        said = digest(body)
        with self._lock:
            known = self._kept.setdefault(url, said)
        assert known == said, f"{url} has changed"

    def came(self, floor: str, time: str) -> None:
        """A manifest of this transactionTime came; ``floor`` is what was known before it was asked for."""
        assert not floor or instant(time) >= instant(floor), (
            f"transactionTime went back from {floor} to {time}"
        )
        with self._lock:
            if not self._latest or instant(time) > instant(self._latest):
                self._latest = time

    def stood(self, time: str, body: bytes) -> None:
        """One transactionTime has one root manifest."""
        said = digest(body)
        with self._lock:
            known = self._manifests.setdefault(time, said)
        assert known == said, f"two manifests have the transactionTime {time}"


class Wire:
    """GET addresses below ``public_url`` from ``servers`` (each an address such as http://127.0.0.1:8000), chosen by
    ``chance``, which also chooses the encoding."""

    def __init__(
        self, public_url: str, servers: Sequence[str], ledger: Ledger, chance: random.Random
    ) -> None:
        self.public_url, self.servers, self.ledger, self.chance = public_url, servers, ledger, chance

    @property
    def root(self) -> str:
        return f"{self.public_url}/fhir/$bulk-publish"

    def get(self, url: str, etag: str = "", server: str = "") -> Answer:
        """The answer; with ``etag`` it may be 304. Raises Unavailable."""
        assert url.startswith(f"{self.public_url}/"), f"{url} is not below the public address"
        server = server or self.chance.choice(self.servers)
        wanted = {"Host": urlsplit(self.public_url).netloc}
        if self.chance.random() < 0.5:
            wanted["Accept-Encoding"] = "gzip"
        if etag:
            wanted["If-None-Match"] = etag
        answer = _ask(url, server, url.removeprefix(self.public_url), wanted)
        if answer.status == 503:
            raise Unavailable(answer.body.decode(), server)
        if answer.status == 200:
            assert answer.etag, f"{url} has no ETag"
            self.ledger.named(answer)
        if answer.status == 304:
            assert etag, f"{url} says 304 to a client that has nothing"
            assert answer.body == b""
        return answer

    def manifest(self, url: str, etag: str = "") -> Answer:
        """A manifest or 304 (or 404, 410), its kind and caching checked."""
        answer = self.get(url, etag)
        if answer.status == 200:
            assert answer.headers["Content-Type"] == MANIFEST_TYPE, url
            assert "immutable" not in directives(answer), url
            assert "s-maxage=0" in directives(answer), f"shared caches may keep {url}"
        return answer

    def file(self, entry: Json) -> list[Json]:
        """The lines of a listed file, which must be there as listed."""
        answer = self.get(entry["url"])
        assert answer.status == 200, (
            f"{entry['url']} is listed and answers {answer.status} at {answer.server}"
        )
        assert answer.headers["Content-Type"] == FILE_TYPE, entry["url"]
        assert directives(answer) == IMMUTABLE, entry["url"]
        self.ledger.kept(entry["url"], answer.body)
        assert len(answer.body) == entry["fileSize"], f"{entry['url']} has another size than listed"
        assert answer.body.endswith(b"\n"), f"{entry['url']} ends in the middle of a line"
        lines: list[Json] = [json.loads(line) for line in answer.body.decode().splitlines()]
        assert len(lines) == entry["count"] > 0, f"{entry['url']} has another count than listed"
        assert {line["resourceType"] for line in lines} == {entry["type"]}
        return lines


def _ask(url: str, server: str, path: str, headers: dict[str, str]) -> Answer:
    parts = urlsplit(server)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(str(error), server) from error
    encoding = response.headers["Content-Encoding"]
    assert encoding in (None, headers.get("Accept-Encoding")), f"{url} came as {encoding}"
    if encoding and body:
        body = gzip.decompress(body)
    return Answer(url, response.status, response.headers, body, server)


def directives(answer: Answer) -> set[str]:
    return {one.strip() for one in (answer.headers["Cache-Control"] or "").split(",")}


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} has no offset"
    return moment
