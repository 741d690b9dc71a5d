"""The product's own source, parsed: what the tests of the architecture read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "scheduler"
MIGRATIONS = ROOT / "migrations"


def modules() -> list[Path]:
    """Every Python file of the product: the package and ``app.py``, not tests and migrations."""
    return [ROOT / "app.py", *sorted(PACKAGE.rglob("*.py"))]


def name_of(path: Path) -> str:
    """The path as people write it, from the top of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call that the file makes."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def imported(path: Path) -> Iterator[str]:
    """Every module that the file imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
