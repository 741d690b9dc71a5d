"""What the pages of places show: the table, and one place with its use, its rooms and devices."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.catalog import slugs
from scheduler.console.admin.coming import NONE, Coming, coming_by_place, coming_by_resource, in_zones
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Actor, Location, PractitionerRole, Schedule
from scheduler.web.zone_choice import zone_label

SHOWN = 200
_GONE = "We can't find that place."


@dataclass(frozen=True, slots=True)
class Row:
    """One place in the table."""

    id: str
    name: str
    where: str
    zone: str
    phone: str
    state: tuple[str, str]
    schedules: int
    coming: Coming


@dataclass(frozen=True, slots=True)
class Table:
    """Places that match ``query``; ``more``: there are others than those shown."""

    query: str
    rows: tuple[Row, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """A room or device of a place."""

    id: str
    kind: str
    name: str
    resource_kind: str
    active: bool
    coming: Coming


@dataclass(frozen=True, slots=True)
class Page:
    """One place. ``uses`` says what it is used by, in words."""

    place: Location
    slug: str
    zone: str
    uses: tuple[str, ...]
    coming: Coming
    resources: tuple[Resource, ...]
    kinds: tuple[str, ...]


def places_table(person: Person, now: int, query: str) -> Table:
    """The places of the person's organization, open ones first, those whose name or city holds ``query``."""
    with snapshot() as session:
        wanted = select(Location).where(Location.organization_id == person.organization_id)
        if query:
            wanted = wanted.where(
                or_(
                    Location.name.icontains(query, autoescape=True),
                    Location.city.icontains(query, autoescape=True),
                    Location.postal_code.istartswith(query, autoescape=True),
                )
            )
        found = session.scalars(
            wanted.order_by(Location.active.desc(), Location.name, Location.id).limit(SHOWN + 1)
        ).all()
        rows = found[:SHOWN]
        ids = [row.id for row in rows]
        zones = {row.id: row.zone for row in rows}
        coming = in_zones(coming_by_place(session, ids, now), zones)
        used = _schedules(session, ids)
    return Table(
        query=query,
        rows=tuple(
            Row(
                id=row.id,
                name=row.name,
                where=_where(row),
                zone=zone_label(row.zone, now),
                phone=row.phone,
                state=("ok", "Open") if row.active else ("warn", "Closed"),
                schedules=used.get(row.id, 0),
                coming=coming.get(row.id, NONE),
            )
            for row in rows
        ),
        more=len(found) > SHOWN,
    )


def place_of(session: Session, person: Person, location_id: str) -> Location:
    """The place. Raises NotFound for another organization's, as for one that never was."""
    row = session.get(Location, location_id)
    if row is None or row.organization_id != person.organization_id:
        raise NotFound(_GONE)
    return row


def resource_of(session: Session, place: Location, actor_id: str) -> Actor:
    """The room or device of this place. Raises NotFound."""
    row = session.get(Actor, actor_id)
    if row is None or row.location_id != place.id or row.kind not in ("room", "device"):
        raise NotFound("We can't find that room or device.")
    return row


def place_page(person: Person, location_id: str, now: int) -> Page:
    """One place. Raises NotFound."""
    with snapshot() as session:
        place = place_of(session, person, location_id)
        zones = {place.id: place.zone}
        coming = in_zones(coming_by_place(session, [place.id], now), zones).get(place.id, NONE)
        resources = _resources(session, place, now)
        return Page(
            place=place,
            slug=slugs.current_slug(session, "location", place.id) or "",
            zone=zone_label(place.zone, now),
            uses=_uses(session, place, resources),
            coming=coming,
            resources=resources,
            kinds=_kinds(session, person.organization_id),
        )


def _where(row: Location) -> str:
    if row.kind == "virtual":
        return f"Video and phone: {', '.join(row.licensed_states)}"
    return ", ".join(part for part in (row.line, row.city, f"{row.state} {row.postal_code}".strip()) if part)


def _schedules(session: Session, location_ids: list[str]) -> dict[str, int]:
    query = select(Schedule.location_id, func.count()).where(
        Schedule.location_id.in_(location_ids), Schedule.active
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Schedule.location_id))}


def _resources(session: Session, place: Location, now: int) -> tuple[Resource, ...]:
    rows = session.scalars(
        select(Actor)
        .where(Actor.location_id == place.id, Actor.kind.in_(("room", "device")))
        .order_by(Actor.active.desc(), Actor.resource_kind, Actor.name, Actor.id)
    ).all()
    zones = {row.id: place.zone for row in rows}
    coming = in_zones(coming_by_resource(session, list(zones), now), zones)
    return tuple(
        Resource(row.id, row.kind, row.name, row.resource_kind, row.active, coming.get(row.id, NONE))
        for row in rows
    )


def _uses(session: Session, place: Location, resources: tuple[Resource, ...]) -> tuple[str, ...]:
    offered = session.scalar(
        select(func.count()).select_from(Schedule).where(Schedule.location_id == place.id, Schedule.active)
    )
    people = session.scalar(
        select(func.count(func.distinct(PractitionerRole.practitioner_id))).where(
            PractitionerRole.location_id == place.id, PractitionerRole.active
        )
    )
    return (
        _counted(offered or 0, "service", "services"),
        _counted(people or 0, "clinician", "clinicians"),
        _counted(len(resources), "room or device", "rooms and devices"),
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count or 'no'} {one if count == 1 else many}"


def _kinds(session: Session, organization_id: str) -> tuple[str, ...]:
    """Kinds of rooms and devices that the organization has, to choose from when one is added."""
    return tuple(
        session.scalars(
            select(Actor.resource_kind)
            .where(Actor.organization_id == organization_id, Actor.resource_kind != "")
            .distinct()
            .order_by(Actor.resource_kind)
            .limit(SHOWN)
        )
    )
