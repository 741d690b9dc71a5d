"""Files that patients handed in, for staff who may see the booking: saved, never shown by the browser as a page of ours."""

from __future__ import annotations

from flask import Response

from scheduler import booking
from scheduler.booking.files import ENDINGS
from scheduler.console.common import me
from scheduler.console.detail import find_visible
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

NO_FILE = "We can't find that file. It may have been removed with its booking."
_POLICY = "default-src 'none'; sandbox"


@allow(SIGNED_IN)
@private_page
def download(appointment_id: str, document_id: str) -> Response:
    """The file, to be saved. Its name is the booking's code with a number: the patient's own could say who they are."""
    with snapshot() as session:
        appointment = find_visible(session, me(), appointment_id)
        kept = booking.documents.listed(session, appointment.id)
        found = next((place for place, one in enumerate(kept) if one.id == document_id), None)
        body = booking.documents.body_of(session, appointment.id, document_id) if found is not None else None
    if found is None or body is None:
        raise NotFound(NO_FILE)
    mimetype = kept[found].mimetype
    response = Response(body, mimetype=mimetype)
    name = f"file-{appointment.code.lower()}-{found + 1}.{ENDINGS[mimetype]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
