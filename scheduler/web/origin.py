"""Where an unsafe request comes from, and CSRF tokens (design.md "The booking transaction", last paragraph).

Every unsafe request that a browser marks as coming from another site is refused. Beyond that, a view needs a CSRF
token, unless it is marked ``same_origin_only``: the pages of times are the same for everybody, so they can't carry one.
A request with neither Sec-Fetch-Site nor Origin comes from no browser of today; the cookies' SameSite covers the rest.

Source: Fetch standard (Origin of a POST from a no-referrer page is "null"), W3C Fetch Metadata.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFProtect

from scheduler.errors import NotAllowed
from scheduler.web.settings import current_settings
from scheduler.web.visitor import visitor_hash

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_MAX_BACK = 500
SAME, CROSS, OPAQUE, UNSAID = "same", "cross", "opaque", "unsaid"

_REFUSED = lazy_gettext(
    "That came from another website, so nothing was changed. Open the page here and press the button again."
)

csrf = CSRFProtect()


def same_origin_only(view: View) -> View:
    """Mark a view whose POST is guarded by the browser's word on where it comes from, with no CSRF token."""
    view.same_origin_only = True  # type: ignore[attr-defined]  # an attribute of the function is the record
    return view


def whence(req: Request, public_url: str) -> str:
    """SAME, CROSS, OPAQUE (Origin: null, nothing else) or UNSAID, for a request to an application at ``public_url``."""
    site = req.headers.get("Sec-Fetch-Site", "")
    if site:
        return SAME if site in ("same-origin", "none") else CROSS
    origin = req.headers.get("Origin", "")
    if not origin:
        return UNSAID
    if origin == "null":
        return OPAQUE
    try:
        given, own = urlsplit(origin), urlsplit(public_url)
    except ValueError:
        return CROSS
    # The scheme is left out for the request's own host: behind a proxy that ends TLS the request looks like http.
    return SAME if given.netloc in (req.host, own.netloc) else CROSS


def init_app(app: Flask) -> None:
    """Check every unsafe request, then its CSRF token unless the view is marked."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = (
        None  # the session's end is the token's end: a long form must not fail
    )
    app.config["WTF_CSRF_SSL_STRICT"] = False  # token pages send no referrer; ``whence`` decides instead
    csrf.init_app(app)
    app.before_request(check)


def check() -> None:
    """Refuse a forged request. Raises NotAllowed, or flask_wtf's CSRFError when the token is missing or wrong."""
    if request.method in SAFE or request.endpoint is None:
        return
    came = whence(request, current_settings().public_url)
    if came == CROSS:
        raise NotAllowed(str(_REFUSED))
    view = current_app.view_functions[request.endpoint]
    if not getattr(view, "same_origin_only", False):
        if current_app.config.get("WTF_CSRF_ENABLED", True):
            csrf.protect()
    elif came == OPAQUE and visitor_hash(request) is None:
        # A SameSite cookie does not travel across sites, so its presence proves what Origin: null hides.
        raise NotAllowed(str(_REFUSED))


def own_path(wanted: str | None, instead: str) -> str:
    """``wanted`` when it is a path of ours, else ``instead``: a press here never leads to another site."""
    if not wanted or len(wanted) > _MAX_BACK or not wanted.startswith("/") or not wanted.isprintable():
        return instead
    # browsers read a backslash as a slash, and two slashes as the start of another host
    if "\\" in wanted or wanted.startswith("//"):
        return instead
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return instead
    return wanted if not parts.scheme and not parts.netloc else instead
