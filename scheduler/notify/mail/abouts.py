"""What a mail about an appointment can be about: its first words, its subject, what its calendar file does.

A new message to patients is a value here, a kind in ``patient_mails.KINDS``, and whatever more it has to say in
``templates/mail/appointment.*``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from scheduler.calendars.write import CANCEL, PUBLISH, REQUEST

_TITLE = "%(title)s"


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """``headline`` and ``lead`` (or "") are texts in the language of the mail; ``subject`` takes the appointment's title.
    ``method`` is that of its calendar file (RFC 5546), "" for none: REQUEST and CANCEL change the patient's calendar where
    their mail program does so by itself, PUBLISH only offers. ``over``: nobody is to come, so nothing is left to manage."""

    name: str
    headline: Any
    lead: Any = ""
    subject: Any = _TITLE
    method: str = ""
    over: bool = False


CONFIRMED = About("confirmed", lazy_gettext("You're booked"), method=REQUEST)
REQUESTED = About(
    "pending",
    lazy_gettext("We have your request"),
    lazy_gettext("The clinic confirms each request. You'll get another mail when it has."),
    lazy_gettext("Request: %(title)s"),
    method=PUBLISH,
)
APPROVED = About(
    "approved",
    lazy_gettext("The clinic has confirmed your appointment"),
    lazy_gettext("You asked for this time. It is yours now."),
    lazy_gettext("Confirmed: %(title)s"),
    method=REQUEST,
)
DECLINE = About(
    "declined",
    lazy_gettext("The clinic could not confirm this appointment"),
    lazy_gettext("You don't need to come. Choose another time, or call the clinic."),
    lazy_gettext("Not confirmed: %(title)s"),
    method=CANCEL,
    over=True,
)
LAPSED = About(
    "lapsed",
    lazy_gettext("Your request has ended"),
    lazy_gettext("The clinic did not answer it in time, so the time is no longer kept for you. Choose another time, or call the clinic."),
    lazy_gettext("Not confirmed: %(title)s"),
    method=CANCEL,
    over=True,
)  # fmt: skip
MOVED = About(
    "moved",
    lazy_gettext("Your appointment has moved"),
    subject=lazy_gettext("Moved: %(title)s"),
    method=REQUEST,
)
CANCELLATION = About(
    "cancelled",
    lazy_gettext("Your appointment is cancelled"),
    subject=lazy_gettext("Cancelled: %(title)s"),
    method=CANCEL,
    over=True,
)
LINK = About(
    "link",
    lazy_gettext("Your link to your appointment"),
    lazy_gettext("Someone, most likely you, asked us for this link. If it was not you, there is nothing to do: only you get this mail."),
    method=PUBLISH,
)  # fmt: skip
REMINDER = About(
    "reminder",
    lazy_gettext("Your appointment is coming up"),
    subject=lazy_gettext("Reminder: %(title)s"),
)
