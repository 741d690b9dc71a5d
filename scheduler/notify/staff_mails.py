"""Mails to clinicians about bookings of theirs, by their own choice: what, when and where, nothing about the patient."""

from __future__ import annotations

from email.message import EmailMessage

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import AppointmentView, appointment_view, mail_address
from scheduler.db import snapshot
from scheduler.models import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    DECLINED,
    PENDING,
    Actor,
    Appointment,
    AppointmentType,
    Organization,
    ScheduleHost,
    User,
)
from scheduler.notify.mail import compose
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, PAST, Post
from scheduler.web.times import date_short, day_with_year, time_with_zone

_COMING = (PENDING, BOOKED, ARRIVED)
_STATES = {
    PENDING: "Waiting for approval",
    BOOKED: "Booked",
    ARRIVED: "Arrived",
    CANCELLED: "Cancelled",
    DECLINED: "Declined",
}

# kind → (headline, the choice of those who want it, statuses in which it is still true)
KINDS = {
    "staff-booked": ("New booking", "tell_booked", _COMING),
    "staff-moved": ("Booking moved", "tell_moved", _COMING),
    "staff-cancelled": ("Booking cancelled", "tell_cancelled", (CANCELLED, DECLINED)),
}


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    headline, choice, statuses = KINDS[claimed.kind]
    with snapshot() as session:
        appointment = session.get(Appointment, claimed.object_id)
        user = session.get(User, claimed.recipient_id or "")
        if appointment is None or user is None:
            return GONE
        if not user.active or not getattr(user, choice):
            return "not wanted"
        if appointment.status not in statuses:
            return f"no longer true: {appointment.status}"
        if appointment.ends_at <= now:
            return PAST
        if not _hosts(session, user, appointment):
            return "no longer true: another clinician's"
        view = appointment_view(session, appointment, post.settings)
        words = _words(session, appointment, view) | {
            "headline": headline,
            "url": f"{post.settings.public_url}/console/bookings/{appointment.id}",
        }
        clinic = session.get_one(Organization, appointment.organization_id).name
    return compose.letter(
        compose.Envelope(
            to=user.email,
            clinic=clinic,
            sender=mail_address(post.settings),
            message_id=claimed.message_id,
            now=now,
        ),
        subject=f"{headline}: {words['short_day']}, {words['time']}",
        template="mail/staff",
        words=words | {"clinic": clinic},
    )


def _words(session: Session, appointment: Appointment, view: AppointmentView) -> dict[str, object]:
    zone = zone_of(appointment.zone).info
    return {
        "type": session.get_one(AppointmentType, appointment.appointment_type_id).name,
        "day": day_with_year(appointment.starts_at, zone),
        "short_day": date_short(appointment.starts_at, zone),
        "time": time_with_zone(appointment.starts_at, zone),
        "place": view.place[0],
        "state": _STATES[appointment.status],
    }


def _hosts(session: Session, user: User, appointment: Appointment) -> bool:
    found = session.scalar(
        select(
            exists()
            .where(ScheduleHost.schedule_id == appointment.schedule_id)
            .where(ScheduleHost.actor_id == Actor.id, Actor.practitioner_id == user.practitioner_id)
        )
    )
    return bool(found)
