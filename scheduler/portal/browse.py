"""Views that only look: the clinician's page and the times of a type; what the patient's pages share in reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from scheduler import clock
from scheduler.catalog.slugs import MAX_LENGTH
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.portal import pages, wishes
from scheduler.portal.addresses import times_address
from scheduler.portal.holds import answers_kept
from scheduler.portal.offers import Offer
from scheduler.portal.owners import find_owner
from scheduler.portal.seats import seats_of
from scheduler.portal.slots import Handover, printable
from scheduler.portal.times import parse_day, parse_zone, times_page
from scheduler.portal.weekly import RELATIVES, wanted
from scheduler.web.access import PUBLIC, allow
from scheduler.web.border import is_text
from scheduler.web.clinic import know_site, set_clinic
from scheduler.web.headers import mark_private
from scheduler.web.kept import look_first, may_be_kept
from scheduler.web.visitor import visitor_hash

NO_PAGE = lazy_gettext("There is no page at this address. The link may be old or cut short.")
QUERY = (
    "from",
    "place",
    "tz",
    "private",
    "kept",
    "source",
    "booking-referral",
    "weeks",
    "party",
    "gender",
    "speaks",
)
NO_TIME = lazy_gettext("We can't find that time. The link may be old or cut short.")


def handover() -> Handover:
    """What travels with a time, read from the query or the form; what can't be used is left out."""
    given = request.form if request.method == "POST" else request.args
    kept = given.get("kept", "")
    return Handover(
        source=_finders_word("source", given),
        booking_referral=_finders_word("booking-referral", given),
        zone=parse_zone(given.get("tz", "")),
        private=printable(given.get("private", "")[:64]),
        kept=kept if kept.isascii() and kept.isalnum() and len(kept) <= 32 else "",
        patient=patient if (patient := given.get("patient", "")) in ("new", "returning") else "",
        # a deep link names one schedule; only a press on a team's own page asks for any of its members
        team=printable(given.get("team", "")[:MAX_LENGTH]).lower() if request.method == "POST" else "",
        weeks=_weeks(given.get("weeks", "")),
        party="two" if given.get("party") == "two" else "",
        **wishes.read(given),
    )


def _weeks(text: str) -> str:
    """How many weekly visits somebody asks for, as digits; "" for one, and for what is no number."""
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) > 1 else ""


def _finders_word(name: str, given: Mapping[str, str]) -> str:
    """What a finder handed over under that name, "" for what can't be kept. Of bytes in the address that are no text
    Werkzeug leaves the escapes, which nobody sent."""
    pairs = (pair.partition(b"=") for pair in request.query_string.split(b"&"))
    sent = all(is_text(unquote_to_bytes(value)) for key, _, value in pairs if key == name.encode())
    return printable(given.get(name, "")) if sent else ""


def mark(travels: Handover) -> None:
    """A page that is one visitor's own, or whose address is a key, is not for caches, referrers or search engines."""
    if travels.private or travels.kept or travels.booking_referral or visitor_hash() is not None:
        mark_private()


@allow(PUBLIC)
def owner(owner: str) -> str | Response:
    """A clinician's, team's or place's page with what can be booked there."""
    with snapshot() as session:
        page = pages.owner_page(session, owner.lower(), clock.now())
    if page is None:
        raise NotFound(NO_PAGE)
    set_clinic(page.owner.clinic)
    if page.owner.slug != owner:
        return redirect(url_for("portal.owner", owner=page.owner.slug), 301)
    if len(page.cards) == 1 and not page.owner.people:
        return redirect(url_for("portal.times", owner=owner, kind=page.cards[0].offer.type_slug), 302)
    return render_template("portal/owner.html", page=page, clinic=page.owner.clinic)


@allow(PUBLIC)
def times(owner: str, kind: str) -> str | Response | tuple[str, int]:
    """The open times of an appointment type."""
    now, travels, visitor = clock.now(), handover(), visitor_hash()
    version = look_first() if travels.anonymous else None
    asked = request.args.get("from", "")
    since = parse_day(asked)
    mark(travels)
    with snapshot() as session:
        know_site(session)
        found = pages.type_at_owner(session, owner.lower(), kind.lower(), travels.private, now)
        if found is None:
            raise NotFound(NO_PAGE)
        set_clinic(found.offer.clinic)
        if (owner, kind) != (found.owner.slug, found.offer.type_slug):
            return redirect(_moved(found), 301)
        if not found.bookable:
            return paused_page(found.offer)
        asked_for = wishes.choices(found.offers)
        kept_offers = wishes.keeping(found.offers, travels.wish) if asked_for else list(found.offers)
        page = times_page(
            session,
            kept_offers or found.offers,
            now=now,
            since=since,
            place_id=request.args.get("place", ""),
            viewer_zone=travels.zone,
            visitor=visitor,
            for_two=wanted(found.offer, travels) == RELATIVES,
        )
        saved = answers_kept(session, travels.kept, visitor, now)
        shown = (opening.value for day in page.days for opening in day.openings)
        seats = seats_of(session, page.offer, shown, now)
    together = wanted(page.offer, travels)
    unread = [name for name, bad in (("from", asked and since is None), ("tz", _unread_zone(travels))) if bad]
    made = render_template(
        "portal/times.html",
        page=page,
        here=times_address(found.owner.slug, page, travels),
        owner_slug=found.owner.slug,
        owner_kind=found.owner.kind,
        handover=replace(travels, team=found.owner.slug) if page.offer.team else travels,
        saved=saved,
        seats=seats,
        together=together,
        unread=unread,
        wished=asked_for,
        none_wished=not kept_offers,
        clinic=page.offer.clinic,
    )
    may_be_kept(version, page.stands_until)
    return made, 400 if unread else 200


def _moved(found: pages.TypeAtOwner) -> str:
    # By name: url_for gives a meaning of its own to some words, such as _scheme.
    here: dict[str, Any] = {name: request.args[name] for name in QUERY if name in request.args}
    return url_for("portal.times", owner=found.owner.slug, kind=found.offer.type_slug, **here)


def _unread_zone(travels: Handover) -> bool:
    return bool(request.args.get("tz")) and not travels.zone


def paused_page(offer: Offer) -> str:
    """The page of what can't be booked online now, paused or retired, with a way on where there is one."""
    with snapshot() as session:
        whose = find_owner(session, offer.owner_slug) if offer.owner_slug else None
    return render_template(
        "portal/paused.html", offer=offer, whose=whose, slot_status="gone", clinic=offer.clinic
    )
