"""The landing of a finder's deep link: ``/book/<slot>?source=&booking-referral=``.

Each of its answers names the state of the time for programs too: ``<meta name="slot-status" content="...">`` says free,
held (by anybody, the reader included) or gone.
"""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.intake import questions_of
from scheduler.intake.forms import RETURNING
from scheduler.portal import finders, slots
from scheduler.portal.browse import NO_TIME, handover, mark, paused_page
from scheduler.portal.fits import fitting, for_returning
from scheduler.portal.holds import answers_kept
from scheduler.portal.nearest import nearest
from scheduler.portal.offers import Offer
from scheduler.portal.seats import seats_of
from scheduler.portal.slots import Chosen, Handover, Standing
from scheduler.portal.times import own_holds
from scheduler.portal.weekly import second_start
from scheduler.web.access import PUBLIC, allow
from scheduler.web.border import any_query
from scheduler.web.clinic import set_clinic
from scheduler.web.errors import wanted
from scheduler.web.settings import current_settings
from scheduler.web.visitor import visitor_hash


@allow(PUBLIC)
@any_query
def landing(slot: str) -> str | Response | tuple[str, int]:
    """Where a finder's deep link leads: the chosen time, what will be asked, one button. Holds nothing."""
    now, travels, visitor = clock.now(), handover(), visitor_hash()
    mark(travels)
    with snapshot() as session:
        chosen = slots.find_chosen(session, slot, travels.private, now)
        if chosen is None:
            return _unknown(slots.nearby_offer(session, slot))
        set_clinic(chosen.offer.clinic)
        booked = slots.own_booking(session, chosen, visitor)
        if booked is not None:
            token = booking.links.manage_token(current_settings().secret, booked)
            return redirect(url_for("portal.visit", token=token), 303)
        stands = slots.standing(session, chosen, now=now, visitor=visitor)
    finders.count_opened(travels, now)
    if stands.reason == "paused":
        return paused_page(chosen.offer)
    if stands.reason:
        return _gone(chosen, stands, travels, now)
    if travels.patient == "new" and for_returning(chosen.offer):
        return _not_for_new(chosen, stands, travels, now)
    return _open(chosen, stands, travels, now)


def _unknown(offer: Offer | None) -> tuple[str, int]:
    """A time that never was: 404, with what the link may have meant and where to look for a clinic."""
    if wanted() != "html":
        raise NotFound(NO_TIME)
    if offer is not None:
        set_clinic(offer.clinic)
    clinic = offer.clinic if offer else None
    return render_template("portal/unknown.html", offer=offer, slot_status="gone", clinic=clinic), 404


def _gone(chosen: Chosen, stands: Standing, travels: Handover, now: int) -> str:
    visitor = visitor_hash()
    finders.count_gone(travels.source, travels.booking_referral, now)
    with snapshot() as session:
        saved = answers_kept(session, travels.kept, visitor, now)
        back = finders.back_from_gone(session, travels.source, travels.booking_referral)
        gone = slots.gone_page(
            session, chosen, stands, now=now, visitor=visitor, handover=travels, saved=saved
        )
    return render_template(
        "portal/gone.html",
        gone=gone,
        now=now,
        slot_status=stands.status,
        back=back,
        clinic=chosen.offer.clinic,
    )


def _not_for_new(chosen: Chosen, stands: Standing, travels: Handover, now: int) -> str:
    """Who said that they are new, and chose a visit for people who are not, sees at once what fits them."""
    with snapshot() as session:
        fits = fitting(session, chosen.offer, now=now, visitor=visitor_hash())
    return render_template(
        "portal/not_for_new.html",
        chosen=chosen,
        fits=fits,
        handover=travels,
        been_before=_here(chosen, travels, ""),
        slot_status=stands.status,
        clinic=chosen.offer.clinic,
    )


def _here(chosen: Chosen, travels: Handover, patient: str) -> str:
    """This page's own address with all that travels along, and what the reader says of themselves."""
    said = replace(travels, patient=patient)
    kept = said.query("source", "booking-referral", "tz", "private", "kept", "patient")
    return url_for("portal.landing", slot=chosen.slot, **kept)


def _open(chosen: Chosen, stands: Standing, travels: Handover, now: int) -> str:
    schedule_id, visitor = chosen.offer.schedule_id, visitor_hash()
    ask_first = for_returning(chosen.offer)
    with snapshot() as session:
        questions = questions_of(session, chosen.offer.type_id)
        hold = own_holds(session, visitor, [schedule_id], now).get(schedule_id)
        saved = answers_kept(session, travels.kept, visitor, now)
        second = second_start(session, chosen, now=now, visitor=visitor)
        seats = {} if stands.own else seats_of(session, chosen.offer, [chosen.slot], now)
        near = (
            ()
            if chosen.offer.times_path
            else nearest(session, chosen.offer, chosen.start, now=now, visitor=visitor).times
        )
    return render_template(
        "portal/landing.html",
        chosen=chosen,
        questions=questions,
        handover=replace(travels, patient="returning" if ask_first else ""),
        travels=travels,
        stands=stands,
        held_until=hold.expires_at if hold is not None and stands.own else None,
        ask_first=ask_first,
        seen_question=RETURNING.get(chosen.offer.patient_type, ""),
        new_here=_here(chosen, travels, "new") if ask_first else "",
        slot_status=stands.status,
        finder=finders.name_of(travels.source),
        saved=saved,
        second=second,
        seats=seats.get(chosen.slot, 0),
        near=[one for one in near if one.opening.value != chosen.slot],
        now=now,
        clinic=chosen.offer.clinic,
    )
