"""The production server: prepare the installation, then serve with several processes until told to stop.

``main()`` is what ``python app.py`` runs: settings, migrations, the overlap constraint, the demo clinic, background jobs
in this process, requests in ``workers`` processes. Public names: ``main``, ``wsgi``.
It may import everything; it is imported by ``app.py`` and tests only.
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, NoReturn

from scheduler.settings import Settings, SettingsError, load, variable

if TYPE_CHECKING:
    from flask import Flask

OK, FAILED, BAD_SETTINGS = 0, 1, 2
_THREADS_PER_WORKER = 4
_WORKER_STOP_SECONDS = 30
_LOOK_SECONDS = 0.05


class CannotStart(Exception):
    """The server can't start; the text says why, in one line."""


def wsgi() -> Flask:
    """The WSGI application, with settings from the environment. Raises SettingsError."""
    from scheduler import create_app

    app = create_app()
    _leave_with_parent()
    return app


def main() -> int:
    """Prepare the installation and serve until SIGTERM or SIGINT. Returns the exit code: 0 stopped as asked, 1 could
    not start or a worker failed, 2 settings that can't be used."""
    signal.signal(signal.SIGTERM, _stop_before_serving)
    try:
        settings = _settings()
        app = _prepared_app(settings)
        return _serve(app, settings, _lines(app, settings))
    except SettingsError as error:
        return _complain(str(error), BAD_SETTINGS)
    except CannotStart as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt:
        return OK


def _settings() -> Settings:
    """Settings from the environment, checked against the machine; port 0 becomes a free port."""
    chosen = load(os.environ)
    if chosen.port == 0:
        # the workers read the environment again
        os.environ[variable("port")] = str(_free_port(chosen.host))
        chosen = load(os.environ)
    _check_port(chosen)
    return chosen


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _free_port(host: str) -> int:
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _check_port(settings: Settings) -> None:
    """The workers share the port among themselves, which would let a second server join them unnoticed."""
    with socket.socket(_family(settings.host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"Port {settings.port} is already in use: stop what listens there or set {variable('port')}."
                ) from error
            raise CannotStart(
                f"Cannot listen on {settings.host} port {settings.port} ({error.strerror}): "
                f"set {variable('host')} and {variable('port')}."
            ) from error


def _prepared_app(settings: Settings) -> Flask:
    """The application, with its database at the newest revision and safe to book in."""
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    from scheduler import create_app
    from scheduler.migrate import upgrade

    app = create_app(settings)
    try:
        if upgrade(app):
            print("The database is new or was migrated.", flush=True)
        _check_constraint(app)
    except DBAPIError as error:
        reason = next(iter(str(error.orig).splitlines()), type(error.orig).__name__)
        raise CannotStart(f"Cannot use the database ({reason}): see {variable('database_url')}.") from error
    except CommandError as error:
        raise CannotStart(f"The database does not fit this version of the program ({error}).") from error
    return app


def _check_constraint(app: Flask) -> None:
    from scheduler.db import transaction
    from scheduler.models.constraints import overlap_is_refused

    with app.app_context(), transaction() as session:
        refused = overlap_is_refused(session.connection())
    if not refused:
        raise CannotStart(
            "The database lets bookings overlap: its constraint is missing. Run `flask doctor`."
        )


def _lines(app: Flask, settings: Settings) -> list[str]:
    """What is printed once the server answers. Loads the demo clinic when it may."""
    lines = [
        f"Scheduler is ready: {settings.public_url}",
        f"Feed:               {settings.feed_url}",
        f"Data:               {settings.data_dir}",
    ]
    if settings.demo:
        lines += _demo_lines(app, settings)
    lines += _welcome_lines(app, settings)
    if settings.jobs == "off":
        lines += ["", "Background jobs are off here: run `flask jobs run` somewhere, or no mail is sent."]
    return [*lines, "", "Stop with Ctrl+C or kill."]


def _welcome_lines(app: Flask, settings: Settings) -> list[str]:
    """How to begin, where there is no clinic yet."""
    from scheduler.accounts.welcome import welcome_url

    if not _is_new(app):
        return []
    return [
        "",
        "There is no clinic yet. Set yours up in a browser; this link works once:",
        f"  {welcome_url(settings)}",
    ]


def _is_new(app: Flask) -> bool:
    from sqlalchemy import select

    from scheduler.db import snapshot
    from scheduler.models import Organization

    with app.app_context(), snapshot() as session:
        return session.scalars(select(Organization.id).limit(1)).first() is None


def _demo_lines(app: Flask, settings: Settings) -> list[str]:
    """Load the demo clinic into an empty database. How to sign in to it; nothing where there are other clinics."""
    from scheduler import demo

    if _is_new(app):
        print("Loading the demo clinic; this takes some seconds.", flush=True)
    signs = demo.load(app)
    if signs is None:
        return []
    return [
        "",
        "This is a demo clinic: nothing in it is real.",
        f"Sign in:            {settings.public_url}/sign-in, password {signs.password}",
        *(f"  {role:<17} {email}" for role, email in signs.users),
    ]


def _serve(app: Flask, settings: Settings, lines: list[str]) -> int:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from scheduler.jobs import Runner

    # a forked worker would inherit this process's connections and the locks of its threads
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "scheduler.server:wsgi",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=_THREADS_PER_WORKER,
        respawn_failed_workers=True,
        workers_kill_timeout=_WORKER_STOP_SECONDS,
        log_level=LogLevels.warning,
        websockets=False,
    )
    runner = Runner(app) if settings.jobs == "inside" else None
    stopped = threading.Event()
    threading.Thread(target=_announce, args=(settings, lines, stopped.is_set), daemon=True).start()
    try:
        if runner is not None:
            runner.start()
        server.serve()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED
    finally:
        stopped.set()
        if runner is not None:
            runner.stop()
    print("Stopped.", flush=True)
    return OK


def _announce(settings: Settings, lines: list[str], stopped: Callable[[], bool]) -> None:
    """Print the lines as soon as a worker listens."""
    while not stopped():
        if _listening(settings):
            print(*lines, sep="\n", flush=True)
            return
        time.sleep(_LOOK_SECONDS)


def _listening(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        socket.create_connection((host, settings.port), timeout=1).close()
    except OSError:
        return False
    return True


def _leave_with_parent() -> None:
    """In a worker: stop when the server's process is gone, so that no worker keeps the port after a `kill -9`."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        # The main thread alone runs what answers a signal; one that another thread takes does not wake it.
        main = threading.main_thread().ident or 0
        for _ in range(_WORKER_STOP_SECONDS):
            signal.pthread_kill(main, signal.SIGTERM)
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _stop_before_serving(*_: object) -> NoReturn:
    raise SystemExit(OK)


def _complain(sentence: str, code: int) -> int:
    print(f"Cannot start. {sentence}", file=sys.stderr, flush=True)
    logging.shutdown()
    return code
