"""The live feed of this process: the documents of this very moment, made first when anything is due.

What is in memory is only used after a look into the database that began with the request (``checks``). Editions that time
alone will bring are loaded ahead, so that at their instant nothing but the choice changes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from scheduler import clock
from scheduler.clock import HOUR
from scheduler.db import db, snapshot
from scheduler.errors import NotFound, SchedulerError
from scheduler.publisher import chain
from scheduler.publisher.checks import Checks, Seen, checks_for
from scheduler.publisher.clocks import database_ms
from scheduler.publisher.current import Current, Kept, Loaded, load_editions, manifest_document
from scheduler.publisher.files import Store, unzipped
from scheduler.publisher.http import FILE_MEDIA, IMMUTABLE, Document, Gone, polling_hint
from scheduler.publisher.manifest import Maker, file_names
from scheduler.publisher.rebuild import Rebuild, code_generation, fingerprint
from scheduler.publisher.work import read_row
from scheduler.settings import Settings

log = logging.getLogger(__name__)

# How far the job looks ahead, and how long it may keep readers that need a rebuild of their own waiting.
AHEAD_SECONDS = 20 * 60
_STEP_SECONDS = 0.5
# How long pages of the chain are kept: readers may lag a day.
CHAIN_SECONDS = 26 * HOUR
_ATTEMPTS = 20
_BACK_MS = 1000
_FILE_BYTES = 64 * 1024 * 1024
# "feed", as a number: the lock that builders on PostgreSQL take
_BUILDERS = 0x66656564


class FeedUnavailable(SchedulerError):
    """The feed of this moment can't be told here now; asking again soon helps."""

    code = "feed-unavailable"
    status = 503


class LiveFeed:
    """The feed of one application in one process, for any number of threads. What HTTP asks for are ``manifest``,
    ``stub``, ``page`` and ``file``."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.data_dir / "feed", settings.secret)
        self.trouble = ""
        self._app = app
        self._maker = Maker(f"{settings.public_url}/fhir", settings.feed_max_age)
        self._fingerprint = fingerprint(settings)
        self._generation = code_generation(self._fingerprint)
        self._hint = polling_hint(settings.feed_max_age)
        self._rebuild = Rebuild(settings, self.store)
        self._building = threading.Lock()
        self._loaded: Loaded | None = None
        self._last: Current | None = None
        self._looked = False
        self._files = Kept(_FILE_BYTES)
        self._deltas: OrderedDict[tuple[int, int], Document] = OrderedDict()
        self._checks: Checks | None = None

    def manifest(self, which: str, since_ms: int | None) -> Document:
        """The manifest of this moment for readers of ``which`` ("", "2021"); ``since_ms`` (epoch milliseconds): what
        changed since then, or everything where the chain doesn't reach back. Raises FeedUnavailable."""
        current = self.current()
        if which:
            return current.manifest_2021
        if since_ms is None:
            return current.manifest
        return self._delta(current, since_ms)

    def stub(self, number: int) -> Document:
        """Where the chain goes on after an edition. Raises NotFound for one that never was, FeedUnavailable."""
        current = self.current()
        with self._app.app_context(), snapshot() as session:
            return manifest_document(chain.stub(session, self._maker, number, current.number), self._hint)

    def page(self, number: int) -> Document:
        """What an edition changed. Raises NotFound, Gone when it is no longer kept, FeedUnavailable."""
        current = self.current()
        with self._app.app_context(), snapshot() as session:
            return manifest_document(chain.page(session, self._maker, number, current.number), self._hint)

    def file(self, name: str) -> Document:
        """A file, which never changes; one that is listed but lost is made again first. Raises NotFound, Gone."""
        found = self._files.get(name) or self._read(name)
        if found is None and name in file_names(self.current().text):
            self._renew(lost=[name])
            found = self._read(name)
        if found is not None:
            return found
        if self.store.ours(name):
            raise Gone("This file is no longer kept. Read the manifest again: it lists the new ones.")
        raise NotFound("There is no such file in this feed. Its manifest lists those that there are.")

    def current(self) -> Current:
        """The edition of this moment, built first if anything is due. Call it after the request has arrived: what was
        booked before is then not free in it. Raises FeedUnavailable while newer code publishes what this process
        can't, or when others keep publishing first."""
        seen, now_ms = self._look()
        loaded = self._loaded
        if loaded is not None and loaded.generation == seen.generation and self._holds(seen, now_ms):
            current = loaded.at(now_ms)
            if current.from_ms <= now_ms + _BACK_MS:
                self._last = current
                return current
        self._last = current = self._renew()
        return current

    def look_ahead(self) -> bool:
        """Build what is marked, and what time will change soon, a part at a time; whether something was done."""
        seen, now_ms = self._look()
        soon = now_ms + AHEAD_SECONDS * 1000
        if self._fits(seen) and not seen.marked and (seen.until_ms is None or seen.until_ms > soon):
            return False
        if code_generation(seen.fingerprint) > self._generation:
            return False
        with self._app.app_context(), self._alone():
            return self._publish(ahead=AHEAD_SECONDS, seconds=_STEP_SECONDS)

    def sweep(self) -> int:
        """Remove the files and pages that nobody needs any more; how many pages. Looks once an hour."""
        with self._app.app_context():
            now = clock.now()
            if not self.store.sweep_due(now):
                return 0
            current = self.current()
            before_ms = current.from_ms - CHAIN_SECONDS * 1000
            with self._alone():
                with snapshot() as session:
                    names = chain.names_kept(session, before_ms)
                done = chain.forget(current.number, before_ms)
                self.store.sweep(names, now)
                return done

    def _look(self) -> tuple[Seen, int]:
        """What is published, and the feed's clock (epoch milliseconds). Raises FeedUnavailable without a database."""
        if self._checks is None:
            with self._app.app_context():
                self._checks = checks_for(db.engine)
        try:
            return self._checks.look()
        except (sqlite3.Error, DBAPIError) as error:
            raise FeedUnavailable("The database does not answer. Ask again in a few seconds.") from error

    def _holds(self, seen: Seen, now_ms: int) -> bool:
        timely = seen.until_ms is None or now_ms < seen.until_ms
        return timely and not seen.marked and seen.generation > 0 and self._fits(seen)

    def _fits(self, seen: Seen) -> bool:
        """Whether it is ours to serve: made with what we have, or by newer code."""
        return seen.fingerprint == self._fingerprint or code_generation(seen.fingerprint) > self._generation

    def _renew(self, lost: list[str] | None = None) -> Current:
        """Load what is published, and publish first while that doesn't hold."""
        with self._app.app_context():
            for _ in range(_ATTEMPTS):
                found = None if lost else self._load()
                if found is not None:
                    lost = self._missing(found)
                    if not lost:
                        return found
                try:
                    with self._alone():
                        # another one may have published while we waited
                        found = None if lost else self._load()
                        if found is not None:
                            return found
                        if self._publish(lost=lost or ()):
                            return self._published()
                except (OSError, OperationalError) as error:
                    return self._last_good(error)
                lost = None
        raise FeedUnavailable(
            "The feed is changing faster than it can be written. Ask again in a few seconds."
        )

    def _publish(
        self, *, ahead: int = 0, seconds: float | None = None, lost: list[str] | tuple[()] = ()
    ) -> bool:
        done = self._rebuild.publish(ahead=ahead, seconds=seconds, lost=lost)
        if self.trouble:
            log.warning("the feed can be written again")
            self.trouble = ""
        return done

    def _last_good(self, error: Exception) -> Current:
        """What was read last, which says itself of when it is, while nothing newer can be written. Raises
        FeedUnavailable when there is nothing, or when it was no matter of writing."""
        if isinstance(error, OperationalError) and not _is_full(error):
            raise FeedUnavailable("The database does not answer. Ask again in a few seconds.") from error
        if not self.trouble:
            log.error("the feed can't be written (%s); the last one is served", type(error).__name__)
        self.trouble = (
            f"The feed's files can't be written ({_reason(error)}). Readers get the last one that could."
        )
        if self._last is not None:
            return self._last
        with snapshot() as session:
            kept = load_editions(session, -1, self._hint)
        if kept is None:
            raise FeedUnavailable("The feed can't be written at the moment. Ask again in some minutes.")
        return kept.editions[0]

    def _published(self) -> Current:
        """The edition of this moment after we published: what is marked by now was so after we began."""
        with snapshot() as session:
            loaded = load_editions(session, read_row(session).generation, self._hint)
            now_ms = database_ms(session)
        assert loaded is not None, "a publication has an edition"
        self._loaded = loaded
        return loaded.at(now_ms)

    def _load(self) -> Current | None:
        """The edition of this moment, if what is published holds; None when it must be built. Raises
        FeedUnavailable when newer code must."""
        seen, now_ms = self._look()
        newer = code_generation(seen.fingerprint) > self._generation
        if not self._holds(seen, now_ms):
            if newer:
                raise FeedUnavailable(
                    "The feed is being published by a newer version. Ask again in a few seconds."
                )
            return None
        loaded = self._loaded
        if loaded is None or loaded.generation != seen.generation:
            with snapshot() as session:
                loaded = load_editions(session, seen.generation, self._hint)
            if loaded is None:
                return None
        current = loaded.at(now_ms)
        if current.from_ms > now_ms + _BACK_MS:
            return None
        self._loaded = loaded
        return current

    def _missing(self, current: Current) -> list[str]:
        """The files of an edition that the store has not; looked for once in a process's life."""
        if self._looked:
            return []
        self._looked = True
        names = file_names(current.text) | file_names(unzipped(current.manifest_2021.zipped))
        return [name for name in sorted(names) if not self.store.has(name)]

    def _delta(self, current: Current, since_ms: int) -> Document:
        with self._app.app_context(), snapshot() as session:
            if self._loaded is None or read_row(session).generation != self._loaded.generation:
                return current.manifest  # changed in this very moment: everything is an answer too
            base = chain.base_of(session, since_ms, current.number)
            if base is None:
                return current.manifest
            key = (base, current.number)
            if key not in self._deltas:
                made = chain.delta(session, self._maker, self.store, base, current.number, since_ms)
                if made is None:
                    return current.manifest
                self._deltas[key] = manifest_document(made, self._hint)
                while len(self._deltas) > 64:
                    self._deltas.popitem(last=False)
            return self._deltas[key]

    def _read(self, name: str) -> Document | None:
        packed = self.store.read(name, compressed=True)
        if packed is None:
            return None
        found = Document(
            tag=name.removesuffix(".ndjson"), zipped=packed, media=FILE_MEDIA, cache_control=IMMUTABLE
        )
        self._files.put(name, found)
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One builder at a time: of this process, of this machine, and over machines that share a database."""
        with self._building:
            if db.engine.dialect.name != "postgresql":
                with self.store.lock():
                    yield
                return
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _BUILDERS})
                try:
                    yield
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _BUILDERS})


def feed_of(app: Flask) -> LiveFeed:
    """The feed of an application."""
    found: LiveFeed = app.extensions["feed"]
    return found


def _is_full(error: OperationalError) -> bool:
    words = str(error.orig).lower()
    return "disk" in words or "full" in words or "i/o" in words or "readonly" in words


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else "the disk is full"
