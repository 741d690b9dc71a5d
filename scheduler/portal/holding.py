"""Views of a hold: take it, type the details, check them, book; extend it, give it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.clock import MINUTE
from scheduler.db import snapshot
from scheduler.errors import Conflict, HoldLapsed, InvalidInput, NotFound, SlotGone
from scheduler.intake.forms import SEEN, DetailsForm, Draft, typed_values
from scheduler.intake.relative import FIELDS as RELATIVE_FIELDS
from scheduler.intake.relative import RelativeForm
from scheduler.models import Appointment
from scheduler.portal import slots, together_views
from scheduler.portal.browse import NO_TIME, handover, paused_page
from scheduler.portal.fits import Fit, fitting, for_returning
from scheduler.portal.holds import Held, chosen_of, find_appointment, find_held, held_by
from scheduler.portal.review import relative_summary, summary
from scheduler.portal.slots import Chosen, Handover, Standing
from scheduler.portal.weekly import RELATIVES, SERIES, wanted
from scheduler.web.access import HOLDER, PUBLIC, allow
from scheduler.web.clinic import set_clinic
from scheduler.web.forms import error_list
from scheduler.web.headers import private_page
from scheduler.web.languages import remember
from scheduler.web.origin import same_origin_only
from scheduler.web.settings import current_settings
from scheduler.web.visitor import ensure_visitor, visitor_hash

NO_HOLD = lazy_gettext("We can't find that held time. The link may be old or cut short.")


@allow(PUBLIC)
@private_page
@same_origin_only
def hold() -> Response:
    """Hold a time for this visitor and go on to the details."""
    travels, now = handover(), clock.now()
    with snapshot() as session:
        chosen = slots.find_chosen(session, request.form.get("slot", ""), travels.private, now)
        if chosen is not None:
            chosen = slots.for_team(session, chosen, travels.team)
        kept = find_held(session, travels.kept, visitor_hash(), now)
    if chosen is None:
        raise NotFound(NO_TIME)
    if kept is not None and kept.open and "given" in request.form:
        _save_typed(kept)
        kept = replace(kept, draft=_typed(kept))
    set_clinic(chosen.offer.clinic)
    if not chosen.offer.bookable:
        return make_response(paused_page(chosen.offer), 409)
    saved = bool(kept and not kept.draft.empty)
    if chosen.start > now + slots.FARTHEST:
        return _gone(chosen, SlotGone("Too far ahead.", reason="horizon"), travels, saved=saved)
    kind = wanted(chosen.offer, travels)
    if kind == SERIES and "all" not in request.form:  # all dates are shown before any is held
        return redirect(_dates(chosen, travels), 303)
    by = By("patient", visitor=ensure_visitor())
    try:
        made = _take(by, chosen, travels, kept, kind)
    except SlotGone as gone:
        if kind:
            return together_views.gone(chosen, travels, kind)
        return _gone(chosen, gone, travels, saved=saved)
    return redirect(_carry_on(by, made.id, kept, travels), 303)


def _dates(chosen: Chosen, travels: Handover) -> str:
    """The page of all dates of a series, with what travels along."""
    given = {
        "source": travels.source,
        "booking-referral": travels.booking_referral,
        "tz": travels.zone,
        "private": travels.private,
        "kept": travels.kept,
        "weeks": travels.weeks,
    }
    kept: dict[str, Any] = {name: value for name, value in given.items() if value}
    return url_for("portal.weekly_dates", slot=chosen.slot, **kept)


def _take(by: By, chosen: Chosen, travels: Handover, kept: Held | None, kind: str) -> Appointment:
    """Hold the time on its Schedule, or on the member of its team whose turn it is; with ``kind`` all that is booked
    together with it. Raises SlotGone, NotFound."""
    finder = {
        "source": travels.source or (kept.source if kept else ""),
        "booking_referral": travels.booking_referral or (kept.booking_referral if kept else ""),
    }
    if kind:
        return together_views.take(by, chosen, travels, kind, finder)
    team, place = chosen.offer.team, chosen.offer.place.id
    if team is None:
        schedule_id = chosen.offer.schedule_id
        return booking.hold(by=by, schedule_id=schedule_id, start=chosen.start, key=chosen.slot, **finder)
    key = f"{team.id}-{place}-{chosen.start}"
    return booking.hold_any(by=by, pool_id=team.id, location_id=place, start=chosen.start, key=key, **finder)


def _carry_on(by: By, hold_id: str, kept: Held | None, travels: Handover) -> str:
    """Bring the answers typed for another time along to the new hold, and say which page is next."""
    with snapshot() as session:
        held = find_held(session, hold_id, by.visitor, clock.now())
    if held is None or not held.open:
        return url_for("portal.details", hold_id=hold_id)
    old = kept.draft if kept else Draft({})
    draft = Draft(
        typed=_with_seen(held.draft.typed or old.typed, travels),
        zone=travels.zone or held.draft.zone or old.zone,
        private=travels.private or held.draft.private or old.private,
        team=travels.team,
    )
    if draft != held.draft:
        booking.save_draft(by=by, appointment_id=hold_id, draft=draft.data())
    if kept is not None and kept.id != hold_id and kept.live:
        booking.release(by=by, appointment_id=kept.id)
    ready = not draft.empty and held.ready(draft.values())
    return url_for("portal.review" if ready else "portal.details", hold_id=hold_id)


def _with_seen(typed: Mapping[str, Sequence[str]], travels: Handover) -> Mapping[str, Sequence[str]]:
    """What was typed, and what the landing page asked, so that the details page need not ask it again."""
    return {**typed, SEEN: ["yes"]} if travels.patient == "returning" else typed


def _gone(chosen: Chosen, gone: SlotGone, travels: Handover, *, saved: bool) -> Response:
    """The "Slot gone" page as the answer to an act: 409, nearest times, answers kept."""
    now, visitor = clock.now(), visitor_hash()
    with snapshot() as session:
        page = slots.gone_page(
            session,
            chosen,
            Standing(gone.reason, gone.free_again),
            now=now,
            visitor=visitor,
            handover=travels,
            saved=saved,
        )
    return make_response(
        render_template(
            "portal/gone.html",
            gone=page,
            now=now,
            slot_status=page.standing.status,
            clinic=chosen.offer.clinic,
        ),
        409,
    )


def _own(hold_id: str) -> Held:
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


def _by() -> By:
    return By("patient", visitor=visitor_hash())


def _travels(held: Held) -> Handover:
    draft = held.draft
    return Handover(
        zone=draft.zone,
        private=draft.private,
        kept=held.id,
        team=draft.team,
        weeks=str(len(held.visits)) if held.kind == SERIES else "",
        party="two" if held.kind == RELATIVES else "",
    )


def _lost(held: Held, gone: SlotGone) -> Response:
    """The hold had ended, and its time, or one of those held together, is taken: 409, answers kept."""
    if held.kind:
        return together_views.gone(held.chosen, _travels(held), held.kind)
    return _gone(held.chosen, gone, _travels(held), saved=True)


def _page(template: str, held: Held, **context: Any) -> str:
    now = clock.now()
    ends = max(held.until, now + held.chosen.offer.hold_minutes * MINUTE)
    clinic = held.chosen.offer.clinic
    return render_template(template, held=held, now=now, clinic=clinic, extended_until=ends, **context)


def _details(held: Held, form: DetailsForm, second: RelativeForm | None, *, errors: bool) -> str:
    found = error_list(form) + (error_list(second) if second else []) if errors else []
    fits: tuple[Fit, ...] = ()
    if for_returning(held.chosen.offer):
        with snapshot() as session:
            fits = fitting(session, held.chosen.offer, now=clock.now(), visitor=visitor_hash())
    return _page(
        "portal/details.html", held, form=form, second=second, errors=found, travels=_travels(held), fits=fits
    )


@allow(HOLDER)
@private_page
def details(hold_id: str) -> str | Response:
    """The details page with what was typed so far."""
    held = _own(hold_id)
    if not held.live and held.chosen.start <= clock.now():
        gone = SlotGone("That time has passed.", reason="past")
        return _gone(held.chosen, gone, _travels(held), saved=not held.draft.empty)
    return _details(held, held.form(), held.second_of(held.draft.values()), errors=False)


@allow(HOLDER)
@private_page
@same_origin_only
def take_details(hold_id: str) -> Response:
    """Keep what was typed, right or wrong; go on to the review when it is all right and the time is still ours."""
    held = _own(hold_id)
    form, second = held.form_of(request.form), held.second_of(request.form)
    ready = form.validate()
    ready = (second is None or second.validate()) and ready
    if not _save_typed(held):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    if not ready:
        return make_response(_details(held, form, second, errors=True), 400)
    if held.live:
        _stay(held)
        return redirect(url_for("portal.review", hold_id=hold_id), 303)
    try:
        booking.hold_again(by=_by(), appointment_id=hold_id)
    except SlotGone as gone:
        return _lost(held, gone)
    return redirect(url_for("portal.review", hold_id=hold_id, again=1), 303)


def _save_typed(held: Held) -> bool:
    """Keep the form that came as the hold's draft. False when the hold was booked meanwhile."""
    try:
        booking.save_draft(by=_by(), appointment_id=held.id, draft=_typed(held).data())
    except Conflict:
        return False
    return True


def _typed(held: Held) -> Draft:
    """The form that came, as the draft of ``held``."""
    draft = held.draft
    typed = typed_values(request.form, held.questions, more=RELATIVE_FIELDS if held.kind == RELATIVES else ())
    return Draft(typed, draft.zone, draft.private, draft.team)


def _stay(held: Held) -> None:
    """Going on to the next step extends a hold that is half over (ux.md 2.5); where it can't, it runs on as it is."""
    if held.until - clock.now() < held.chosen.offer.hold_minutes * MINUTE // 2 and held.extensions_left:
        try:
            booking.extend(by=_by(), appointment_id=held.id)
        except Conflict:
            return


@allow(HOLDER)
@private_page
@same_origin_only
def extend(hold_id: str) -> Response:
    """More time, with what is typed so far kept."""
    held = _own(hold_id)
    page = "portal.review" if request.form.get("page") == "review" else "portal.details"
    if "given" in request.form:
        _save_typed(held)
    try:
        booking.extend(by=_by(), appointment_id=hold_id)
    except HoldLapsed:
        return redirect(url_for(page, hold_id=hold_id, more=0), 303)
    except Conflict:
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    return redirect(url_for(page, hold_id=hold_id, more=1), 303)


@allow(HOLDER)
@private_page
@same_origin_only
def speak(hold_id: str) -> Response:
    """Another language, with what is typed so far kept."""
    held = _own(hold_id)
    if "given" in request.form:
        _save_typed(held)
    return remember(redirect(url_for("portal.details", hold_id=hold_id), 303))


@allow(HOLDER)
@private_page
@same_origin_only
def release(hold_id: str) -> Response:
    """Give the time back and choose another one; what was typed comes along."""
    held = _own(hold_id)
    if "given" in request.form:
        _save_typed(held)
    booking.release(by=_by(), appointment_id=hold_id)
    with snapshot() as session:
        team = slots.for_team(session, held.chosen, held.draft.team).offer
    offer = team if team.bookable else held.chosen.offer
    kept_too = _travels(held)
    travels = {
        "tz": held.draft.zone,
        "private": held.draft.private,
        "weeks": kept_too.weeks,
        "party": kept_too.party,
    }
    kept: dict[str, Any] = {name: value for name, value in travels.items() if value}
    if not offer.times_path:  # no page lists its times: the landing names those near this one
        return redirect(url_for("portal.landing", slot=held.chosen.slot, kept=hold_id, **kept), 303)
    return redirect(
        url_for(
            "portal.times",
            owner=offer.owner_slug,
            kind=offer.type_slug,
            place=offer.place.id,
            kept=hold_id,
            **kept,
        ),
        303,
    )


@allow(HOLDER)
@private_page
def review(hold_id: str) -> Response | str:
    """Check your answers."""
    held = _own(hold_id)
    form, second = held.form(), held.second_of(held.draft.values())
    if held.draft.empty or not form.validate() or not (second is None or second.validate()):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    address = url_for("portal.details", hold_id=hold_id)
    relative = relative_summary(second, address) if second is not None else []
    return _page("portal/review.html", held, rows=summary(form, address), relative=relative, form=form)


@allow(HOLDER)
@private_page
@same_origin_only
def book(hold_id: str) -> Response:
    """Book the held time. A second press leads to the same appointment."""
    held = _own(hold_id)
    form, second = held.form(), held.second_of(held.draft.values())
    if not form.validate() or not (second is None or second.validate()):
        return make_response(_details(held, form, second, errors=True), 400)
    details = form.details(held.draft.zone)
    try:
        made = booking.book(
            by=_by(),
            appointment_id=held.id,
            details=details,
            answers=form.answers(),
            relative=second.details(details) if second is not None else None,
        )
    except SlotGone as gone:
        return _lost(held, gone)
    except (Conflict, InvalidInput):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    token = booking.links.manage_token(current_settings().secret, made)
    return redirect(url_for("portal.visit", token=token), 303)
