"""Programs of other people in processes of their own, installed into ``.cache/bench`` when a bench first needs them.

A worker speaks lines of JSON: the workload comes first, and it answers with its starts; then each ``{"seconds": n}``
makes it call for that long and answer with the median seconds of one call, measured inside of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "bench"


class Missing(Exception):
    """A program that can't be installed here; the bench goes on without it and says so."""


class Worker:
    """A process that computes the workload in its own way."""

    def __init__(self, command: Sequence[str | Path], work: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.starts: list[int] = self._ask(work)["starts"]

    def turn(self, slice_: float) -> float:
        """Calls for ``slice_`` seconds and gives the median seconds of one call."""
        return float(self._ask({"seconds": slice_})["seconds"])

    def stop(self) -> None:
        self._process.communicate(timeout=30)

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args!r} ended early")
        return dict(json.loads(answer))


def django_appointment(work: dict[str, Any]) -> Worker:
    """django-appointment's own slot functions. Raises Missing."""
    python = CACHE / "django" / "bin" / "python"
    if not (CACHE / "django.done").exists():
        _run([sys.executable, "-m", "venv", CACHE / "django"])
        _run(
            [
                python,
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "django-appointment>=3.12,<4",
            ]
        )
        (CACHE / "django.done").touch()
    return Worker([python, HERE / "django_slots.py"], work)


def dayjs(work: dict[str, Any]) -> Worker:
    """A zone-aware dayjs object per candidate. Raises Missing."""
    folder = CACHE / "node"
    if not (folder / "node_modules" / "dayjs").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "dayjs@1"])
    script = folder / "dayjs_slots.cjs"
    script.write_bytes((HERE / "dayjs_slots.cjs").read_bytes())
    return Worker(["node", script], work)


def _run(command: Sequence[str | Path]) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(str(error)) from error
    if done.returncode:
        raise Missing(done.stderr.strip()[-300:] or f"{command[0]} ended with {done.returncode}")
