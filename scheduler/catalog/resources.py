"""Rooms and devices: actors of a kind at a place, of which a Schedule needs one."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import changed, find, named, note, put
from scheduler.errors import EditConflict, NotFound
from scheduler.models import Actor, Location, Organization

FIELDS = {
    "name": Field("Name", parse.name),
    "resource_kind": Field("Kind", parse.resource_kind),
}
_EDITED = {"name": FIELDS["name"], "active": Field("In use", parse.switch)}


def add_room(
    session: Session, *, by: audit.Actor, now: int, organization_id: str, location_id: str, **fields: Any
) -> Actor:
    """Add a room (``FIELDS``) of a ``resource_kind`` such as ``exam room``. Raises InvalidInput."""
    return _add(session, "room", by, now, organization_id, location_id, fields)


def add_device(
    session: Session, *, by: audit.Actor, now: int, organization_id: str, location_id: str, **fields: Any
) -> Actor:
    """Add a device (``FIELDS``) of a ``resource_kind`` such as ``ultrasound``. Raises InvalidInput."""
    return _add(session, "device", by, now, organization_id, location_id, fields)


def edit_resource(
    session: Session, *, by: audit.Actor, now: int, actor_id: str, seen: str | None = None, **changes: Any
) -> Actor:
    """Change the name of a room or device, or take it out of use (``active``); its appointments stay. ``seen``: the name
    that the editor saw.

    Raises NotFound, InvalidInput; EditConflict when it has another name meanwhile.
    """
    row = find(session, Actor, actor_id)
    if row.kind not in ("room", "device"):
        raise NotFound("We can't find that room or device.")
    if seen not in (None, row.name):
        raise EditConflict(
            f"Name: somebody else named it {row.name} meanwhile. Save once more to give it yours."
        )
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    problems.stop()
    note(session, row, by=by, now=now, action="edit", kind=row.kind, fields=put(row, values))
    return row


def _add(
    session: Session,
    kind: str,
    by: audit.Actor,
    now: int,
    organization_id: str,
    location_id: str,
    fields: dict[str, Any],
) -> Actor:
    problems = Problems()
    named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    values = check(FIELDS, fields, problems)
    place = named(session, Location, location_id, organization_id, problems, "location_id", "Place")
    if place is not None and place.kind == "virtual":
        problems.add("location_id", "Place", "choose one with an address: a virtual place has no rooms.")
    problems.stop()
    row = Actor(organization_id=organization_id, kind=kind, location_id=location_id, **values)
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind=kind)
    return row
