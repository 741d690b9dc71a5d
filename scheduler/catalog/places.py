"""Locations: places with an address, and virtual ones with a zone and the states in which their clinicians may see
patients."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse, slugs
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.holiday_calendars import write_closures
from scheduler.catalog.rows import changed, find, named, note, put
from scheduler.errors import Conflict
from scheduler.models import Location, Organization, Schedule

KINDS = ("physical", "virtual")
FIELDS = {
    "kind": Field("Kind of place", parse.one_of(KINDS), "physical"),
    "name": Field("Name", parse.name),
    "description": Field("Description", parse.prose, ""),
    "line": Field("Street", parse.optional_name, ""),
    "city": Field("City", parse.optional_name, ""),
    "district": Field("County", parse.optional_name, ""),
    "state": Field("State", parse.word, ""),
    "postal_code": Field("Postal code", parse.word, ""),
    "country": Field("Country", parse.country, "US"),
    "latitude": Field("Latitude", parse.degrees(90), None),
    "longitude": Field("Longitude", parse.degrees(180), None),
    "zone": Field("Time zone", parse.zone),
    "phone": Field("Phone", parse.phone, ""),
    "url": Field("Website", parse.web_address, ""),
    "licensed_states": Field("Licensed states", parse.many(parse.us_state, 60), []),
    "arrival": Field("Arriving", parse.prose, ""),
    "access": Field("Access", parse.prose, ""),
    "language": Field("Language", parse.language, "en"),
}
_ADDRESS = ("line", "city", "state", "postal_code")
_EDITED = FIELDS | {"active": Field("Open", parse.switch)}


def add_location(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    slug: str | None = None,
    **fields: Any,
) -> Location:
    """Add a place (``FIELDS``). A physical one needs an address, a virtual one the states its clinicians are licensed
    in. ``slug`` gives it a page of its own; without one it gets it with its first Schedule that has no host.

    Raises InvalidInput.
    """
    problems = Problems()
    named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    values = check(FIELDS, fields, problems)
    _check_together(values, problems)
    problems.stop()
    row = Location(organization_id=organization_id, created_at=now, **values)
    session.add(row)
    session.flush()
    if slug is not None:
        give_location_slug(session, row, slug)
    note(session, row, by=by, now=now, action="add", kind="location")
    write_closures(session, now)
    return row


def edit_location(
    session: Session, *, by: audit.Actor, now: int, location_id: str, version: int, **changes: Any
) -> Location:
    """Change fields of a place, also ``active``. A new zone moves its open times at once; appointments keep the wall
    time that was promised. Raises NotFound, EditConflict, InvalidInput; Conflict for another kind while in use."""
    row = find(session, Location, location_id, version)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    _check_together(values, problems)
    problems.stop()
    used = session.scalar(select(Schedule.id).where(Schedule.location_id == row.id).limit(1))
    if used is not None and values["kind"] != row.kind:
        raise Conflict("This place is in use. Add another place instead of changing its kind.")
    note(session, row, by=by, now=now, action="edit", kind="location", fields=put(row, values))
    return row


def rename_location(session: Session, *, by: audit.Actor, now: int, location_id: str, slug: str) -> Location:
    """Give a place's page another word; the old one redirects. Raises NotFound, InvalidInput."""
    row = find(session, Location, location_id)
    give_location_slug(session, row, slug)
    note(session, row, by=by, now=now, action="rename", kind="location")
    return row


def give_location_slug(session: Session, row: Location, typed: str | None = None) -> str:
    """The path word of a place's page, made when it has none or when another is ``typed``."""
    present = slugs.current_slug(session, "location", row.id)
    if present is not None and typed is None:
        return present
    return slugs.give_slug(
        session,
        organization_id=row.organization_id,
        kind="location",
        target_id=row.id,
        typed=typed,
        suggestion=row.name,
    )


def _check_together(values: dict[str, Any], problems: Problems) -> None:
    """Rules between fields; a field with a problem of its own is missing from ``values``."""
    if values.get("kind") == "virtual":
        for field in (*_ADDRESS, "district"):
            if values.get(field):
                problems.add(field, FIELDS[field].label, "leave it empty: a virtual place has no address.")
        if values.get("licensed_states") == []:
            problems.add("licensed_states", "Licensed states", "name at least one state.")
    elif values.get("kind") == "physical":
        _check_address(values, problems)
        if values.get("licensed_states"):
            problems.add(
                "licensed_states", "Licensed states", "leave it empty: only virtual places have them."
            )
    if (values.get("latitude", 0) is None) is not (values.get("longitude", 0) is None):
        empty = "latitude" if values["latitude"] is None else "longitude"
        problems.add(empty, FIELDS[empty].label, "give both latitude and longitude, or neither.")


def _check_address(values: dict[str, Any], problems: Problems) -> None:
    for field in _ADDRESS:
        if values.get(field) == "":
            problems.add(field, FIELDS[field].label, "fill this in.")
    country = values.get("country", "")
    try:
        if values.get("state") and country == "US":
            values["state"] = parse.us_state(values["state"])
    except ValueError as error:
        problems.add("state", FIELDS["state"].label, str(error))
    try:
        if values.get("postal_code") and country:
            values["postal_code"] = parse.postal_code(values["postal_code"], country)
    except ValueError as error:
        problems.add("postal_code", FIELDS["postal_code"].label, str(error))
