"""``flask doctor``: ok lines on a well installation; a problem line and 1 for each thing that is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text, update

from scheduler import audit, clock
from scheduler.booking import SYSTEM
from scheduler.db import db, transaction
from scheduler.models import AuditEntry
from scheduler.notify import outbox
from tests.factories import Clinic, make_appointment

pytestmark = pytest.mark.usefixtures("durable")

NAMES = [
    "database",
    "tables",
    "overlap",
    "durability",
    "data folder",
    "secret",
    "time zones",
    "feed",
    "messages",
    "audit",
]


def look(app: Flask) -> tuple[int, dict[str, str]]:
    """The exit code, and the line of each check."""
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    lines = {line[9:22].strip(): line for line in result.output.splitlines()}
    return result.exit_code, lines


def problems(app: Flask) -> dict[str, str]:
    """The checks that found a problem; a test's PostgreSQL trades durability for speed, which is one."""
    code, lines = look(app)
    found = {name: line for name, line in lines.items() if not line.startswith("ok ")}
    assert code == (1 if found else 0)
    return {
        name: line
        for name, line in found.items()
        if name != "durability" or "sqlite" in str(app.config["SETTINGS"].database_url)
    }


def test_a_well_installation_has_nothing_but_ok(clinic: Clinic) -> None:
    make_appointment(clinic)
    assert problems(clinic.app) == {}
    assert list(look(clinic.app)[1]) == NAMES


def test_on_sqlite_writes_are_durable(sqlite_app: Flask) -> None:
    code, lines = look(sqlite_app)
    assert code == 0
    assert "journal_mode wal, synchronous 2" in lines["durability"]


def test_a_server_that_does_not_wait_for_the_disk_is_a_problem(
    make_app: Callable[..., Flask], postgres_url: str
) -> None:
    code, lines = look(make_app(postgres_url))
    assert code == 1
    assert "fsync is off, not on" in lines["durability"]


def test_a_lost_overlap_constraint_is_a_problem(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE claim DROP CONSTRAINT ex_claim_overlap"))
        else:
            triggers = session.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'claim'")
            ).all()
            assert triggers
            for name in triggers:
                session.execute(text(f"DROP TRIGGER {name}"))
    assert list(problems(app)) == ["overlap"]


def test_an_unmigrated_database_is_a_problem(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    found = problems(make_app(f"sqlite:///{tmp_path / 'empty.sqlite'}"))
    assert "flask init" in found["tables"]
    assert all(found[name].startswith("skipped") for name in ("overlap", "feed", "messages", "audit"))


def test_a_database_that_is_not_there_is_a_problem_and_no_traceback(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    found = problems(make_app(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}"))
    assert "database" in found


def test_a_secret_that_others_can_read_is_a_problem(sqlite_app: Flask) -> None:
    secret = Path(sqlite_app.config["SETTINGS"].data_dir) / "secret"
    secret.write_text("x" * 40)
    secret.chmod(0o644)
    assert list(problems(sqlite_app)) == ["secret"]
    secret.chmod(0o600)
    assert problems(sqlite_app) == {}


def test_messages_that_were_given_up_are_a_problem(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 0)
    make_appointment(clinic)
    assert "1 messages were given up" in problems(clinic.app)["messages"]


def test_a_changed_audit_entry_is_a_problem(clinic: Clinic) -> None:
    with clinic.app.app_context():
        with transaction() as session:
            audit.record(
                session, organization_id=clinic.organization, at=clock.now(), by=SYSTEM, action="try",
                object_kind="thing", object_id="1",
            )  # fmt: skip
        audit.chain()
        with transaction() as session:
            session.execute(update(AuditEntry).where(AuditEntry.action == "try").values(object_id="2"))
    assert list(problems(clinic.app)) == ["audit"]
