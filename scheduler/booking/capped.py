"""How many times one visitor may hold at once: whoever looks at many clinicians leaves holds behind, and the oldest end.

What was typed behind them stays for a day, and their pages try to hold again: nothing of the visitor's own is lost. That is
why the oldest end, where a refusal would stop somebody who only went back and chose another clinician.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from scheduler import db
from scheduler.booking.acts import By
from scheduler.booking.transaction import end_hold, note
from scheduler.models import HELD, Appointment, Claim, WaitlistOffer
from scheduler.models.patients import OPEN


def oldest_to_end(
    session: Session, by: By, besides: Collection[str], most: int | None, now: int
) -> Sequence[Appointment]:
    """The visitor's oldest live holds, but for those on the Schedules ``besides``, that must end so that one more makes
    ``most`` (None or 0: any number). Visits held together count as one; a time that the waitlist keeps counts not at all.

    Two presses of one visitor wait for each other here, so call it before anything else is locked.
    """
    if not most or not by.visitor:
        return ()
    db.one_at_a_time(session, int(by.visitor[:15], 16))
    offered = exists().where(WaitlistOffer.appointment_id == Appointment.id, WaitlistOffer.status == OPEN)
    rows = session.scalars(
        select(Appointment)
        .where(
            Appointment.visitor == by.visitor,
            Appointment.status == HELD,
            Appointment.expires_at > now,
            Appointment.schedule_id.not_in(besides),
            ~offered,
        )
        .order_by(Appointment.created_at, Appointment.id)
    ).all()
    groups: dict[str, list[Appointment]] = {}
    for row in rows:
        groups.setdefault(row.together_id or row.id, []).append(row)
    over = max(0, len(groups) + 1 - most)
    return [row for group in list(groups.values())[:over] for row in group]


def actors_of(session: Session, holds: Sequence[Appointment]) -> set[str]:
    """The actors whose time these holds take: to be locked with the others, in one order."""
    if not holds:
        return set()
    return set(
        session.scalars(
            select(Claim.actor_id).where(Claim.appointment_id.in_([held.id for held in holds]))
        ).all()
    )


def end_oldest(session: Session, by: By, holds: Sequence[Appointment], now: int) -> None:
    """End those that are still held now that their actors are locked."""
    for held in holds:
        session.refresh(held, with_for_update={"key_share": True})
        if held.status == HELD:
            end_hold(session, held, at=now)
            note(session, held, by=by, at=now, action="expire", details={"cap": True})
    session.flush()
