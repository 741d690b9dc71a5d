"""The application as tests make it: real, on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

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
    """A route whose builder of addresses is compiled once per test process: it depends on the route's words alone, and
    compiling all of them is four fifths of what making an application takes."""

    builders: ClassVar[dict[tuple[str, bool], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults or self.host or self.subdomain:
            return super()._compile_builder(append_unknown)
        key = (self.rule, append_unknown)
        if key not in self.builders:
            self.builders[key] = super()._compile_builder(append_unknown)
        return self.builders[key]
