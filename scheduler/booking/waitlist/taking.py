"""Take an offered time: as a new visit, or in place of the one that is booked."""

from __future__ import annotations

from scheduler.booking.acts import By
from scheduler.booking.change import tell
from scheduler.booking.eligible import check_day
from scheduler.booking.hold import is_live, own_holds
from scheduler.booking.requests import decide_by
from scheduler.booking.seats import take_seat
from scheduler.booking.transaction import (
    ClaimsMoved,
    add_claims,
    booking_transaction,
    claimed_actors,
    drop_claims,
    end_hold,
    mark_appointment,
    note,
    place_of,
    settled,
)
from scheduler.booking.waitlist.offers import NO_OFFER, locked_offer
from scheduler.booking.waitlist.settle import settle
from scheduler.clock import MINUTE
from scheduler.errors import Conflict, HoldLapsed, NotFound
from scheduler.models import BOOKED, PENDING, Appointment, WaitlistEntry, WaitlistOffer
from scheduler.models.patients import OPEN, TAKEN
from scheduler.models.waiting import contact_of

ENDED = "This offer has ended. Your own plans stay as they are."


@settled
def claim(*, by: By, offer_id: str) -> Appointment:
    """The offered hold becomes the visitor's (``by``), with the type's own time to answer what is still asked; ``book``
    then settles the offer. Whoever has the offer's link may claim it again from another browser. Returns the hold, or the
    visit that it has become.

    Raises NotFound; HoldLapsed when the offer is over.
    """
    with booking_transaction() as session:
        row = _row(session.get(WaitlistOffer, offer_id))
        place = place_of(session, row.schedule_id, offered=False)
        row, _, hold, now = locked_offer(session, offer_id, place.actors)
        if hold.status in (BOOKED, PENDING):
            return hold
        if row.status != OPEN or not is_live(hold, now):
            raise HoldLapsed(ENDED)
        for other in own_holds(session, by, [hold.schedule_id]):
            if other.id != hold.id:
                end_hold(session, other)
        hold.visitor = by.visitor
        hold.expires_at = max(hold.expires_at or 0, now + place.type.hold_minutes * MINUTE)
        mark_appointment(session, hold)
        note(session, hold, by=by, at=now, action="take-offer")
        return hold


@settled
def take_sooner(*, by: By, offer_id: str) -> Appointment:
    """Move a booked patient's visit to the offered time, in one transaction: the hold's time becomes the visit's, and only
    then is the old time free. What the rule decided when the time was offered stays decided. Twice is once.

    Raises NotFound; HoldLapsed when the offer is over; Conflict when the visit is over or was cancelled; NotEligible when
    the type is not for their age (any more) on that day.
    """
    with booking_transaction() as session:
        row = _row(session.get(WaitlistOffer, offer_id))
        entry = session.get_one(WaitlistEntry, row.entry_id)
        visit = session.get(Appointment, entry.appointment_id or "")
        if visit is None:
            raise NotFound(NO_OFFER)
        seen = claimed_actors(session, visit)
        place = place_of(session, row.schedule_id, offered=False)
        row, entry, hold, now = locked_offer(session, offer_id, seen | place.actors)
        session.refresh(visit, with_for_update={"key_share": True})
        if not claimed_actors(session, visit) <= seen:
            raise ClaimsMoved
        if row.status == TAKEN and visit.starts_at == row.starts_at:
            return visit
        if row.status != OPEN or not is_live(hold, now):
            raise HoldLapsed(ENDED)
        if visit.status not in (BOOKED, PENDING) or visit.starts_at <= now:
            raise Conflict("This appointment is over or cancelled, so it can't be moved.")
        check_day(place.type, contact_of(session, entry).birth_date, hold.starts_at, place.zone)
        left = visit.schedule_id
        actors = sorted(claimed_actors(session, hold))
        end_hold(session, hold)
        drop_claims(session, visit)
        visit.session_id = visit.seat_number = None
        session.flush()
        _as_held(visit, hold)
        if visit.status == PENDING:
            # another time is another thing to decide about
            visit.decide_by_at = decide_by(place.type, now, visit.starts_at)
        add_claims(session, visit, actors, take_seat(session, visit, place.type.capacity))
        settle(row, entry, now)
        tell(session, visit, by, now, "move", "booking-moved", left)
        return visit


def _row(row: WaitlistOffer | None) -> WaitlistOffer:
    if row is None:
        raise NotFound(NO_OFFER)
    return row


def _as_held(visit: Appointment, hold: Appointment) -> None:
    """Give the visit the time, place and lengths that were held for it."""
    for name in (
        *("schedule_id", "appointment_type_id", "location_id", "starts_at", "ends_at", "zone", "wall_time"),
        *("buffer_before_minutes", "buffer_after_minutes"),
    ):
        setattr(visit, name, getattr(hold, name))
    visit.overbooked, visit.kept_outside = False, False
    visit.overbook_reason = visit.staff_message = None
    visit.confirmed_at = None
    visit.sequence += 1
    visit.version += 1
