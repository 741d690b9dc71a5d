"""What the console's views share: who is signed in, dates in addresses, the word that says what was done."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import flash, g
from flask_login import current_user
from werkzeug.wrappers import Response

from scheduler import catalog, clock
from scheduler.accounts import SignedIn
from scheduler.booking import By
from scheduler.console.calls import call_count
from scheduler.console.requests import count_requests
from scheduler.db import snapshot
from scheduler.models import Organization
from scheduler.web.clinic import clinic_of, set_clinic

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 1)

Answer = str | Response | tuple[str, int]


def me() -> SignedIn:
    """The signed-in person of this request; views without a guard for signed-in people may not ask."""
    return cast(SignedIn, current_user)


def by_me() -> By:
    """The signed-in person as who acts in the booking's verbs."""
    return By("user", user_id=me().id)


def name_the_clinic() -> None:
    """The frame names the organization of who is signed in; its menu leads to Setup while nothing can be booked, and says
    how many calls and how many requests wait."""
    if current_user.is_authenticated:
        with snapshot() as session:
            set_clinic(clinic_of(session.get_one(Organization, me().organization_id)))
            g.call_count = call_count(session, me(), clock.now())
            g.setting_up = catalog.is_empty(session, me().organization_id, set_up_for(me()))
            g.requests_waiting = count_requests(session, me(), clock.now())


def set_up_for(person: SignedIn) -> str | None:
    """Whom ``catalog.is_empty`` is asked about: a clinician who is nothing else alone, others the organization."""
    return person.practitioner_id if person.roles == {"clinician"} else None


def date_in(text: str | None) -> date | None:
    """An ISO date of a sensible year from an address; None for anything else."""
    try:
        asked = date.fromisoformat(text or "")
    except ValueError:
        return None
    return asked if EARLIEST <= asked <= LATEST else None


def toast(sentence: str, *, undo: str = "", undo_name: str = "", kind: str = "ok") -> None:
    """Say on the next page what was done (``kind``: ok, info, warn, error). ``undo`` is the address that takes it back,
    by POST, and ``undo_name`` the button's whole name, such as "Undo check-in of A. S., 10:30 AM"."""
    # flask's annotation knows texts only; its session keeps any JSON
    said: Any = {"text": sentence, "undo": undo, "undo_name": undo_name}
    flash(said, kind)
