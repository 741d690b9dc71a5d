"""Who is offered what: the longest-waiting person first, each time to one person at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.booking.acts import SYSTEM
from scheduler.booking.waitlist.offers import lapse, offer
from scheduler.booking.waitlist.starts import Openings, openings_for, when_of
from scheduler.booking.waitlist.tidying import tidy
from scheduler.booking.waitlist.wishes import deadline
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, NotFound
from scheduler.models import WaitlistEntry
from scheduler.models.patients import WAITING
from scheduler.models.waiting import offered_starts, waiting_entries

Refused = set[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Match:
    """A start (epoch seconds) of a Schedule that suits somebody who waits, in the visit's zone."""

    entry_id: str
    schedule_id: str
    start: int
    zone: str


def offer_freed(*, limit: int = 200) -> int:
    """End what is over, then offer open times to whoever waits longest for such a one; at most ``limit`` offers. Returns how
    many were made.

    Worth an offer is a time that was freed, or opened, after somebody joined. When something suitable was open to everybody
    as they joined, that is theirs to take: only what is sooner is offered to them. Should that time be taken by somebody
    else, the next one open then stands for it (``sooner_than_at``), so that what others give back is offered again. A time
    that begins before its deadline is left to whoever finds it. Several workers may run this: each offer asks the rule
    under the locks of a booking, and the entry's own.
    """
    lapse()
    tidy()
    _follow_what_was_open()
    made, refused = 0, Refused()
    while made < limit and len(refused) < limit:
        now = clock.now()
        with snapshot() as session:
            match = _first_match(session, now, refused)
        if match is None:
            return made
        try:
            offer(by=SYSTEM, entry_id=match.entry_id, schedule_id=match.schedule_id, start=match.start)
            made += 1
        except (Conflict, NotFound):  # taken, or they left, between looking and locking
            refused.add((match.entry_id, match.start))
    return made


def _first_match(session: Session, now: int, refused: Refused) -> Match | None:
    """The first waiting person for whom a suitable time is open, and that time: all out of one snapshot, so that nobody is
    passed over for who joined later."""
    entries = waiting_entries(session)
    if not entries:
        return None
    openings = openings_for(session, entries, now)
    offered = offered_starts(session, entries)
    for entry in entries:
        but = offered[entry.id] | {start for entry_id, start in refused if entry_id == entry.id}
        match = _match(session, entry, openings, but)
        if match is not None:
            return match
    return None


def _match(
    session: Session, entry: WaitlistEntry, openings: Openings, but: set[int], *, anyway: bool = False
) -> Match | None:
    when = when_of(session, entry, anyway=anyway)
    too_soon = {
        start
        for schedule_id in openings.schedules[entry.id]
        for start in openings.on(schedule_id)
        if start < deadline(openings.now, openings.zone(schedule_id))
    }
    first = openings.first(entry, when, but | too_soon)
    return Match(entry.id, first[1], first[0], openings.zone(first[1])) if first is not None else None


def suiting(session: Session, entries: Sequence[WaitlistEntry], now: int) -> dict[str, Match]:
    """By entry id, the first open time as wished that staff could offer by hand now, also when the person could take it by
    themselves; whoever has none is left out."""
    if not entries:
        return {}
    openings = openings_for(session, entries, now)
    offered = offered_starts(session, entries)
    found = (_match(session, entry, openings, offered[entry.id], anyway=True) for entry in entries)
    return {match.entry_id: match for match in found if match is not None}


def _follow_what_was_open() -> None:
    """Where the time that somebody could have taken is gone, let the next one that is open stand for it."""
    now = clock.now()
    with snapshot() as session:
        entries = [entry for entry in waiting_entries(session) if entry.sooner_than_at is not None]
        openings = openings_for(session, entries, now)
        moved = {
            entry.id: _next_open(session, entry, openings)
            for entry in entries
            if not any(entry.sooner_than_at in openings.on(one) for one in openings.schedules[entry.id])
        }
    if moved:
        with transaction() as session:
            for entry in session.scalars(
                select(WaitlistEntry)
                .where(WaitlistEntry.id.in_(moved), WaitlistEntry.status == WAITING)
                .order_by(WaitlistEntry.id)
                .with_for_update(key_share=True)
            ):
                entry.sooner_than_at = moved[entry.id]


def _next_open(session: Session, entry: WaitlistEntry, openings: Openings) -> int | None:
    passed = {
        start
        for schedule_id in openings.schedules[entry.id]
        for start in openings.on(schedule_id)
        if start < (entry.sooner_than_at or 0)
    }
    first = openings.first(entry, when_of(session, entry, anyway=True), passed)
    return first[0] if first is not None else None
