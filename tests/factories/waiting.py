"""People on the waitlist, put there by the list's own verbs."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import Any

from scheduler.booking import waitlist
from scheduler.booking.waitlist import Who, Wish
from scheduler.models import WaitlistEntry
from tests.factories.bookings import visitor
from tests.factories.clinics import Clinic

_numbers = itertools.count(1)


def make_waiting(clinic: Clinic, *, type_id: str | None = None, **given: Any) -> WaitlistEntry:
    """Somebody new who waits for the clinic's clinician (without one: its place), whenever it is. ``given``: fields of
    ``Wish`` and ``Who``."""
    number = next(_numbers)
    who = {
        "given": f"Waiting{number}",
        "family": "Person",
        "birth_date": "1984-05-17",
        "email": f"waiting-{number}@example.org",
        "phone": "",
    }
    owner = ("practitioner", clinic.practitioner) if clinic.practitioner else ("location", clinic.location)
    wish = {"owner_kind": owner[0], "owner_id": owner[1]}
    for part, known in ((who, Who), (wish, Wish)):
        part |= {field.name: given.pop(field.name) for field in fields(known) if field.name in given}
    assert not given
    with clinic.app.app_context():
        entry, new = waitlist.join(
            by=visitor(), type_id=type_id or clinic.type, wish=Wish(**wish), who=Who(**who)
        )
    assert new
    return entry
