"""Who has a page of their own: a clinician, a team or a place, found by a first path word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from scheduler.catalog.languages import language_name
from scheduler.catalog.photos import photo_hash
from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Organization,
    Pool,
    PoolMember,
    Practitioner,
    PractitionerRole,
    Schedule,
    ScheduleHost,
    Slug,
)
from scheduler.portal.offers import PUBLIC, Host, Offer, Place, current_slugs, place_of
from scheduler.web.clinic import Clinic, clinic_of
from scheduler.web.languages import page_language


@dataclass(frozen=True, slots=True)
class Owner:
    """Clinician, team or place that a first path word names; ``photo`` is the hash that names a clinician's picture.
    ``paused``: a team that nobody can book as such now."""

    kind: str
    id: str
    slug: str
    name: str
    clinic: Clinic
    roles: tuple[str, ...]
    languages: tuple[str, ...]
    about: str
    places: tuple[Place, ...]
    schedule_ids: tuple[str, ...]
    people: tuple[Host, ...] = ()
    photo: str = ""
    paused: bool = False


def find_owner(session: Session, word: str) -> Owner | None:
    """The clinician, team or place that ``word`` names, by its current or a former path word; None for anything else."""
    row = session.execute(select(Slug).where(Slug.scope == "", Slug.slug == word)).scalar_one_or_none()
    if row is None:
        return None
    slug = current_slugs(session, {row.target_id}).get(row.target_id, word)
    find = {"practitioner": _clinician, "pool": _team, "location": _place}.get(row.kind)
    return find(session, row.target_id, slug) if find is not None else None


def _clinician(session: Session, practitioner_id: str, slug: str) -> Owner | None:
    found = session.execute(
        select(Practitioner, Organization)
        .join(Organization, Organization.id == Practitioner.organization_id)
        .where(Practitioner.id == practitioner_id, Practitioner.active)
    ).one_or_none()
    if found is None:
        return None
    person, organization = found
    roles = session.execute(
        select(PractitionerRole, Location)
        .join(Location, Location.id == PractitionerRole.location_id)
        .where(PractitionerRole.practitioner_id == practitioner_id, PractitionerRole.active, Location.active)
        .order_by(Location.name, PractitionerRole.id)
    ).all()
    schedules = session.execute(
        select(ScheduleHost.schedule_id)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Schedule, Schedule.id == ScheduleHost.schedule_id)
        .where(Actor.practitioner_id == practitioner_id, Schedule.active)
        .order_by(ScheduleHost.schedule_id)
    ).scalars()
    places = {location.id: place_of(location) for _, location in roles}
    return Owner(
        kind="practitioner",
        id=person.id,
        slug=slug,
        name=person.display_name,
        clinic=clinic_of(
            organization, phone=next((place.phone for place in places.values() if place.phone), "")
        ),
        roles=tuple(dict.fromkeys(role.title or role.specialty for role, _ in roles)),
        languages=tuple(language_name(str(code), page_language()) for code in person.languages),
        about=person.about,
        places=tuple(places.values()),
        schedule_ids=tuple(schedules),
        photo=photo_hash(session, person.id),
    )


def _place(session: Session, location_id: str, slug: str) -> Owner | None:
    """A place as the owner of what is offered there without a named clinician."""
    found = session.execute(
        select(Location, Organization)
        .join(Organization, Organization.id == Location.organization_id)
        .where(Location.id == location_id, Location.active)
    ).one_or_none()
    if found is None:
        return None
    location, organization = found
    schedules = session.execute(
        select(Schedule.id)
        .outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .where(Schedule.location_id == location_id, Schedule.active, ScheduleHost.schedule_id.is_(None))
        .order_by(Schedule.id)
    ).scalars()
    return Owner(
        kind="location",
        id=location.id,
        slug=slug,
        name=location.name,
        clinic=clinic_of(organization, phone=location.phone),
        roles=(),
        languages=(),
        about=location.description,
        places=(place_of(location),),
        schedule_ids=tuple(schedules),
        people=_people(session, Schedule.location_id == location_id),
    )


def _team(session: Session, pool_id: str, slug: str) -> Owner | None:
    """A team as the owner of its members. Who is in a paused one can be looked for one by one."""
    found = session.execute(
        select(Pool, Organization)
        .join(Organization, Organization.id == Pool.organization_id)
        .where(Pool.id == pool_id)
    ).one_or_none()
    if found is None:
        return None
    pool, organization = found
    members = session.execute(
        select(Schedule.id, Location)
        .join(PoolMember, PoolMember.schedule_id == Schedule.id)
        .join(Location, Location.id == Schedule.location_id)
        .where(
            PoolMember.pool_id == pool_id,
            Schedule.appointment_type_id == pool.appointment_type_id,
            Schedule.active,
        )
        .order_by(Location.name, Schedule.id)
    ).all()
    places = {location.id: place_of(location) for _, location in members}
    ids = tuple(schedule_id for schedule_id, _ in members)
    return Owner(
        kind="pool",
        id=pool.id,
        slug=slug,
        name=pool.name,
        clinic=clinic_of(
            organization, phone=next((place.phone for place in places.values() if place.phone), "")
        ),
        roles=(),
        languages=(),
        about="",
        places=tuple(places.values()),
        schedule_ids=ids,
        people=() if pool.active else _people(session, Schedule.id.in_(ids)),
        paused=not pool.active,
    )


def _people(session: Session, theirs: ColumnElement[bool]) -> tuple[Host, ...]:
    """The clinicians who have a page and public hours on the Schedules that are ``theirs``."""
    rows = session.execute(
        select(Actor.id, Practitioner.id, Practitioner.display_name, Slug.slug)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .join(Slug, (Slug.target_id == Practitioner.id) & (Slug.kind == "practitioner") & Slug.current)
        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
        .join(Schedule, Schedule.id == ScheduleHost.schedule_id)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .where(
            theirs,
            Schedule.active,
            Practitioner.active,
            AppointmentType.active,
            AppointmentType.visibility.in_(PUBLIC),
        )
        .distinct()
        .order_by(Practitioner.display_name, Actor.id)
    ).all()
    return tuple(Host(*row) for row in rows)


def type_by_word(session: Session, offers: Iterable[Offer], word: str) -> str | None:
    """The id of the appointment type that ``word`` names among ``offers``, by a current or a former path word."""
    ids = {offer.type_id for offer in offers}
    rows = session.execute(
        select(Slug.target_id, Slug.current)
        .where(Slug.kind == "appointment-type", Slug.slug == word, Slug.target_id.in_(ids))
        .order_by(Slug.current.desc(), Slug.target_id)
    ).all()
    return rows[0][0] if rows else None
