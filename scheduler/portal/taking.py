"""Take a time for a visitor: on its Schedule, or on the member of a team whose turn it is."""

from __future__ import annotations

from scheduler import booking
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.models import Appointment
from scheduler.portal import wishes
from scheduler.portal.holds import Held
from scheduler.portal.slots import Chosen, Handover
from scheduler.portal.teams import team_offers


def take(by: By, chosen: Chosen, travels: Handover, kept: Held | None) -> Appointment:
    """Hold the time on its Schedule, or on the member of its team whose turn it is. Raises SlotGone, NotFound."""
    finder = {
        "source": travels.source or (kept.source if kept else ""),
        "booking_referral": travels.booking_referral or (kept.booking_referral if kept else ""),
    }
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
