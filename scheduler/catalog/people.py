"""Practitioners, each with the actor whose time bookings take and a page of their own; roles at places."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import coded, parse, slugs
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import changed, find, named, note, put
from scheduler.models import Actor, Location, Organization, Practitioner, PractitionerRole

FIELDS = {
    "display_name": Field("Name", parse.name),
    "prefix": Field("Title before the name", parse.word, ""),
    "given": Field("First name", parse.optional_name, ""),
    "family": Field("Last name", parse.optional_name, ""),
    "suffix": Field("Letters after the name", parse.word, ""),
    "npi": Field("NPI", parse.npi, None),
    "phone": Field("Phone", parse.phone, ""),
    "email": Field("Email", parse.email, ""),
    "languages": Field("Languages", parse.many(parse.language, 20), ["en"]),
    "about": Field("About", parse.prose, ""),
    "video_url": Field("Video link", parse.web_address, ""),
    "gender": Field("Gender", parse.code_of(coded.GENDERS), ""),
    "language": Field("Language of the text", parse.language, "en"),
}
_EDITED = FIELDS | {"active": Field("Works here", parse.switch)}
ROLE_FIELDS = {
    "specialty_code": Field("Specialty", parse.one_of(coded.SPECIALTIES)),
    "title": Field("Title", parse.optional_name, ""),
    "phone": Field("Phone", parse.phone, ""),
    "period_start": Field("From", parse.optional(parse.local_date), None),
    "period_end": Field("Until", parse.optional(parse.local_date), None),
}
_EDITED_ROLE = ROLE_FIELDS | {"active": Field("Works here", parse.switch)}


def add_practitioner(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    slug: str | None = None,
    **fields: Any,
) -> Practitioner:
    """Add a practitioner (``FIELDS``) with their actor and path word (``slug``, or one made from the name).

    Raises InvalidInput.
    """
    problems = Problems()
    named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    values = check(FIELDS, fields, problems)
    check_npi(session, organization_id, None, values.get("npi"), problems)
    if slug is not None and (fault := slugs.problem_with(slug, first=True)):
        problems.add("slug", "Link", fault)
    problems.stop()
    row = Practitioner(organization_id=organization_id, created_at=now, **values)
    session.add(row)
    session.flush()
    session.add(
        Actor(
            organization_id=organization_id,
            kind="practitioner",
            name=row.display_name,
            practitioner_id=row.id,
        )
    )
    _give_slug(session, row, slug)
    note(session, row, by=by, now=now, action="add", kind="practitioner")
    return row


def edit_practitioner(
    session: Session, *, by: audit.Actor, now: int, practitioner_id: str, version: int, **changes: Any
) -> Practitioner:
    """Change fields of a practitioner, also ``active``: an inactive one can't be booked, appointments stay.

    Raises NotFound, EditConflict, InvalidInput.
    """
    row = find(session, Practitioner, practitioner_id, version)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    check_npi(session, row.organization_id, row.id, values.get("npi"), problems)
    problems.stop()
    fields = put(row, values)
    put(actor_of(session, row.id), {"name": row.display_name, "active": row.active})
    note(session, row, by=by, now=now, action="edit", kind="practitioner", fields=fields)
    return row


def rename_practitioner(
    session: Session, *, by: audit.Actor, now: int, practitioner_id: str, slug: str
) -> Practitioner:
    """Give a practitioner's page another word; the old one redirects. Raises NotFound, InvalidInput."""
    row = find(session, Practitioner, practitioner_id)
    _give_slug(session, row, slug)
    note(session, row, by=by, now=now, action="rename", kind="practitioner")
    return row


def actor_of(session: Session, practitioner_id: str) -> Actor:
    """The actor whose time the practitioner's bookings take."""
    return session.scalars(select(Actor).where(Actor.practitioner_id == practitioner_id)).one()


def add_role(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    practitioner_id: str,
    location_id: str,
    version: int | None = None,
    **fields: Any,
) -> PractitionerRole:
    """Say that a practitioner works at a place, with a specialty (``ROLE_FIELDS``). ``version`` is the practitioner's, as
    the editor saw it. Raises NotFound, EditConflict, InvalidInput."""
    # locked: two adds of one role take turns
    person = find(session, Practitioner, practitioner_id, version)
    problems = Problems()
    values = check(ROLE_FIELDS, fields, problems)
    named(session, Location, location_id, person.organization_id, problems, "location_id", "Place")
    _check_role(session, None, practitioner_id, location_id, values, problems)
    problems.stop()
    row = PractitionerRole(
        organization_id=person.organization_id,
        practitioner_id=practitioner_id,
        location_id=location_id,
        specialty=coded.SPECIALTIES[values["specialty_code"]],
        **values,
    )
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind="practitioner-role")
    return row


def edit_role(
    session: Session, *, by: audit.Actor, now: int, role_id: str, version: int | None = None, **changes: Any
) -> PractitionerRole:
    """Change fields of a role, also ``active``. ``version`` is the practitioner's, as the editor saw it. Raises NotFound,
    EditConflict, InvalidInput."""
    row = find(session, PractitionerRole, role_id)
    find(session, Practitioner, row.practitioner_id, version)
    problems = Problems()
    values = changed(row, _EDITED_ROLE, changes, problems)
    _check_role(session, row.id, row.practitioner_id, row.location_id, values, problems)
    problems.stop()
    fields = put(row, values | {"specialty": coded.SPECIALTIES[values["specialty_code"]]})
    note(session, row, by=by, now=now, action="edit", kind="practitioner-role", fields=fields)
    return row


def _give_slug(session: Session, row: Practitioner, typed: str | None) -> None:
    slugs.give_slug(
        session,
        organization_id=row.organization_id,
        kind="practitioner",
        target_id=row.id,
        typed=typed,
        suggestion=f"{row.given} {row.family}" if row.given and row.family else row.display_name,
    )


def check_npi(
    session: Session, organization_id: str, practitioner_id: str | None, npi: str | None, problems: Problems
) -> None:
    """A problem of the field ``npi`` when another practitioner of the organization has it."""
    if npi is None:
        return
    other = session.scalar(
        select(Practitioner.id).where(
            Practitioner.organization_id == organization_id,
            Practitioner.npi == npi,
            Practitioner.id != (practitioner_id or ""),
        )
    )
    if other is not None:
        problems.add("npi", "NPI", "another practitioner here has this one; check the digits.")


def _check_role(
    session: Session,
    role_id: str | None,
    practitioner_id: str,
    location_id: str,
    values: dict[str, Any],
    problems: Problems,
) -> None:
    start, end = values.get("period_start"), values.get("period_end")
    if start is not None and end is not None and end < start:
        problems.add("period_end", "Until", "set it on or after the first day.")
    if "specialty_code" not in values or "location_id" in problems:
        return
    same = session.scalar(
        select(PractitionerRole.id).where(
            PractitionerRole.practitioner_id == practitioner_id,
            PractitionerRole.location_id == location_id,
            PractitionerRole.specialty_code == values["specialty_code"],
            PractitionerRole.id != (role_id or ""),
        )
    )
    if same is not None:
        problems.add("specialty_code", "Specialty", "they have this one at this place already.")
