"""Views of the waitlist for staff: who waits, add somebody who phones, offer a time out of turn, take somebody off."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask_babel import force_locale
from werkzeug.wrappers import Response

from scheduler import clock
from scheduler.booking import waitlist
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.desk.offers import Offered, offered_to
from scheduler.console.desk.waiting import seen_entry, today_of, waiting_page
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound, SlotGone
from scheduler.intake.waiting import WaitingForm, waiting_form
from scheduler.models.slots import parse_slot_id
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.forms import error_list
from scheduler.web.headers import private_page
from scheduler.web.settings import current_settings
from scheduler.web.times import day_long, time_with_zone

LIST = "/console/waitlist"
_GONE = "That time is not open any more. Nothing was offered."
_NOT_OFFERED = "For: choose one of the list."


@allow(SIGNED_IN)
@private_page
def waiting() -> Answer:
    """Who waits, by type and in order."""
    now = clock.now()
    page = waiting_page(me(), now, current_settings().secret)
    return render_template("console/desk/waitlist.html", page=page, now=now)


@allow(SIGNED_IN)
@private_page
def waiting_new() -> Answer:
    """The form for somebody on the phone."""
    offers = _offers()
    return _page(offers, _form(offers, sent=False), [])


@allow(SIGNED_IN)
@private_page
def add_waiting() -> Answer:
    """Put somebody on the list; who is on it already stays where they are."""
    offers = _offers()
    offer = offers.get(request.form.get("schedule", ""))
    form = _form(offers, sent=True)
    ready = form.validate()
    errors = [] if offer is not None else [("schedule", _NOT_OFFERED)]
    if offer is None or not ready:
        return _page(offers, form, [*errors, *error_list(form)]), 400
    owner = ("practitioner", offer.hosts[0]) if offer.hosts else ("location", offer.place_id)
    entry, new = waitlist.join(
        by=by_me(),
        type_id=offer.type_id,
        wish=form.wish(*owner, offer.place_id),
        who=form.who("en", ""),
    )
    if new:
        toast("Added to the waitlist.", undo=f"{LIST}/{entry.id}/remove", undo_name="Undo adding them")
    else:
        toast("They wait for this visit already. Nothing was changed.", kind="info")
    return redirect(LIST, 303)


@allow(SIGNED_IN)
@private_page
def offer_waiting(entry_id: str) -> Response:
    """Offer an open time to this person now, whoever joined before them."""
    parsed = parse_slot_id(request.form.get("slot", ""))
    with snapshot() as session:
        entry = seen_entry(session, me(), entry_id)
        mine = offered_to(session, me())
    if parsed is None or parsed[0] not in mine:
        raise NotFound(_GONE)
    try:
        made = waitlist.offer(by=by_me(), entry_id=entry.id, schedule_id=parsed[0], start=parsed[1])
    except SlotGone:
        toast(_GONE, kind="warn")
    except Conflict as error:
        toast(error.sentence, kind="warn")
    else:
        zone = mine[parsed[0]].zone
        toast(
            f"Offered: {day_long(made.starts_at, zone)}, {time_with_zone(made.starts_at, zone)}. It is kept for them until "
            f"{time_with_zone(made.until_at, zone)}, {day_long(made.until_at, zone)}."
        )
    return redirect(LIST, 303)


@allow(SIGNED_IN)
@private_page
def remove_waiting(entry_id: str) -> Response:
    """Take somebody off the list; Undo puts them back where they were."""
    with snapshot() as session:
        entry = seen_entry(session, me(), entry_id)
    waitlist.leave(by=by_me(), entry_id=entry.id)
    toast("Taken off the waitlist.", undo=f"{LIST}/{entry.id}/put-back", undo_name="Undo taking them off")
    return redirect(LIST, 303)


@allow(SIGNED_IN)
@private_page
def put_back_waiting(entry_id: str) -> Response:
    """Put somebody back who was taken off."""
    with snapshot() as session:
        entry = seen_entry(session, me(), entry_id)
    try:
        waitlist.put_back(by=by_me(), entry_id=entry.id)
        toast("Back on the waitlist, at the same place.")
    except Conflict as error:
        toast(error.sentence, kind="warn")
    return redirect(LIST, 303)


def _offers() -> dict[str, Offered]:
    with snapshot() as session:
        return offered_to(session, me())


def _form(offers: dict[str, Offered], *, sent: bool) -> WaitingForm:
    chosen = offers.get(request.form.get("schedule", ""), next(iter(offers.values()), None))
    with force_locale("en"):
        return waiting_form(request.form if sent else None, today_of(chosen, clock.now()))


def _page(offers: dict[str, Offered], form: WaitingForm, errors: list[tuple[str, str]]) -> str:
    return render_template(
        "console/desk/waitlist_new.html",
        offers=list(offers.values()),
        chosen=request.form.get("schedule", ""),
        form=form,
        errors=errors,
    )
