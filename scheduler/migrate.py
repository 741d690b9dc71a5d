"""Bring the database's tables to the newest revision; also what tests and ``flask doctor`` ask about revisions."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from scheduler.db import db
from scheduler.paths import migrations_dir

_ADVISORY_LOCK = 7_310_455_201


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our migrations, working on ``connection``."""
    made = Config()
    made.set_main_option("script_location", str(migrations_dir()))
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The newest revision that the code knows."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    assert revision is not None
    return revision


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None when it has never been migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(app: Flask) -> bool:
    """Migrate the application's database to the head. True when there was something to do.

    Two starts at once take turns: an advisory lock on PostgreSQL, a file lock beside a SQLite database.
    """
    with app.app_context():
        return upgrade_engine(db.engine, Path(app.config["SETTINGS"].data_dir))


def upgrade_engine(engine: Engine, lock_folder: Path, revision: str = "head") -> bool:
    """Migrate the database of ``engine`` up to ``revision``, in one transaction. True when there was something to do."""
    write = engine.execution_options(scheduler_write=True)
    with _file_lock(lock_folder / "migrate.lock"), write.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        before = revision_of(connection)
        if before == (head() if revision == "head" else revision):
            return False
        command.upgrade(config(connection), revision)
        return True


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
