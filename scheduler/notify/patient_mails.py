"""Mails to a patient about their appointment, as it is when the mail is sent, in their language and with their own time."""

from __future__ import annotations

from email.message import EmailMessage

from flask_babel import force_locale

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
from scheduler.notify.mail.abouts import (
    APPROVED,
    CANCELLATION,
    CONFIRMED,
    DECLINE,
    LAPSED,
    LINK,
    MOVED,
    REQUESTED,
    About,
)
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, NEEDS_CALL, PAST, Post
from scheduler.notify.together import told_with, whose
from scheduler.web.languages import LANGUAGES

TOLD = "no email: told by who booked"
KNOWN = "no email: the patient did it"
_KEPT = (BOOKED, ARRIVED, COMPLETED)

# kind → (what the mail is about, statuses in which it is still true)
KINDS: dict[str, tuple[About, tuple[str, ...]]] = {
    "booking-confirmed": (CONFIRMED, _KEPT),
    "booking-pending": (REQUESTED, (PENDING,)),
    "booking-moved": (MOVED, (*_KEPT, PENDING)),
    "booking-cancelled": (CANCELLATION, (CANCELLED, DECLINED, EXPIRED)),
    "booking-link": (LINK, (*_KEPT, PENDING)),
    "request-approved": (APPROVED, _KEPT),
    "request-declined": (DECLINE, (DECLINED,)),
    "request-lapsed": (LAPSED, (DECLINED, EXPIRED)),
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
        session.expunge_all()
    if details is None or not details.email:
        return _without_address(about, appointment)
    return mail(appointment, details, about, claimed, now, post)


def mail(
    appointment: Appointment, details: PatientDetails, about: About, claimed: Claimed, now: int, post: Post
) -> EmailMessage:
    """The mail ``about`` an appointment to the address of its patient. Raises AddressRefused."""
    # the view has words of its own, such as those for a video visit
    with force_locale(language_of(details)):
        with snapshot() as session:
            view = appointment_view(session, appointment, post.settings, post.manage_url(appointment))
            was = audit.moved_from(session, appointment) if about is MOVED else None
            names = whose(session, appointment)
            also = [
                (appointment_view(session, one, post.settings, post.manage_url(one)), names.get(one.id, ""))
                for one in told_with(
                    session, appointment, claimed.kind, KINDS.get(claimed.kind, (about, ()))[1]
                )
            ]
        return compose.compose(
            view,
            about=about,
            to=details.email or "",
            sender=mail_address(post.settings),
            message_id=claimed.message_id,
            now=now,
            was=was,
            own_zone=details.zone,
            also=also,
            whose=names.get(appointment.id, ""),
        )


def language_of(details: PatientDetails) -> str:
    """The language that the patient booked in, as far as there are catalogues, else English."""
    return next(
        (word for word in (details.language, details.language.partition("-")[0]) if word in LANGUAGES), "en"
    )


def _without_address(about: About, appointment: Appointment) -> str:
    # who booked for them, on the phone or at the desk, has told them; who cancelled online knows it
    if about in (CONFIRMED, REQUESTED) and appointment.made_by != "patient":
        return TOLD
    if about is CANCELLATION and appointment.cancelled_by == "patient":
        return KNOWN
    return NEEDS_CALL
