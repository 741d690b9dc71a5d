"""Mails that keep a contact right: a code to see that somebody reads an address, the note of two visits at one time, and the
notes to the new and the old address when a patient changed theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import appointment_view, mail_address
from scheduler.db import snapshot
from scheduler.models import (
    ARRIVED,
    BOOKED,
    EXPIRED,
    HELD,
    PENDING,
    Appointment,
    ContactCheck,
    PatientDetails,
)
from scheduler.models.overlaps import doubles
from scheduler.notify.mail import compose
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, Post
from scheduler.web.times import day_and_time

CODE, TWICE, CHANGED, CHANGED_OLD = "email-code", "booking-twice", "contact-changed", "contact-changed-old"
_STANDS = (PENDING, BOOKED, ARRIVED)
_REMOVED = "no longer true: there is no address any more"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, to whom and in which language."""

    to: str
    language: str
    words: Mapping[str, object]


Reader = Callable[[Session, Appointment, int, Post], Letter | str]


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    read, template, subject = KINDS[claimed.kind]
    with snapshot() as session:
        appointment = session.get(Appointment, claimed.object_id)
        if appointment is None:
            return GONE
        letter = read(session, appointment, now, post)
        if isinstance(letter, str):
            return letter
        view = appointment_view(session, appointment, post.settings)
    with force_locale(letter.language):
        return compose.letter(
            compose.Envelope(
                to=letter.to,
                clinic=view.clinic,
                sender=mail_address(post.settings),
                message_id=claimed.message_id,
                now=now,
            ),
            subject=str(_("%(what)s: %(clinic)s", what=subject, clinic=view.clinic)),
            template=template,
            words={"clinic": view.clinic, "phone": view.phone, "language": letter.language, **letter.words},
        )


def _code(session: Session, appointment: Appointment, now: int, post: Post) -> Letter | str:
    row = session.get(ContactCheck, appointment.id)
    if row is None or not row.email or not row.code or row.expires_at <= now:
        return "no longer true: the code was typed or has ended"
    if appointment.status not in (HELD, EXPIRED):
        return f"no longer true: {appointment.status}"
    return Letter(row.email, row.language, {"code": row.code})


def _twice(session: Session, appointment: Appointment, now: int, post: Post) -> Letter | str:
    details = session.get(PatientDetails, appointment.id)
    if details is None or not details.email:
        return _REMOVED
    others = (
        [one for one, _ in doubles(session, appointment, details)] if appointment.status in _STANDS else []
    )
    if not others or appointment.ends_at <= now:
        return "no longer true: the visits don't overlap any more"
    with force_locale(details.language):
        when = [_when(one) for one in others]
        words = {"when": _when(appointment), "others": when, "url": post.manage_url(appointment)}
    return Letter(details.email, details.language, words)


def _changed(session: Session, appointment: Appointment, now: int, post: Post) -> Letter | str:
    details = session.get(PatientDetails, appointment.id)
    if details is None or not details.email:
        return _REMOVED
    with force_locale(details.language):
        when = _when(appointment)
    words = {"url": post.manage_url(appointment), "when": when, "mine": True}
    return Letter(details.email, details.language, words)


def _changed_old(session: Session, appointment: Appointment, now: int, post: Post) -> Letter | str:
    details = session.get(PatientDetails, appointment.id)
    if details is None or not details.former_email:
        return _REMOVED
    # no link and no time: whoever reads that address may never have been meant to
    return Letter(details.former_email, details.language, {"url": "", "when": "", "mine": False})


def _when(appointment: Appointment) -> str:
    """In the language in force."""
    return day_and_time(appointment.starts_at, zone_of(appointment.zone).info)


# kind → (what reads the record, template, subject)
KINDS: dict[str, tuple[Reader, str, object]] = {
    CODE: (_code, "mail/email_code", lazy_gettext("Your code")),
    TWICE: (_twice, "mail/twice", lazy_gettext("Two visits at the same time")),
    CHANGED: (_changed, "mail/contact_changed", lazy_gettext("Your contact data")),
    CHANGED_OLD: (_changed_old, "mail/contact_changed", lazy_gettext("Your contact data")),
}
