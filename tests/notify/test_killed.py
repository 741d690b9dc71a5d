"""kill -9 of a real process that delivers: the mail comes exactly once, or twice as one message that a program shows once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from scheduler import clock
from scheduler.jobs.runner import deliver
from scheduler.notify import outbox
from tests.factories import make_appointment, make_clinic
from tests.notify.mailbox import rows
from tests.notify.smtp import smtp_server
from tests.support.apps import environ_for
from tests.support.servers import free_port, launch
from tests.support.times import Clock

pytestmark = pytest.mark.processes
ONCE = ("-m", "flask", "--app", "app", "jobs", "once", "outbox")


@pytest.mark.parametrize(("moment", "copies"), [("at_recipient", 1), ("at_data", 2)])
def test_a_killed_delivery_is_made_up_for(
    make_app: Callable[..., Flask],
    sqlite_url: str,
    data_dir: Path,
    tmp_path: Path,
    frozen: Clock,
    moment: str,
    copies: int,
) -> None:
    """``at_recipient``: between commit and send. ``at_data``: between send and mark."""
    port = free_port()
    mail_url = f"smtp://127.0.0.1:{port}"
    app = make_app(sqlite_url, mail_url=mail_url)
    make_appointment(make_clinic(app))
    running: list[subprocess.Popen[Any]] = []

    def kill() -> None:
        os.kill(running[0].pid, signal.SIGKILL)
        running[0].wait(60)

    with smtp_server(port) as (post, _):
        setattr(post, moment, kill)
        running.append(launch(environ_for(sqlite_url, data_dir, mail_url=mail_url), tmp_path / "log", ONCE))
        assert running[0].wait(120) == -signal.SIGKILL, (tmp_path / "log").read_text()
        [left] = rows(app)
        assert (left.done_at, left.attempts) == (None, 1)
        setattr(post, moment, lambda: None)
        assert deliver(app) == 0, "until its lease ends, nobody else may know that it is dead"
        frozen.at(clock.now() + outbox.LEASE_SECONDS + 60)
        assert deliver(app) == 1
        assert deliver(app) == 0
    assert [mail["Message-ID"] for _, _, mail in post.arrived] == [left.message_id] * copies
    [row] = rows(app)
    assert row.done_at is not None
