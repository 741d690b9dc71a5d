"""``python app.py``, for real: what it prints, what it refuses, how it stops, and what a second start finds."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.apps import SECRET
from tests.support.databases import SqliteTemplates
from tests.support.servers import ROOT, Server, clean_environ, free_port, launch

pytestmark = pytest.mark.processes

StartServer = Callable[..., Server]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of somebody who tries it out: everything by default, but for folder, port and password."""
    return {"SCHEDULER_DATA_DIR": str(tmp_path / "kept"), "SCHEDULER_DEMO_PASSWORD": "a demo password"}


@pytest.fixture
def small(environ: dict[str, str]) -> dict[str, str]:
    """The same without the demo clinic, which takes its seconds to load, and with one worker, which takes its own."""
    return {**environ, "SCHEDULER_DEMO": "0", "SCHEDULER_WORKERS": "1"}


def _free_slots(server: Server) -> int:
    manifest = json.loads(server.get("/fhir/$bulk-publish"))
    files = [output["url"] for output in manifest["output"] if output["type"] == "Slot"]
    lines = [line for url in files for line in server.get(url.removeprefix(server.url)).splitlines()]
    return sum(json.loads(line)["status"] == "free" for line in lines)


def _wait_for_output(server: Server, text: str) -> str:
    deadline = time.monotonic() + 120
    while text not in server.output:
        assert time.monotonic() < deadline, server.output
        time.sleep(0.05)
    return server.output


def _refused(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=clean_environ(environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_first_start_says_all_that_one_needs_and_a_second_start_keeps_the_data(
    start_server: StartServer, environ: dict[str, str]
) -> None:
    first = start_server(environ)
    printed = _wait_for_output(first, "Stop with")

    assert f"Scheduler is ready: {first.url}\n" in printed
    assert f"{first.url}/fhir/$bulk-publish" in printed
    assert environ["SCHEDULER_DATA_DIR"] in printed
    assert "Loading the demo clinic" in printed
    assert "This is a demo clinic" in printed
    assert "/welcome/" not in printed
    assert "password a demo password" in printed
    assert "admin" in printed
    assert b"demo clinic" in first.get("/")
    free = _free_slots(first)
    assert free > 100
    assert first.stop() == 0
    assert "Stopped." in first.output

    port = first.url.rpartition(":")[2]
    second = start_server({**environ, "SCHEDULER_PORT": port, "SCHEDULER_WORKERS": "1"})
    printed_again = second.output.removeprefix(first.output)
    assert "migrated" not in printed_again
    assert "Loading" not in printed_again
    assert 0 < _free_slots(second) <= free
    assert b"demo clinic" in second.get("/")
    assert second.stop(signal.SIGINT) == 0


def test_without_a_clinic_it_prints_a_setup_link_that_opens(
    start_server: StartServer, small: dict[str, str]
) -> None:
    server = start_server(small)
    printed = _wait_for_output(server, "Stop with")

    assert "There is no clinic yet." in printed
    link = next(line.strip() for line in printed.splitlines() if "/welcome/" in line)
    assert link.startswith(f"{server.url}/welcome/")
    assert b"Set up your clinic" in server.get(link.removeprefix(server.url))
    assert link.rpartition("/")[2].encode() not in server.get("/")
    assert server.stop() == 0


def test_a_request_under_way_is_answered_before_the_server_stops(
    start_server: StartServer, small: dict[str, str]
) -> None:
    server = start_server(small)
    port = int(server.url.rpartition(":")[2])
    # the second half of a form is on its way when the server is told to stop
    body = b"email=nobody%40example.org&password=" + b"x" * 100
    asked = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"POST /sign-in HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    asked.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:20])
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    asked.sendall(body[20:])
    answer = http.client.HTTPResponse(asked)
    answer.begin()

    assert answer.status < 500
    assert b"</html>" in answer.read()
    asked.close()
    assert server.stop() == 0


def test_workers_end_when_the_server_is_killed_so_that_the_port_is_free_again(
    start_server: StartServer, small: dict[str, str]
) -> None:
    server = start_server({**small, "SCHEDULER_WORKERS": "2"})
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(30)
    deadline = time.monotonic() + 120
    refused = 0
    while refused < 10:  # the place of one worker that is gone refuses too, while another still listens
        try:
            urllib.request.urlopen(server.url + "/", timeout=5).close()
            refused = 0
        except OSError as error:
            # a worker that dies while it answers breaks the connection; only when all are gone is it refused
            refused = (
                refused + 1 if isinstance(getattr(error, "reason", error), ConnectionRefusedError) else 0
            )
        assert time.monotonic() < deadline, "a worker went on"
        time.sleep(0.1)

    again = start_server({**small, "SCHEDULER_PORT": server.url.rpartition(":")[2]})
    assert again.get("/")


def test_a_worker_that_dies_is_replaced(start_server: StartServer, small: dict[str, str]) -> None:
    server = start_server(small)
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    if not children.exists():
        found = subprocess.run(
            ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
        )
        ids = found.stdout.split()
    else:
        ids = children.read_text(encoding="ascii").split()
    worker = max(int(number) for number in ids)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while True:
        try:
            assert server.get("/")
            break
        except OSError:
            assert time.monotonic() < deadline, server.output
            time.sleep(0.1)
    assert server.stop() == 0


def test_two_starts_at_once_on_one_empty_folder_both_come_up(tmp_path: Path, environ: dict[str, str]) -> None:
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    ports = [free_port(), free_port()]
    started = [
        launch({**environ, "SCHEDULER_PORT": str(port), "SCHEDULER_WORKERS": "1"}, log)
        for port, log in zip(ports, logs, strict=True)
    ]
    servers = [
        Server(process, f"http://localhost:{port}", log)
        for process, port, log in zip(started, ports, logs, strict=True)
    ]
    try:
        for server in servers:
            _wait_for_output(server, "Stop with")
        with sqlite3.connect(Path(environ["SCHEDULER_DATA_DIR"]) / "scheduler.sqlite") as kept:
            assert kept.execute("SELECT count(*) FROM organization").fetchone() == (1,)
        kept.close()
        assert [server.stop() for server in servers] == [0, 0]
    finally:
        for server in servers:
            server.kill()


def test_a_port_in_use_is_said_in_one_line(
    start_server: StartServer, small: dict[str, str], tmp_path: Path
) -> None:
    server = start_server(small)
    port = server.url.rpartition(":")[2]
    other = _refused({**small, "SCHEDULER_DATA_DIR": str(tmp_path / "other"), "SCHEDULER_PORT": port})

    assert other.returncode == 1
    assert other.stdout == ""
    assert other.stderr == (
        f"Cannot start. Port {port} is already in use: stop what listens there or set SCHEDULER_PORT.\n"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SCHEDULER_PORT": "http"}, "SCHEDULER_PORT: give a whole number from 0 to 65535, not 'http'."),
        (
            {"SCHEDULER_DATABASE_URL": "oracle://db"},
            "SCHEDULER_DATABASE_URL: give a sqlite:/// or postgresql:// address.",
        ),
        ({"SCHEDULER_SECRET": "short"}, "SCHEDULER_SECRET: give at least 32 characters."),
    ],
)
def test_settings_that_cannot_be_used_end_the_start_with_one_line(
    small: dict[str, str], change: dict[str, str], sentence: str
) -> None:
    refused = _refused({**small, **change})

    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"Cannot start. {sentence}\n")


def test_a_database_that_does_not_answer_ends_the_start_with_one_line_without_the_password(
    small: dict[str, str],
) -> None:
    address = f"postgresql://clinic:unguessable@127.0.0.1:{free_port()}/clinic"
    refused = _refused(
        {**small, "SCHEDULER_DATABASE_URL": address, "SCHEDULER_SECRET": SECRET, "SCHEDULER_PORT": "0"}
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith("Cannot start. Cannot use the database (")
    assert refused.stderr.count("\n") == 1
    assert "unguessable" not in refused.stderr


def test_a_database_that_lets_bookings_overlap_is_not_served(
    sqlite_templates: SqliteTemplates, small: dict[str, str]
) -> None:
    folder = Path(small["SCHEDULER_DATA_DIR"])
    folder.mkdir()
    sqlite_templates.copy(folder / "scheduler.sqlite")
    with sqlite3.connect(folder / "scheduler.sqlite") as kept:
        triggers = [name for (name,) in kept.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            kept.execute(f'DROP TRIGGER "{name}"')
    kept.close()
    refused = _refused({**small, "SCHEDULER_PORT": "0"})

    assert triggers
    assert refused.returncode == 1
    assert "The database lets bookings overlap" in refused.stderr


def test_the_wsgi_application_is_made_once_and_only_when_asked_for(small: dict[str, str]) -> None:
    program = (
        "import app\n"
        "assert 'app' not in vars(app)\n"
        "assert app.app is app.app\n"
        "assert app.app.name == 'scheduler'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=clean_environ(small),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
