"""The migrations, from empty to head, make what the models say, on both databases; and they are numbered and additive."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine

from scheduler.db import engine_options, prepare_engine
from scheduler.migrate import config, head, revision_of, upgrade_engine
from scheduler.models import Base
from scheduler.models.constraints import overlap_is_refused
from tests.architecture.source import MIGRATIONS, imported, tree
from tests.support.postgres import PostgresServer

FILES = sorted((MIGRATIONS / "versions").glob("*.py"))
REVISIONS = [file.name[:4] for file in FILES]
TAKES_AWAY = {
    "drop_table",
    "drop_column",
    "drop_constraint",
    "alter_column",
    "rename_table",
    "batch_alter_table",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with nothing in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
        engine = create_engine(url, **engine_options(url))
        prepare_engine(engine)
        yield engine
        engine.dispose()
        return
    server: PostgresServer = request.getfixturevalue("pg_server")
    name = server.create()
    engine = create_engine(server.url(name).replace("postgresql:", "postgresql+psycopg:", 1))
    yield engine
    engine.dispose()
    server.drop(name)


def test_head_is_what_the_models_say(empty: Engine, tmp_path: Path) -> None:
    upgrade_engine(empty, tmp_path)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_step_leaves_a_database_that_refuses_overlaps(empty: Engine, tmp_path: Path) -> None:
    tried = []
    for revision in REVISIONS:
        upgrade_engine(empty, tmp_path, revision)
        with empty.execution_options(scheduler_write=True).begin() as connection:
            assert revision_of(connection) == revision
            if inspect(connection).has_table("claim"):
                assert overlap_is_refused(connection), revision
                tried.append(revision)
    assert tried[-1] == head()


def test_the_way_back_leaves_nothing_and_can_be_gone_again(empty: Engine, tmp_path: Path) -> None:
    upgrade_engine(empty, tmp_path)
    with empty.execution_options(scheduler_write=True).begin() as connection:
        command.downgrade(config(connection), "base")
    with empty.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}

    assert upgrade_engine(empty, tmp_path)


def test_at_head_there_is_nothing_to_do_and_rows_stay(empty: Engine, tmp_path: Path) -> None:
    assert upgrade_engine(empty, tmp_path)
    columns = {column["name"]: column for column in inspect(empty).get_columns("organization")}
    needed = [
        name for name, column in columns.items() if not column["nullable"] and column["default"] is None
    ]
    values = {name: _some_value(columns[name]["type"].python_type) for name in needed}
    row = (
        f"INSERT INTO organization ({', '.join(values)}) VALUES ({', '.join(':' + name for name in values)})"
    )
    with empty.execution_options(scheduler_write=True).begin() as connection:
        connection.execute(text(row), values)

    assert not upgrade_engine(empty, tmp_path)
    with empty.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM organization")).scalar() == 1


def _some_value(kind: type[object]) -> object:
    return {int: 1, bool: False, dict: "{}", list: "[]"}.get(kind, "x")


def test_two_starts_at_once_take_turns(empty: Engine, tmp_path: Path) -> None:
    did: list[bool] = []
    # folders of their own: on PostgreSQL the two may be on different machines
    folders = [tmp_path, tmp_path if empty.dialect.name == "sqlite" else tmp_path / "other"]
    folders[1].mkdir(exist_ok=True)
    starts = [
        threading.Thread(target=lambda at: did.append(upgrade_engine(empty, at)), args=(at,))
        for at in folders
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert sorted(did) == [False, True]


def test_migrations_are_numbered_in_one_line() -> None:
    script = ScriptDirectory.from_config(config())

    assert [file.name for file in FILES if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", file.name)] == []
    assert [f"{number:04}" for number in range(1, len(FILES) + 1)] == REVISIONS
    assert [revision.revision for revision in script.walk_revisions()] == REVISIONS[::-1]
    assert script.get_heads() == [REVISIONS[-1]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_holds_its_own_tables_and_imports_nothing_of_the_product(file: Path) -> None:
    assert [name for name in imported(file) if name.split(".")[0] in ("scheduler", "app", "tests")] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_only_adds_so_that_the_running_version_goes_on(file: Path) -> None:
    (upgrade,) = (
        node for node in tree(file).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    done = {node.attr for node in ast.walk(upgrade) if isinstance(node, ast.Attribute)}

    assert done & TAKES_AWAY == set()
