"""Is the feed that we have the one that holds? Asked before every answer, in microseconds.

A request may only use a check that began after it arrived. SQLite says by a counter whether anything at all was written
since; PostgreSQL is asked one row, by one thread for all that wait.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from scheduler import clock
from scheduler.db import watching_cursor
from scheduler.publisher.clocks import told_ms

_SEEN = "SELECT generation, until_ms, fingerprint, settled_ms, EXISTS(SELECT 1 FROM shard_mark) FROM publication WHERE id = 1"
_SEEN_AND_CLOCK = text(
    "SELECT kept.generation, kept.until_ms, kept.fingerprint, kept.settled_ms, EXISTS(SELECT 1 FROM shard_mark), "
    "floor(extract(epoch FROM clock_timestamp()) * 1000) "
    "FROM (SELECT 1) AS always LEFT JOIN publication AS kept ON kept.id = 1"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: the publication's generation, until when it holds by itself, what made it, the instant of which
    it was made (epoch milliseconds), and whether something was marked since."""

    generation: int = 0
    until_ms: int | None = None
    fingerprint: str = ""
    settled_ms: int = 0
    marked: bool = True


NEVER = Seen()


class Checks(Protocol):
    def look(self) -> tuple[Seen, int]:
        """What is published, and the feed's clock in epoch milliseconds, both read after the call began."""


def checks_for(engine: Engine) -> Checks:
    """The quickest way to look into this database."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        return SQLiteChecks(engine.url.database)
    return SharedChecks(engine)


class SQLiteChecks:
    """Each thread has a connection of its own, whose counter moves when any other connection commits."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._own = threading.local()

    def look(self) -> tuple[Seen, int]:
        own = self._own
        try:
            cursor: sqlite3.Cursor = own.cursor
        except AttributeError:
            # one cursor for all looks: to make one takes as long as the look itself
            cursor = own.cursor = watching_cursor(self._path)
            own.version, own.seen = None, NEVER
        cursor.execute("PRAGMA data_version")
        version = cursor.fetchone()
        if version != own.version:
            cursor.execute(_SEEN)
            found = cursor.fetchone()
            own.seen = NEVER if found is None else _seen(found)
            own.version = version
        return own.seen, clock.now_ms()


class SharedChecks:
    """One question at a time for a whole process; who comes while it is under way waits for the next one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._changed = threading.Condition()
        self._asking = False
        self._begun = 0
        self._ended = 0
        self._answer: tuple[Seen, int] = (NEVER, 0)
        event.listen(engine, "engine_disposed", lambda _: self._drop())

    def look(self) -> tuple[Seen, int]:
        with self._changed:
            first_that_counts = self._begun + 1
            while self._asking:
                self._changed.wait()
                if self._ended >= first_that_counts:
                    return self._answer
            self._asking = True
            self._begun += 1
            number = self._begun
        answer = None
        try:
            answer = self._ask()
            return answer
        finally:
            with self._changed:
                self._asking = False
                if answer is not None:
                    self._ended, self._answer = number, answer
                self._changed.notify_all()

    def _ask(self) -> tuple[Seen, int]:
        try:
            return self._asked()
        except DBAPIError:
            # the server may have been restarted since the last question
            self._drop()
            return self._asked()

    def _asked(self) -> tuple[Seen, int]:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        row = self._connection.execute(_SEEN_AND_CLOCK).one()
        if row[0] is None:
            return NEVER, told_ms(row[-1])
        return _seen(row), told_ms(row[-1])

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _seen(row: Sequence[Any]) -> Seen:
    generation, until_ms, made_with, settled_ms, marked = row[:5]
    return Seen(generation, until_ms, made_with, settled_ms, bool(marked))
