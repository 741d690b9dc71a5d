"""The overlap constraint behind the booking transaction, tried for real.

A SQLite trigger vanishes silently when a migration rebuilds its table, so start-up, ``flask doctor`` and the tests of
every migration try an overlap and expect the database to refuse it.
"""

from __future__ import annotations

from sqlalchemy import Executable, TableClause, column, insert, table, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

NAME = "ex_claim_overlap"

_EXCLUSION_VIOLATION = "23P01"
_PROBE = "overlap-probe"
_TRIGGERS = 2  # BEFORE INSERT, BEFORE UPDATE
_COLUMNS = (
    "id", "organization_id", "appointment_id", "actor_id", "group_id", "starts_at", "ends_at", "overbooked",
)  # fmt: skip


def is_overlap(error: IntegrityError) -> bool:
    """Whether the database refused a statement because two claims would overlap."""
    return getattr(error.orig, "sqlstate", None) == _EXCLUSION_VIOLATION or NAME in str(error.orig)


def overlap_is_guarded(connection: Connection) -> bool:
    """Whether the constraint is there by name: read only, so quick and without the write lock that a trial takes. That it
    works is tried at start-up and by ``flask doctor``."""
    if connection.dialect.name == "postgresql":
        found = text(
            "SELECT count(*) FROM pg_constraint WHERE conname = :name AND conrelid = 'claim'::regclass"
        )
        return bool(connection.scalar(found, {"name": NAME}))
    found = text(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'claim' AND instr(sql, :name)"
    )
    return bool(connection.scalar(found, {"name": NAME}) == _TRIGGERS)


def overlap_is_refused(connection: Connection) -> bool:
    """Whether the database itself refuses two claims of one actor that overlap, by INSERT and by UPDATE, and lets
    those of one group and overbooked ones pass. Works in a savepoint and leaves nothing behind; on SQLite the caller's
    transaction must be a write transaction."""
    trial = connection.begin_nested()
    try:
        return _try_overlaps(connection, _probe_table(connection))
    finally:
        trial.rollback()


def _probe_table(connection: Connection) -> TableClause:
    """Where to try. PostgreSQL: a temporary copy with the same constraints but no foreign keys. SQLite: the table
    itself, with foreign keys put off to a commit that never comes."""
    name = "claim"
    if connection.dialect.name == "postgresql":
        name = "claim_probe"
        connection.execute(
            text("CREATE TEMPORARY TABLE claim_probe (LIKE claim INCLUDING ALL) ON COMMIT DROP")
        )
    else:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    return table(name, *map(column, _COLUMNS))


def _try_overlaps(connection: Connection, probe: TableClause) -> bool:
    def refused(statement: Executable) -> bool:
        savepoint = connection.begin_nested()
        try:
            connection.execute(statement)
        except IntegrityError as error:
            savepoint.rollback()
            return is_overlap(error)
        savepoint.commit()
        return False

    def refused_claim(number: int, group: str, starts: int, ends: int, overbooked: bool = False) -> bool:
        values = (-number, _PROBE, _PROBE, _PROBE, group, starts, ends, overbooked)
        return refused(insert(probe).values(dict(zip(_COLUMNS, values, strict=True))))

    first = refused_claim(1, "a", 1000, 2000)
    touching = refused_claim(2, "b", 2000, 3000)
    same_group = refused_claim(3, "a", 1500, 1900)
    overbooked = refused_claim(4, "c", 1500, 1900, overbooked=True)
    inserted = refused_claim(5, "d", 1500, 1900)
    updated = refused(update(probe).where(probe.c.id == -2).values(starts_at=1999))
    return inserted and updated and not (first or touching or same_group or overbooked)
