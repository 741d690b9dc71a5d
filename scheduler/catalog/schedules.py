"""Schedules: one appointment type at one place under one availability, with its hosts and kinds of rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Problems
from scheduler.catalog.places import give_location_slug
from scheduler.catalog.rows import find, named, note
from scheduler.models import (
    Actor,
    AppointmentType,
    Availability,
    Location,
    PractitionerRole,
    Schedule,
    ScheduleHost,
    ScheduleResource,
)

MAX_HOSTS = 20
MAX_KINDS = 10
PLACES_FOR: Mapping[str, tuple[str, ...]] = {
    "in-person": ("physical",),
    "video": ("virtual",),
    "phone": ("physical", "virtual"),
}


def add_schedule(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    appointment_type_id: str,
    location_id: str,
    availability_id: str,
    hosts: Sequence[str] = (),
    resource_kinds: Sequence[str] = (),
) -> Schedule:
    """Offer a type at a place. ``hosts``: actor ids of practitioners, all needed, the first one's page shows it; each
    needs a role at the place. None: a Location-only Schedule, which gets a ``line`` actor of its own, and its place a
    path word. ``resource_kinds``: one room or device of each is needed. Raises NotFound, InvalidInput."""
    kind = find(session, AppointmentType, appointment_type_id)
    owner = kind.organization_id
    problems = Problems()
    place = named(session, Location, location_id, owner, problems, "location_id", "Place")
    if place is not None and place.kind not in PLACES_FOR[kind.modality]:
        wanted = "a virtual place" if kind.modality == "video" else "a place with an address"
        problems.add("location_id", "Place", f"choose {wanted} for this type.")
    named(session, Availability, availability_id, owner, problems, "availability_id", "Hours")
    roles = _checked_hosts(session, kind, place, hosts, problems)
    kinds = _checked_kinds(session, place, resource_kinds, problems)
    problems.stop()
    row = Schedule(
        organization_id=owner,
        appointment_type_id=kind.id,
        location_id=location_id,
        availability_id=availability_id,
        created_at=now,
    )
    session.add(row)
    if not roles and place is not None:
        row.line_actor_id = _line(session, kind, place)
        give_location_slug(session, place)
    session.flush()
    session.add_all(
        ScheduleHost(
            schedule_id=row.id,
            actor_id=actor_id,
            organization_id=owner,
            practitioner_role_id=role_id,
            position=position,
        )
        for position, (actor_id, role_id) in enumerate(roles.items())
    )
    _add_kinds(session, row, kinds)
    note(session, row, by=by, now=now, action="add", kind="schedule")
    return row


def edit_schedule(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    schedule_id: str,
    availability_id: str | None = None,
    resource_kinds: Sequence[str] | None = None,
    active: bool | None = None,
) -> Schedule:
    """Give a Schedule other hours or kinds of rooms, stop offering it or offer it again; None leaves a thing as it is.
    Who hosts doesn't change: that is another Schedule. Appointments stay. Raises NotFound, InvalidInput."""
    row = find(session, Schedule, schedule_id)
    problems = Problems()
    if availability_id is not None:
        named(
            session, Availability, availability_id, row.organization_id, problems, "availability_id", "Hours"
        )
    kinds: list[str] | None = None
    if resource_kinds is not None:
        place = session.get(Location, row.location_id)
        kinds = _checked_kinds(session, place, resource_kinds, problems)
    problems.stop()
    row.availability_id = availability_id or row.availability_id
    row.active = row.active if active is None else active
    if kinds is not None:
        session.execute(delete(ScheduleResource).where(ScheduleResource.schedule_id == row.id))
        _add_kinds(session, row, kinds)
    note(session, row, by=by, now=now, action="edit", kind="schedule")
    return row


def _checked_hosts(
    session: Session,
    kind: AppointmentType,
    place: Location | None,
    hosts: Sequence[str],
    problems: Problems,
) -> dict[str, str]:
    """The role at the place of each host's actor, in order."""
    if len(hosts) > MAX_HOSTS:
        problems.add("hosts", "Who", f"choose at most {MAX_HOSTS}.")
        return {}
    found: dict[str, str] = {}
    for actor_id in hosts:
        actor = named(session, Actor, actor_id, kind.organization_id, problems, "hosts", "Who")
        if actor is None or place is None:
            continue
        if actor.practitioner_id is None or not actor.active:
            problems.add("hosts", "Who", "choose practitioners who work here.")
            continue
        role = _role(session, actor.practitioner_id, place.id, kind.specialty_code)
        if role is None:
            problems.add("hosts", "Who", f"{actor.name} has no role at {place.name}. Add one there first.")
        elif actor_id in found:
            problems.add("hosts", "Who", f"{actor.name} is there twice.")
        else:
            found[actor_id] = role
    return found


def _role(session: Session, practitioner_id: str, location_id: str, specialty_code: str) -> str | None:
    """The practitioner's role at the place: the one of the type's specialty, else any."""
    rows = session.scalars(
        select(PractitionerRole)
        .where(
            PractitionerRole.practitioner_id == practitioner_id,
            PractitionerRole.location_id == location_id,
            PractitionerRole.active,
        )
        .order_by(PractitionerRole.id)
    ).all()
    best = next((row for row in rows if row.specialty_code == specialty_code), next(iter(rows), None))
    return best.id if best is not None else None


def _checked_kinds(
    session: Session, place: Location | None, kinds: Sequence[str], problems: Problems
) -> list[str]:
    try:
        wanted: list[str] = parse.many(parse.resource_kind, MAX_KINDS)(kinds)
    except ValueError as error:
        problems.add("resource_kinds", "Rooms and devices", str(error))
        return []
    if place is None or not wanted:
        return wanted
    there = set(
        session.scalars(select(Actor.resource_kind).where(Actor.location_id == place.id, Actor.active))
    )
    for kind in wanted:
        if kind not in there:
            problems.add(
                "resource_kinds", "Rooms and devices", f"there is no {kind} at {place.name}. Add one first."
            )
    return wanted


def _add_kinds(session: Session, row: Schedule, kinds: Sequence[str]) -> None:
    session.add_all(
        ScheduleResource(schedule_id=row.id, resource_kind=kind, organization_id=row.organization_id)
        for kind in kinds
    )


def _line(session: Session, kind: AppointmentType, place: Location) -> str:
    actor = Actor(
        organization_id=kind.organization_id,
        kind="line",
        name=f"{kind.name}, {place.name}"[: parse.NAME_LENGTH],
        location_id=place.id,
    )
    session.add(actor)
    session.flush()
    return actor.id
