"""The application as tests make it: real, on a database of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from werkzeug.routing import Rule

from scheduler.settings import Settings, load

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
