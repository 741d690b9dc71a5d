"""What is answered when a time that somebody wants, or had, is not theirs to have: the nearest times, with answers kept."""

from __future__ import annotations

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from scheduler import clock
from scheduler.db import snapshot
from scheduler.errors import SlotGone
from scheduler.portal import finders, slots, together_views
from scheduler.portal.holds import Held, find_held
from scheduler.portal.slots import Chosen, Handover, Standing
from scheduler.web.visitor import visitor_hash


def gone_answer(chosen: Chosen, gone: SlotGone, travels: Handover, *, saved: bool) -> Response:
    """The "Slot gone" page as the answer to an act: 409, nearest times, answers kept."""
    now, visitor = clock.now(), visitor_hash()
    with snapshot() as session:
        held = find_held(session, travels.kept, visitor, now)
        source, referral = finders.words_of(session, travels, held.id if held else "")
    finders.count_gone(source, referral, now)
    with snapshot() as session:
        back = finders.back_from_gone(session, source, referral)
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
            back=back,
            clinic=chosen.offer.clinic,
        ),
        409,
    )


def lost_answer(held: Held, gone: SlotGone, travels: Handover) -> Response:
    """The hold had ended, and its time, or one of those held together, is taken: 409, answers kept."""
    if held.kind:
        return together_views.gone(held.chosen, travels, held.kind)
    return gone_answer(held.chosen, gone, travels, saved=True)


def dates_address(chosen: Chosen, travels: Handover) -> str:
    """The page of all dates of a series, with what travels along."""
    kept = travels.query("source", "booking-referral", "tz", "private", "kept", "weeks")
    return url_for("portal.weekly_dates", slot=chosen.slot, **kept)
