"""What stands between a press and a hold or a booking: limits, the sum for browsers, the code by mail, a visit of one's own
at the same time. Each refusal is a page that keeps what was typed and says what to do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.abuse import Limited, codes, limits, proof
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.errors import Conflict
from scheduler.intake import DetailsForm
from scheduler.models import Schedule
from scheduler.portal.holds import Held
from scheduler.portal.slots import Chosen
from scheduler.portal.twice import Double, own_doubles
from scheduler.web.languages import page_language
from scheduler.web.settings import current_settings
from scheduler.web.visitor import visitor_hash

TRAP = "hp_note"
"""The field that people don't see; programs that fill in everything fill it in."""
_OWN_FIELDS = ("altcha", "without")


@dataclass(frozen=True, slots=True)
class Gate:
    """``stop``: the answer instead of a hold, None to go on; ``unproved``: to be told ``remember`` with the hold."""

    stop: Response | None = None
    unproved: bool = False

    def remember(self, hold_id: str) -> None:
        """Note with the hold that it came about without the sum that was asked for."""
        if self.unproved:
            limits.suspect(current_settings(), hold_id, clock.now())


def before_hold(chosen: Chosen) -> Gate:
    """Count the hold that is asked for; refuse it, ask for a sum first, or let it pass."""
    settings, now = current_settings(), clock.now()
    payload = request.form.get("altcha", "")
    try:
        verdict = limits.before_hold(
            settings,
            organization_id=_organization(chosen.offer.schedule_id),
            address=request.remote_addr,
            now=now,
            proved=bool(payload) and proof.solved(settings.secret, payload, now),
            without="without" in request.form,
        )
    except Limited as limited:
        return Gate(_too_many(chosen, limited))
    if not verdict.prove:
        return Gate(unproved=verdict.unproved)
    page = render_template(
        "portal/prove.html",
        chosen=chosen,
        challenge=proof.challenge(settings.secret, now),
        fields=_typed_fields(),
        clinic=chosen.offer.clinic,
    )
    return Gate(make_response(page, 428))


def before_booking(held: Held, form: DetailsForm) -> Response | None:
    """What must happen before the held time is booked: None for nothing."""
    settings, now = current_settings(), clock.now()
    email, phone = form.email.text, form.phone.text
    if "both" not in request.form and doubles_of(held, form):
        return redirect(url_for("portal.review", hold_id=held.id, twice=1), 303)
    organization_id = _organization(held.chosen.offer.schedule_id)
    with snapshot() as session:
        known = bool(email) and codes.confirmed(session, held.id, email)
        risk = "" if known else _risk(session, held, email, phone, now)
        attacked = limits.under_attack(session, settings, organization_id, now)
    # a full waiting room is no attack: whoever has only a phone is not kept out for it
    if risk and (email or attacked or risk == limits.HOLD):
        return _ask_code(held, email)
    try:
        limits.before_booking(
            settings,
            organization_id=organization_id,
            hold_id=held.id,
            address=request.remote_addr,
            email=email,
            phone=phone,
            now=now,
        )
    except Limited as limited:
        return _too_many(held.chosen, limited)
    return None


def _risk(session: Session, held: Held, email: str, phone: str, now: int) -> str:
    return limits.risk_of(
        session,
        current_settings(),
        hold_id=held.id,
        address=request.remote_addr,
        email=email,
        phone=phone,
        now=now,
    )


def doubles_of(held: Held, form: DetailsForm) -> list[Double]:
    """The visitor's own visits at the held time."""
    born = form.birth_date.data
    with snapshot() as session:
        return own_doubles(
            session, held.id, form.given.text, born.isoformat() if born else "", current_settings().secret
        )


def note_trap(hold_id: str) -> None:
    """Whoever filled in the field that people don't see needs a code before they book: should a browser ever do it for a
    person, that costs them a look at their mails, and no booking."""
    if request.form.get(TRAP, "").strip():
        limits.suspect(current_settings(), hold_id, clock.now())


def send_code(held: Held, email: str) -> bool:
    """Mail a code and keep the time for as long as that may take. False when none was sent."""
    now = clock.now()
    try:
        limits.before_code(current_settings(), email, now)
    except Limited:
        return False
    sent = codes.send(hold_id=held.id, email=email, language=page_language(), now=now)
    if sent and held.live and held.extensions_left:
        with suppress(Conflict):
            booking.extend(by=By("patient", visitor=visitor_hash()), appointment_id=held.id)
    return sent


def _ask_code(held: Held, email: str) -> Response:
    if not email:
        page = render_template("portal/code_no_email.html", held=held, clinic=held.chosen.offer.clinic)
        return make_response(page, 403)
    with snapshot() as session:
        asked = codes.state(session, held.id, clock.now())
    new = asked is None or asked.email != email
    if (new or (asked is not None and not asked.live)) and not send_code(held, email) and new:
        return _too_many(held.chosen, Limited("contact", clock.DAY))
    return redirect(url_for("portal.code", hold_id=held.id), 303)


def _organization(schedule_id: str) -> str:
    with snapshot() as session:
        return session.scalar(select(Schedule.organization_id).where(Schedule.id == schedule_id)) or ""


def _typed_fields() -> list[tuple[str, str]]:
    """All that came with the press, to be sent again."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN_FIELDS]


def _too_many(chosen: Chosen, limited: Limited) -> Response:
    clinic = chosen.offer.clinic
    context: dict[str, Any] = {"sentence": _sentence(limited), "fields": _typed_fields(), "clinic": clinic}
    response = make_response(render_template("portal/too_many.html", action=request.path, **context), 429)
    response.headers["Retry-After"] = str(limited.retry_after)
    return response


def _sentence(limited: Limited) -> str:
    if limited.kind == "contact":
        # it says nothing of how many visits stand under somebody's address
        return str(
            _("We can't take this booking online today. Nothing was booked. The clinic can book for you.")
        )
    minutes = -(-limited.retry_after // 60)
    wait = ngettext(
        "Wait %(num)d minute, then press again.", "Wait %(num)d minutes, then press again.", minutes
    )
    if limited.kind.startswith("clinic"):
        why = _("Very many people are booking at this clinic just now.")
    elif limited.kind == "book":
        why = _("Many visits were booked from your internet connection just now.")
    else:
        why = _("Many times were chosen from your internet connection just now.")
    return f"{why} {wait}"
