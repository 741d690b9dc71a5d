"""README keeps its promises: paths exist, commands are single lines, every setting and command is told."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import click
import pytest
from flask import Flask

from scheduler.settings import Settings, variable
from tests.architecture.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FLASKS_OWN = {"run", "shell", "routes"}


def _section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"README has no section {title}"
    return found[1]


def _rows(section: str) -> list[list[str]]:
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _paths() -> list[str]:
    return [path for _, where in _rows(_section("Where is what")) for path in re.findall(r"`([^`]+)`", where)]


def test_the_table_of_places_is_there() -> None:
    assert len(_paths()) >= 15


@pytest.mark.parametrize("path", _paths())
def test_every_place_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
    assert path.endswith("/") == (ROOT / path).is_dir()


@pytest.mark.parametrize(("title", "start"), [("Run", "app.py"), ("Test", "pytest")])
def test_the_section_starts_with_one_line_that_does_it_all(title: str, start: str) -> None:
    lines = _section(title).strip().splitlines()

    assert lines[0].startswith("```")
    assert lines[2] == "```"
    assert lines[1].endswith(start)
    assert lines[1].startswith("python3 -m venv .venv && ")


def test_every_setting_is_told_and_no_other() -> None:
    told = {
        name for row in _rows(_section("Settings")) for name in re.findall(r"`(SCHEDULER_[A-Z_]+)`", row[0])
    }

    assert told == {variable(item.name) for item in dataclasses.fields(Settings)}


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        elif before or name not in FLASKS_OWN:
            yield before + name


def test_every_command_is_told_and_no_other(sqlite_app: Flask) -> None:
    rows = [cell for row in _rows(_section("Commands")) for cell in re.findall(r"`([a-z ]+)", row[0])]

    assert {row.strip() for row in rows} == set(_commands(sqlite_app.cli))
