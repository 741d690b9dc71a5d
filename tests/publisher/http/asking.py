"""A feed of four documents, and asking the layer for them. The real feed is tested where it is built."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from wsgiref.util import setup_testing_defaults

from scheduler.errors import NotFound
from scheduler.publisher.http import (
    FILE_MEDIA,
    IMMUTABLE,
    MANIFEST_MEDIA,
    Document,
    FeedLayer,
    Gone,
    polling_hint,
)

CHANGED_MS = 1_795_000_000_500
NOW_MS = CHANGED_MS + 60_000
MANIFEST = "/fhir/$bulk-publish"
FILE_NAME = "Slot-0123456789abcdef0123456789abcdef.ndjson"
FILE = f"/fhir/files/{FILE_NAME}"
LOST = "/fhir/files/Slot-ffffffffffffffffffffffffffffffff.ndjson"
LINES = b'{"resourceType":"Slot","id":"1"}\n' * 100
TEXT = b'{"transactionTime":"2026-11-18T11:06:40.500Z","output":[]}'


def manifest(**changes: Any) -> Document:
    made = {
        "tag": "m1",
        "zipped": gzip.compress(TEXT, mtime=0),
        "plain": TEXT,
        "media": MANIFEST_MEDIA,
        "cache_control": polling_hint(60),
        "modified_ms": CHANGED_MS,
    }
    return Document(**(made | changes))


def file(content: bytes = LINES, tag: str = "f1") -> Document:
    return Document(
        tag=tag, zipped=gzip.compress(content, mtime=0), media=FILE_MEDIA, cache_control=IMMUTABLE
    )


class FourDocuments:
    """A Feed. ``asked`` lists what the layer asked it for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.broken: Exception | None = None

    def manifest(self, which: str, since_ms: int | None) -> Document:
        self.asked.append((f"manifest {which}".strip(), since_ms))
        if self.broken is not None:
            raise self.broken
        return manifest()

    def stub(self, number: int) -> Document:
        self.asked.append(("stub", number))
        return manifest(tag=f"after{number}", modified_ms=None)

    def page(self, number: int) -> Document:
        self.asked.append(("page", number))
        return manifest(tag=f"page{number}", modified_ms=None)

    def file(self, name: str) -> Document:
        self.asked.append(("file", name))
        if name == FILE_NAME:
            return file()
        if name in LOST:
            raise Gone("This file is no longer kept. Read the manifest again: it lists the new ones.")
        raise NotFound("There is no such file in this feed.")


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def outcome(self) -> dict[str, Any]:
        """The one issue of an OperationOutcome."""
        made = json.loads(self.body)
        assert made["resourceType"] == "OperationOutcome"
        assert self.headers["Content-Type"] == "application/fhir+json"
        (issue,) = made["issue"]
        found: dict[str, Any] = issue
        return found


def environ(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """A WSGI environ as a server makes it: ``path`` with its query decoded as PEP 3333 says."""
    parts = urlsplit(path)
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1"),
        "QUERY_STRING": parts.query,
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.input": io.BytesIO(),
    }
    setup_testing_defaults(made)
    return made | {f"HTTP_{name.upper()}": value for name, value in headers.items()}


def elsewhere(environ: Any, start_response: Any) -> Iterable[bytes]:
    """The application behind the layer."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"elsewhere"]


class Asker:
    """A layer over ``feed``, and the time it is there."""

    def __init__(self, limit: int = 0, **options: Any) -> None:
        self.feed = FourDocuments()
        self.now_ms = NOW_MS
        self.layer = FeedLayer(elsewhere, self.feed, limit, now_ms=lambda: self.now_ms, **options)

    def __call__(self, path: str = MANIFEST, method: str = "GET", **headers: str) -> Got:
        return self.send(environ(path, method, **headers))

    def send(self, asked: dict[str, Any]) -> Got:
        """The answer to a request, checked for what holds of every one."""
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        body = self.layer(asked, lambda status, headers: begun.append((status, headers)))  # type: ignore[arg-type,return-value]
        assert isinstance(body, list)
        ((status, headers),) = begun
        assert isinstance(headers, list)
        names = [name.lower() for name, _ in headers]
        assert len(names) == len(set(names)), "no header twice"
        assert "set-cookie" not in names
        return Got(int(status.split(" ", 1)[0]), dict(headers), b"".join(body))
