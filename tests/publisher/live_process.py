"""Server processes with a clock that the test sets: ``python -m tests.publisher.live_process`` (see ``live.py``).

The program loads the product once and waits. For each line of JSON on standard input it forks a server and prints its
process id and port: the product's own WSGI application on settings of the line, in which the time is what stands in the
line's clock file, read at each request. A line may also say what the server believes of its code and zone data, and that it
looks ahead as the job does.
It ends with its standard input, and every server ends with it.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from scheduler import server
from scheduler.publisher import feed_of
from tests.support.apps import RememberedRule, environ_for

_PR_SET_PDEATHSIG = 1


class _Quiet(WSGIRequestHandler):
    wbufsize = -1

    def log_request(self, *_: Any) -> None:
        """Nobody reads a line per request."""


class ToldTime:
    """WSGI: before each request the clock is set to the number in a file, epoch seconds."""

    def __init__(self, app: Callable[..., Iterable[bytes]], path: Path) -> None:
        self._app, self._path = app, path
        self._text = ""
        self._stopped: time_machine.travel | None = None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        text = self._path.read_text()
        if text != self._text:
            if self._stopped is not None:
                self._stopped.stop()
            self._stopped = time_machine.travel(float(text), tick=False)
            self._stopped.start()
            self._text = text
        return self._app(environ, start_response)


def believe(beliefs: dict[str, Any]) -> None:
    """``module:name`` to another value; ``tzdata`` to another version of the zone data."""
    for name, value in beliefs.items():
        if name == "tzdata":
            real = importlib.metadata.version
            importlib.metadata.version = partial(_version, {name: str(value)}, real)
        else:
            module, _, attribute = name.partition(":")
            setattr(importlib.import_module(module), attribute, value)


def look_ahead(app: Flask) -> None:
    """What the job does, without a pause."""
    while True:
        if not feed_of(app).look_ahead():
            time.sleep(0.02)


def _version(told: dict[str, str], real: Callable[[str], str], name: str) -> str:
    return told.get(name) or real(name)


def serve(wanted: dict[str, Any], tell: Callable[[int], None]) -> None:
    os.environ.update(wanted["environ"])
    believe(wanted["beliefs"])
    app: Any = server.wsgi()
    if wanted["ahead"]:
        threading.Thread(target=look_ahead, args=(app,), daemon=True).start()
    if wanted["clock"]:
        app = ToldTime(app, Path(wanted["clock"]))
    made = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    tell(made.server_port)
    made.serve_forever()


def fork(wanted: dict[str, Any]) -> None:
    pid = os.fork()
    if pid:
        return
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        serve(wanted, lambda port: print(json.dumps({"pid": os.getpid(), "port": port}), flush=True))
    finally:
        os._exit(1)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    Flask.url_rule_class = RememberedRule
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environ_for("sqlite:///:memory:", Path(folder)))
        server.wsgi()
    for line in sys.stdin:
        fork(json.loads(line))


if __name__ == "__main__":
    main()
