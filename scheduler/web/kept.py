"""Pages that are the same for everybody, kept as they were sent until the database or time changes them.

A layer in front of Flask. A kept page is used only for a request without cookies, only when a look into the database, begun
after the request arrived, shows that nothing at all was written since the look before the page was made, and only until
the instant from which time alone may change it. So it never says what is no longer true. A view offers its page with
``may_be_kept``; what it cannot know then, such as a cookie that the answer sets, keeps it from being kept.

Source: PEP 3333; RFC 9110 13.1.2 (If-None-Match).
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, request
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from werkzeug.wsgi import ClosingIterator

from scheduler import clock
from scheduler.db import db, watching_cursor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST_BYTES = 16 * 1024 * 1024
_LONGEST = 200
_LOOK, _OFFERED = "scheduler.kept.look", "scheduler.kept.offered"
_KEYS = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT")
_CONDITIONS = ("HTTP_COOKIE", "HTTP_RANGE", "HTTP_AUTHORIZATION")
_SNAPSHOT = text("SELECT pg_current_snapshot()::text")
_TAG = re.compile(r'"([^"]*)"')

Version = object
Headers = list[tuple[str, str]]


def look_first() -> Version | None:
    """The database's version for ``may_be_kept``. Call it before anything is read; None: the answer will not be kept."""
    look = request.environ.get(_LOOK)
    return look() if look is not None else None


def may_be_kept(version: Version | None, until: int) -> None:
    """The answer to this request, made since ``version``, is the same for everybody who sends no cookie, until time alone
    may change it at ``until`` (epoch seconds)."""
    if version is not None:
        request.environ[_OFFERED] = version, until


class Versions(Protocol):
    def look(self) -> Version | None:
        """What differs whenever anything was committed in between; None when that can't be known."""


class SQLiteVersions:
    """A connection of its own, whose counter moves when any other one commits (SQLite, "PRAGMA data_version")."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._cursor: sqlite3.Cursor | None = None

    def look(self) -> Version | None:
        with self._lock:
            if self._cursor is None:
                self._cursor = watching_cursor(self._path)
            self._cursor.execute("PRAGMA data_version")
            version: tuple[int] = self._cursor.fetchone()
            return version


class PostgresVersions:
    """The snapshot of this moment in words: which transactions are seen (PostgreSQL, "System Information Functions")."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def look(self) -> Version | None:
        try:
            with self._engine.connect() as connection:
                version: str = connection.execute(_SNAPSHOT).scalar_one()
                return version
        except DBAPIError:
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it was sent, what the database was at before it was made, and until when it stands by itself."""

    version: Version
    until: int
    headers: Headers
    body: bytes
    tag: str


class KeptPages:
    """The WSGI layer with the pages asked for last, up to so many bytes. For any number of threads."""

    def __init__(self, inner: WSGIApplication, versions: Versions, most_bytes: int = _MOST_BYTES) -> None:
        self._inner = inner
        self._versions = versions
        self._most = most_bytes
        self._size = 0
        self._pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = _key(environ)
        if key is None:
            return self._inner(environ, start_response)
        known = self._pages.get(key)
        version = self._versions.look() if known is not None else None
        if known is not None and known.version == version and clock.now() < known.until:
            return _answer(known, environ, start_response)
        return self._made(key, environ, start_response)

    def _made(
        self, key: tuple[str, ...], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """The answer of the application, kept when its view offers that."""
        begun: list[Any] = []

        def begin(*status_and_headers: Any) -> Any:
            begun[:] = status_and_headers
            return _no_write

        environ[_LOOK] = self._versions.look
        answer = self._inner(environ, begin)
        offered = environ.get(_OFFERED)
        if offered is None or not _fit(*begun):
            start_response(*begun)
            return answer
        with closing(ClosingIterator(answer)) as parts:
            body = b"".join(parts)
        tag = hashlib.sha256(body).hexdigest()[:32]
        version, until = offered
        page = Page(version, until, [*begun[1], ("ETag", f'"{tag}"')], body, tag)
        self._keep(key, page)
        return _answer(page, environ, start_response)

    def _keep(self, key: tuple[str, ...], page: Page) -> None:
        """Keep the page in place of an older one; what was kept first leaves when there are too many bytes."""
        with self._lock:
            old = self._pages.pop(key, None)
            self._size += len(page.body) - (len(old.body) if old is not None else 0)
            self._pages[key] = page
            while self._size > self._most:
                _, dropped = self._pages.popitem(last=False)
                self._size -= len(dropped.body)


def _key(environ: WSGIEnvironment) -> tuple[str, ...] | None:
    """What makes a difference to a page for everybody; None for a request that may not get one."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _CONDITIONS):
        return None
    key = tuple([environ.get(name, "") for name in _KEYS])
    return key if sum(map(len, key)) <= _LONGEST else None


def _no_write(_: bytes) -> None:
    raise NotImplementedError("The application answers with an iterable.")


def _fit(status: str, headers: Headers, *_: Any) -> bool:
    """Whether such an answer can be anybody's."""
    return status.startswith("200 ") and not {"set-cookie", "etag"} & {name.lower() for name, _ in headers}


def _answer(page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted is not None and (page.tag in _TAG.findall(wanted) or wanted.strip() == "*"):
        start_response("304 Not Modified", [pair for pair in page.headers if pair[0] != "Content-Length"])
        return [b""]
    start_response("200 OK", page.headers)
    return [page.body]


def init_app(app: Flask) -> None:
    """Put the layer in front of the application."""
    with app.app_context():
        engine = db.engine
    in_file = engine.dialect.name == "sqlite" and engine.url.database
    versions = SQLiteVersions(str(engine.url.database)) if in_file else PostgresVersions(engine)
    app.wsgi_app = KeptPages(app.wsgi_app, versions)  # type: ignore[method-assign]
