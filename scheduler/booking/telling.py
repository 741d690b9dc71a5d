"""Mails to the people of a practice about a visit of theirs, as rows of the outbox in the booking's own transaction."""

from __future__ import annotations

from sqlalchemy import bindparam, select
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

# Made once: each act asks it.
_HOSTS = (
    select(User.id)
    .join(Actor, Actor.practitioner_id == User.practitioner_id)
    .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
    .where(
        ScheduleHost.schedule_id.in_(bindparam("schedules", expanding=True)),
        User.organization_id == bindparam("organization"),
        User.active,
    )
    .distinct()
    .order_by(User.id)
)


def tell_hosts(
    session: Session, appointment: Appointment, *, by: By, now: int, kind: str, left: str | None = None
) -> None:
    """Tell each user whose practitioner hosts the visit, but not the one who acts; with ``left``, the Schedule that it
    moved away from, those who hosted it there too. ``kind`` is what the patient is told; whether they want the mail is
    asked when it is sent."""
    schedules = {appointment.schedule_id, left or appointment.schedule_id}
    asked = {"schedules": list(schedules), "organization": appointment.organization_id}
    for host_id in session.scalars(_HOSTS, asked):
        if host_id != by.user_id:
            outbox.enqueue(
                session,
                organization_id=appointment.organization_id,
                kind=_KINDS[kind],
                object_id=appointment.id,
                now=now,
                recipient_id=host_id,
            )
