"""Views of an offered time: take it, let it go to the next person."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By, waitlist
from scheduler.db import snapshot
from scheduler.errors import Conflict, InvalidInput, NotFound, SlotGone
from scheduler.intake.drafts import Draft
from scheduler.models import Appointment
from scheduler.portal.holds import find_held
from scheduler.portal.waiting import Offered, offered_by
from scheduler.web.access import TOKEN, allow
from scheduler.web.clinic import set_clinic
from scheduler.web.headers import private_page
from scheduler.web.settings import current_settings
from scheduler.web.visitor import ensure_visitor

NO_OFFER = "We can't find that offer. The link may be old or cut short."


@allow(TOKEN)
@private_page
def offer(token: str) -> str:
    """The offered time and until when it is kept, or what has become of it."""
    found, now = _found(token), clock.now()
    return render_template(
        "portal/offer.html",
        found=found,
        headline=_headline(found),
        now=now,
        clinic=found.chosen.offer.clinic,
    )


@allow(TOKEN)
@private_page
def take(token: str) -> Response:
    """Take the time: a booked visit moves there at once, anybody else is booked once nothing more is to be asked. When the
    offer has ended meanwhile, its page says so; a second press leads to the same visit."""
    found = _found(token)
    if found.unfit:
        return redirect(url_for("portal.offer", token=token), 303)
    try:
        address = _move(found) if found.now is not None else _book(found)
    except (Conflict, NotFound):
        return redirect(url_for("portal.offer", token=token), 303)
    return redirect(address, 303)


def _move(found: Offered) -> str:
    waitlist.take_sooner(by=By("patient"), offer_id=found.id)
    return url_for("portal.visit", token=found.visit)


def _book(found: Offered) -> str:
    """Where the patient goes next: to the visit, or to the questions that are still open."""
    by = By("patient", visitor=ensure_visitor())
    hold = waitlist.claim(by=by, offer_id=found.id)
    with snapshot() as session:
        held = find_held(session, hold.id, by.visitor, clock.now())
    if held is None or not held.open:
        return _visit(hold)
    if held.draft.empty:
        draft = Draft(found.typed, zone=found.viewer_zone)
        booking.save_draft(by=by, appointment_id=held.id, draft=draft.data())
        form = held.form_of(draft.values())
        if form.validate():
            try:
                return _visit(
                    booking.book(
                        by=by,
                        appointment_id=held.id,
                        details=form.details(found.viewer_zone),
                        answers=form.answers(),
                    )
                )
            except (InvalidInput, SlotGone):
                pass  # the details page says what is missing, and the hold what became of it
    return url_for("portal.details", hold_id=held.id)


def _visit(appointment: Appointment) -> str:
    token = booking.links.manage_token(current_settings().secret, appointment)
    return url_for("portal.visit", token=token)


@allow(TOKEN)
@private_page
def decline(token: str) -> Response:
    """Let the time go to the next person; a second press changes nothing."""
    found = _found(token)
    waitlist.decline(by=By("patient"), offer_id=found.id)
    return redirect(url_for("portal.offer", token=token), 303)


def _found(token: str) -> Offered:
    with snapshot() as session:
        found = offered_by(session, current_settings().secret, token, clock.now())
    if found is None:
        raise NotFound(NO_OFFER)
    set_clinic(found.chosen.offer.clinic)
    return found


def _headline(found: Offered) -> str:
    words: dict[str, str] = {
        "taken": _("You took this time"),
        "declined": _("You let this time go"),
        "lapsed": _("This offer has ended"),
        "gone": _("This time is no longer kept for you"),
        "unfit": _("The age on that day doesn't fit this visit"),
    }
    return words.get(found.state, "")
