"""Status, headers and body: of a document for one request, of an error, of a preflight. Pure functions.

Sources: RFC 9110 (13.2.2 the order of conditions, 14 ranges, 15.4.5 what a 304 says), the Fetch standard (CORS).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from scheduler.errors import SchedulerError, TooMany
from scheduler.fhir import operation_outcome, to_line
from scheduler.publisher.http.documents import OPEN, SAFE, VARY, Document, Headers, Representation
from scheduler.publisher.http.negotiate import (
    NOTHING,
    accepts,
    byte_range,
    encodings,
    http_date,
    names,
)
from scheduler.publisher.http.problems import (
    MethodNotAllowed,
    NotAcceptable,
    PreconditionFailed,
    RangeNotSatisfiable,
)

Answer = tuple[str, Headers, bytes]
Environ = Mapping[str, Any]

ALLOWED = "GET, HEAD, OPTIONS"

_OK = "200 OK"
_NOT_MODIFIED = "304 Not Modified"
_ASK_AGAIN_SECONDS = 5
_ISSUE_TYPES = {
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    414: "too-long",
    429: "throttled",
    503: "transient",
}
_PREFLIGHT: Answer = (
    "204 No Content",
    (
        ("Allow", ALLOWED),
        ("Access-Control-Allow-Methods", ALLOWED),
        (
            "Access-Control-Allow-Headers",
            "Accept, Authorization, Cache-Control, Content-Type, If-Match, If-Modified-Since, If-None-Match, "
            "If-Range, If-Unmodified-Since, Prefer, Range, X-Requested-With",
        ),
        ("Access-Control-Max-Age", "86400"),
        *OPEN,
    ),
    b"",
)


def answer(document: Document, environ: Environ, now_ms: int) -> Answer:
    """The answer to a GET or HEAD of ``document`` at ``now_ms`` (epoch milliseconds).

    Raises NotAcceptable, PreconditionFailed, RangeNotSatisfiable.
    """
    get = environ.get
    accept = get("HTTP_ACCEPT")
    if accept and accept != "*/*" and not accepts(accept, document.media):
        raise NotAcceptable(
            f"This address only has {document.media[0]}. Ask for that, or leave out the Accept header."
        )
    taken = encodings(get("HTTP_ACCEPT_ENCODING"))
    if taken is None:
        raise NotAcceptable("This address has gzip and identity. Allow one of them in Accept-Encoding.")
    tags = document.tags(taken)
    dated = document.has_date(now_ms)
    if "HTTP_IF_MATCH" in environ or "HTTP_IF_UNMODIFIED_SINCE" in environ:
        _check_wanted(document, environ, tags, dated=dated)
    header = get("HTTP_IF_NONE_MATCH")
    if header is not None:  # which beats If-Modified-Since
        for tag in tags:
            if names(header, tag):
                return _NOT_MODIFIED, document.kept(tag), b""
    elif dated and "HTTP_IF_MODIFIED_SINCE" in environ:
        since = http_date(environ["HTTP_IF_MODIFIED_SINCE"])
        if since is not None and since >= document.modified:
            return _NOT_MODIFIED, document.kept(tags[0]), b""
    form = document.representation(zipped=taken.zipped)
    headers = form.dated if dated else form.headers
    if environ["REQUEST_METHOD"] == "HEAD":
        return _OK, headers, b""
    if "HTTP_RANGE" in environ:
        return _part(document, form, headers, environ, tags[0], dated=dated)
    return _OK, headers, form.body


def preflight() -> Answer:
    """The answer to OPTIONS: any web page may read."""
    return _PREFLIGHT


def problem(error: SchedulerError, reference: str = "") -> Answer:
    """``error`` as an OperationOutcome. ``reference``: what finds it in the log."""
    severity = "fatal" if error.status >= 500 else "error"
    said = f"{error.sentence} Reference: {reference}" if reference else error.sentence
    issue_type = _ISSUE_TYPES.get(error.status, "exception" if error.status >= 500 else "invalid")
    body = to_line(operation_outcome(severity, issue_type, said))
    headers: Headers = (
        ("Content-Type", "application/fhir+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        VARY,
        *OPEN,
        *SAFE,
        *_more(error),
    )
    return f"{error.status} {HTTPStatus(error.status).phrase}", headers, body


def _more(error: SchedulerError) -> Headers:
    """Headers that belong to one kind of error."""
    if isinstance(error, TooMany):
        return (("Retry-After", str(error.retry_after)),)
    if isinstance(error, RangeNotSatisfiable):
        return (("Content-Range", f"bytes */{error.size}"), ("Accept-Ranges", "bytes"))
    if isinstance(error, MethodNotAllowed):
        return (("Allow", ALLOWED),)
    return (("Retry-After", str(_ASK_AGAIN_SECONDS)),) if error.status == 503 else ()


def _check_wanted(document: Document, environ: Environ, tags: tuple[str, ...], *, dated: bool) -> None:
    """Raise PreconditionFailed when the client wants a version that is not the present one."""
    header = environ.get("HTTP_IF_MATCH")
    if header is not None:
        failed = not any(names(header, tag, weak=False) for tag in tags)
    else:
        header = environ.get("HTTP_IF_UNMODIFIED_SINCE")
        since = http_date(header) if header is not None and document.modified_ms is not None else None
        # a change whose date does not count yet is later than every date that was given out
        failed = since is not None and (not dated or since < document.modified)
    if failed:
        raise PreconditionFailed("This has changed since. Read it again without the condition.")


def _part(
    document: Document, form: Representation, headers: Headers, environ: Environ, etag: str, *, dated: bool
) -> Answer:
    """The range of ``form`` that is asked for, or all of it where the Range header is to be passed over."""
    size = len(form.body)
    condition = environ.get("HTTP_IF_RANGE")
    if condition is not None and condition not in ((etag, document.last_modified) if dated else (etag,)):
        return _OK, headers, form.body
    span = byte_range(environ["HTTP_RANGE"], size)
    if span is None:
        return _OK, headers, form.body
    if span == NOTHING:
        raise RangeNotSatisfiable(f"There are {size} bytes here. Ask for a range of those.", size=size)
    first, end = span
    body = form.body[first:end]
    changed: Headers = (
        *(pair for pair in headers if pair[0] != "Content-Length"),
        ("Content-Length", str(len(body))),
        ("Content-Range", f"bytes {first}-{end - 1}/{size}"),
    )
    return "206 Partial Content", changed, body
