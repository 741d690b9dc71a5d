"""The WSGI layer: paths below /fhir/ are answered here, everything else by the application behind it.

GET /fhir/$bulk-publish                  the manifest; ``?_since=INSTANT``: what changed since
GET /fhir/2021/$bulk-publish             the manifest for strict clients of 2021
GET /fhir/$bulk-publish/after/<number>   the end of the chain after an edition
GET /fhir/$bulk-publish/page/<number>    the page of an edition
GET /fhir/files/<name>.ndjson            a file

Source: PEP 3333. The body is always a list of one element, which granian sends without a detour through an iterator.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl

from scheduler import clock
from scheduler.errors import InvalidInput, NotFound, SchedulerError, TooMany
from scheduler.fhir import parse_instant
from scheduler.publisher.http.answers import ALLOWED, Answer, answer, preflight, problem
from scheduler.publisher.http.documents import Document, Headers
from scheduler.publisher.http.limits import Budget, Limits, client_of
from scheduler.publisher.http.problems import MethodNotAllowed
from scheduler.web.logs import places

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger("scheduler.publisher.http")

PREFIX = "/fhir/"
MAX_QUERY = 2048

_MANIFESTS = {
    "/fhir/$bulk-publish": "",
    "/fhir/$bulk-publish/": "",
    "/fhir/2021/$bulk-publish": "2021",
    "/fhir/2021/$bulk-publish/": "2021",
}
_CHAIN = re.compile(r"/fhir/\$bulk-publish/(after|page)/(0|[1-9][0-9]{0,14})/?", re.ASCII)
_FILE = re.compile(r"/fhir/files/([A-Za-z0-9][A-Za-z0-9_-]{0,120}\.ndjson)", re.ASCII)
_FILES = "/fhir/files/"
_FAILED = "Something went wrong on our side. Try again later."

Parameters = Sequence[tuple[str, str]]


class Feed(Protocol):
    """Where the documents come from. Each method may raise a SchedulerError, which becomes the answer."""

    def manifest(self, which: str, since_ms: int | None) -> Document:
        """The manifest of this moment: ``which`` "" or "2021"; ``since_ms`` (epoch milliseconds): what changed
        since then."""

    def stub(self, number: int) -> Document:
        """The page without files after edition ``number``. Raises NotFound or Gone."""

    def page(self, number: int) -> Document:
        """The page of edition ``number``. Raises NotFound or Gone."""

    def file(self, name: str) -> Document:
        """The file ``name``, which ends in .ndjson. Raises NotFound or Gone."""


class FeedLayer:
    """A WSGI application: ``feed`` below /fhir/, ``inner`` elsewhere.

    ``limit``: manifests and pages a minute for each client address, and ten times as many files; 0: no limit.
    ``more``: headers for every answer. ``now_ms``: the clock, in epoch milliseconds, that the feed's instants are of.
    """

    def __init__(
        self,
        inner: WSGIApplication,
        feed: Feed,
        limit: int,
        *,
        more: Headers = (),
        now_ms: Callable[[], int] = clock.now_ms,
    ) -> None:
        self._inner = inner
        self._feed = feed
        self._limits = Limits(limit)
        self._more = more
        self._now_ms = now_ms

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._inner(environ, start_response)
        try:
            status, headers, body = self._answer(environ, path)
        except Exception as error:
            status, headers, body = _failed(environ, error)
        start_response(status, [*headers, *self._more])
        return [body]

    def _answer(self, environ: WSGIEnvironment, path: str) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            if method == "OPTIONS":
                return preflight()
            raise MethodNotAllowed(f"The feed can only be read: {ALLOWED}.")
        budget = self._limits.files if path.startswith(_FILES) else self._limits.reads
        if budget is not None:
            _count(budget, environ)
        query = environ.get("QUERY_STRING")
        return answer(self._document(path, _parameters(query) if query else ()), environ, self._now_ms())

    def _document(self, path: str, asked: Parameters) -> Document:
        """What is at ``path``. Raises NotFound and what the feed raises."""
        which = _MANIFESTS.get(path)
        if which is not None:
            return self._feed.manifest(which, _since(asked) if asked else None)
        found = _FILE.fullmatch(path)
        if found is not None:
            return self._feed.file(found[1])
        found = _CHAIN.fullmatch(path)
        if found is None:
            raise NotFound("There is nothing at this address. The manifest lists what the feed has.")
        return (self._feed.stub if found[1] == "after" else self._feed.page)(int(found[2]))


def _failed(environ: WSGIEnvironment, error: Exception) -> Answer:
    """The answer to ``error``. The log has type and places of one that is our fault, never its text or the query."""
    known = error if isinstance(error, SchedulerError) else SchedulerError(_FAILED)
    reference = ""
    if known.status >= 500:
        reference = secrets.token_hex(4)
        logger.log(
            logging.ERROR if known is not error else logging.WARNING,
            "reference %s: %s in %s %.200r%s",
            reference,
            type(error).__name__,
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            places(error),
        )
    status, headers, body = problem(known, reference)
    return status, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body


def _count(budget: Budget, environ: WSGIEnvironment) -> None:
    wait = budget.wait(client_of(environ.get("REMOTE_ADDR") or ""), monotonic())
    if wait:
        raise TooMany(
            f"This address asks too often. Wait {wait} s; once a minute is enough, with If-None-Match.",
            retry_after=wait,
        )


def _parameters(query: str) -> Parameters:
    """The query's names and values. Raises InvalidInput for one that no client of a feed sends."""
    if len(query) > MAX_QUERY:
        raise InvalidInput(
            {"query": f"The query is longer than {MAX_QUERY} characters. Only _since is read."}
        )
    try:
        text = query.encode("latin-1").decode("utf-8")
        asked = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeError:
        raise InvalidInput({"query": "The query is no UTF-8. Only _since is read."}) from None
    if any("\x00" in name or "\x00" in value for name, value in asked):
        raise InvalidInput({"query": "The query holds a NUL character. Only _since is read."})
    return asked


def _since(asked: Parameters) -> int | None:
    """The instant of ``_since`` in epoch milliseconds. Raises InvalidInput."""
    values = [value for name, value in asked if name == "_since"]
    if not values:
        return None
    # a plus sign that was not encoded arrives as a space
    instant = parse_instant(values[0].replace(" ", "+")) if len(values) == 1 else None
    if instant is None:
        raise InvalidInput({"_since": "_since: give one instant such as 2026-11-24T14:30:00Z."})
    return instant
