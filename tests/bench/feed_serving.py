"""Workload W3: the feed's own server, with its look into the database, against nginx with the same files.

One process serves on one core, wrk asks from the other with 32 connections. Targets: a manifest that has not changed (304),
the manifest, and a file of 5 MB, both gzipped.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scheduler import clock, create_app
from scheduler.db import db
from scheduler.publisher.files import Store
from tests.bench import feed_clinic, feed_workload
from tests.bench.feed_cold import lines_in
from tests.bench.feed_publish import must, publish
from tests.bench.turns import Rounds, Row, row, take_turns
from tests.support.apps import SECRET, environ_for, settings_for
from tests.support.databases import PostgresTemplates, SqliteTemplates
from tests.support.postgres import postgres_server
from tests.support.servers import free_port, launch, start_server

SECONDS, CONNECTIONS = 2, 32
FILE_BYTES = 5_000_000
TARGETS = ("304", "manifest", "file")
GOALS = {
    ("nginx", "304"): 0.45,
    ("nginx", "manifest"): 0.45,
    ("nginx", "file"): 0.40,
    ("flask", "304"): 6,
}
WHAT = {"nginx": "nginx", "flask": "a Flask view in granian", "postgres": "ours on PostgreSQL"}
PROGRAMS = {"nginx": "nginx-light", "wrk": "wrk"}
NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port};
    root {folder};
    default_type application/json;
    gzip_static always;
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A server's address and its two paths."""

    url: str
    manifest: str
    file: str

    def path(self, target: str) -> str:
        return self.url + (self.file if target == "file" else self.manifest)


def serving(rounds: int, schedules: int, seconds: int = SECONDS) -> list[Row]:
    """All targets of all servers in turns; nothing where nginx or wrk is missing."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program, path=_PATH) is None]
    if missing:
        print(f"left out: serving: install {' and '.join(missing)}")
        return []
    cores = sorted(os.sched_getaffinity(0))
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        stack.callback(os.sched_setaffinity, 0, cores)
        os.sched_setaffinity(0, cores[:1])
        text = some_text()
        servers = {
            "ours": stack.enter_context(ours(folder / "sqlite", "sqlite", schedules, text)),
            "postgres": stack.enter_context(ours(folder / "postgres", "postgresql", schedules, text)),
        }
        copy(servers["ours"], folder / "static")
        servers["nginx"] = stack.enter_context(nginx(folder / "static"))
        servers["flask"] = stack.enter_context(flask(folder / "static"))
        os.sched_setaffinity(0, cores[-1:])
        for target in TARGETS:
            check(servers, target)
            turns = {name: turn(one, target, seconds) for name, one in servers.items()}
            measured = take_turns(turns, rounds)
            rows += lines(measured, target)
    return rows


def lines(measured: Rounds, target: str) -> list[Row]:
    made = [
        row(f"{target}: {WHAT[name]}", measured, "ours", name, GOALS.get((name, target)))
        for name in ("nginx", "flask")
    ]
    if target != "file":
        made.append(row(f"{target}, ours on PostgreSQL: nginx", measured, "postgres", "nginx"))
    return made


def turn(server: Served, target: str, seconds: int) -> Callable[[float], float]:
    return lambda _: asked(server, target, seconds)


def asked(server: Served, target: str, seconds: int) -> float:
    """Seconds an answer, as wrk counts them."""
    unchanged = ["-H", f"If-None-Match: {tag_of(server)}"] if target == "304" else []
    return an_answer(server.path(target), CONNECTIONS, seconds, *unchanged)


def an_answer(url: str, connections: int, seconds: int, *options: str) -> float:
    """Seconds an answer of ``url``, as wrk counts them."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", *options]
    said = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    must(found is not None and "Non-2xx" not in said and "Socket errors" not in said, f"wrk says: {said}")
    assert found is not None
    return 1 / max(float(found[1]), 1e-9)


def get(url: str, **headers: str) -> tuple[int, bytes, str]:
    """Status, body and entity tag."""
    asking = urllib.request.Request(url, headers={"Accept-Encoding": "gzip", **headers})
    try:
        with urllib.request.urlopen(asking, timeout=120) as answer:
            return answer.status, answer.read(), answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["ETag"]


def tag_of(server: Served) -> str:
    return get(server.path("manifest"))[2]


def check(servers: dict[str, Served], target: str) -> None:
    """Everybody sends the same, or rightly says that nothing changed."""
    for name, server in servers.items():
        if target == "304":
            status, body, _ = get(server.path(target), **{"If-None-Match": tag_of(server)})
            must((status, body) == (304, b""), f"{name} sends what has not changed")
        elif name != "postgres" or target == "file":
            mine = get(servers["ours"].path(target))[1]
            must(get(server.path(target))[:2] == (200, mine), f"{name} sends another {target}")
            must(mine[:2] == b"\x1f\x8b", f"{name} sends the {target} without gzip")


def some_text() -> bytes:
    """Lines of slots, about as many bytes as the workload wants."""
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder), feed_workload.blocks(feed_workload.cases(8)))
        found, size = [], 0
        for line in lines_in(folder):
            found.append(line + b"\n")
            size += len(line) + 1
            if size >= FILE_BYTES:
                break
    return b"".join(found)


def copy(server: Served, folder: Path) -> None:
    """The two documents as files for the others."""
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("manifest", "file"):
        body = get(server.path(name))[1]
        print(f"serving: {name} of {len(gzip.decompress(body))} bytes, {len(body)} gzipped")
        (folder / f"{name}.gz").write_bytes(body)


@contextmanager
def ours(folder: Path, kind: str, schedules: int, text: bytes) -> Iterator[Served]:
    """The product's server on a database of this kind, with the workload in it."""
    folder.mkdir()
    with ExitStack() as stack:
        if kind == "sqlite":
            url = SqliteTemplates(folder).copy(folder / "clinic.sqlite")
        else:
            postgres = stack.enter_context(postgres_server())
            url = postgres.url(PostgresTemplates(postgres, folder).copy())
        app = create_app(settings_for(url, folder))
        feed_clinic.make(app, feed_workload.cases(schedules), taken=False)
        with app.app_context():
            db.engine.dispose()
        file = Store(folder / "feed", SECRET).put("Slot", text, clock.now())
        server = start_server(environ_for(url, folder, feed_limit="0", workers="1"), folder)
        stack.callback(server.stop)
        yield Served(
            server.url.replace("localhost", "127.0.0.1"), "/fhir/$bulk-publish", f"/fhir/files/{file.name}"
        )


@contextmanager
def nginx(folder: Path) -> Iterator[Served]:
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    program = shutil.which("nginx", path=_PATH) or "nginx"
    command = [program, "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield until_ready(Served(f"http://127.0.0.1:{port}", "/manifest", "/file"))
    finally:
        process.terminate()
        process.wait()


@contextmanager
def flask(folder: Path) -> Iterator[Served]:
    port = free_port()
    process = launch({}, folder / "log", ("-m", "tests.bench.feed_flask", str(folder), str(port)))
    try:
        yield until_ready(Served(f"http://127.0.0.1:{port}", "/manifest", "/file"))
    finally:
        process.terminate()
        process.wait()


def until_ready(server: Served) -> Served:
    until_there(server.path("manifest"))
    return server


def until_there(url: str) -> str:
    """The address, once it answers."""
    for _ in range(400):
        try:
            get(url)
        except OSError:
            time.sleep(0.05)
        else:
            return url
    raise SystemExit(f"{url} does not come up")


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
