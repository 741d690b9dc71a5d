"""Views of a hold: take it, type the details, check them, book; extend it, give it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.clock import MINUTE
from scheduler.db import snapshot
from scheduler.errors import Conflict, HoldLapsed, InvalidInput, NotFound, SlotGone
from scheduler.intake.asking import Asked, QuestionPart
from scheduler.intake.files import MOST_AT_ONCE, TOO_MUCH, Files
from scheduler.intake.forms import DetailsForm
from scheduler.intake.relative import RelativeForm
from scheduler.portal import finders, guarding, slots, together_views, wishes
from scheduler.portal.browse import NO_TIME, handover, paused_page
from scheduler.portal.fits import NEW_HERE, Fit, fitting, for_returning
from scheduler.portal.holds import Held, find_held
from scheduler.portal.lost import dates_address, gone_answer, lost_answer
from scheduler.portal.own_hold import (
    hold_page,
    holder,
    keep_choice,
    keep_given,
    own_hold,
    save_typed,
    take_sent_files,
    travels_of,
    typed_draft,
)
from scheduler.portal.review import names_of, relative_summary, summary
from scheduler.portal.taking import carry_on, take
from scheduler.portal.weekly import SERIES, wanted
from scheduler.web.access import HOLDER, PUBLIC, allow
from scheduler.web.border import any_text, takes_file
from scheduler.web.clinic import set_clinic
from scheduler.web.forms import error_list, first_control
from scheduler.web.headers import private_page
from scheduler.web.languages import remember
from scheduler.web.origin import same_origin_only
from scheduler.web.settings import current_settings
from scheduler.web.visitor import ensure_visitor, visitor_hash


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
        save_typed(kept)
        take_sent_files(kept)
        kept = replace(kept, draft=typed_draft(kept))
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


def _details(held: Held, form: DetailsForm, second: RelativeForm | None, *, errors: bool) -> str:
    found = error_list(form) + (error_list(second) if second else []) if errors else []
    fits: tuple[Fit, ...] = ()
    who = form.applicant() if form.misfit else NEW_HERE if for_returning(held.chosen.offer) else None
    if who is not None:
        with snapshot() as session:
            fits = fitting(session, held.chosen.offer, now=clock.now(), visitor=visitor_hash(), who=who)
    return hold_page(
        "portal/details.html",
        held,
        form=form,
        second=second,
        errors=found,
        travels=travels_of(held),
        fits=fits,
    )


def _refused(hold_id: str, said: Mapping[str, Sequence[str]], status: int = 400) -> Response:
    """The details page with what was typed and what to say about files, at their fields, and nothing about the rest."""
    held = own_hold(hold_id)
    form, second = held.form(), held.second_of(held.draft.values())
    for field in (*form.files, *(second.files if second else ())):
        field.errors = said.get(field.name, ())
    return make_response(_details(held, form, second, errors=True), status)


@private_page
def _too_much(hold_id: str) -> Response:
    """Far more came than any form of ours holds, and was not read: the details page as it was kept last."""
    held = own_hold(hold_id)
    return _refused(hold_id, {field.name: [str(TOO_MUCH)] for field in held.form().files[:1]}, 413)


@allow(HOLDER)
@private_page
def details(hold_id: str) -> str | Response:
    """The details page with what was typed so far."""
    held = own_hold(hold_id)
    if not held.live and held.chosen.start <= clock.now():
        gone = SlotGone("That time has passed.", reason="past")
        return gone_answer(held.chosen, gone, travels_of(held), saved=not held.draft.empty)
    return _details(held, held.form(), held.second_of(held.draft.values()), errors=False)


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@any_text
@same_origin_only
def take_details(hold_id: str) -> Response:
    """Keep what was typed, right or wrong; go on to the review when it is all right and the time is still ours."""
    held = own_hold(hold_id)
    guarding.note_trap(hold_id)
    if not save_typed(held):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    refused = take_sent_files(held)
    held = own_hold(hold_id)
    form, second = held.form_of(request.form), held.second_of(request.form)
    form.blame(refused)
    if second is not None:
        second.blame(refused)
    ready = form.validate()
    ready = (second is None or second.validate()) and ready
    if _stops(form, second):
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    if not ready:
        return make_response(_details(held, form, second, errors=True), 400)
    if held.live:
        _stay(held)
        return redirect(url_for("portal.review", hold_id=hold_id), 303)
    try:
        booking.hold_again(by=holder(), appointment_id=hold_id, most=current_settings().visitor_holds)
    except SlotGone as gone:
        return lost_answer(held, gone, travels_of(held))
    return redirect(url_for("portal.review", hold_id=hold_id, again=1), 303)


def _stay(held: Held) -> None:
    """Going on to the next step extends a hold that is half over (ux.md 2.5); where it can't, it runs on as it is."""
    if held.until - clock.now() < held.chosen.offer.hold_minutes * MINUTE // 2 and held.extensions_left:
        try:
            booking.extend(by=holder(), appointment_id=held.id)
        except Conflict:
            return


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@any_text
@same_origin_only
def extend(hold_id: str) -> Response:
    """More time, with what is typed so far kept."""
    held = own_hold(hold_id)
    page = _page_sent()
    refused = keep_given(held)
    try:
        booking.extend(by=holder(), appointment_id=hold_id)
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
    held = own_hold(hold_id)
    document_id = request.form.get("remove", "")
    keep_given(held)
    try:
        booking.documents.remove(
            by=holder(), appointment_id=held.hold_of(document_id), document_id=document_id
        )
    except Conflict:
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    second = held.second_of(held.draft.values())
    fields = (*held.form().files, *(second.files if second else ()))
    where = next((field for field in fields if _has(field, document_id)), None)
    anchor = first_control(where) if where is not None else None
    return redirect(url_for("portal.details", hold_id=hold_id, _anchor=anchor), 303)


def _has(field: Files, document_id: str) -> bool:
    return any(one.id == document_id for one in field.attached)


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@any_text
@same_origin_only
def speak(hold_id: str) -> Response:
    """Another language, with what is typed so far kept."""
    held = own_hold(hold_id)
    keep_given(held)
    return remember(redirect(url_for(_page_sent(), hold_id=hold_id), 303))


def _page_sent() -> str:
    """The page of the hold that a press came from, where it says so."""
    page = request.form.get("page")
    return f"portal.{page}" if page in ("review", "code") else "portal.details"


@allow(HOLDER)
@private_page
@same_origin_only
def change(hold_id: str) -> Response:
    """From the review to the field of one answer; what was chosen on the review is kept."""
    held = own_hold(hold_id)
    keep_choice(held)
    second = held.second_of(held.draft.values())
    fields = (*held.form(), *(second or ()))
    wanted = request.form.get("change", "")
    anchor = next((found for field in fields if (found := first_control(field)) == wanted), None)
    return redirect(url_for("portal.details", hold_id=hold_id, _anchor=anchor), 303)


@allow(HOLDER)
@private_page
@takes_file(MOST_AT_ONCE, _too_much)
@any_text
@same_origin_only
def release(hold_id: str) -> Response:
    """Give the time back and choose another one; what was typed comes along."""
    held = own_hold(hold_id)
    keep_given(held)
    booking.release(by=holder(), appointment_id=hold_id)
    if request.form.get("page") == "stop":
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    with snapshot() as session:
        team = slots.for_team(session, held.chosen, held.draft.team).offer
    offer = team if team.bookable else held.chosen.offer
    kept = travels_of(held).query("tz", "private", "weeks", "party", "gender", "speaks")
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
    held = own_hold(hold_id)
    details_url = url_for("portal.details", hold_id=hold_id)
    stops = _stops(held.form(), held.second_of(held.draft.values()))
    if not stops:
        return redirect(details_url, 303)
    form, question = stops[0]
    change = f"{details_url}#{first_control(form.question(question.id))}"
    return hold_page("portal/stop.html", held, stops=stops, change=change)


def _stops(form: DetailsForm, second: RelativeForm | None) -> list[tuple[QuestionPart, Asked]]:
    """The questions whose answer ends the flow, with the person's form in which they are answered."""
    people: list[QuestionPart] = [form] if second is None else [form, second]
    return [(person, question) for person in people for question in person.stopping]


@allow(HOLDER)
@private_page
def review(hold_id: str) -> Response | str:
    """Check your answers."""
    held = own_hold(hold_id)
    form, second = held.form(), held.second_of(held.draft.values())
    if held.draft.empty or not form.validate() or not (second is None or second.validate()):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    if _stops(form, second):
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    address = url_for("portal.details", hold_id=hold_id)
    return hold_page(
        "portal/review.html",
        held,
        rows=summary(form, address),
        relative=relative_summary(second, address) if second is not None else [],
        names=names_of(form, second),
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
    held = own_hold(hold_id)
    keep_choice(held)  # before anything else: a no holds whatever becomes of the time
    form, second = held.form(), held.second_of(held.draft.values())
    if not form.validate() or not (second is None or second.validate()):
        return make_response(_details(held, form, second, errors=True), 400)
    if _stops(form, second):
        return redirect(url_for("portal.stop", hold_id=hold_id), 303)
    stop = guarding.before_booking(held, form)
    if stop is not None:
        return stop
    details = form.details(held.draft.zone, held.draft.wish)
    try:
        made = booking.book(
            by=holder(),
            appointment_id=held.id,
            details=details,
            answers=form.answers(),
            relative=second.details(details) if second is not None else None,
            relative_answers=second.answers() if second is not None else (),
        )
    except SlotGone as gone:
        return lost_answer(held, gone, travels_of(held))
    except (Conflict, InvalidInput):
        return redirect(url_for("portal.details", hold_id=hold_id), 303)
    token = booking.links.manage_token(current_settings().secret, made)
    return redirect(url_for("portal.visit", token=token), 303)
