"""Views behind a signed link: the booked page, its calendar file, cancelling."""

from __future__ import annotations

import segno
from flask import make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.calendars.links import google_link, outlook_link
from scheduler.calendars.write import appointment_ics
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.portal import finders
from scheduler.portal.visits import REASONS, Visit, find_visit, views_ahead
from scheduler.portal.waiting import sooner_of
from scheduler.web.access import TOKEN, allow
from scheduler.web.clinic import set_clinic
from scheduler.web.headers import private_page
from scheduler.web.settings import current_settings

NO_VISIT = lazy_gettext("We can't find that appointment. The link may be old or cut short.")


def open_visit(token: str) -> Visit:
    """The visit that a signed link opens. Raises NotFound."""
    with snapshot() as session:
        found = find_visit(session, current_settings(), token, clock.now())
    if found is None:
        raise NotFound(NO_VISIT)
    set_clinic(found.chosen.offer.clinic)
    return found


@allow(TOKEN)
@private_page
def visit(token: str) -> str:
    """The appointment's own page: its state, place and what can be done about it."""
    found = open_visit(token)
    with snapshot() as session:
        back = finders.back_from_visit(session, found.id, found.state)
        sooner = sooner_of(session, current_settings().secret, found.id)
    return render_template(
        "portal/visit.html",
        visit=found,
        back=back,
        sooner=sooner,
        now=clock.now(),
        google=google_link(found.view),
        outlook=outlook_link(found.view),
        qr=_qr(found.view.manage_url or ""),
        clinic=found.chosen.offer.clinic,
    )


def _qr(address: str) -> Markup:
    """The address as a picture for the printed page: who scans it gets to the appointment."""
    # segno makes plain SVG paths of it; nothing of the address stands in the markup
    return Markup(segno.make(address, error="m").svg_inline(omitsize=True, border=2))  # noqa: S704


@allow(TOKEN)
@private_page
def calendar(token: str) -> Response:
    """The appointment as a calendar file, with what was booked together with it and is still to come; of a cancelled one,
    the file that takes it out again."""
    found, now = open_visit(token), clock.now()
    if found.state == "ended":
        raise NotFound(NO_VISIT)
    others = []
    if found.ahead and found.remaining:
        with snapshot() as session:
            others = views_ahead(session, current_settings(), found, now)
    response = make_response(appointment_ics(found.view, now=now, others=others))
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = "attachment; filename=appointment.ics"
    return response


@allow(TOKEN)
@private_page
def confirm_cancel(token: str) -> str | Response:
    """What would be cancelled, and on what terms; nothing happens yet."""
    found = open_visit(token)
    if not found.ahead:
        return redirect(url_for("portal.visit", token=token), 303)
    return render_template(
        "portal/cancel.html", visit=found, reasons=REASONS, now=clock.now(), clinic=found.chosen.offer.clinic
    )


@allow(TOKEN)
@private_page
def cancel(token: str) -> Response:
    """Cancel the appointment, or all that remain of those booked together with it. A second press changes nothing; when it is too late, its page says so."""
    found = open_visit(token)
    with force_locale("en"):  # for the clinic's record
        reason = str(dict(REASONS).get(request.form.get("reason", ""), ""))
    try:
        if "all" in request.form:
            booking.cancel_all(by=By("patient"), appointment_id=found.id, reason=reason)
        else:
            booking.cancel(by=By("patient"), appointment_id=found.id, reason=reason)
    except Conflict:
        return redirect(url_for("portal.visit", token=token), 303)
    return redirect(url_for("portal.visit", token=token), 303)
