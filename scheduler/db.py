"""The database: one engine, one way to read, one way to write.

``transaction()`` is the only place that commits (design.md "The booking transaction"); ``snapshot()`` reads, in one
consistent view; ``rehearsal()`` tries a change and takes it back. On SQLite a write transaction is BEGIN IMMEDIATE under WAL with synchronous=FULL, because the usual
deferred transaction lets two writers read the same free time; on PostgreSQL it is READ COMMITTED with row locks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from scheduler.models.base import Base
from scheduler.settings import Settings

db = SQLAlchemy(metadata=Base.metadata)

BUSY_TIMEOUT_MS = 30_000
_WRITE = "scheduler_write"
_SNAPSHOT = "scheduler_snapshot"


def engine_options(url: str) -> dict[str, Any]:
    """Options for the engine of ``url``: pool sizes and time limits that suit the database."""
    # An error's text must not carry what a patient typed.
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return options | {"connect_args": {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}}
    return options | {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 30}


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the database of ``settings`` to the application and prepare its connections."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def prepare_engine(engine: Engine) -> None:
    """Make SQLite connections durable and explicit about transactions; nothing to do elsewhere."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None  # the driver must not open or close transactions on its own
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def watching_cursor(path: str) -> sqlite3.Cursor:
    """A cursor of a connection of its own to the SQLite database at ``path``: what "PRAGMA data_version" says there differs
    whenever any other connection committed in between. One thread at a time."""
    wait = BUSY_TIMEOUT_MS / 1000
    return sqlite3.connect(path, isolation_level=None, timeout=wait, check_same_thread=False).cursor()


@contextmanager
def transaction() -> Iterator[Session]:
    """A write transaction: commits when the block ends, rolls back when it raises.

    Nothing that leaves the process may happen inside; write outbox rows instead.
    """
    bind = db.engine.execution_options(**{_WRITE: True})
    with Session(bind, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def rehearsal() -> Iterator[Session]:
    """A write transaction that never commits: what a change would do, by the very code that makes it (a preview).

    It takes the locks of a real one, so keep it short.
    """
    bind = db.engine.execution_options(**{_WRITE: True})
    with Session(bind, expire_on_commit=False) as session:
        session.begin()
        try:
            yield session
        finally:
            session.rollback()


def one_at_a_time(session: Session, number: int) -> None:
    """Wait until no other transaction that asked with this number is under way; held until this one ends. On SQLite one
    write transaction follows the other anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(number)))


@contextmanager
def snapshot() -> Iterator[Session]:
    """A read-only view of one instant of the database. Whatever is changed in it is thrown away; rows that were read
    can still be looked at afterwards."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(engine, autoflush=False, info={_SNAPSHOT: True}) as session:
        session.begin()
        try:
            yield session
        finally:
            session.expunge_all()
            session.rollback()


def of_one_instant(session: Session) -> bool:
    """Whether all reads of this session are of one instant: it is a ``snapshot``."""
    return _SNAPSHOT in session.info
