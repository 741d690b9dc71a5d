"""What makers of mails need beside the row: settings, and links that other rooms sign; and what they answer without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.models import Appointment, User, WaitlistEntry, WaitlistOffer
from scheduler.settings import Settings

GONE = "the record is gone"
PAST = "the time has passed"
NEEDS_CALL = "call: the patient gave no email"
"""Why nothing was sent, when staff are to call instead."""


@dataclass(frozen=True, slots=True)
class Later:
    """It is true, but not to be sent before ``due_at`` (epoch seconds)."""

    due_at: int


@dataclass(frozen=True, slots=True)
class Post:
    """``manage_url`` gives the page by which a patient manages an appointment; ``invitation_url`` and ``reset_url`` the
    pages on which a user sets a password, or None when they have no such link; ``waitlist_url`` the page of a place on the
    waitlist, ``offer_url`` that of an offered time."""

    settings: Settings
    manage_url: Callable[[Appointment], str]
    invitation_url: Callable[[User], str | None]
    reset_url: Callable[[User], str | None]
    waitlist_url: Callable[[WaitlistEntry], str]
    offer_url: Callable[[WaitlistOffer], str]
