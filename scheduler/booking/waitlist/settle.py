"""What a booking means for the list: an offer that was taken is settled in the booking's own transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import Appointment, WaitlistEntry, WaitlistOffer
from scheduler.models.patients import TAKEN
from scheduler.models.waiting import ON_THE_LIST

MADE_BY = "waitlist"


def settle_booked(session: Session, appointment: Appointment, now: int) -> None:
    """The hold of an offer has become a visit: the offer is taken and its person waits no more. Nothing to do for any other
    visit."""
    if appointment.made_by != MADE_BY:
        return
    appointment.made_by = "patient"
    row = session.scalars(
        select(WaitlistOffer).where(WaitlistOffer.appointment_id == appointment.id)
    ).one_or_none()
    if row is not None:
        entry = session.get_one(WaitlistEntry, row.entry_id, populate_existing=True)
        session.refresh(entry, with_for_update={"key_share": True})
        settle(row, entry, now)


def settle(row: WaitlistOffer, entry: WaitlistEntry, now: int) -> None:
    """The offer is taken; its entry, which the caller has locked, has ended."""
    row.status, row.decided_at = TAKEN, now
    if entry.status in ON_THE_LIST:
        entry.status, entry.ended_at = TAKEN, now
