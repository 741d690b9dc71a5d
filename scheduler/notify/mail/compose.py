"""Make a mail: text and HTML; about an appointment also the appointment as an .ics attachment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import idna
from flask import current_app

from scheduler.audit import Earlier
from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import AppointmentView
from scheduler.calendars.write import CANCEL, PUBLISH, REQUEST, appointment_ics, title
from scheduler.clock import to_utc
from scheduler.web.times import day_long, day_with_year, duration_words, time_with_zone

CONFIRMED, PENDING, MOVED, CANCELLED, LINK = "confirmed", "pending", "moved", "cancelled", "link"
APPROVED, DECLINED, LAPSED = "approved", "declined", "lapsed"
_OVER = (CANCELLED, DECLINED, LAPSED)
_HEADLINES = {
    CONFIRMED: "You're booked",
    PENDING: "We have your request",
    MOVED: "Your appointment has moved",
    CANCELLED: "Your appointment is cancelled",
    LINK: "Your link to your appointment",
    APPROVED: "You're booked: the clinic has confirmed your request",
    DECLINED: "The clinic could not confirm your request",
    LAPSED: "Your request has ended without an answer",
}


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
    about: str,
    to: str,
    sender: str,
    message_id: str,
    now: int,
    was: Earlier | None = None,
    also: Sequence[AppointmentView] = (),
) -> EmailMessage:
    """The mail ``about`` (CONFIRMED, PENDING, APPROVED, DECLINED, LAPSED, MOVED, CANCELLED or LINK) the appointment, to the
    address ``to``.

    ``was``: the time before a move, where it is known; ``also``: visits of the same act, of which the same is told. The subject is neutral (ux.md 2.5); ``message_id`` is the
    outbox row's, the same on every try. Raises AddressRefused.
    """
    envelope = Envelope(to=to, clinic=view.clinic, sender=sender, message_id=message_id, now=now)
    words = _words(view, about, now) | {"was": _time_words(was) if was else ""}
    words["also"] = [_date_words(one) for one in also]
    message = letter(envelope, subject=title(view), template="mail/appointment", words=words)
    for number, one in enumerate((view, *also), 1):
        _attach(message, one, about, to, now, number)
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
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        raise AddressRefused("the address has a domain that cannot exist") from None


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=ascii_address(address))
    except (ValueError, IndexError):  # the standard library's parser raises either
        raise AddressRefused("the address cannot be written in a mail") from None


def _words(view: AppointmentView, about: str, now: int) -> dict[str, object]:
    zone = zone_of(view.zone).info
    free_until = view.cancel_until if view.cancel_until is not None and view.cancel_until > now else None
    return {
        "headline": _HEADLINES[about],
        "about": about,
        "over": about in _OVER,
        "view": view,
        "day": day_with_year(view.starts_at, zone),
        "time": time_with_zone(view.starts_at, zone),
        "duration": duration_words((view.ends_at - view.starts_at) // 60),
        "free_until": f"{day_long(free_until, zone)}, {time_with_zone(free_until, zone)}"
        if free_until
        else "",
        "decide_by": f"{day_long(view.decide_by, zone)}, {time_with_zone(view.decide_by, zone)}"
        if view.decide_by
        else "",
    }


def _time_words(at: Earlier) -> str:
    zone = zone_of(at.zone).info
    return f"{day_long(at.starts_at, zone)}, {time_with_zone(at.starts_at, zone)}"


def _date_words(view: AppointmentView) -> tuple[str, str]:
    """When another visit of the same act is, and its own link."""
    zone = zone_of(view.zone).info
    when = f"{day_with_year(view.starts_at, zone)}, {time_with_zone(view.starts_at, zone)}"
    return when, view.manage_url or ""


def _attach(message: EmailMessage, view: AppointmentView, about: str, to: str, now: int, number: int) -> None:
    method = CANCEL if about in _OVER else REQUEST
    if about in (PENDING, LINK):
        method = PUBLISH
    ics = appointment_ics(view, now=now, method=method, attendee=ascii_address(to))
    name = ("cancelled" if about in _OVER else "appointment") + (f"-{number}.ics" if number > 1 else ".ics")
    message.add_attachment(ics.decode("utf-8"), subtype="calendar", filename=name, params={"method": method})
