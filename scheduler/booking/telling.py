"""Mails to the people of a practice about a visit of theirs, as rows of the outbox in the booking's own transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.booking.acts import By
from scheduler.models import Actor, Appointment, ScheduleHost, User
from scheduler.notify import outbox

# what the patient is told → what those whose visit it is are told; a request that waits for approval counts as new
_KINDS = {
    "booking-confirmed": "staff-booked",
    "booking-pending": "staff-booked",
    "booking-moved": "staff-moved",
    "booking-cancelled": "staff-cancelled",
    "request-approved": "staff-booked",
    "request-declined": "staff-cancelled",
    "request-lapsed": "staff-cancelled",
}


def tell_hosts(
    session: Session, appointment: Appointment, *, by: By, now: int, kind: str, left: str | None = None
) -> None:
    """Tell each user whose practitioner hosts the visit, but not the one who acts; with ``left``, the Schedule that it
    moved away from, those who hosted it there too. ``kind`` is what the patient is told; whether they want the mail is
    asked when it is sent."""
    hosts = session.scalars(
        select(User)
        .join(Actor, Actor.practitioner_id == User.practitioner_id)
        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
        .where(
            ScheduleHost.schedule_id.in_({appointment.schedule_id, left or appointment.schedule_id}),
            User.organization_id == appointment.organization_id,
            User.active,
        )
        .order_by(User.id)
    ).unique()
    for host in hosts:
        if host.id != by.user_id:
            outbox.enqueue(
                session,
                organization_id=appointment.organization_id,
                kind=_KINDS[kind],
                object_id=appointment.id,
                now=now,
                recipient_id=host.id,
            )
