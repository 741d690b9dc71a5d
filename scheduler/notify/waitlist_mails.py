"""Mails to whoever waits for a time: that they are on the list, and that a time is kept for them. Each has the link to leave
the list, and says nothing of what the visit is for. Who has only a phone is called by staff."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import AppointmentView, appointment_view, mail_address
from scheduler.db import snapshot
from scheduler.models import Appointment, Organization, WaitlistEntry, WaitlistOffer
from scheduler.models.patients import OPEN
from scheduler.models.waiting import ON_THE_LIST, contact_of
from scheduler.notify.mail import compose
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, NEEDS_CALL, Post
from scheduler.web.languages import LANGUAGES
from scheduler.web.times import after_until, day_long, day_with_year, time_with_zone

JOINED, OFFER = "waitlist-joined", "waitlist-offer"
KINDS = (JOINED, OFFER)
ON_THE_PAGE = "no email: the page said so"


@dataclass(frozen=True, slots=True)
class Offered:
    """An offered time in the visit's zone: epoch seconds. ``sooner``: the person has a later one, which they keep unless
    they take it."""

    starts_at: int
    until_at: int
    zone: str
    sooner: bool
    view: AppointmentView


@dataclass(frozen=True, slots=True)
class _Told:
    """What was read for a mail, in one look at the database."""

    to: str
    language: str
    clinic: str
    leave_url: str
    url: str
    offered: Offered | None = None


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    read = _offer if claimed.kind == OFFER else _joined
    with snapshot() as session:
        told = read(session, claimed.object_id, now, post)
    if isinstance(told, str):
        return told
    envelope = compose.Envelope(
        to=told.to,
        clinic=told.clinic,
        sender=mail_address(post.settings),
        message_id=claimed.message_id,
        now=now,
    )
    with force_locale(told.language if told.language in LANGUAGES else "en"):
        return compose.letter(
            envelope,
            subject=_subject(told),
            template="mail/waitlist",
            words={
                "clinic": told.clinic,
                "url": told.url,
                "leave_url": told.leave_url,
                **(_words(told.offered) if told.offered else {"offered": None}),
            },
        )


def _joined(session: Session, entry_id: str, now: int, post: Post) -> _Told | str:
    entry = session.get(WaitlistEntry, entry_id)
    if entry is None:
        return GONE
    if entry.status not in ON_THE_LIST:
        return f"no longer true: {entry.status}"
    contact = contact_of(session, entry)
    if not contact.email:
        return ON_THE_PAGE
    clinic = session.get_one(Organization, entry.organization_id).name
    url = post.waitlist_url(entry)
    return _Told(contact.email, contact.language, clinic, url, url)


def _offer(session: Session, offer_id: str, now: int, post: Post) -> _Told | str:
    row = session.get(WaitlistOffer, offer_id)
    if row is None:
        return GONE
    if row.status != OPEN or row.until_at <= now:
        return f"no longer true: {row.status}"
    entry = session.get_one(WaitlistEntry, row.entry_id)
    contact = contact_of(session, entry)
    if not contact.email:
        return NEEDS_CALL
    hold = session.get_one(Appointment, row.appointment_id)
    view = appointment_view(session, hold, post.settings)
    return _Told(
        contact.email,
        contact.language,
        view.clinic,
        post.waitlist_url(entry),
        post.offer_url(row),
        Offered(row.starts_at, row.until_at, hold.zone, entry.appointment_id is not None, view),
    )


def _subject(told: _Told) -> str:
    if told.offered is None:
        return str(_("You're on the waitlist at %(clinic)s", clinic=told.clinic))
    return str(_("A time is open at %(clinic)s", clinic=told.clinic))


def _words(offered: Offered) -> dict[str, object]:
    zone = zone_of(offered.zone).info
    until = after_until(time_with_zone(offered.until_at, zone))
    if day_long(offered.until_at, zone) != day_long(offered.starts_at, zone):
        until = _("%(time)s, %(day)s", time=until, day=day_long(offered.until_at, zone))
    return {
        "offered": offered,
        "view": offered.view,
        "day": day_with_year(offered.starts_at, zone),
        "time": time_with_zone(offered.starts_at, zone),
        "until": until,
    }
