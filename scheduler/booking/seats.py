"""Seats of sessions: appointments of one Schedule with the same start and end share a session and its claims' group."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.ids import new_id
from scheduler.models import BLOCKING, Appointment, Claim, GroupSession


def take_seat(session: Session, appointment: Appointment, capacity: int) -> str:
    """Give the appointment the lowest free seat of its session and return the group for its claims.

    A type without sessions (capacity 1) needs no seat: the group is the visit's own.
    """
    if capacity == 1:
        appointment.session_id = appointment.seat_number = None
        return appointment.id
    shared = _session_of(session, appointment)
    _adopt(session, appointment, shared)
    taken = set(
        session.scalars(
            select(Appointment.seat_number).where(
                Appointment.session_id == shared.id,
                Appointment.status.in_(BLOCKING),
                Appointment.id != appointment.id,
            )
        )
    )
    appointment.session_id = shared.id
    appointment.seat_number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    return shared.id


def _session_of(session: Session, appointment: Appointment) -> GroupSession:
    found = session.scalars(
        select(GroupSession).where(
            GroupSession.schedule_id == appointment.schedule_id,
            GroupSession.starts_at == appointment.starts_at,
            GroupSession.ends_at == appointment.ends_at,
        )
    ).one_or_none()
    if found is None:
        found = GroupSession(
            id=new_id(),
            organization_id=appointment.organization_id,
            schedule_id=appointment.schedule_id,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
        )
        session.add(found)
        session.flush()
    return found


def _adopt(session: Session, appointment: Appointment, shared: GroupSession) -> None:
    """Visits booked here before the type had sessions become seats of the session."""
    alone = session.scalars(
        select(Appointment).where(
            Appointment.schedule_id == shared.schedule_id,
            Appointment.starts_at == shared.starts_at,
            Appointment.ends_at == shared.ends_at,
            Appointment.session_id.is_(None),
            Appointment.status.in_(BLOCKING),
            Appointment.id != appointment.id,
        )
    ).all()
    taken = session.scalars(
        select(Appointment.seat_number).where(
            Appointment.session_id == shared.id, Appointment.status.in_(BLOCKING)
        )
    ).all()
    next_seat = max((number or 0 for number in taken), default=0) + 1
    for seat, visit in enumerate(alone, next_seat):
        visit.session_id, visit.seat_number = shared.id, seat
        session.execute(update(Claim).where(Claim.appointment_id == visit.id).values(group_id=shared.id))
    session.flush()
