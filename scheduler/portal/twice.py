"""A visit of the visitor's own at the time they are about to book, as the review page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.booking.twice import own_visits_at
from scheduler.models import Appointment
from scheduler.portal.holds import chosen_of
from scheduler.portal.slots import Chosen


@dataclass(frozen=True, slots=True)
class Double:
    """``token`` opens the visit's page, where it can be moved or cancelled."""

    token: str
    chosen: Chosen


def own_doubles(session: Session, hold_id: str, given: str, birth_date: str, secret: str) -> list[Double]:
    """The visits of this hold's visitor that overlap it; ``given`` and ``birth_date`` (ISO) are what was typed now."""
    held = session.get(Appointment, hold_id)
    if held is None:
        return []
    return [
        Double(booking.links.manage_token(secret, visit), chosen_of(session, visit))
        for visit, _ in own_visits_at(session, held, given=given, birth_date=birth_date)
    ]
