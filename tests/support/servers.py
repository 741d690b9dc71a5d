"""The production server as a process of its own, started as README says: ``python app.py``."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 180
_STOP_SECONDS = 60


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """This process's variables without settings of the product, plus ``environ``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCHEDULER_")}
    return {**kept, "PYTHONUNBUFFERED": "1", **environ}


class Server:
    """A started server: ``url``, its process, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self.log = log

    @property
    def output(self) -> str:
        """What the server printed, standard output and error together."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> bytes:
        """The body of a GET. Raises HTTPError for an answer of 400 or above."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            body: bytes = answer.read()
            return body

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask the server to stop and wait for it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            return self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"the server did not stop:\n{self.output}") from None

    def kill(self) -> None:
        """End the server and its workers at once, as ``kill -9`` or a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_STOP_SECONDS)


def launch(
    environ: Mapping[str, str], log: Path, program: tuple[str, ...] = ("app.py",)
) -> subprocess.Popen[str]:
    """Start ``python app.py`` with these settings and don't wait; output goes to the file ``log``."""
    with open(log, "ab") as log_file:
        return subprocess.Popen(
            [sys.executable, *program],
            cwd=ROOT,
            env=clean_environ(environ),
            stdout=log_file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )


def start_server(environ: Mapping[str, str], folder: Path, program: tuple[str, ...] = ("app.py",)) -> Server:
    """Start the server on a free port (or on ``SCHEDULER_PORT``) and wait until it answers.

    ``environ`` are settings, as ``apps.environ_for`` makes them; ``folder`` gets the file of what it prints.
    The caller stops it. Raises RuntimeError, with what it printed, when it doesn't come up.
    """
    port = int(environ.get("SCHEDULER_PORT") or free_port())
    url = f"http://localhost:{port}"
    log = folder / f"server-{port}.log"
    values = {"SCHEDULER_PORT": str(port), **environ}
    if values.get("SCHEDULER_PUBLIC_URL") in (None, "http://localhost"):
        values["SCHEDULER_PUBLIC_URL"] = url
    server = Server(launch(values, log, program), url, log)
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(f"http://127.0.0.1:{port}/"):
        if server.process.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise RuntimeError(f"the server did not start:\n{server.output}")
        time.sleep(0.05)
    return server


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=30).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
