"""Security headers of every answer, and ``private_page`` for pages that hold a person's data or a signed link.

Sources: ux.md section 0 rule 11; CSP Level 3; a JSON-LD block is data and is not run, so script-src needs no exception.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, g, request

from scheduler.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}

HSTS = ("Strict-Transport-Security", "max-age=31536000")


def private_page(view: View) -> View:
    """Mark a view whose answers no cache may keep, no search engine list and no referrer name: holds, signed links."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.private_page = True
        return view(*args, **kwargs)

    return cast(View, guarded)


def mark_private() -> None:
    """Treat the answer to this request as ``private_page`` does: for views that learn it late."""
    g.private_page = True


def is_private() -> bool:
    """Whether this request's answer is marked private."""
    return bool(g.get("private_page", False))


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; what an answer has set itself stays, except on private pages."""

    @app.after_request
    def _add(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if settings.secure:
            response.headers.setdefault(*HSTS)
        if is_private():
            response.headers.update(_PRIVATE)
        elif response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-cache")
        if request.method == "POST":
            response.headers["Cache-Control"] = "no-store"
        return response
