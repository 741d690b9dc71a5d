"""HTTP of an open feed: which encoding, whether the client has it already, and that any web page may read it.

Sources: RFC 9110 (12.5 negotiation, 13.1 conditions), RFC 9111, the Fetch standard (CORS). Knows no records.
"""

from __future__ import annotations

import gzip
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING

from flask import Request, Response
from werkzeug.datastructures import Headers

from scheduler.clock import now_ms
from scheduler.errors import SchedulerError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MANIFEST_TYPES = ("application/json", "application/fhir+json")
FILE_TYPES = ("application/fhir+ndjson", "application/ndjson", "application/x-ndjson")
_IMMUTABLE = "public, max-age=31536000, immutable"
_SETTLED_MS = 2000
_ASK_AGAIN_SECONDS = 5
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Cache-Control, Content-Length, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-Modified-Since, If-None-Match, Cache-Control, Prefer",
    "Access-Control-Max-Age": "86400",
}


class OpenResponse(Response):
    """An answer that is the same for everybody: it sets no cookie and does not vary by one, whatever else the
    application looks at on the way out."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers.remove("Set-Cookie")
        vary = [name for name in headers.get("Vary", "").split(", ") if name and name.lower() != "cookie"]
        headers.remove("Vary")
        if vary:
            headers["Vary"] = ", ".join(vary)
        return headers


class NotAcceptable(SchedulerError):
    """The client takes no form that we have."""

    code = "not-acceptable"
    status = 406


def check_accept(request: Request, types: tuple[str, ...]) -> None:
    """Raise NotAcceptable when the Accept header lets in none of ``types``, the first of which is what we
    send."""
    accepted = request.accept_mimetypes
    if accepted and not any(accepted.quality(kind) > 0 for kind in types):
        raise NotAcceptable(
            f"This address only has {types[0]}. Ask for that, or leave out the Accept header."
        )


def takes_gzip(request: Request) -> bool:
    """Whether gzip is allowed and not less wanted than the plain form."""
    accepted = request.accept_encodings
    quality = accepted.quality("gzip")
    plain = max((quality_of for name, quality_of in accepted if name.lower() == "identity"), default=0.0)
    return quality > 0 and quality >= plain


def preflight() -> Response:
    """The answer to OPTIONS."""
    response = OpenResponse(status=204, headers=_PREFLIGHT)
    del response.headers["Content-Type"]
    return response


def open_to_all(response: Response) -> Response:
    """Let any web page read the answer and its headers; one that says "not now" also says when to ask
    again."""
    response.headers.update(_CORS)
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", str(_ASK_AGAIN_SECONDS))
    return response


def manifest_response(request: Request, text: str, tag: str, changed_ms: int, max_age: int) -> Response:
    """The manifest, or 304. ``changed_ms`` is the instant of the last change in epoch milliseconds.

    Shared caches may not keep it. A date has whole seconds, so it only counts, rounded up, once the last
    change is two seconds old: no later change can then have the same date.
    """
    settled = now_ms() - changed_ms >= _SETTLED_MS
    modified = -(-changed_ms // 1000) if settled else None
    headers = {"Cache-Control": f"public, max-age={max_age}, s-maxage=0"}
    if modified is not None:
        headers["Last-Modified"] = formatdate(modified, usegmt=True)
    if _has_it(request, tag, modified):
        return _not_modified(request, tag, headers)
    data = text.encode()
    if takes_gzip(request):
        return _ok(gzip.compress(data, mtime=0), MANIFEST_TYPES[0], tag, headers, zipped=True)
    return _ok(data, MANIFEST_TYPES[0], tag, headers, zipped=False)


def file_response(request: Request, data: bytes, tag: str, *, zipped: bool) -> Response:
    """A file, which never changes, or 304."""
    headers = {"Cache-Control": _IMMUTABLE}
    if _has_it(request, tag, None):
        return _not_modified(request, tag, headers)
    return _ok(data, FILE_TYPES[0], tag, headers, zipped=zipped)


def _ok(data: bytes, mimetype: str, tag: str, headers: dict[str, str], *, zipped: bool) -> Response:
    response = OpenResponse(data, mimetype=mimetype, headers=headers)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    _tagged(response, tag, zipped)
    return response


def _not_modified(request: Request, tag: str, headers: dict[str, str]) -> Response:
    response = OpenResponse(status=304, headers=headers)
    del response.headers["Content-Type"]
    _tagged(response, tag, takes_gzip(request))
    return response


def _tagged(response: Response, tag: str, zipped: bool) -> None:
    """The two encodings are two representations, so each has a tag of its own (RFC 9110, 8.8.3.3)."""
    response.set_etag(_zipped(tag) if zipped else tag)
    response.vary.update(("Accept", "Accept-Encoding"))


def _zipped(tag: str) -> str:
    return f"{tag}-gz"


def _has_it(request: Request, tag: str, modified: int | None) -> bool:
    """Whether the client's copy is this one. If-None-Match beats If-Modified-Since; ``modified`` None: no
    date counts."""
    if "If-None-Match" in request.headers:
        tags = request.if_none_match
        return tags.contains_weak(tag) or tags.contains_weak(_zipped(tag))
    since = _date(request.headers.get("If-Modified-Since", ""))
    return modified is not None and since is not None and since.timestamp() >= modified


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
