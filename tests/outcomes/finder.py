"""A fake finder: a real HTTP server on loopback that keeps what it is told, and answers as it is bid."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """A call that came: ``at`` by this machine's monotonic clock."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def said(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


class FakeFinder:
    """``answer(handler)`` answers a call; by default with 204."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.came = threading.Condition()
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: reply(handler, 204)
        finder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.path, headers, self.rfile.read(length), time.perf_counter())
                with finder.came:
                    finder.calls.append(call)
                    finder.came.notify_all()
                finder.answer(self)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/outcomes"

    @property
    def states(self) -> list[str]:
        return [call.said["state"] for call in self.calls]

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Wait until that many calls have come."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.calls) >= count, seconds), self.states


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """Answer a call in one piece."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def fake_finder() -> Iterator[FakeFinder]:
    """A finder that listens until the block ends."""
    finder = FakeFinder()
    thread = threading.Thread(target=finder.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield finder
    finally:
        finder.server.shutdown()
        thread.join()
        finder.server.server_close()


def verified(key: str, call: Call) -> bool:
    """Whether a call is signed with the key, as a finder checks it (scheduler/docs/finders.md)."""
    secret = base64.b64decode(key.removeprefix("whsec_"))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    given = [one.partition(",")[2] for one in call.headers["webhook-signature"].split()]
    return any(hmac.compare_digest(expected, one) for one in given)
