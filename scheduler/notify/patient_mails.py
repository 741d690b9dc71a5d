"""Mails to a patient about their appointment, as it is when the mail is sent."""

from __future__ import annotations

from email.message import EmailMessage

from scheduler import audit
from scheduler.calendars.views import appointment_view, mail_address
from scheduler.db import snapshot
from scheduler.models import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    EXPIRED,
    PENDING,
    Appointment,
    PatientDetails,
)
from scheduler.notify.mail import compose
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, PAST, Post
from scheduler.notify.together import told_with

NEEDS_CALL = "call: the patient gave no email"
TOLD = "no email: told by who booked"
_KEPT = (BOOKED, ARRIVED, COMPLETED)

# kind → (what the mail is about, statuses in which it is still true)
KINDS = {
    "booking-confirmed": (compose.CONFIRMED, _KEPT),
    "booking-pending": (compose.PENDING, (PENDING,)),
    "booking-moved": (compose.MOVED, (*_KEPT, PENDING)),
    "booking-cancelled": (compose.CANCELLED, (CANCELLED, DECLINED, EXPIRED)),
    "request-approved": (compose.APPROVED, _KEPT),
    "request-declined": (compose.DECLINED, (DECLINED,)),
    "request-lapsed": (compose.LAPSED, (DECLINED,)),
    "booking-link": (compose.LINK, (*_KEPT, PENDING)),
}


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    about, statuses = KINDS[claimed.kind]
    with snapshot() as session:
        appointment = session.get(Appointment, claimed.object_id)
        if appointment is None:
            return GONE
        if appointment.status not in statuses:
            return f"no longer true: {appointment.status}"
        if appointment.ends_at <= now:
            return PAST
        details = session.get(PatientDetails, appointment.id)
        if details is None or not details.email:
            # who booked for them, on the phone or at the desk, has told them
            told = about in (compose.CONFIRMED, compose.PENDING) and appointment.made_by != "patient"
            return TOLD if told else NEEDS_CALL
        view = appointment_view(session, appointment, post.settings, post.manage_url(appointment))
        also = [
            appointment_view(session, one, post.settings, post.manage_url(one))
            for one in told_with(session, appointment, claimed.kind, statuses)
        ]
        to = details.email
        was = audit.moved_from(session, appointment) if about == compose.MOVED else None
    return compose.compose(
        view,
        about=about,
        to=to,
        sender=mail_address(post.settings),
        message_id=claimed.message_id,
        now=now,
        was=was,
        also=also,
    )
