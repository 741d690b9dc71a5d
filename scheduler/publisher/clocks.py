"""The clock of the feed: one for all machines that share a database."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from scheduler import clock

_NOW_MS = text("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)")

FAR_BACK_MS = 5 * 60 * 1000

# Tests that set the clock of their own process can't set the database's.
believes_database = True


def told_ms(database_ms: int) -> int:
    """The instant (epoch milliseconds) that counts when the database says ``database_ms``."""
    return int(database_ms) if believes_database else clock.now_ms()


def database_ms(session: Session) -> int:
    """The database's clock in epoch milliseconds, UTC, so that times agree over machines; a SQLite database has no clock
    but ours."""
    if session.get_bind().dialect.name != "postgresql":
        return clock.now_ms()
    return told_ms(session.execute(_NOW_MS).scalar_one())


def steady(now_ms: int, settled_ms: int) -> tuple[int, bool]:
    """The instant that counts when the clock says ``now_ms`` and the feed was made of ``settled_ms`` last, and whether the
    clock was set back so far that the feed begins anew. Until a clock that was set back a little has caught up, the feed
    stands still, since its transactionTime must never go back."""
    if settled_ms <= now_ms:
        return now_ms, False
    return (now_ms, True) if settled_ms - now_ms > FAR_BACK_MS else (settled_ms, False)
