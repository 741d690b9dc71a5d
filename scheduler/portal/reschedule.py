"""Another time for a booked visit: which times there are, how a chosen one stands, what is near a lost one.

The visit itself is left out of every check, as ``booking.move`` leaves it out: its own time never stands in its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability.zones import EARLIEST, LATEST
from scheduler.booking.eligibility import AGE, days_for
from scheduler.booking.eligible import day_of
from scheduler.clock import DAY
from scheduler.models import Appointment, PatientDetails, Schedule
from scheduler.models.slots import parse_slot_id
from scheduler.portal.nearest import BUTTONS, REACH, NearTime
from scheduler.portal.offers import Offer, load_offers
from scheduler.portal.situations import situations
from scheduler.portal.slots import Chosen, Standing, standing
from scheduler.portal.starts import openings_between, span_within
from scheduler.portal.times import TimesPage


@dataclass(frozen=True, slots=True)
class NewTime:
    """A time chosen for a visit, and how it stands."""

    chosen: Chosen
    standing: Standing


def move_offers(session: Session, appointment: Appointment) -> list[Offer]:
    """Where a visit may move by its patient's hand: its type with the same clinicians, at all their places (without a
    clinician: at the same place). Empty when its own Schedule is not offered any more."""
    ids = session.scalars(
        select(Schedule.id)
        .where(Schedule.appointment_type_id == appointment.appointment_type_id, Schedule.active)
        .order_by(Schedule.id)
    ).all()
    offers = load_offers(session, ids)
    own = offers.get(appointment.schedule_id)
    if own is None or not own.bookable:
        return []
    return [offer for offer in offers.values() if offer.bookable and _same_people(offer, own)]


def fitting_days(session: Session, appointment: Appointment, offer: Offer) -> tuple[date, date]:
    """The local dates on which the visit is for the age of who comes: from the first to before the second."""
    details = session.get(PatientDetails, appointment.id)
    return days_for(offer.rules, details.birth_date if details else None)


def narrower(days: tuple[date, date], page: TimesPage) -> bool:
    """Whether some of the dates that can be booked are not among these ``days``."""
    return days[0] > page.today or days[1] <= page.today + timedelta(days=page.offer.horizon_days)


def _same_people(one: Offer, own: Offer) -> bool:
    theirs, ours = ({host.actor_id for host in offer.hosts} for offer in (one, own))
    return theirs == ours and (bool(ours) or one.place.id == own.place.id)


def find_new_time(session: Session, appointment: Appointment, text: str, now: int) -> NewTime | None:
    """The time that a slot id names, as a new one for this visit; None for anything that the visit can't move to."""
    parsed = parse_slot_id(text)
    if parsed is None or not EARLIEST <= parsed[1] < LATEST:
        return None
    offers = {offer.schedule_id: offer for offer in move_offers(session, appointment)}
    if parsed[0] not in offers:
        return None
    chosen = Chosen(offers[parsed[0]], parsed[1])
    first, end = fitting_days(session, appointment, chosen.offer)
    if not first <= day_of(chosen.start, chosen.zone) < end:
        return NewTime(chosen, Standing(AGE))
    return NewTime(chosen, standing(session, chosen, now=now, visitor=None, leave_out=appointment.id))


def nearest_moves(session: Session, appointment: Appointment, start: int, now: int) -> Sequence[NearTime]:
    """Up to six open times nearest to ``start`` (epoch seconds) within 14 days that the visit could move to, on days that
    fit the age of who comes; near the first or last of these when ``start`` is not on one."""
    offers = {offer.schedule_id: offer for offer in move_offers(session, appointment)}
    horizon = max((offer.horizon_days for offer in offers.values()), default=0)
    end = now + horizon * DAY
    spans = {
        key: span_within(fitting_days(session, appointment, offer), offer.place.zone, now, end + REACH)
        for key, offer in offers.items()
    }
    fit_from, fit_until = next(iter(spans.values()), (now, end))
    centre = min(max(start, now, fit_from), end, fit_until)
    since, until = max(now, centre - REACH), centre + REACH
    own = dict.fromkeys(offers, appointment)
    found = [
        NearTime(opening, offers[schedule_id])
        for schedule_id, situation in situations(session, offers, since, until).items()
        for opening in openings_between({schedule_id: situation}, own, now, since, until)
        if spans[schedule_id][0] <= opening.start < spans[schedule_id][1]
        and not is_own_time(appointment, schedule_id, opening.start)
    ]
    found.sort(
        key=lambda near: (abs(near.opening.start - centre), near.opening.start, near.offer.schedule_id)
    )
    return found[:BUTTONS]


def is_own_time(appointment: Appointment, schedule_id: str, start: int) -> bool:
    """Whether that is the time that the visit has already."""
    return (appointment.schedule_id, appointment.starts_at) == (schedule_id, start)
