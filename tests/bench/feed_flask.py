"""An empty page and the same two documents by plain Flask views in the same server: ``python -m tests.bench.feed_flask FOLDER PORT``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask, Response, request

PACKED = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


def app() -> Flask:
    """Bytes in memory, read again when the file changes; entity tags; nothing else in the way."""
    made = Flask(__name__, static_folder=None)
    folder = Path(os.environ["BENCH_FOLDER"])
    kept: dict[str, tuple[int, bytes]] = {}

    @made.get("/")
    def empty() -> str:
        return "hello"

    @made.get("/<name>")
    def document(name: str) -> Response:
        path = folder / f"{name}.gz"
        changed = path.stat().st_mtime_ns
        if name not in kept or kept[name][0] != changed:
            kept[name] = changed, path.read_bytes()
        answer = Response(kept[name][1], headers=PACKED, content_type="application/json")
        answer.set_etag(f"{changed:x}")
        return answer.make_conditional(request)

    return made


def main() -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ["BENCH_FOLDER"] = sys.argv[1]
    Server(
        "tests.bench.feed_flask:app",
        factory=True,
        port=int(sys.argv[2]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
