"""Read a static copy of the feed as a stranger does, over HTTP, from a server that knows nothing of feeds."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

PENDING, CLOSED = "#pending", "#closed"

Json = dict[str, Any]
Held = dict[tuple[str, str], Json]


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, as it is at any moment; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def get(url: str) -> bytes:
    """What is at an address; raises HTTPError for an answer that is none."""
    with urlopen(Request(url, headers={"Authorization": "of a test"}), timeout=30) as answer:
        body: bytes = answer.read()
        return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def lines(entries: Iterable[Json]) -> Iterator[Json]:
    """The lines of these files, each as it was listed."""
    for entry in entries:
        body = get(entry["url"])
        found = [json.loads(line) for line in body.splitlines()]
        assert (len(body), len(found)) == (entry["fileSize"], entry["count"]), entry
        assert {one["resourceType"] for one in found} == {entry["type"]}
        yield from found


class Reader:
    """A client of the copy at ``base``: reads it whole, then follows the chain. ``at`` is where it stands."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.held: Held = {}
        self.at = ""
        self.pages = 0

    def begin(self) -> Held:
        """Read everything by the root manifest."""
        url = f"{self.base}/$bulk-publish"
        root = json.loads(get(url))
        assert (root["request"], root["deleted"]) == (url, [])
        self.held = {(one["resourceType"], one["id"]): one for one in lines(root["output"])}
        list(lines(root.get("outcome", ())))
        self.at = next_of(root)
        stub = json.loads(get(self.at))
        assert (stub["request"], stub["output"], stub["deleted"]) == (self.at, [], [])
        return self.held

    def follow(self) -> str:
        """Apply every page that there is by now; how the chain ends."""
        while True:
            following = next_of(json.loads(get(self.at)))
            if following in (PENDING, CLOSED):
                return following
            page = json.loads(get(following))
            assert page["request"] == following
            for one in lines(page["output"]):
                self.held[one["resourceType"], one["id"]] = one
            for bundle in lines(page["deleted"]):
                for entry in bundle["entry"]:
                    kind, _, key = entry["request"]["url"].partition("/")
                    self.held.pop((kind, key), None)
            self.at = following
            self.pages += 1


def next_of(manifest: Json) -> str:
    """Where a manifest leads."""
    [link] = manifest["link"]
    assert link["relation"] == "next"
    return str(link["url"])


def whole(base: str) -> Held:
    """Everything that a new reader of a copy gets."""
    return Reader(base).begin()
