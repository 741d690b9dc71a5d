"""The overlap constraint behind the booking transaction, tried for real.

A SQLite trigger vanishes silently when a migration rebuilds its table, so start-up, ``flask doctor`` and the tests of
every migration try an overlap and expect the database to refuse it.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

NAME = "ex_claim_overlap"

_EXCLUSION_VIOLATION = "23P01"
_COLUMNS = "id, organization_id, appointment_id, actor_id, group_id, starts_at, ends_at, overbooked"
_PROBE = "claim_probe"
_ACTOR = "overlap-probe"


def is_overlap(error: IntegrityError) -> bool:
    """Whether the database refused a statement because two claims would overlap."""
    return getattr(error.orig, "sqlstate", None) == _EXCLUSION_VIOLATION or NAME in str(error.orig)


def overlap_is_refused(connection: Connection) -> bool:
    """Whether the database itself refuses two claims of one actor that overlap, by INSERT and by UPDATE, and lets
    those of one group and overbooked ones pass. Works in a savepoint and leaves nothing behind; on SQLite the caller's
    transaction must be a write transaction."""
    trial = connection.begin_nested()
    try:
        return _try_overlaps(connection, _probe_table(connection))
    finally:
        trial.rollback()


def _probe_table(connection: Connection) -> str:
    """Where to try. PostgreSQL: a temporary copy with the same constraints but no foreign keys. SQLite: the table
    itself, with foreign keys put off to a commit that never comes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE TEMPORARY TABLE {_PROBE} (LIKE claim INCLUDING ALL) ON COMMIT DROP"))
        return _PROBE
    connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    return "claim"


def _try_overlaps(connection: Connection, table: str) -> bool:
    insert = f"INSERT INTO {table} ({_COLUMNS}) VALUES (:id, 'probe', 'probe', '{_ACTOR}', :group_id, :starts, :ends, :over)"
    update = f"UPDATE {table} SET starts_at = :starts WHERE id = :id"

    def refused(statement: str, **values: object) -> bool:
        savepoint = connection.begin_nested()
        try:
            connection.execute(text(statement), values)
        except IntegrityError as error:
            savepoint.rollback()
            return is_overlap(error)
        savepoint.commit()
        return False

    first = refused(insert, id=-1, group_id="a", starts=1000, ends=2000, over=False)
    touching = refused(insert, id=-2, group_id="b", starts=2000, ends=3000, over=False)
    same_group = refused(insert, id=-3, group_id="a", starts=1500, ends=1900, over=False)
    overbooked = refused(insert, id=-4, group_id="c", starts=1500, ends=1900, over=True)
    inserted = refused(insert, id=-5, group_id="d", starts=1500, ends=1900, over=False)
    updated = refused(update, id=-2, starts=1999)
    return inserted and updated and not (first or touching or same_group or overbooked)
