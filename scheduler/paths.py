"""Where the files that are no Python lie: on the top level of the repository, inside the package in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder of the page templates. Raises FileNotFoundError when the installation lacks it."""
    return _folder("templates")


def migrations_dir() -> Path:
    """The folder of Alembic's environment and revisions. Raises FileNotFoundError when the installation lacks it."""
    return _folder("migrations")


def _folder(name: str) -> Path:
    # site-packages may hold a folder of that name which is not ours: only a checkout has pyproject.toml there
    checkout = _PACKAGE.parent
    folder = (checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE) / name
    if not folder.is_dir():
        raise FileNotFoundError(f"the installation is not complete: the folder {name} is missing")
    return folder
