"""Visits that lie where no visit could be offered today: outside the hours, in time off, in blocked or busy time.

Hours change under bookings, which stay; staff settle each (design.md "The slot rule": edits never touch appointments).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import db
from scheduler.availability import Reason, explain
from scheduler.booking.acts import By
from scheduler.booking.transaction import note
from scheduler.clock import DAY
from scheduler.errors import NotFound
from scheduler.models import BOOKED, PENDING, Appointment
from scheduler.models.situations import load_situations

STANDS_OUTSIDE = frozenset({"hours", "override", "closure", "time_off", "busy"})


def outside(session: Session, appointments: Collection[Appointment], now: int) -> dict[str, Reason]:
    """Of the visits still to come (booked or pending, not kept by staff), those that lie outside: by id, with the first
    reason why. ``now``: epoch seconds. A visit whose Schedule is no longer offered is left out; so is one whose end
    alone runs past the hours, since a new length of the type must not unsettle what was booked before."""
    coming = [
        one
        for one in appointments
        if one.status in (BOOKED, PENDING) and one.ends_at > now and not one.kept_outside
    ]
    if not coming:
        return {}
    since, until = min(one.starts_at for one in coming), max(one.starts_at for one in coming) + 1
    situations = load_situations(session, sorted({one.schedule_id for one in coming}), since, until)
    found = {}
    for one in coming:
        if one.schedule_id not in situations:
            continue
        reasons = explain(situations[one.schedule_id], one.starts_at, now, one.id)
        first = next((reason for reason in reasons if reason.code in STANDS_OUTSIDE), None)
        if first is not None:
            found[one.id] = first
    return found


def coming_visits(session: Session, schedule_ids: Collection[str], now: int, days: int) -> list[Appointment]:
    """Booked and pending visits on these Schedules that begin within ``days`` days, in order."""
    return list(
        session.scalars(
            select(Appointment)
            .where(
                Appointment.schedule_id.in_(set(schedule_ids)),
                Appointment.status.in_((BOOKED, PENDING)),
                Appointment.starts_at >= now,
                Appointment.starts_at < now + days * DAY,
            )
            .order_by(Appointment.starts_at, Appointment.id)
        )
    )


def keep_outside(*, by: By, appointment_id: str, now: int) -> Appointment:
    """Staff looked at a visit that lies outside and leave it where it is. Of one that lies inside by now (it moved, the
    hours changed), nothing is noted, so that it is listed should it lie outside again. Raises NotFound."""
    with db.transaction() as session:
        appointment = session.get(Appointment, appointment_id, with_for_update={"key_share": True})
        if appointment is None:
            raise NotFound("We can't find that appointment.")
        if outside(session, [appointment], now):
            appointment.kept_outside = True
            note(session, appointment, by=by, at=now, action="keep")
        return appointment
