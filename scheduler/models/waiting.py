"""Queries of the waitlist: who waits, which Schedules would suit them, how they are reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models.appointments import Appointment, PatientDetails
from scheduler.models.patients import OFFERED, OPEN, WAITING, WaitlistEntry, WaitlistOffer
from scheduler.models.people import Actor
from scheduler.models.schedules import Pool, PoolMember, Schedule, ScheduleHost

ON_THE_LIST = (WAITING, OFFERED)


@dataclass(frozen=True, slots=True)
class Contact:
    """Who waits and how they are reached; of a booked patient, what stands with their visit. Texts may be empty."""

    given: str
    family: str
    birth_date: str
    email: str
    phone: str
    language: str
    zone: str


def contact_of(session: Session, entry: WaitlistEntry) -> Contact:
    """How the person of an entry is reached."""
    row: WaitlistEntry | PatientDetails | None = entry
    if entry.appointment_id is not None:
        row = session.get(PatientDetails, entry.appointment_id)
    if row is None:
        return Contact("", "", "", "", "", entry.language, entry.zone)
    return Contact(
        row.given or "",
        row.family or "",
        row.birth_date or "",
        row.email or "",
        row.phone or "",
        row.language,
        row.zone,
    )


def waiting_entries(session: Session) -> list[WaitlistEntry]:
    """Everybody who waits and has no offer, by joining time."""
    return list(
        session.scalars(
            select(WaitlistEntry)
            .where(WaitlistEntry.status == WAITING)
            .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
        )
    )


def open_offer(session: Session, entry_id: str) -> WaitlistOffer | None:
    """The offer that a person has now."""
    return session.scalars(
        select(WaitlistOffer)
        .where(WaitlistOffer.entry_id == entry_id, WaitlistOffer.status == OPEN)
        .order_by(WaitlistOffer.id)
        .execution_options(populate_existing=True)
    ).first()


def offered_starts(session: Session, entries: Iterable[WaitlistEntry]) -> dict[str, set[int]]:
    """By entry id, the starts (epoch seconds) that were ever offered to it."""
    found: dict[str, set[int]] = defaultdict(set)
    rows = session.execute(
        select(WaitlistOffer.entry_id, WaitlistOffer.starts_at).where(
            WaitlistOffer.entry_id.in_({entry.id for entry in entries})
        )
    )
    for entry_id, start in rows:
        found[entry_id].add(start)
    return found


def schedules_for(session: Session, entry: WaitlistEntry) -> list[str]:
    """The active Schedules on which a time would suit the entry: of its type, with whom they wait for, at their place; for
    a booked patient, those that their visit could move to (the same people at any place, else the same place)."""
    if entry.appointment_id is not None:
        return _like_the_visit(session, entry)
    query = (
        select(Schedule.id)
        .where(Schedule.appointment_type_id == entry.appointment_type_id, Schedule.active)
        .order_by(Schedule.id)
    )
    if entry.location_id is not None:
        query = query.where(Schedule.location_id == entry.location_id)
    if entry.owner_kind == "pool":
        query = query.join(PoolMember, PoolMember.schedule_id == Schedule.id).join(
            Pool, Pool.id == PoolMember.pool_id
        )
        query = query.where(Pool.id == entry.owner_id, Pool.active)
    elif entry.owner_kind == "practitioner":
        query = query.join(ScheduleHost, ScheduleHost.schedule_id == Schedule.id).join(
            Actor, Actor.id == ScheduleHost.actor_id
        )
        query = query.where(Actor.practitioner_id == entry.owner_id)
    else:
        query = query.outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        query = query.where(Schedule.location_id == entry.owner_id, ScheduleHost.schedule_id.is_(None))
    return list(session.scalars(query))


def _like_the_visit(session: Session, entry: WaitlistEntry) -> list[str]:
    visit = session.get(Appointment, entry.appointment_id)
    if visit is None:
        return []
    places: dict[str, str] = {}
    hosts: dict[str, set[str]] = defaultdict(set)
    rows = session.execute(
        select(Schedule.id, Schedule.location_id, ScheduleHost.actor_id)
        .outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .where(Schedule.appointment_type_id == visit.appointment_type_id, Schedule.active)
        .order_by(Schedule.id)
    )
    for schedule_id, location_id, actor_id in rows:
        places[schedule_id] = location_id
        hosts[schedule_id] |= {actor_id} - {None}
    own = hosts.get(visit.schedule_id)
    return [
        schedule_id
        for schedule_id, place in places.items()
        if hosts[schedule_id] == own and (own or place == visit.location_id)
    ]
