"""What the Share page shows: a link per appointment type and owner, and the feed's address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, FRONT_DESK, Person
from scheduler.db import snapshot
from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Practitioner,
    Schedule,
    ScheduleHost,
    ShareLink,
    Slug,
)
from scheduler.settings import Settings

_SHOWN = {
    "feed": ("ok", "Shown in finders"),
    "page": ("info", "On your page only"),
    "link": ("info", "By private link only"),
    "paused": ("warn", "Paused: can't be booked"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that patients book by."""

    type: str
    owner: str
    places: tuple[str, ...]
    minutes: int
    url: str
    state: tuple[str, str]
    key: str


@dataclass(frozen=True, slots=True)
class Page:
    links: tuple[Link, ...]
    feed_url: str


def shares_page(person: Person, now: int, settings: Settings) -> Page:
    """Links of the whole organization for admin and front desk, of the own types for a clinician."""
    with snapshot() as session:
        return Page(tuple(_links(session, person, now, settings)), settings.feed_url)


def _links(session: Session, person: Person, now: int, settings: Settings) -> list[Link]:
    slugs = _slugs(session, person.organization_id)
    private = _private_tokens(session, person.organization_id, now)
    places: dict[tuple[str, str], list[str]] = {}
    about: dict[tuple[str, str], tuple[AppointmentType, str]] = {}
    for kind, place, practitioner in _offered(session, person):
        owner_id = practitioner.id if practitioner is not None else place.id
        key = (owner_id, kind.id)
        places.setdefault(key, []).append(place.name)
        about[key] = (kind, practitioner.display_name if practitioner is not None else place.name)
    links = []
    for (owner_id, type_id), (kind, owner) in about.items():
        if owner_id not in slugs or type_id not in slugs:
            continue
        url = f"{settings.public_url}/{slugs[owner_id]}/{slugs[type_id]}"
        if kind.visibility == "link":
            if type_id not in private:
                continue
            url += f"?private={private[type_id]}"
        links.append(
            Link(
                type=kind.name,
                owner=owner,
                places=tuple(dict.fromkeys(places[owner_id, type_id])),
                minutes=kind.duration_minutes,
                url=url,
                state=_SHOWN[kind.visibility],
                key=f"{owner_id}-{type_id}",
            )
        )
    return sorted(links, key=lambda link: (link.owner, link.type))


def _offered(session: Session, person: Person) -> list[tuple[AppointmentType, Location, Practitioner | None]]:
    query = (
        select(AppointmentType, Location, Practitioner)
        .select_from(Schedule)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .outerjoin(Actor, Actor.id == ScheduleHost.actor_id)
        .outerjoin(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(Schedule.organization_id == person.organization_id, Schedule.active, AppointmentType.active)
        .order_by(AppointmentType.name, Location.name)
    )
    if not person.roles & {ADMIN, FRONT_DESK}:
        query = query.where(Practitioner.id == (person.practitioner_id or ""))
    return [(kind, place, practitioner) for kind, place, practitioner in session.execute(query)]


def _slugs(session: Session, organization_id: str) -> dict[str, str]:
    """Id of a practitioner, place or type to its present word in addresses."""
    found = session.execute(
        select(Slug.target_id, Slug.slug).where(Slug.organization_id == organization_id, Slug.current)
    )
    return {row.target_id: row.slug for row in found}


def _private_tokens(session: Session, organization_id: str, now: int) -> dict[str, str]:
    found = session.execute(
        select(ShareLink.appointment_type_id, ShareLink.token)
        .where(
            ShareLink.organization_id == organization_id,
            ShareLink.active,
            or_(ShareLink.expires_at.is_(None), ShareLink.expires_at > now),
        )
        .order_by(ShareLink.created_at)
    )
    return {row.appointment_type_id: row.token for row in found}
