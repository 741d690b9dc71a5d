"""Finders: discovery clients that are registered here, what they may be told and where patients may go back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler import audit, fetch, outcomes
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import changed, find, note, put
from scheduler.errors import InvalidInput
from scheduler.models import Source, UnknownSource
from scheduler.web.settings import current_settings

MOST_ADDRESSES = 10
ADDRESS_LENGTH = 1000
VALUE_LENGTH = 255
_TAKEN = "another finder is registered with it. Enter another one."


def _value(value: Any) -> str:
    kept: str = parse.text(VALUE_LENGTH, required=True)(value)
    if not kept.isprintable() or "\ufffd" in kept:
        raise ValueError("take out the characters that can't be shown.")
    return kept


def _address(value: Any) -> str:
    """A whole address that may be called or led to, or ""."""
    kept: str = parse.text(ADDRESS_LENGTH)(value)
    problem = fetch.problem_with(kept, private=current_settings().private_callbacks) if kept else ""
    if problem:
        raise ValueError(f"{problem}.")
    return kept


FIELDS = {
    "name": Field("Name", parse.name),
    "value": Field("Value of source", _value),
    "callback_url": Field("Callback address", _address, ""),
    "return_addresses": Field("Return addresses", parse.many(_address, MOST_ADDRESSES), []),
    "share_outcome": Field("Outcomes", parse.switch, True),
    "agreed_on": Field("Agreement date", parse.optional(parse.local_date), None),
}
_EDITED = FIELDS | {"active": Field("Active", parse.switch)}


def register_source(
    session: Session, *, by: audit.Actor, now: int, organization_id: str, **fields: Any
) -> Source:
    """Register a finder (``FIELDS``). Its value is no unknown one any more; it has no key yet. Raises InvalidInput."""
    problems = Problems()
    values = check(FIELDS, fields, problems)
    _check_value(session, None, values, problems)
    problems.stop()
    row = Source(organization_id=organization_id, created_at=now, **values)
    session.add(row)
    _flush(session)
    session.execute(delete(UnknownSource).where(UnknownSource.value == row.value))
    note(session, row, by=by, now=now, action="add", kind="source")
    return row


def edit_source(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    source_id: str,
    version: int | None = None,
    **changes: Any,
) -> Source:
    """Change fields of a finder, or pause it (``active``): a paused one is told nothing and its key opens nothing.

    Raises NotFound, EditConflict, InvalidInput.
    """
    row = find(session, Source, source_id, version)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    _check_value(session, row.id, values, problems)
    problems.stop()
    fields = put(row, values)
    _flush(session)
    session.execute(delete(UnknownSource).where(UnknownSource.value == row.value))
    note(session, row, by=by, now=now, action="edit", kind="source", fields=fields)
    return row


def renew_source_key(session: Session, *, by: audit.Actor, now: int, source_id: str) -> str:
    """Make a finder's first key, or another one; the old one ends at once. The key is returned here alone: what is stored
    is its hash. Raises NotFound."""
    row = find(session, Source, source_id)
    if row.key_hash is not None:
        row.key_version += 1
    key = outcomes.key_of(current_settings().secret, row)
    row.key_hash = outcomes.key_hash(key)
    note(session, row, by=by, now=now, action="key", kind="source", number=row.key_version)
    return key


def _check_value(
    session: Session, source_id: str | None, values: Mapping[str, Any], problems: Problems
) -> None:
    if "value" not in values:
        return
    same = session.scalars(select(Source.id).where(Source.value == values["value"])).one_or_none()
    if same is not None and same != source_id:
        problems.add("value", FIELDS["value"].label, _TAKEN)


def _flush(session: Session) -> None:
    """Write the row now. Raises InvalidInput when another finder was registered with its value meanwhile."""
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInput({"value": f"{FIELDS['value'].label}: {_TAKEN}"}) from error
