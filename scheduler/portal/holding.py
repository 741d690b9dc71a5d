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
from scheduler.intake.drafts import Draft
from scheduler.intake.files import MOST_AT_ONCE, TOO_MUCH, Files, take_files
from scheduler.intake.forms import DetailsForm, typed_values
from scheduler.intake.relative import FIELDS as RELATIVE_FIELDS
from scheduler.intake.relative import RelativeForm
from scheduler.portal import finders, guarding, slots, together_views, wishes
from scheduler.portal.browse import NO_TIME, handover, paused_page
from scheduler.portal.fits import NEW_HERE, Fit, fitting, for_returning
from scheduler.portal.holds import Held, chosen_of, find_appointment, find_held, held_by
from scheduler.portal.lost import dates_address, gone_answer, lost_answer
from scheduler.portal.review import relative_summary, summary
from scheduler.portal.slots import Handover
from scheduler.portal.taking import carry_on, take
from scheduler.portal.weekly import RELATIVES, SERIES, wanted
from scheduler.web.access import HOLDER, PUBLIC, allow
from scheduler.web.border import takes_file
from scheduler.web.clinic import set_clinic
from scheduler.web.forms import error_list, first_control
from scheduler.web.headers import private_page
from scheduler.web.languages import remember
from scheduler.web.origin import same_origin_only
from scheduler.web.settings import current_settings
from scheduler.web.visitor import ensure_visitor, visitor_hash

NO_HOLD = lazy_gettext("We can't find that held time. The link may be old or cut short.")


@allow(PUBLIC)
@private_page
@takes_file(MOST_AT_ONCE)
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
        _take_files(kept)
        kept = replace(kept, draft=_typed(kept))
    set_clinic(chosen.offer.clinic)
    if not chosen.offer.bookable:
        return make_response(paused_page(chosen.offer), 409)
    saved = bool(kept and not kept.draft.empty)
    if chosen.start > now + slots.FARTHEST:
        return gone_answer(chosen, SlotGone("Too far ahead.", reason="horizon"), travels, saved=saved)
    kind = wanted(chosen.offer, travels)
    if kind == SERIES and "all" not in request.form:  # all dates are shown before any is held
        return redirect(dates_address(chosen, travels), 303)
    gate = guarding.before_hold(chosen)
    if gate.stop is not None:
        return gate.stop
    by = By("patient", visitor=ensure_visitor())
    try:
        made = take(by, chosen, travels, kept, kind)
    except SlotGone as gone:
        if kind:
            return together_views.gone(chosen, travels, kind)
        return gone_answer(chosen, gone, travels, saved=saved)
    gate.remember(made.id)
    return redirect(carry_on(by, made.id, kept, travels), 303)


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


def _page(template: str, held: Held, **context: Any) -> str:
    now = clock.now()
    ends = max(held.until, now + held.chosen.offer.hold_minutes * MINUTE)
    clinic = held.chosen.offer.clinic
    return render_template(template, held=held, now=now, clinic=clinic, extended_until=ends, **context)


def _details(held: Held, form: DetailsForm, second: RelativeForm | None, *, errors: bool) -> str:
    found = error_list(form) + (error_list(second) if second else []) if errors else []
    fits: tuple[Fit, ...] = ()
    who = form.applicant() if form.misfit else NEW_HERE if for_returning(held.chosen.offer) else None
    if who is not None:
        with snapshot() as session:
            fits = fitting(session, held.chosen.offer, now=clock.now(), visitor=visitor_hash(), who=who)
    return _page(
        "portal/details.html", held, form=form, second=second, errors=found, travels=_travels(held), fits=fits
    )


def _refused(hold_id: str, said: Mapping[str, Sequence[str]], status: int = 400) -> Response:
    """The details page with what was typed and what to say about files, at their fields, and nothing about the rest."""
    held = _own(hold_id)
    form = held.form()
    for field in form.files:
        field.errors = said.get(field.name, ())
    second = held.second_of(held.draft.values())
    return make_response(_details(held, form, second, errors=True), status)


@private_page
def _too_much(hold_id: str) -> Response:
    """Far more came than any form of ours holds, and was not read: the details page as it was kept last."""
    held = _own(hold_id)
    return _refused(hold_id, {field.name: [str(TOO_MUCH)] for field in held.form().files[:1]}, 413)


@allow(HOLDER)
@private_page
def details(hold_id: str) -> str | Response:
    """The details page with what was typed so far."""
    held = _own(hold_id)
    if not held.live and held.chosen.start <= clock.now():
        gone = SlotGone("That time has passed.", reason="past")
        return gone_answer(held.chosen, gone, _travels(held), saved=not held.draft.empty)
    return _details(held, held.form(), held.second_of(held.draft.values()), errors=False)


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@same_origin_only
def take_details(hold_id: str) -> Response:
    """Keep what was typed, right or wrong; go on to the review when it is all right and the time is still ours."""
    held = _own(hold_id)
    guarding.note_trap(hold_id)
    if not _save_typed(held):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    refused = _take_files(held)
    held = _own(hold_id)
    form, second = held.form_of(request.form), held.second_of(request.form)
    form.blame(refused)
    ready = form.validate()
    ready = (second is None or second.validate()) and ready
    if form.stopping:
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    if not ready:
        return make_response(_details(held, form, second, errors=True), 400)
    if held.live:
        _stay(held)
        return redirect(url_for("portal.review", hold_id=hold_id), 303)
    try:
        booking.hold_again(by=_by(), appointment_id=hold_id)
    except SlotGone as gone:
        return lost_answer(held, gone, _travels(held))
    return redirect(url_for("portal.review", hold_id=hold_id, again=1), 303)


def _save_typed(held: Held) -> bool:
    """Keep the form that came as the hold's draft. False when the hold was booked meanwhile."""
    try:
        booking.save_draft(by=_by(), appointment_id=held.id, draft=_typed(held).data())
    except Conflict:
        return False
    return True


def _take_files(held: Held) -> dict[str, list[str]]:
    """Keep the files that came behind the hold; what to say about those that can't be taken, by field."""
    return take_files(_by(), held.id, held.form_of(request.form).files, request.files)


def _keep_given(held: Held) -> dict[str, list[str]]:
    """Keep what a details page sent along with another act; what to say about files that can't be taken, by field."""
    if "given" not in request.form:
        return {}
    _save_typed(held)
    return _take_files(held)


def _typed(held: Held) -> Draft:
    """The form that came, as the draft of ``held``."""
    more = RELATIVE_FIELDS if held.kind == RELATIVES else ()
    return replace(held.draft, typed=typed_values(request.form, held.questions, more))


def _stay(held: Held) -> None:
    """Going on to the next step extends a hold that is half over (ux.md 2.5); where it can't, it runs on as it is."""
    if held.until - clock.now() < held.chosen.offer.hold_minutes * MINUTE // 2 and held.extensions_left:
        try:
            booking.extend(by=_by(), appointment_id=held.id)
        except Conflict:
            return


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@same_origin_only
def extend(hold_id: str) -> Response:
    """More time, with what is typed so far kept."""
    held = _own(hold_id)
    page = "portal.review" if request.form.get("page") == "review" else "portal.details"
    refused = _keep_given(held)
    try:
        booking.extend(by=_by(), appointment_id=hold_id)
    except HoldLapsed:
        return redirect(url_for(page, hold_id=hold_id, more=0), 303)
    except Conflict:
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    if refused:
        return _refused(hold_id, refused)
    return redirect(url_for(page, hold_id=hold_id, more=1), 303)


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@same_origin_only
def remove_file(hold_id: str) -> Response:
    """Take a file away again; what is typed so far, and what came along, is kept."""
    held = _own(hold_id)
    _keep_given(held)
    try:
        booking.documents.remove(by=_by(), appointment_id=hold_id, document_id=request.form.get("remove", ""))
    except Conflict:
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    where = next((field for field in held.form().files if _has(field, request.form.get("remove"))), None)
    anchor = first_control(where) if where is not None else None
    return redirect(url_for("portal.details", hold_id=hold_id, _anchor=anchor), 303)


def _has(field: Files, document_id: str | None) -> bool:
    return any(one.id == document_id for one in field.attached)


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@same_origin_only
def speak(hold_id: str) -> Response:
    """Another language, with what is typed so far kept."""
    held = _own(hold_id)
    _keep_given(held)
    return remember(redirect(url_for("portal.details", hold_id=hold_id), 303))


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@same_origin_only
def release(hold_id: str) -> Response:
    """Give the time back and choose another one; what was typed comes along."""
    held = _own(hold_id)
    _keep_given(held)
    booking.release(by=_by(), appointment_id=hold_id)
    if request.form.get("page") == "stop":
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    with snapshot() as session:
        team = slots.for_team(session, held.chosen, held.draft.team).offer
    offer = team if team.bookable else held.chosen.offer
    kept = _travels(held).query("tz", "private", "weeks", "party", "gender", "speaks")
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
def stop(hold_id: str) -> Response | str:
    """An answer that ends the flow: the emergency number, the clinic's words and phone. The time stays held until the
    patient gives it back; the answer can be mended."""
    held = _own(hold_id)
    form, details_url = held.form(), url_for("portal.details", hold_id=hold_id)
    if not form.stopping:
        return redirect(details_url, 303)
    change = f"{details_url}#{first_control(form.question(form.stopping[0].id))}"
    return _page("portal/stop.html", held, form=form, stopping=form.stopping, change=change)


@allow(HOLDER)
@private_page
def review(hold_id: str) -> Response | str:
    """Check your answers."""
    held = _own(hold_id)
    form, second = held.form(), held.second_of(held.draft.values())
    if held.draft.empty or not form.validate() or not (second is None or second.validate()):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    if form.stopping:
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    address = url_for("portal.details", hold_id=hold_id)
    return _page(
        "portal/review.html",
        held,
        rows=summary(form, address),
        relative=relative_summary(second, address) if second is not None else [],
        form=form,
        wish=wishes.wish_words(held.draft.wish),
        finder=finders.choice_behind(hold_id),
        doubles=guarding.doubles_of(held, form),
    )


@allow(HOLDER)
@private_page
@same_origin_only
def book(hold_id: str) -> Response:
    """Book the held time. A second press leads to the same appointment."""
    held = _own(hold_id)
    form, second = held.form(), held.second_of(held.draft.values())
    if not form.validate() or not (second is None or second.validate()):
        return make_response(_details(held, form, second, errors=True), 400)
    if "finder_asked" in request.form:
        # before anything else: a no holds whatever becomes of the time
        booking.choose_telling(by=_by(), appointment_id=hold_id, tell="tell_finder" in request.form)
    if form.stopping:
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    stop = guarding.before_booking(held, form)
    if stop is not None:
        return stop
    details = form.details(held.draft.zone, held.draft.wish)
    try:
        made = booking.book(
            by=_by(),
            appointment_id=held.id,
            details=details,
            answers=form.answers(),
            relative=second.details(details) if second is not None else None,
        )
    except SlotGone as gone:
        return lost_answer(held, gone, _travels(held))
    except (Conflict, InvalidInput):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    token = booking.links.manage_token(current_settings().secret, made)
    return redirect(url_for("portal.visit", token=token), 303)
