"""The application as tests make it: real, on a database of the test's own."""

from __future__ import annotations

from pathlib import Path

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
