"""An address with a slash too many at its end leads to the page without it, where anybody may read that page.

Source: RFC 9110 15.4.9 (308). Werkzeug's own ``strict_slashes`` would serve the same page at two addresses, or ask for a
slash where none is.
"""

from __future__ import annotations

from string import punctuation
from urllib.parse import quote

from flask import current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from scheduler.web.access import PUBLIC, access_table
from scheduler.web.origin import own_path


def without_slash() -> Response | None:
    """Where a GET that met no page leads when its address ends in slashes and is that of a public page without them, its
    query kept; None for any other request."""
    path = request.path.rstrip("/")
    if request.endpoint is not None or request.method not in ("GET", "HEAD") or path in ("", request.path):
        return None
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    if access_table(current_app).get(endpoint) != PUBLIC:
        return None
    query = quote(request.query_string, safe=punctuation)
    target = own_path(quote(path) + (f"?{query}" if query else ""), "")
    return redirect(target, 308) if target else None
