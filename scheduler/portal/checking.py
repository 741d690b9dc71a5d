"""Views between review and booking: the code that was mailed, and another one."""

from __future__ import annotations

from flask import make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from scheduler import clock
from scheduler.abuse import codes
from scheduler.db import snapshot
from scheduler.portal import guarding
from scheduler.portal.holds import Held
from scheduler.portal.own_hold import hold_page, own_hold
from scheduler.web.access import HOLDER, allow
from scheduler.web.headers import private_page
from scheduler.web.languages import chosen_here, remember, shown_anew
from scheduler.web.origin import same_origin_only

_LONGEST = 40


@allow(HOLDER)
@private_page
def code(hold_id: str) -> Response | str:
    """Where the code is typed that was mailed to the address on the details page."""
    held = own_hold(hold_id)
    with snapshot() as session:
        asked = codes.state(session, hold_id, clock.now())
    if asked is None or asked.confirmed or asked.email != held.form().email.text:
        return redirect(url_for("portal.review", hold_id=hold_id), 303)
    return _page(held, asked)


@allow(HOLDER)
@private_page
@same_origin_only
def take_code(hold_id: str) -> Response:
    """Try the code. The right one goes on to the booking itself, with the same press. Or the page once more, in another
    language, with what is typed so far."""
    held = own_hold(hold_id)
    typed = request.form.get("code", "")[:_LONGEST]
    if chosen_here():
        with snapshot() as session:
            known = codes.state(session, hold_id, clock.now())
        if known is None or known.confirmed:
            return remember(redirect(url_for("portal.review", hold_id=hold_id), 303))
        return shown_anew(lambda: _page(held, known, typed=typed))
    said = codes.check(hold_id=hold_id, typed=typed, now=clock.now())
    if said == codes.RIGHT:
        # 307: the browser sends the press on, and nobody has to press twice
        return redirect(url_for("portal.book", hold_id=hold_id), 307)
    with snapshot() as session:
        asked = codes.state(session, hold_id, clock.now())
    if asked is None:
        return redirect(url_for("portal.review", hold_id=hold_id), 303)
    if asked.confirmed:
        return redirect(url_for("portal.book", hold_id=hold_id), 307)
    sentence = _("Code: that isn't it. Type the six digits of our newest mail.")
    if said == codes.OVER:
        sentence = _("Code: this one can't be used any more. Send a new one.")
    return make_response(_page(held, asked, sentence, typed), 400)


@allow(HOLDER)
@private_page
@same_origin_only
def new_code(hold_id: str) -> Response:
    """Mail another code."""
    held = own_hold(hold_id)
    email = held.form().email.text
    if not email:
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    sent = guarding.send_code(held, email)
    return redirect(url_for("portal.code", hold_id=hold_id, sent=int(sent)), 303)


def _page(held: Held, asked: codes.Asked, sentence: str = "", typed: str = "") -> str:
    errors = [("code", sentence)] if sentence else []
    return hold_page("portal/code.html", held, asked=asked, errors=errors, typed=typed)
