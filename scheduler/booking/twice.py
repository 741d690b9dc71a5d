"""One person, two visits at one time: found before it is booked, or told afterwards to whom it may be told.

A visit of the same browser is that visitor's own, and its page may show it. Whoever merely types somebody's contact and birth
date learns nothing: the page says nothing, and the mail goes to the address that stands on the visit that was there before,
when it is the very address that was typed.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler.booking.transaction import tell_patient
from scheduler.models import Appointment, PatientDetails
from scheduler.models.overlaps import Visit, doubles, same_text, visits_at

KIND = "booking-twice"


def own_visits_at(session: Session, held: Appointment, *, given: str, birth_date: str) -> list[Visit]:
    """The visitor's own visits that overlap the time they hold now, soonest first; those of somebody else (other first
    name and birth date than were typed now) are left out."""
    return [
        (visit, details)
        for visit, details in visits_at(session, held)
        if held.visitor
        and visit.visitor == held.visitor
        and (details.birth_date == birth_date or same_text(details.given, given))
    ]


def tell_of_doubles(session: Session, visit: Appointment, now: int) -> None:
    """Tell by mail whoever has had a visit at the time of the one that is booked now, from another browser."""
    details = session.get(PatientDetails, visit.id)
    if details is None:
        return
    for other, _ in doubles(session, visit, details):
        if other.visitor is None or other.visitor != visit.visitor:
            tell_patient(session, other, now, KIND)
