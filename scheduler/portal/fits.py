"""What fits people whom a clinic has not seen before: visits of the same clinician or place that take new patients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.availability import next_open
from scheduler.clock import DAY
from scheduler.intake.forms import RETURNING
from scheduler.models import AppointmentType, Schedule, ScheduleHost
from scheduler.models.situations import load_situations
from scheduler.portal.nearest import NearTime
from scheduler.portal.offers import PUBLIC, Offer, load_offers
from scheduler.portal.times import Opening, own_holds

ANYBODY = ("newpt", "")
MOST_FITS, FIRST_TIMES, MOST_SCHEDULES = 3, 3, 24


@dataclass(frozen=True, slots=True)
class Fit:
    """A visit that new patients may book, with its first times."""

    offer: Offer
    times: tuple[NearTime, ...]


def for_returning(offer: Offer) -> bool:
    """Whether the visit is only for people who have been seen before, so that this is asked first."""
    return offer.patient_type in RETURNING


def fitting(session: Session, offer: Offer, *, now: int, visitor: str | None) -> tuple[Fit, ...]:
    """Up to three visits with openings that new patients may book instead of ``offer``: with the same clinician first,
    then at the same place; of the same specialty first. ``now``: epoch seconds."""
    offers = load_offers(session, _candidates(session, offer))
    until = now + (max((one.horizon_days for one in offers.values()), default=0) + 2) * DAY
    situations = load_situations(session, list(offers), now, until) if offers else {}
    holds = own_holds(session, visitor, offers, now)
    fits = []
    for schedule_id, situation in situations.items():
        own = holds.get(schedule_id)
        starts = next_open(situation, now, FIRST_TIMES, until, leave_out=own.id if own else None)
        one = offers[schedule_id]
        times = tuple(NearTime(_opening(schedule_id, start, own), one) for start in starts)
        if times:
            fits.append(Fit(one, times))
    return tuple(_one_per_visit(sorted(fits, key=lambda fit: _rank(fit, offer))))[:MOST_FITS]


def _opening(schedule_id: str, start: int, own: object) -> Opening:
    held_until = getattr(own, "expires_at", None) if getattr(own, "starts_at", None) == start else None
    return Opening(start, schedule_id, held_until)


def _candidates(session: Session, offer: Offer) -> list[str]:
    shared = select(ScheduleHost.schedule_id).where(
        ScheduleHost.actor_id.in_([host.actor_id for host in offer.hosts])
    )
    rows = session.execute(
        select(Schedule.id)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .where(
            Schedule.active,
            AppointmentType.active,
            AppointmentType.patient_type.in_(ANYBODY),
            AppointmentType.visibility.in_(PUBLIC),
            or_(Schedule.location_id == offer.place.id, Schedule.id.in_(shared)),
        )
        .order_by(
            Schedule.id.in_(shared).desc(),
            (AppointmentType.specialty_code == offer.specialty_code).desc(),
            Schedule.id,
        )
        .limit(MOST_SCHEDULES)
    )
    return list(rows.scalars())


def _rank(fit: Fit, wanted: Offer) -> tuple[bool, bool, bool, int, str]:
    theirs, ours = ({host.actor_id for host in one.hosts} for one in (fit.offer, wanted))
    return (
        not (theirs & ours or theirs == ours),
        fit.offer.specialty_code != wanted.specialty_code,
        fit.offer.place.id != wanted.place.id,
        fit.times[0].opening.start,
        fit.offer.schedule_id,
    )


def _one_per_visit(fits: Iterable[Fit]) -> Iterable[Fit]:
    """One type with one clinician once, at the place that came first."""
    seen: set[tuple[str, str]] = set()
    for fit in fits:
        key = (fit.offer.type_id, fit.offer.who)
        if key not in seen:
            seen.add(key)
            yield fit
