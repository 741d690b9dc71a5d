"""Private links: how a patient reaches a type that is shown by link only."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, note
from scheduler.models import AppointmentType, ShareLink

FIELDS = {"label": Field("Label", parse.optional_name, "")}


def add_share_link(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    appointment_type_id: str,
    label: str = "",
    expires_at: int | None = None,
) -> ShareLink:
    """Make a private link of a type; it ends at ``expires_at`` (epoch seconds UTC; None: when it is ended by hand). Its
    ``token`` has 192 random bits. Raises NotFound, InvalidInput."""
    kind = find(session, AppointmentType, appointment_type_id)
    problems = Problems()
    values = check(FIELDS, {"label": label}, problems)
    if expires_at is not None and expires_at <= now:
        problems.add("expires_at", "Ends", "set it in the future.")
    problems.stop()
    row = ShareLink(
        organization_id=kind.organization_id,
        appointment_type_id=kind.id,
        token=secrets.token_urlsafe(24),
        expires_at=expires_at,
        created_at=now,
        **values,
    )
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind="share-link")
    return row


def end_share_link(session: Session, *, by: audit.Actor, now: int, share_link_id: str) -> ShareLink:
    """End a private link; it opens nothing any more. Raises NotFound."""
    row = find(session, ShareLink, share_link_id)
    row.active = False
    note(session, row, by=by, now=now, action="end", kind="share-link")
    return row


def reopen_share_link(session: Session, *, by: audit.Actor, now: int, share_link_id: str) -> ShareLink:
    """Let an ended private link open its type again, until its end date. Raises NotFound."""
    row = find(session, ShareLink, share_link_id)
    row.active = True
    note(session, row, by=by, now=now, action="reopen", kind="share-link")
    return row
