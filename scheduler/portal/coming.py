"""Views of "I'll be there", where a reminder's link leads: the page asks, its button tells the clinic."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.errors import Conflict, EditConflict
from scheduler.portal.managing import open_visit
from scheduler.web.access import TOKEN, allow
from scheduler.web.headers import private_page


@allow(TOKEN)
@private_page
def ask(token: str) -> str | Response:
    """Whether the patient comes, with the time that holds now; nothing happens yet. When there is nothing to ask (it is
    said already, cancelled, over), the appointment's page says so."""
    return _page(token)


@allow(TOKEN)
@private_page
def say(token: str) -> str | Response | tuple[str, int]:
    """Tell the clinic that the patient comes. A second press changes nothing."""
    found = open_visit(token)
    seen = request.form.get("sequence", "")
    try:
        booking.say_coming(
            by=By("patient"),
            appointment_id=found.id,
            sequence=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        )
    except EditConflict as error:
        page = _page(token, meanwhile=True)
        return (page, error.status) if isinstance(page, str) else page
    except Conflict:
        pass  # its page says what has become of it
    return redirect(url_for("portal.visit", token=token), 303)


def _page(token: str, *, meanwhile: bool = False) -> str | Response:
    found = open_visit(token)
    if not found.may_say_coming or found.view.confirmed:
        return redirect(url_for("portal.visit", token=token), 303)
    return render_template(
        "portal/coming.html",
        visit=found,
        meanwhile=meanwhile,
        now=clock.now(),
        clinic=found.chosen.offer.clinic,
    )
