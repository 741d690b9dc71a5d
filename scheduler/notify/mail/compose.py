"""Make a mail: text and HTML; about an appointment also the appointment as a calendar file.

What changes a calendar stands in the mail twice: as a text/calendar alternative with its METHOD, which mail programs act on
(RFC 6047 2.4), and as an attached file for those that don't.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import idna
from babel.lists import format_list
from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from scheduler.audit import Earlier
from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import AppointmentView
from scheduler.calendars.write import CANCEL, PUBLISH, appointment_ics, title
from scheduler.clock import to_utc
from scheduler.notify.mail.abouts import MOVED, REMINDER, About
from scheduler.web.times import (
    day_and_time,
    day_long,
    day_with_year,
    duration_words,
    repeated_note,
    time_of_day,
    time_with_zone,
)


class AddressRefused(ValueError):
    """The address cannot stand in a mail's header. The text doesn't hold it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom: the ``clinic`` writes from the address ``sender``; ``message_id`` is the outbox row's, the same
    on every try; ``now`` epoch seconds."""

    to: str
    clinic: str
    sender: str
    message_id: str
    now: int


def compose(
    view: AppointmentView,
    *,
    about: About,
    to: str,
    sender: str,
    message_id: str,
    now: int,
    was: Earlier | None = None,
    own_zone: str = "",
    also: Sequence[AppointmentView] = (),
) -> EmailMessage:
    """The mail ``about`` the appointment, to the address ``to``, in the language in force (``force_locale``).

    ``was``: the time before a move, where it is known; ``own_zone``: the patient's; ``also``: visits of the same act, of
    which the same is told. The subject is neutral, or names the visit by the clinic's setting (ux.md 2.5); ``message_id`` is
    the outbox row's, the same on every try. Raises AddressRefused.
    """
    envelope = Envelope(to=to, clinic=view.clinic, sender=sender, message_id=message_id, now=now)
    words = _words(view, about, now, own_zone) | {"was": _time_words(was) if was else ""}
    words["also"] = [_date_words(one, own_zone) for one in also]
    subject = str(about.subject) % {"title": title(view)}
    message = letter(envelope, subject=subject, template="mail/appointment", words=words)
    if about.method:
        _attach(message, view, about, to, now)
        for number, one in enumerate(also, 2):
            _attach_file(message, _ics(one, about, to, now), about, number)
    return message


def letter(envelope: Envelope, *, subject: str, template: str, words: Mapping[str, object]) -> EmailMessage:
    """A mail of two parts, from ``<template>.txt`` and ``<template>.html``. Raises AddressRefused."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address(envelope.clinic, addr_spec=envelope.sender)
    message["To"] = _recipient(envelope.to)
    message["Message-ID"] = envelope.message_id
    message["Date"] = format_datetime(to_utc(envelope.now))
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer to it
    message.set_content(current_app.jinja_env.get_template(f"{template}.txt").render(words))
    html = current_app.jinja_env.get_template(f"{template}.html").render(words)
    message.add_alternative(html, subtype="html")
    return message


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890), as servers without SMTPUTF8 need it. Raises AddressRefused."""
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        raise AddressRefused("the address has a domain that cannot exist") from None


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=ascii_address(address))
    except (ValueError, IndexError):  # the standard library's parser raises either
        raise AddressRefused("the address cannot be written in a mail") from None


def _words(view: AppointmentView, about: About, now: int, own_zone: str) -> dict[str, object]:
    zone = zone_of(view.zone).info
    free = view.cancel_until is not None and view.cancel_until > now
    locale = get_locale()
    return {
        "about": about,
        "title": title(view),
        "view": view,
        "language": locale.language if locale else "en",
        "direction": locale.text_direction if locale else "ltr",
        "day": day_with_year(view.starts_at, zone),
        "time": when(view, own_zone),
        "twice": repeated_note(view.starts_at, zone),
        "duration": duration_words((view.ends_at - view.starts_at) // 60),
        "with_whom": format_list(view.with_whom, locale=locale or "en"),
        # a link that would end at "it is too late" is not offered (ux.md 1.1, Reschedule)
        "movable": free and view.offered,
        "free_until": day_and_time(view.cancel_until, zone) if free and view.cancel_until is not None else "",
        "coming_url": f"{view.manage_url}/coming" if about is REMINDER and view.manage_url else "",
        "tells": about is MOVED or about.over,
        "decide_by": day_and_time(view.decide_by, zone) if view.decide_by else "",
    }


def when(view: AppointmentView, own_zone: str) -> str:
    """The start in the clinic's zone; for a visit that needs no journey with the patient's own time beside it, where their
    clock differs at that instant (ux.md M6 and M8, rule 7)."""
    ours = time_with_zone(view.starts_at, view.zone)
    here, there = _clock(view.starts_at, view.zone), _clock(view.starts_at, own_zone) if own_zone else None
    if view.modality == "in-person" or there is None or here == there:
        return ours
    theirs = time_with_zone(view.starts_at, own_zone)
    if here[1] != there[1]:
        theirs = _("%(time)s on %(day)s", time=theirs, day=there[1])
    if view.modality == "video":
        return str(_("%(theirs)s your time (%(ours)s at the clinic)", theirs=theirs, ours=ours))
    return str(_("%(ours)s (your time %(theirs)s)", ours=ours, theirs=theirs))


def _clock(instant: int, zone: str) -> tuple[str, str]:
    return time_of_day(instant, zone), day_long(instant, zone)


def _time_words(at: Earlier) -> str:
    return day_and_time(at.starts_at, zone_of(at.zone).info)


def _date_words(view: AppointmentView, own_zone: str) -> tuple[str, str]:
    """When another visit of the same act is, and its own link."""
    day = day_with_year(view.starts_at, zone_of(view.zone).info)
    return str(_("%(day)s, %(time)s", day=day, time=when(view, own_zone))), view.manage_url or ""


def _ics(view: AppointmentView, about: About, to: str, now: int) -> str:
    return appointment_ics(view, now=now, method=about.method, attendee=ascii_address(to)).decode("utf-8")


def _attach(message: EmailMessage, view: AppointmentView, about: About, to: str, now: int) -> None:
    ics = _ics(view, about, to, now)
    if about.method != PUBLISH:
        message.add_alternative(ics, subtype="calendar", params={"method": about.method})
    _attach_file(message, ics, about, 1)


def _attach_file(message: EmailMessage, ics: str, about: About, number: int) -> None:
    """The calendar file of the visit, or of one of several."""
    which = f"-{number}" if number > 1 else ""
    name = f"{'cancelled' if about.method == CANCEL else 'appointment'}{which}.ics"
    if about.method == PUBLISH:
        message.add_attachment(ics, subtype="calendar", filename=name, params={"method": PUBLISH})
        return
    message.add_attachment(ics.encode(), maintype="application", subtype="ics", filename=name)
