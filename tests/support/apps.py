"""The application as tests make it: real, on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from scheduler.settings import Settings, load
from scheduler.web.assets import Asset

SECRET = "a key for tests only, never used anywhere else"
PUBLIC_URL = "http://localhost"


def environ_for(database_url: str, data_dir: Path, **changes: str) -> dict[str, str]:
    """The variables of a test's application: its own database and folder, no demo clinic, no jobs.
    ``changes`` are settings by name (``show_busy="1"``)."""
    values = {
        "data_dir": str(data_dir),
        "database_url": database_url,
        "public_url": PUBLIC_URL,
        "secret": SECRET,
        "demo": "0",
        "jobs": "off",
        **changes,
    }
    return {f"SCHEDULER_{name.upper()}": value for name, value in values.items()}


def settings_for(database_url: str, data_dir: Path, **changes: str) -> Settings:
    """Settings read from ``environ_for``."""
    return load(environ_for(database_url, data_dir, **changes))


class RememberedRule(Rule):
    """A route that is compiled once per test process: what comes out depends on its words alone, and compiling all of them
    is nine tenths of what making an application takes."""

    compiled: ClassVar[dict[str, dict[str, Any]]] = {}

    def compile(self) -> None:
        if self.defaults or self.host or self.subdomain:
            super().compile()
            return
        if self.rule not in self.compiled:
            super().compile()
            kept = {name: getattr(self, name) for name in ("_parts", "_trace", "_converters", "arguments")}
            builders = {name: getattr(self, name).__func__ for name in ("_build", "_build_unknown")}
            self.compiled[self.rule] = {"kept": kept, "builders": builders}
        self.__dict__.update(self.compiled[self.rule]["kept"])
        for name, builder in self.compiled[self.rule]["builders"].items():
            setattr(self, name, builder.__get__(self, None))


def remembered_assets(read: Callable[[Path], Asset]) -> Callable[[Path], Asset]:
    """``read``, which packs a file of the static folder, once for each content of a file."""
    known: dict[tuple[Path, bytes], Asset] = {}

    def remembered(path: Path) -> Asset:
        content = path, path.read_bytes()
        if content not in known:
            known[content] = read(path)
        return known[content]

    return remembered


@contextmanager
def remembered_statements() -> Iterator[None]:
    """Statements are turned into SQL once per test process and kind of database: every application brings an engine, which
    would do it anew for each statement of the product, a sixth of what tests take."""
    made: dict[str, LRUCache[Any, Any]] = {}

    def shared(engine: Engine) -> LRUCache[Any, Any]:
        return made.setdefault(engine.dialect.driver, LRUCache(5000))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_compiled_cache", property(shared, lambda *_: None), raising=False)
        for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
            # SQLAlchemy keeps what it made by dialect, of which each engine has one; here they are all alike
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other), raising=False)
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)), raising=False)
        yield
