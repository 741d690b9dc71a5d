"""What is being typed behind a hold, kept by the page's script without a press."""

from __future__ import annotations

from werkzeug.wrappers import Response

from scheduler.portal.own_hold import own_hold, save_typed
from scheduler.web.access import HOLDER, allow
from scheduler.web.border import any_text
from scheduler.web.headers import private_page
from scheduler.web.origin import same_origin_only


@allow(HOLDER)
@private_page
@any_text
@same_origin_only
def keep_typed(hold_id: str) -> Response:
    """Keep the form that came as the hold's draft, right or wrong, and say nothing. Files are kept by a press alone."""
    save_typed(own_hold(hold_id))
    return Response(status=204)
