"""The nearest open times to one that is gone: same type with the same clinician first, then the same place and
specialty; never another kind of patient (ux.md 2.5 "Nearest")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY
from scheduler.models import AppointmentType, Schedule, ScheduleHost
from scheduler.portal.offers import PUBLIC, Offer, load_offers
from scheduler.portal.situations import situations
from scheduler.portal.starts import Opening, openings_between
from scheduler.portal.times import own_holds

REACH = 14 * DAY
BUTTONS = 6
MOST_SCHEDULES = 24


@dataclass(frozen=True, slots=True)
class NearTime:
    """An open time with the offer that it belongs to."""

    opening: Opening
    offer: Offer


@dataclass(frozen=True, slots=True)
class Nearest:
    """``times``: up to six, by distance; ``others``: more of the same day with other clinicians, by start."""

    times: tuple[NearTime, ...]
    others: tuple[NearTime, ...]


def nearest(session: Session, offer: Offer, start: int, *, now: int, visitor: str | None) -> Nearest:
    """Open times nearest to ``start`` (epoch seconds) within 14 days; those nearest to now when ``start`` is past, or
    to the end of what can be booked when it is beyond that."""
    centre = min(max(start, now), now + offer.horizon_days * DAY)
    since, until = max(now, centre - REACH), centre + REACH
    offers = load_offers(session, [offer.schedule_id, *_neighbours(session, offer)])
    there = situations(session, offers, since, until)
    holds = own_holds(session, visitor, offers, now)
    tiers: tuple[list[NearTime], ...] = ([], [], [])
    for schedule_id, situation in there.items():
        if _other_visit(offers[schedule_id], offer):
            continue
        found = openings_between({schedule_id: situation}, holds, now, since, until)
        tiers[_tier(offers[schedule_id], offer)].extend(
            NearTime(opening, offers[schedule_id]) for opening in found
        )
    ranked = [near for tier in tiers for near in _closest(tier, centre)]
    times = _without_twins(ranked)[:BUTTONS]
    return Nearest(tuple(times), tuple(_same_day(tiers[1], times, offer, centre)))


def nearest_of(
    session: Session, offers: Sequence[Offer], start: int, *, now: int, visitor: str | None
) -> Nearest:
    """As ``nearest``, among the offers of a team alone: those at the first one's place before the others."""
    here = offers[0].place.id
    centre = min(max(start, now), now + offers[0].horizon_days * DAY)
    since, until = max(now, centre - REACH), centre + REACH
    by_schedule = {offer.schedule_id: offer for offer in offers}
    found = situations(session, by_schedule, since, until)
    holds = own_holds(session, visitor, by_schedule, now)
    near = [
        NearTime(opening, by_schedule[schedule_id])
        for schedule_id, situation in found.items()
        for opening in openings_between({schedule_id: situation}, holds, now, since, until)
    ]
    places = ([one for one in near if (one.offer.place.id == here) is first] for first in (True, False))
    ranked = [one for times in places for one in _closest(times, centre)]
    return Nearest(tuple(_without_twins(ranked)[:BUTTONS]), ())


def _neighbours(session: Session, offer: Offer) -> Sequence[str]:
    """Schedules whose times may stand in for the offer's: those of its type that share a clinician or its place, and
    other clinicians' public ones of the same place, specialty, service and kind of patient."""
    shared = select(ScheduleHost.schedule_id).where(
        ScheduleHost.actor_id.in_([host.actor_id for host in offer.hosts])
    )
    same_type = (Schedule.appointment_type_id == offer.type_id) & (
        (Schedule.location_id == offer.place.id) | Schedule.id.in_(shared)
    )
    similar = (
        (Schedule.location_id == offer.place.id)
        & (AppointmentType.specialty_code == offer.specialty_code)
        & (AppointmentType.service_type_code == offer.service_type_code)
        & (AppointmentType.patient_type == offer.patient_type)
        & (AppointmentType.modality == offer.modality)
        & (AppointmentType.capacity == 1)
        & AppointmentType.visibility.in_(PUBLIC)
    )
    return (
        session.execute(
            select(Schedule.id)
            .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
            .where(or_(same_type, similar), Schedule.active, AppointmentType.active)
            .order_by((Schedule.appointment_type_id == offer.type_id).desc(), Schedule.id)
            .limit(MOST_SCHEDULES)
        )
        .scalars()
        .all()
    )


def _other_visit(one: Offer, chosen: Offer) -> bool:
    """Whether it is another type with the same clinician: what is wanted there is another visit."""
    theirs, wanted = ({host.actor_id for host in offer.hosts} for offer in (one, chosen))
    return one.type_id != chosen.type_id and bool(theirs & wanted or theirs == wanted)


def _tier(one: Offer, chosen: Offer) -> int:
    """0: the same type, clinician and place; 1: others at that place; 2: the same clinician elsewhere."""
    if one.place.id != chosen.place.id:
        return 2
    theirs, wanted = ({host.actor_id for host in offer.hosts} for offer in (one, chosen))
    return 0 if one.type_id == chosen.type_id and (theirs & wanted or theirs == wanted) else 1


def _closest(times: Sequence[NearTime], centre: int) -> list[NearTime]:
    return sorted(
        times, key=lambda near: (abs(near.opening.start - centre), near.opening.start, near.offer.schedule_id)
    )


def _without_twins(times: Sequence[NearTime]) -> list[NearTime]:
    """One button per start and clinician: two types of one clinician are not two offers to somebody in a hurry."""
    chosen: dict[tuple[int, str], NearTime] = {}
    for near in times:
        chosen.setdefault((near.opening.start, near.offer.who), near)
    return list(chosen.values())


def _same_day(
    others: Sequence[NearTime], shown: Sequence[NearTime], offer: Offer, centre: int
) -> list[NearTime]:
    zone = zone_of(offer.place.zone)
    day = zone.day(centre)
    seen = {(near.opening.start, near.offer.who) for near in shown}
    left = [
        near
        for near in _without_twins(_closest(others, centre))
        if zone.day(near.opening.start) == day and (near.opening.start, near.offer.who) not in seen
    ]
    return sorted(left[:BUTTONS], key=lambda near: (near.opening.start, near.offer.who))
