"""``scheduler.db`` is the only place that opens and commits transactions."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import calls, modules, name_of, tree

DB = "scheduler/db.py"
# a trial that is rolled back as a whole commits its inner savepoints
SAVEPOINTS = {"scheduler/models/constraints.py"}
# one transaction around all migrations, on a connection that has no session
MIGRATE = "scheduler/migrate.py"


def _calling(method: str) -> set[str]:
    """Files that call the method of something without an argument, as sessions and connections have it."""
    return {
        name_of(path)
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == method and not call.args
    }


def _constructing(name: str) -> set[str]:
    return {
        name_of(path)
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id == name
    }


def test_nothing_else_commits() -> None:
    assert _calling("commit") - SAVEPOINTS <= {DB}


def test_nothing_else_begins_a_transaction() -> None:
    assert _calling("begin") <= {DB, MIGRATE}


def test_nothing_else_makes_sessions_or_engines() -> None:
    for name in ("Session", "sessionmaker", "scoped_session", "create_engine"):
        assert _constructing(name) <= {DB}, name


def test_nobody_uses_the_extensions_own_session_which_commits_by_itself() -> None:
    def uses(path: Path) -> bool:
        return any(
            isinstance(node, ast.Attribute)
            and node.attr == "session"
            and isinstance(node.value, ast.Name)
            and node.value.id == "db"
            for node in ast.walk(tree(path))
        )

    assert [name_of(path) for path in modules() if uses(path)] == []
