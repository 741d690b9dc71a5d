"""Seats of sessions as patients see them: a plain count, where the clinic shows seats; never who has the others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from scheduler.availability import seats_left
from scheduler.models.slots import parse_slot_id
from scheduler.portal.offers import Offer
from scheduler.portal.situations import situations
from scheduler.web.settings import current_settings


def seats_of(session: Session, offer: Offer, slots: Iterable[str], now: int) -> dict[str, int]:
    """How many seats each of the open times ``slots`` (their ids) has left; empty for visits of one patient, and where
    the clinic doesn't show seats. ``now``: epoch seconds."""
    if offer.capacity == 1 or not current_settings().show_seats:
        return {}
    known: dict[str, list[tuple[int, str]]] = {}
    for slot in slots:
        parsed = parse_slot_id(slot)
        if parsed is not None:
            known.setdefault(parsed[0], []).append((parsed[1], slot))
    found: dict[str, int] = {}
    for schedule_id, times in known.items():
        starts = [start for start, _ in times]
        there = situations(session, [schedule_id], min(starts), max(starts) + 1)
        if schedule_id in there:
            left = seats_left(there[schedule_id], starts, now)
            found |= {slot: count for (_, slot), count in zip(times, left, strict=True) if count > 0}
    return found
