"""Offer a time to one waiting person, and end an offer: declined, lapsed, or its hold let go."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.booking.acts import SYSTEM, By
from scheduler.booking.eligible import check_day
from scheduler.booking.hold import is_live, take_time
from scheduler.booking.pool import figures, pick_member
from scheduler.booking.sooner import record_entry
from scheduler.booking.transaction import (
    NOT_OFFERED,
    Place,
    booking_transaction,
    end_hold,
    lock_visit,
    new_code,
    note,
    place_of,
    settled,
    take_now,
)
from scheduler.booking.waitlist.entries import found, movable, tell
from scheduler.booking.waitlist.wishes import deadline
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.ids import new_id
from scheduler.models import HELD, Appointment, AppointmentType, WaitlistEntry, WaitlistOffer
from scheduler.models.frames import load_frames
from scheduler.models.patients import DECLINED_OFFER, LAPSED, OFFERED, OPEN, WAITING
from scheduler.models.pools import pool_priorities
from scheduler.models.waiting import contact_of, offered_starts, schedules_for

OFFER = "waitlist-offer"
WAITLIST = By("waitlist")
NO_OFFER = "We can't find that offer. The link may be old or cut short."


def offer(*, by: By, entry_id: str, schedule_id: str, start: int) -> WaitlistOffer:
    """Hold a start (epoch seconds) for one person until ``deadline``, and tell them. The whole slot rule is asked, as for a
    patient who holds; of a team, the fair order picks who is seen.

    Raises NotFound; SlotGone; Conflict when the person has an offer or does not wait, had this time offered before, has a
    sooner one, or could not answer before it begins; NotEligible when the type is not for their age on that day.
    """
    with booking_transaction() as session:
        entry = found(session, entry_id)
        place = place_of(session, schedule_id)
        priorities = _team(session, entry, place)
        actors = place.actors | {
            one for frame in load_frames(session, list(priorities)) for one in frame.actors
        }
        now = take_now(session, actors)
        session.refresh(entry, with_for_update={"key_share": True})
        _check(session, entry, place, start, now)
        details = {"entry": entry.id}
        if priorities:
            made = pick_member(session, list(priorities), priorities, start, now)
            place = place_of(session, made.chosen.schedule)
            details |= figures(entry.owner_id or "", made)
        hold = Appointment(id=new_id(), code=new_code())
        take_time(session, place, hold, start, now, WAITLIST)
        hold.expires_at = deadline(now, place.zone)
        made_offer = WaitlistOffer(
            id=new_id(),
            organization_id=entry.organization_id,
            entry_id=entry.id,
            appointment_id=hold.id,
            schedule_id=place.schedule.id,
            starts_at=start,
            until_at=hold.expires_at,
            status=OPEN,
            created_at=now,
        )
        session.add(made_offer)
        entry.status = OFFERED
        session.flush()
        note(session, hold, by=by, at=now, action="offer", details=details)
        tell(session, entry, OFFER, made_offer.id, now)
        return made_offer


def _team(session: Session, entry: WaitlistEntry, place: Place) -> dict[str, int]:
    """Priorities of the members who may be booked in place of one another; empty for whoever waits for no team."""
    if entry.owner_kind != "pool" or entry.owner_id is None or entry.appointment_id is not None:
        return {}
    return pool_priorities(session, entry.owner_id, place.schedule.location_id)


def _check(session: Session, entry: WaitlistEntry, place: Place, start: int, now: int) -> None:
    if entry.status != WAITING:
        raise Conflict("This person has an offer already, or does not wait any more.")
    if place.schedule.id not in schedules_for(session, entry):
        raise NotFound(NOT_OFFERED)
    if start in offered_starts(session, [entry])[entry.id]:
        raise Conflict("This person had this time offered before. Choose another one.")
    if start < deadline(now, place.zone):
        raise Conflict("This time begins before the person could answer. Call them instead.")
    check_day(place.type, contact_of(session, entry).birth_date, start, place.zone)
    if entry.appointment_id is not None:
        visit = session.get(Appointment, entry.appointment_id, populate_existing=True)
        kind = session.get_one(AppointmentType, entry.appointment_type_id)
        if visit is None or not movable(visit, kind, now) or start >= visit.starts_at:
            raise Conflict("This person has a time that is as soon, or can't move theirs any more.")


@settled
def decline(*, by: By, offer_id: str) -> WaitlistOffer:
    """The person does not want this time: it is free for the next one, and they wait on. Declining what has ended changes
    nothing. Raises NotFound."""
    with booking_transaction() as session:
        row, entry, hold, now = locked_offer(session, offer_id)
        if row.status == OPEN and not _kept(hold):
            _end(session, row, entry, hold, now, by)
        return row


def lapse(*, limit: int = 500) -> int:
    """End up to ``limit`` offers whose hold is over, or whose person waits no more, each in a transaction of its own.
    Returns how many."""
    now = clock.now()
    with snapshot() as session:
        over = session.scalars(
            select(WaitlistOffer.id)
            .join(Appointment, Appointment.id == WaitlistOffer.appointment_id)
            .join(WaitlistEntry, WaitlistEntry.id == WaitlistOffer.entry_id)
            .where(
                WaitlistOffer.status == OPEN,
                or_(
                    Appointment.status != HELD,
                    Appointment.expires_at <= now,
                    WaitlistEntry.status != OFFERED,
                ),
            )
            .order_by(WaitlistOffer.until_at, WaitlistOffer.id)
            .limit(limit)
        ).all()
    return sum(_lapse_one(offer_id) for offer_id in over)


@settled
def _lapse_one(offer_id: str) -> bool:
    with booking_transaction() as session:
        row, entry, hold, now = locked_offer(session, offer_id)
        if row.status != OPEN or _kept(hold) or (is_live(hold, now) and entry.status == OFFERED):
            return False
        _end(session, row, entry, hold, now, SYSTEM)
        return True


def locked_offer(
    session: Session, offer_id: str, actors: set[str] | None = None
) -> tuple[WaitlistOffer, WaitlistEntry, Appointment, int]:
    """An offer with its entry and its hold, read after the hold's actors (and ``actors``) were locked; and now. Raises
    NotFound."""
    row = session.get(WaitlistOffer, offer_id, populate_existing=True)
    if row is None:
        raise NotFound(NO_OFFER)
    hold = session.get_one(Appointment, row.appointment_id)
    now = lock_visit(session, hold, actors or ())
    entry = session.get_one(WaitlistEntry, row.entry_id, populate_existing=True)
    session.refresh(entry, with_for_update={"key_share": True})
    session.refresh(row, with_for_update={"key_share": True})
    return row, entry, hold, now


def _kept(hold: Appointment) -> bool:
    """Whether the hold has become a visit."""
    return hold.booked_at is not None


def _end(
    session: Session, row: WaitlistOffer, entry: WaitlistEntry, hold: Appointment, now: int, by: By
) -> None:
    lapsed = now >= row.until_at
    if hold.status == HELD:
        end_hold(session, hold, lapsed=not is_live(hold, now))
        note(session, hold, by=by, at=now, action="expire" if lapsed else "release")
    row.status, row.decided_at = (LAPSED if lapsed else DECLINED_OFFER), now
    if entry.status == OFFERED:
        entry.status = WAITING
    record_entry(session, entry, by=by, at=now, action="offer-lapsed" if lapsed else "offer-declined")
