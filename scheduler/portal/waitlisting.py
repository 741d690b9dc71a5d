"""Views of the waitlist: join it, see one's place, leave it; ask for a sooner time than the one that is booked."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import By, waitlist
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound, TooMany
from scheduler.intake.waiting import WHO_FIELDS, WaitingForm, part_names, waiting_form, weekday_names
from scheduler.portal import pages
from scheduler.portal.browse import NO_PAGE, handover, paused_page
from scheduler.portal.holds import find_held
from scheduler.portal.managing import open_visit
from scheduler.portal.slots import Handover
from scheduler.portal.waiting import Place, place_of_entry
from scheduler.web.access import PUBLIC, TOKEN, allow
from scheduler.web.clinic import set_clinic
from scheduler.web.forms import PARTS, error_list
from scheduler.web.headers import private_page
from scheduler.web.languages import chosen_here, page_language, shown_anew
from scheduler.web.settings import current_settings
from scheduler.web.throttle import Throttle
from scheduler.web.times import day_and_time, day_with_year
from scheduler.web.visitor import ensure_visitor, visitor_hash

NO_LIST = "There is no waitlist for this visit now. Choose a time, or call the clinic."
NO_PLACE = "We can't find that place on the waitlist. The link may be old or cut short."
_per_address = Throttle(limit=20, span=clock.HOUR)
Answer = str | Response | tuple[str, int]


@allow(PUBLIC)
@private_page
def join_form(owner: str, kind: str) -> Answer:
    """What somebody wishes and who they are; what they typed for a time that was lost stands there."""
    travels, now = handover(), clock.now()
    found = _found(owner, kind, travels, now)
    if not found.bookable:
        return paused_page(found.offer)
    with snapshot() as session:
        kept = find_held(session, travels.kept, visitor_hash(), now)
    typed = _known(kept.draft.values()) if kept is not None else None
    return _page(found, _form(found, typed, now), travels)


@allow(PUBLIC)
@private_page
def join(owner: str, kind: str) -> Answer | tuple[str, int, dict[str, str]]:
    """Join the list; who is on it already stays where they are. Or the form once more, in another language."""
    travels, now = handover(), clock.now()
    found = _found(owner, kind, travels, now)
    if not found.bookable:
        return paused_page(found.offer), 409
    if chosen_here():
        return shown_anew(lambda: _page(found, _form(found, request.form, now), travels))
    form = _form(found, request.form, now)
    if not form.validate():
        return _page(found, form, travels, errors=True), 400
    try:
        _per_address.take((request.remote_addr or "",), now)
    except TooMany as error:
        form.email.errors = [error.sentence]
        made = _page(found, form, travels, errors=True, throttled=True)
        return made, error.status, {"Retry-After": str(error.retry_after)}
    by = By("patient", visitor=ensure_visitor())
    entry, new = waitlist.join(
        by=by,
        type_id=found.offer.type_id,
        wish=form.wish(found.owner.kind, found.owner.id),
        who=form.who(page_language(), travels.zone),
    )
    if not new:
        waitlist.send_again(entry_id=entry.id)
        if entry.visitor != by.visitor:
            return render_template(
                "portal/waitlist_known.html", offer=found.offer, clinic=found.offer.clinic
            ), 409
    token = booking.links.waitlist_token(current_settings().secret, entry)
    return redirect(url_for("portal.place", token=token, known=None if new else 1), 303)


def _found(owner: str, kind: str, travels: Handover, now: int) -> pages.TypeAtOwner:
    """The type whose list it is. Raises NotFound, also when patients can't wait for it."""
    with snapshot() as session:
        found = pages.type_at_owner(session, owner.lower(), kind.lower(), travels.private, now)
    if found is None:
        raise NotFound(NO_PAGE)
    set_clinic(found.offer.clinic)
    if found.bookable and not found.offer.waitlist:
        raise NotFound(NO_LIST)
    return found


def _form(found: pages.TypeAtOwner, typed: MultiDict[str, str] | None, now: int) -> WaitingForm:
    places = {offer.place.id: offer.place.name for offer in found.offers}
    today = date.fromordinal(zone_of(found.offer.place.zone).day(now))
    return waiting_form(typed, today, tuple(places.items()), found.offer.rules)


def _known(typed: MultiDict[str, str] | None) -> MultiDict[str, str] | None:
    """Who somebody said that they are, when they typed it for themselves."""
    if typed is None or typed.get("for_whom", "me") != "me":
        return None
    names = {*WHO_FIELDS, *(f"birth_date-{part}" for part in PARTS)}
    return MultiDict([(name, value) for name, value in typed.items(multi=True) if name in names])


def _page(
    found: pages.TypeAtOwner,
    form: WaitingForm,
    travels: Handover,
    *,
    errors: bool = False,
    throttled: bool = False,
) -> str:
    return render_template(
        "portal/waitlist_join.html",
        whose=found.owner,
        offer=found.offer,
        form=form,
        errors=error_list(form) if errors else [],
        handover=travels,
        throttled=throttled,
        clinic=found.offer.clinic,
    )


@allow(TOKEN)
@private_page
def ask_sooner(token: str) -> Response:
    """A booked patient asks for a sooner time; their page then says so."""
    found = open_visit(token)
    try:
        waitlist.ask_sooner(by=By("patient"), appointment_id=found.id)
    except Conflict:
        return redirect(url_for("portal.visit", token=token), 303)
    return redirect(url_for("portal.visit", token=token), 303)


@allow(TOKEN)
@private_page
def place(token: str) -> str:
    """Somebody's place on the list: what they wait for, and the button to leave."""
    found = _place(token)
    return render_template(
        "portal/waitlist_place.html",
        found=found,
        rows=_rows(found),
        known=request.args.get("known"),
        now=clock.now(),
        clinic=found.clinic,
    )


@allow(TOKEN)
@private_page
def leave(token: str) -> Response:
    """Leave the list. A second press changes nothing."""
    found = _place(token)
    waitlist.leave(by=By("patient"), entry_id=found.id)
    return redirect(url_for("portal.place", token=token), 303)


def _place(token: str) -> Place:
    with snapshot() as session:
        found = place_of_entry(session, current_settings().secret, token)
    if found is None:
        raise NotFound(NO_PLACE)
    set_clinic(found.clinic)
    return found


def _rows(found: Place) -> list[tuple[str, str | tuple[str, ...]]]:
    """What somebody waits for, in words."""
    names = weekday_names()
    days = _(", ").join(names[day] for day in found.weekdays) or _("Any day")
    now = found.now if found.waits else None
    rows: list[tuple[str, str | tuple[str, ...]]] = [
        (_("Visit"), found.type),
        (_("With"), found.who),
        (_("Place"), found.places),
        (_("Your time now"), day_and_time(now.start, now.zone) if now is not None else ""),
        (_("Days"), "" if found.visit else days),
        (_("Part of the day"), "" if found.visit else part_names()[found.part or "any"]),
        (_("Not before"), day_with_year(found.earliest_on) if found.earliest_on else ""),
        (_("Not after"), day_with_year(found.latest_on) if found.latest_on else ""),
        (_("On the list since"), day_with_year(found.joined_at, found.zone)),
    ]
    return [(label, value) for label, value in rows if value]
