"""The visitor cookie: 128 random bits that say which browser took a hold. Set only by a POST that holds."""

from __future__ import annotations

import hashlib
import re
import secrets

from flask import Request, Response, after_this_request, g, request

from scheduler.clock import DAY
from scheduler.web.settings import current_settings

COOKIE = "visitor"
MAX_AGE_SECONDS = (
    2 * DAY
)  # a draft lives 24 h after its hold has lapsed (ux.md 2.5); a day more costs nothing

_FORM = re.compile(r"[A-Za-z0-9_-]{22}")


def visitor_hash(req: Request | None = None) -> str | None:
    """The sha256 (hex) of the visitor's cookie, or None when there is no well-formed one."""
    if req is None or req is request:
        minted = g.get("visitor_minted")
        if minted:
            return _hash(minted)
    value = (req or request).cookies.get(COOKIE, "")
    return _hash(value) if _FORM.fullmatch(value) else None


def ensure_visitor() -> str:
    """The hash of the visitor's cookie; makes the cookie when there is none, and sends it with this answer.

    Call it in a POST that takes a hold, before the hold: the hash goes into ``By(kind="patient", visitor=...)``.
    """
    known = visitor_hash()
    value = request.cookies[COOKIE] if known and "visitor_minted" not in g else g.get("visitor_minted")
    if value is None:
        value = secrets.token_urlsafe(16)
        g.visitor_minted = value

    @after_this_request
    def _send(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            value,
            max_age=MAX_AGE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=current_settings().secure,
        )
        return response

    return _hash(value)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("ascii")).hexdigest()
