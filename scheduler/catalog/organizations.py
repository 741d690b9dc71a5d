"""Organizations: the clinic or health system that owns everything else, as a tree."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.holiday_calendars import write_closures
from scheduler.catalog.rows import changed, find, note, put
from scheduler.ids import new_id
from scheduler.models import Organization

FIELDS = {
    "name": Field("Name", parse.name),
    "npi": Field("NPI", parse.npi, None),
    "phone": Field("Phone", parse.phone, ""),
    "email": Field("Email", parse.email, ""),
    "url": Field("Website", parse.web_address, ""),
    "language": Field("Language", parse.language, "en"),
    "cancellation_notice_minutes": Field("Cancellation notice", parse.whole(0, 43_200), 1440),
    "quiet_from_minute": Field("Quiet from", parse.whole(0, 1439), 1260),
    "quiet_until_minute": Field("Quiet until", parse.whole(0, 1439), 480),
    "neutral_titles": Field("Neutral titles", parse.switch, True),
    "parent_id": Field("Part of", parse.optional(parse.word), None),
}
LEAST_LOUD_MINUTES = 240
"""So much of each day at least is not quiet, or no reminder could leave."""


def add_organization(
    session: Session, *, by: audit.Actor, now: int, demo: bool = False, **fields: Any
) -> Organization:
    """Add an organization (``FIELDS``; ``cancellation_notice_minutes`` is the clinic's policy). ``demo`` says on every
    page that nothing is real. Raises InvalidInput."""
    problems = Problems()
    values = check(FIELDS, fields, problems)
    _check_parent(session, None, values.get("parent_id"), problems)
    _check_quiet(values, problems)
    problems.stop()
    organization_id = new_id()
    row = Organization(
        id=organization_id, organization_id=organization_id, demo=demo, created_at=now, **values
    )
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind="organization")
    return row


def edit_organization(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    version: int | None = None,
    **changes: Any,
) -> Organization:
    """Change fields of an organization. ``version`` is the one that the editor saw; None: whatever stands is changed.

    Raises NotFound, EditConflict, InvalidInput.
    """
    row = find(session, Organization, organization_id, version)
    problems = Problems()
    values = changed(row, FIELDS, changes, problems)
    _check_parent(session, row.id, values.get("parent_id"), problems)
    _check_quiet(values, problems)
    problems.stop()
    fields = put(row, values)
    note(session, row, by=by, now=now, action="edit", kind="organization", fields=fields)
    if "parent_id" in fields:
        write_closures(session, now)
    return row


def _check_quiet(values: dict[str, Any], problems: Problems) -> None:
    begins, ends = values.get("quiet_from_minute"), values.get("quiet_until_minute")
    if begins is not None and ends is not None and (ends - begins) % 1440 > 1440 - LEAST_LOUD_MINUTES:
        problems.add(
            "quiet_until_minute",
            FIELDS["quiet_until_minute"].label,
            "leave at least 4 hours of the day that are not quiet.",
        )


def _check_parent(
    session: Session, organization_id: str | None, parent_id: str | None, problems: Problems
) -> None:
    step, seen = parent_id, {organization_id}
    while step is not None:
        above = None if step in seen else session.get(Organization, step)
        if above is None:
            problems.add(
                "parent_id", FIELDS["parent_id"].label, "choose another organization that is not below it."
            )
            return
        seen.add(step)
        step = above.parent_id
