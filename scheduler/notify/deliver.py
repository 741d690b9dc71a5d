"""Deliver what is due in the outbox: read the record as it is now, decide, compose, hand over, mark the row.

Safe to run in several workers and to repeat. A crash between handing over and marking sends the same mail again, under
the same Message-ID, which mail programs show once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
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
from scheduler.notify import outbox
from scheduler.notify.mail import compose, transport
from scheduler.settings import Settings

log = logging.getLogger(__name__)

NEEDS_CALL = "call: the patient gave no email"
_KEPT = (BOOKED, ARRIVED, COMPLETED)

# kind → (what the mail is about, statuses in which it is still true)
KINDS = {
    "booking-confirmed": (compose.CONFIRMED, _KEPT),
    "booking-pending": (compose.PENDING, (PENDING,)),
    "booking-moved": (compose.MOVED, (*_KEPT, PENDING)),
    "booking-cancelled": (compose.CANCELLED, (CANCELLED, DECLINED, EXPIRED)),
    "booking-link": (compose.LINK, (*_KEPT, PENDING)),
}

ManageUrl = Callable[[Appointment], str]


def deliver_due(now: Callable[[], int], settings: Settings, manage_url: ManageUrl, limit: int = 200) -> int:
    """Deliver up to ``limit`` rows that are due; the number of rows settled (sent, not needed, or postponed).

    ``now`` is asked for each row, since a slow mail server may hold up the row before it. ``manage_url`` gives the
    address of the page by which a patient manages an appointment.
    """
    for count in range(limit):
        claimed = outbox.claim_next(now())
        if claimed is None:
            return count
        _deliver(claimed, now, settings, manage_url)
    return limit


def _deliver(
    claimed: outbox.Claimed, now: Callable[[], int], settings: Settings, manage_url: ManageUrl
) -> None:
    try:
        message = _message(claimed, now(), settings, manage_url)
        if isinstance(message, str):
            outbox.finish(claimed, now(), message)
            return
        transport.send(settings, message)
    except (transport.MailRefused, compose.AddressRefused) as error:
        log.warning("outbox %s (%s) cannot be sent: %s", claimed.id, claimed.kind, error)
        outbox.give_up(claimed, str(error))
    except transport.MailPostponed as error:
        log.warning("outbox %s (%s), try %s: %s", claimed.id, claimed.kind, claimed.attempts, error)
        outbox.fail(claimed, now(), str(error))
    except Exception as error:
        # its words may hold what a patient typed, so only its kind is written down
        log.error("outbox %s (%s) failed: %s", claimed.id, claimed.kind, type(error).__name__)
        outbox.fail(claimed, now(), f"unexpected: {type(error).__name__}")
    else:
        outbox.finish(claimed, now())


def _message(
    claimed: outbox.Claimed, now: int, settings: Settings, manage_url: ManageUrl
) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    if claimed.kind not in KINDS:
        return f"unknown kind {claimed.kind}"
    about, statuses = KINDS[claimed.kind]
    with snapshot() as session:
        appointment = session.get(Appointment, claimed.object_id)
        if appointment is None:
            return "the record is gone"
        if appointment.status not in statuses:
            return f"no longer true: {appointment.status}"
        if appointment.ends_at <= now:
            return "the time has passed"
        details = session.get(PatientDetails, appointment.id)
        if details is None or not details.email:
            return NEEDS_CALL
        view = appointment_view(session, appointment, settings, manage_url(appointment))
        to = details.email
        was = audit.moved_from(session, appointment) if about == compose.MOVED else None
    return compose.compose(
        view,
        about=about,
        to=to,
        sender=mail_address(settings),
        message_id=claimed.message_id,
        now=now,
        was=was,
    )
