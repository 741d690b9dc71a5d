"""Photos of clinicians, each at an address that names its content."""

from __future__ import annotations

from flask import Response, abort, request

from scheduler.catalog.photos import photo_named
from scheduler.db import snapshot
from scheduler.web.access import PUBLIC, allow
from scheduler.web.assets import FOR_A_YEAR


@allow(PUBLIC)
def show(photo: str) -> Response:
    """The picture with this hash."""
    with snapshot() as session:
        found = photo_named(session, photo)
    if found is None:
        abort(404)
    response = Response(found[0], mimetype=found[1])
    response.set_etag(photo)
    response.headers["Cache-Control"] = FOR_A_YEAR
    response.make_conditional(request)
    return response
