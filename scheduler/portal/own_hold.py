"""The visitor's own hold behind a page: whose it is, what travels with it, and how what a page sent along is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.clock import MINUTE
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.intake.drafts import Draft
from scheduler.intake.files import take_files
from scheduler.intake.forms import typed_values
from scheduler.intake.relative import relative_names
from scheduler.portal.holds import Held, chosen_of, find_appointment, held_by
from scheduler.portal.slots import Handover
from scheduler.portal.weekly import RELATIVES, SERIES
from scheduler.web.clinic import set_clinic
from scheduler.web.settings import current_settings
from scheduler.web.visitor import visitor_hash

NO_HOLD = lazy_gettext("We can't find that held time. The link may be old or cut short.")


def own_hold(hold_id: str) -> Held:
    """The visitor's own hold. Raises NotFound; ends the request for another browser ("Start again", no answers) and
    when the hold has become an appointment (its own page)."""
    with snapshot() as session:
        appointment = find_appointment(session, hold_id)
        if appointment is None:
            raise NotFound(NO_HOLD)
        held = held_by(session, appointment, visitor_hash(), clock.now())
        chosen = chosen_of(session, appointment)
        token = booking.links.manage_token(current_settings().secret, appointment)
    set_clinic(chosen.offer.clinic)
    if held is None:
        # the browser comes from a press on our own page, and yet has no cookie: it keeps none
        refused = visitor_hash() is None and request.headers.get("Sec-Fetch-Site") == "same-origin"
        start_again = render_template(
            "portal/elsewhere.html", chosen=chosen, no_cookies=refused, clinic=chosen.offer.clinic
        )
        abort(make_response(start_again, 200 if request.method in ("GET", "HEAD") else 403))
    if not held.open:
        abort(redirect(url_for("portal.visit", token=token), 303))
    return held


def holder() -> By:
    """Who acts on their own hold: the visitor of this browser."""
    return By("patient", visitor=visitor_hash())


def travels_of(held: Held) -> Handover:
    """What goes along when another time is looked for."""
    draft = held.draft
    gender, speaks = draft.wish
    return Handover(
        zone=draft.zone,
        private=draft.private,
        kept=held.id,
        team=draft.team,
        gender=gender,
        speaks=speaks,
        weeks=str(len(held.visits)) if held.kind == SERIES else "",
        party="two" if held.kind == RELATIVES else "",
    )


def hold_page(template: str, held: Held, **context: Any) -> str:
    """A page of the hold, with what its bar needs to know."""
    now = clock.now()
    ends = held.until + held.chosen.offer.hold_minutes * MINUTE
    clinic = held.chosen.offer.clinic
    return render_template(template, held=held, now=now, clinic=clinic, extended_until=ends, **context)


def save_typed(held: Held) -> bool:
    """Keep the form that came as the hold's draft. False when the hold was booked meanwhile."""
    try:
        booking.save_draft(by=holder(), appointment_id=held.id, draft=typed_draft(held).data())
    except Conflict:
        return False
    return True


def take_sent_files(held: Held) -> dict[str, list[str]]:
    """Keep the files that came behind the hold; what to say about those that can't be taken, by field."""
    refused = take_files(holder(), held.id, held.form_of(request.form).files, request.files)
    second = held.second_of(request.form)
    if second is not None:
        refused |= take_files(holder(), held.second_id, second.files, request.files)
    return refused


def keep_choice(held: Held) -> None:
    """Keep whether the finder may hear how it ends, where the page that was sent asked for it."""
    if "finder_asked" in request.form:
        booking.choose_telling(by=holder(), appointment_id=held.id, tell="tell_finder" in request.form)


def keep_given(held: Held) -> dict[str, list[str]]:
    """Keep what a page of the hold sent along with another act; what to say about files that can't be taken, by field."""
    keep_choice(held)
    if "given" not in request.form:
        return {}
    save_typed(held)
    return take_sent_files(held)


def typed_draft(held: Held) -> Draft:
    """The form that came, as the draft of ``held``."""
    more = relative_names(held.questions) if held.kind == RELATIVES else ()
    return replace(held.draft, typed=typed_values(request.form, held.questions, more))
