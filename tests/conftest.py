"""Fixtures of every test: databases, application, clock, server, browser.

- ``database_url``: an empty, migrated database of the test's own; the test runs once on SQLite and once on PostgreSQL.
- ``app`` on it, ``sqlite_app`` for tests that need one database only; ``client``, ``runner`` and ``app_context`` for
  ``app``. Further applications: ``make_app(database_url, show_busy="1")``.
- ``demo_url``: the demo clinic on SQLite, for ``make_app(demo_url)`` or ``start_server(environ_for(demo_url, data_dir))``.
- ``frozen``: ``frozen.at("2026-06-01T09:00:00-04:00")`` stops this process's clock there.
- ``start_server``: real ``python app.py`` processes, stopped at the end of the test; ``server`` is one on SQLite.
- ``address``: ``sqlite_app`` served by the test's own process (``tests/support/served.py``: also ``sign_in``, ``come_in``).
- ``phone``, ``desktop``, ``new_page``: pages of a real browser (``tests/support/pages.py``).
- ``real_hashes``: passwords are hashed as slowly as the product does it.
- ``durable``: SQLite files of the test are written as safely as the product's; else commits don't wait for the disk.
- ``clinic``: a clinic that can be booked (``tests/factories``); ``cast``: people with their rights (``tests/people.py``).
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.pool import Pool

from scheduler import create_app, demo
from scheduler.accounts import passwords
from scheduler.db import db
from scheduler.web import assets
from tests.support.apps import (
    RememberedRule,
    environ_for,
    remembered_assets,
    remembered_statements,
    settings_for,
)
from tests.support.databases import PostgresTemplates, SqliteTemplates
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.servers import Server
from tests.support.servers import start_server as start_server_process
from tests.support.sockets import only_loopback
from tests.support.times import Clock

# each of the many processes that tests start would compile the whole program anew where the machine forbids to keep that
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = [
    "tests.support.pages",
    "tests.support.served",
    "tests.factories.fixtures",
    "tests.people",
    "tests.publisher.live",
]

DEMO_PASSWORD = "a password for the demo"
DATABASES = ("sqlite", "postgresql")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes more than there are cores: browsers, databases and servers are waited for a third of the time."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that stops reading a page happens once in thousands of pages: its test is run once more, and the output
    says so (R). What is steadily wrong is wrong the second time too."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and never in what was imported: applications come by the thousand here, and going
    through everything that lives took a fifth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What lives at the end is looked through once; pytest would do it five times more."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    with only_loopback():
        yield


@pytest.fixture(scope="session", autouse=True)
def _remembered_rules() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "url_rule_class", RememberedRule)
        patch.setattr(assets, "_read", remembered_assets(assets._read))
        yield


@pytest.fixture(scope="session", autouse=True)
def _remembered_statements() -> Iterator[None]:
    with remembered_statements():
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[PasswordHasher]:
    """Passwords of invented people are hashed with argon2id's least; gives the product's own hasher. Server processes
    keep that one."""
    real = passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield real


@pytest.fixture
def real_hashes(_quick_hashes: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed as the product does it, for tests that ask about just that."""
    monkeypatch.setattr(passwords, "_hasher", _quick_hashes)


@pytest.fixture(scope="session", autouse=True)
def _relaxed() -> Iterator[list[bool]]:
    """The test process's own SQLite files need not outlive a power cut: commits don't wait for the disk while this says
    ``[True]``. Server processes keep the product's setting."""
    relaxed = [True]

    def relax(connection: Any, record: Any, _proxy: Any) -> None:
        if relaxed[0] and isinstance(connection, sqlite3.Connection) and "relaxed" not in record.info:
            connection.execute("PRAGMA synchronous=OFF")
            record.info["relaxed"] = True

    event.listen(Pool, "checkout", relax)
    yield relaxed
    event.remove(Pool, "checkout", relax)


@pytest.fixture
def durable(_relaxed: list[bool]) -> Iterator[None]:
    """SQLite as the product sets it up, for tests that ask about just that."""
    _relaxed[0] = False
    yield
    _relaxed[0] = True


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, one per test process, started when first asked for."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_templates(
    pg_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> PostgresTemplates:
    return PostgresTemplates(pg_server, tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    return SqliteTemplates(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The data folder of the test's application."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def sqlite_url(sqlite_templates: SqliteTemplates, tmp_path: Path) -> str:
    """An empty, migrated SQLite database."""
    return sqlite_templates.copy(tmp_path / "test.sqlite")


@pytest.fixture
def postgres_url(postgres_templates: PostgresTemplates) -> Iterator[str]:
    """An empty, migrated PostgreSQL database."""
    name = postgres_templates.copy()
    yield postgres_templates.server.url(name)
    postgres_templates.server.drop(name)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database; the test runs on each kind."""
    kind = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(kind)
    return url


@pytest.fixture(scope="session")
def demo_template(sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the demo clinic, loaded once per run of the tests: the first process that asks makes it."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    made = folder / "demo.sqlite"
    with open(folder / "demo.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _load_demo(sqlite_templates, tmp_path_factory.mktemp("demo")).rename(made)
    return made


def _load_demo(sqlite_templates: SqliteTemplates, folder: Path) -> Path:
    app = create_app(
        settings_for(sqlite_templates.copy(folder / "demo.sqlite"), folder, demo_password=DEMO_PASSWORD)
    )
    demo.load(app)
    with app.app_context():
        db.engine.dispose()
    return folder / "demo.sqlite"


@pytest.fixture
def demo_url(demo_template: Path, tmp_path: Path) -> str:
    """A SQLite database with the demo clinic; its users' password is ``tests.conftest.DEMO_PASSWORD``."""
    shutil.copyfile(demo_template, tmp_path / "demo.sqlite")
    return f"sqlite:///{tmp_path / 'demo.sqlite'}"


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once per test process: each application would compile them anew."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(data_dir: Path, compiled_templates: FileSystemBytecodeCache) -> Iterator[Callable[..., Flask]]:
    """``make_app(database_url, **settings)``: an application; its connections are closed after the test."""
    made: list[Flask] = []

    def make(database_url: str, **changes: str) -> Flask:
        app = create_app(settings_for(database_url, data_dir, **changes))
        app.testing = True
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The application, on each kind of database."""
    return make_app(database_url)


@pytest.fixture
def sqlite_app(make_app: Callable[..., Flask], sqlite_url: str) -> Flask:
    """The application on SQLite, for tests in which the database makes no difference."""
    return make_app(sqlite_url)


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with its context entered: what services and queries need. Don't use it together with
    ``client``: requests would share the context."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a screen, on ``app``."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs ``flask`` commands on ``app``."""
    return app.test_cli_runner()


@pytest.fixture
def frozen() -> Iterator[Clock]:
    """A clock to set; real time again after the test."""
    clock = Clock()
    yield clock
    clock.go_on()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """``start_server(environ)``: a real server process with these settings; stopped after the test."""
    started: list[Server] = []

    def start(environ: Mapping[str, str]) -> Server:
        server = start_server_process(environ, tmp_path)
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def server(start_server: Callable[..., Server], sqlite_url: str, data_dir: Path) -> Server:
    """A real server on an empty SQLite database. Fill it through an application on ``sqlite_url`` and ``data_dir``."""
    return start_server(environ_for(sqlite_url, data_dir))
