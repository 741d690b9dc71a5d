"""A clinician in one go: a practitioner, where they work, and their sign-in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.accounts import users
from scheduler.catalog.fields import Problems, check
from scheduler.catalog.people import ROLE_FIELDS, add_practitioner, add_role
from scheduler.errors import InvalidInput
from scheduler.models import Practitioner, User


@dataclass(frozen=True, slots=True)
class Invited:
    """The sign-in that a new clinician is invited to."""

    email: str
    roles: Collection[str]


def add_clinician(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    location_id: str,
    role: Mapping[str, Any],
    invited: Invited | None,
    **fields: Any,
) -> tuple[Practitioner, User | None]:
    """Add a practitioner (``people.FIELDS``, ``slug``) who works at a place (``role``: ``people.ROLE_FIELDS``) and, unless
    ``invited`` is None, mail them an invitation. All or nothing in the caller's transaction.

    Raises InvalidInput, with what is wrong with all three.
    """
    problems: dict[str, str] = {}
    person, user = None, None
    try:
        person = add_practitioner(session, by=by, now=now, organization_id=organization_id, **fields)
        add_role(session, by=by, now=now, practitioner_id=person.id, location_id=location_id, **role)
    except InvalidInput as error:
        problems |= error.problems
    if person is None:
        found = Problems()
        check(ROLE_FIELDS, role, found)
        try:
            found.stop()
        except InvalidInput as error:
            problems |= error.problems
    if invited is not None:
        try:
            user, _ = users.invite(
                session,
                by=by,
                now=now,
                organization_id=organization_id,
                email=invited.email,
                name=str(fields.get("display_name") or "?"),
                roles=invited.roles,
                practitioner_id=person.id if person is not None else None,
                mail=True,
            )
        except InvalidInput as error:
            # without the practitioner, who is refused already, a clinician's role has nobody to belong to
            problems |= {
                field: said
                for field, said in error.problems.items()
                if field != "name" and (field != "practitioner" or person is not None)
            }
    if problems or person is None:
        raise InvalidInput(problems)
    return person, user
