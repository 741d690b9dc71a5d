"""What fits those whom a visit is not for: visits of the same clinician or place, with their first times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.availability import Situation, next_open, open_starts
from scheduler.booking.eligibility import AGE, RETURNING_ONLY, Applicant, days_that_fit, misfits
from scheduler.clock import DAY
from scheduler.models import AppointmentType, Schedule, ScheduleHost
from scheduler.portal.nearest import NearTime
from scheduler.portal.offers import PUBLIC, Offer, load_offers
from scheduler.portal.situations import situations
from scheduler.portal.starts import Opening, span_within
from scheduler.portal.times import own_holds

NEW_HERE = Applicant(seen=False)
ANYBODY = ("newpt", "")
MOST_FITS, FIRST_TIMES, MOST_SCHEDULES, MOST_LOOKED_AT = 3, 3, 24, 200


@dataclass(frozen=True, slots=True)
class Fit:
    """A visit that somebody may book, with its first times."""

    offer: Offer
    times: tuple[NearTime, ...]


def for_returning(offer: Offer) -> bool:
    """Whether the visit is only for people who have been seen before, so that this is asked first."""
    return offer.patient_type in RETURNING_ONLY


def fitting(
    session: Session, offer: Offer, *, now: int, visitor: str | None, who: Applicant = NEW_HERE
) -> tuple[Fit, ...]:
    """Up to three visits with openings that ``who`` may book instead of ``offer``: with the same clinician first, then at
    the same place; of the same specialty first. Of ``offer`` itself, other days on which the age fits. ``now``: epoch
    seconds."""
    looked_at = _candidates(session, offer, who)
    offers = load_offers(session, looked_at)
    fit_for = [key for key in looked_at if key in offers and _suits(offers[key], who)][:MOST_SCHEDULES]
    offers = {key: offers[key] for key in fit_for}
    until = now + (max((one.horizon_days for one in offers.values()), default=0) + 2) * DAY
    found = situations(session, offers, now, until)
    holds = own_holds(session, visitor, offers, now)
    fits = []
    for schedule_id, situation in found.items():
        own, one = holds.get(schedule_id), offers[schedule_id]
        starts = _first_starts(situation, one, who, now, until, own.id if own else None)
        times = tuple(NearTime(_opening(schedule_id, start, own), one) for start in starts)
        if times:
            fits.append(Fit(one, times))
    return tuple(_one_per_visit(sorted(fits, key=lambda fit: _rank(fit, offer))))[:MOST_FITS]


def _suits(offer: Offer, who: Applicant) -> bool:
    """Whether nothing but the age speaks against the visit, which depends on the day."""
    return set(misfits(offer.rules, who, date.max)) <= {AGE}


def _first_starts(
    situation: Situation, offer: Offer, who: Applicant, now: int, until: int, leave_out: str | None
) -> list[int]:
    """The first open starts on days on which the age fits."""
    since = now
    if who.born is not None and offer.rules.ages:
        days = days_that_fit(offer.rules, who.born)
        since, until = span_within(days, offer.place.zone, now, until)
    if since >= until:
        return []
    if since == now:
        return next_open(situation, now, FIRST_TIMES, until, leave_out=leave_out)
    return open_starts(situation, now, since, until, leave_out=leave_out)[:FIRST_TIMES]


def _opening(schedule_id: str, start: int, own: object) -> Opening:
    held_until = getattr(own, "expires_at", None) if getattr(own, "starts_at", None) == start else None
    return Opening(start, schedule_id, held_until)


def _candidates(session: Session, offer: Offer, who: Applicant) -> list[str]:
    """Schedules of visits that may be offered, the likeliest first."""
    kinds = AppointmentType.patient_type.in_(
        {*ANYBODY, *(() if who.seen is False else (offer.patient_type,))}
    )
    if who.seen:
        kinds = AppointmentType.patient_type.is_not(None)
    shared = select(ScheduleHost.schedule_id).where(
        ScheduleHost.actor_id.in_([host.actor_id for host in offer.hosts])
    )
    rows = session.execute(
        select(Schedule.id)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .where(
            Schedule.active,
            AppointmentType.active,
            kinds,
            AppointmentType.visibility.in_(PUBLIC),
            or_(Schedule.location_id == offer.place.id, Schedule.id.in_(shared)),
        )
        .order_by(
            Schedule.id.in_(shared).desc(),
            (AppointmentType.specialty_code == offer.specialty_code).desc(),
            Schedule.id,
        )
        .limit(MOST_LOOKED_AT)
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
