"""Empty databases at the newest revision: made once by the real migrations, then copied for every test."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import create_engine

from scheduler.db import engine_options, prepare_engine
from scheduler.migrate import upgrade_engine
from tests.support.postgres import PostgresServer


def migrate(url: str, lock_folder: Path, revision: str = "head") -> None:
    """Bring the database of ``url`` to a revision, by the migrations."""
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(address, **engine_options(address))
    prepare_engine(engine)
    try:
        upgrade_engine(engine, lock_folder, revision)
    finally:
        engine.dispose()


class SqliteTemplates:
    """Copies of one migrated SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite"
        migrate(f"sqlite:///{self._template}", folder)

    def copy(self, path: Path) -> str:
        """Make a database file at ``path``; its address."""
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresTemplates:
    """Copies of one migrated PostgreSQL database."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.server = server
        self._template = server.create()
        migrate(server.url(self._template), folder)

    def copy(self) -> str:
        """Make a database; its name."""
        return self.server.create(self._template)
