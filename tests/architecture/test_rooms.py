"""Every room says what it is for and what it may import; files stay small enough to read in one go."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, modules, name_of, tree

MAX_LINES = 400
MAX_ROUTE_LINES = 25

ROOMS = sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_its_purpose_its_public_names_and_its_imports(room: Path) -> None:
    words = ast.get_docstring(tree(room / "__init__.py")) or ""

    assert len(words.splitlines()[0]) > 20, "the first line says what the room is for"
    assert "May import" in words or "Imports" in words, "say what the room may import"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_no_room_is_empty(room: Path) -> None:
    statements = [
        node
        for path in room.rglob("*.py")
        for node in tree(path).body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert statements


def test_every_module_says_what_it_is_for() -> None:
    assert [name_of(path) for path in modules() if not ast.get_docstring(tree(path))] == []


def test_no_module_is_longer_than_can_be_read() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def _is_view(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Attribute)
        and mark.func.attr in ("route", "get", "post")
        for mark in function.decorator_list
    )


def test_views_read_call_a_service_and_answer_in_few_lines() -> None:
    long = {}
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and _is_view(node):
                lines = (node.end_lineno or 0) - node.body[0].lineno + 1
                if lines > MAX_ROUTE_LINES:
                    long[f"{name_of(path)}: {node.name}"] = lines
    assert long == {}


def test_imports_point_one_way() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
