"""Views of what is booked in one act: the dates of a weekly series before they are held, and what is gone of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Appointment
from scheduler.portal import slots
from scheduler.portal.browse import NO_TIME, handover, mark, paused_page
from scheduler.portal.holds import answers_kept
from scheduler.portal.slots import Chosen, Gone, Handover, Standing
from scheduler.portal.weekly import SERIES, nearest_for_two, wanted, weekly_page
from scheduler.web.access import PUBLIC, allow
from scheduler.web.clinic import set_clinic
from scheduler.web.visitor import visitor_hash

FEWEST = 2


@allow(PUBLIC)
def weekly_dates(slot: str) -> str | Response | tuple[str, int]:
    """All dates of a series, and which are open; nothing is held yet."""
    travels, now = handover(), clock.now()
    mark(travels)
    with snapshot() as session:
        chosen = slots.find_chosen(session, slot, travels.private, now)
        if chosen is None:
            raise NotFound(NO_TIME)
        set_clinic(chosen.offer.clinic)
    if not chosen.offer.bookable:
        return paused_page(chosen.offer)
    if chosen.offer.series_most < FEWEST or not now <= chosen.start <= now + slots.FARTHEST:
        return redirect(url_for("portal.landing", slot=slot), 303)
    unread = bool(request.args.get("weeks")) and wanted(chosen.offer, travels) != SERIES
    if wanted(chosen.offer, travels) != SERIES:
        travels = replace(travels, weeks=str(min(4, chosen.offer.series_most)))
    return _weekly(chosen, travels, 400 if unread else 200, unread=unread)


def take(by: By, chosen: Chosen, travels: Handover, kind: str, finder: dict[str, Any]) -> Appointment:
    """Hold all of a series, or both times of two relatives. Raises SlotGone, InvalidInput, NotFound, KeyReused."""
    schedule_id, start = chosen.offer.schedule_id, chosen.start
    if kind == SERIES:
        key = f"{chosen.slot}-{travels.weeks}"
        weeks = int(travels.weeks)
        return booking.hold_series(
            by=by, schedule_id=schedule_id, start=start, weeks=weeks, key=key, **finder
        )
    key = f"{chosen.slot}-two"
    return booking.hold_relatives(by=by, schedule_id=schedule_id, start=start, key=key, **finder)


def gone(chosen: Chosen, travels: Handover, kind: str) -> Response:
    """What is said when not all of it could be held: which dates are not open any more, or other times for two."""
    if kind == SERIES:
        return make_response(_weekly(chosen, travels, 409, lost=True))
    now, visitor = clock.now(), visitor_hash()
    with snapshot() as session:
        saved = answers_kept(session, travels.kept, visitor, now)
        near = nearest_for_two(session, chosen.offer, chosen.start, now=now, visitor=visitor)
    page = Gone(chosen, chosen.offer, Standing("two"), near, travels, saved)
    return make_response(
        render_template(
            "portal/gone.html", gone=page, now=now, slot_status="gone", clinic=chosen.offer.clinic
        ),
        409,
    )


def _weekly(
    chosen: Chosen, travels: Handover, status: int, *, lost: bool = False, unread: bool = False
) -> tuple[str, int]:
    now, visitor = clock.now(), visitor_hash()
    with snapshot() as session:
        page = weekly_page(session, chosen, int(travels.weeks), now=now, visitor=visitor)
        saved = answers_kept(session, travels.kept, visitor, now)
    made = render_template(
        "portal/weekly.html",
        page=page,
        handover=travels,
        lost=lost,
        unread=unread,
        saved=saved,
        now=now,
        clinic=chosen.offer.clinic,
    )
    return made, status
