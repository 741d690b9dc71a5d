"""Take a time for a visitor, on its Schedule or on the member of a team whose turn it is, and bring their answers along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.intake.drafts import Draft
from scheduler.intake.forms import SEEN
from scheduler.models import Appointment
from scheduler.portal import together_views, wishes
from scheduler.portal.holds import Held, find_held
from scheduler.portal.slots import Chosen, Handover
from scheduler.portal.teams import team_offers
from scheduler.web.settings import current_settings


def take(by: By, chosen: Chosen, travels: Handover, kept: Held | None, kind: str = "") -> Appointment:
    """Hold the time on its Schedule, or on the member of its team whose turn it is; with ``kind`` all that is booked
    together with it. Raises SlotGone, NotFound."""
    finder: dict[str, Any] = {
        "most": current_settings().visitor_holds,
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
    return booking.hold_any(
        by=by,
        pool_id=team.id,
        location_id=place,
        start=chosen.start,
        key=key,
        only=_wished(team.slug, chosen, travels),
        **finder,
    )


def _wished(word: str, chosen: Chosen, travels: Handover) -> frozenset[str] | None:
    """The members whom the visitor would rather see; None for any, also where nobody is as they wish."""
    if not any(travels.wish) or not chosen.offer.wishes:
        return None
    with snapshot() as session:
        members = team_offers(session, word, chosen.offer.schedule_id)
    return frozenset(offer.schedule_id for offer in wishes.keeping(members, travels.wish)) or None


def carry_on(by: By, hold_id: str, kept: Held | None, travels: Handover) -> str:
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
        wish=travels.wish if any(travels.wish) else held.draft.wish if any(held.draft.wish) else old.wish,
    )
    if draft != held.draft:
        booking.save_draft(by=by, appointment_id=hold_id, draft=draft.data())
    if kept is not None and kept.id != hold_id:
        booking.documents.carry(by=by, from_id=kept.id, to_id=hold_id)
        if kept.second_id and held.second_id:
            booking.documents.carry(by=by, from_id=kept.second_id, to_id=held.second_id)
    if kept is not None and kept.id != hold_id and kept.live:
        booking.release(by=by, appointment_id=kept.id)
    with snapshot() as session:
        held = find_held(session, hold_id, by.visitor, clock.now()) or held
    ready = not draft.empty and held.ready(draft.values())
    return url_for("portal.review" if ready else "portal.details", hold_id=hold_id)


def _with_seen(typed: Mapping[str, Sequence[str]], travels: Handover) -> Mapping[str, Sequence[str]]:
    """What was typed, and what the landing page asked, so that the details page need not ask it again."""
    return {**typed, SEEN: ["yes"]} if travels.patient == "returning" else typed
