"""What all verbs of the catalog share: find a row to edit, look at a row that a field names, write and audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog.fields import Fields, Problems, check
from scheduler.errors import EditConflict, NotFound
from scheduler.models import Base

Row = TypeVar("Row", bound=Base)

EDITED_MEANWHILE = (
    "Somebody else saved this meanwhile. Look at what it says now, then make your change again."
)


def find(session: Session, kind: type[Row], row_id: str, version: int | None = None) -> Row:
    """The row to edit, locked until the transaction ends. Raises NotFound, and EditConflict when it has moved on from
    ``version``."""
    row = session.get(kind, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("We can't find that; it may have been removed.")
    if version is not None:
        if row.version != version:  # type: ignore[attr-defined]  # only rows with a version are asked for one
            raise EditConflict(EDITED_MEANWHILE)
        row.version = version + 1  # type: ignore[attr-defined]
    return row


def named(
    session: Session,
    kind: type[Row],
    row_id: str,
    organization_id: str,
    problems: Problems,
    field: str,
    label: str,
) -> Row | None:
    """The row that a field names, of the same organization; a problem of that field when there is none."""
    row = session.get(kind, row_id) if isinstance(row_id, str) and "\0" not in row_id else None
    if row is None or row.organization_id != organization_id:  # type: ignore[attr-defined]  # every table has it
        problems.add(field, label, "choose one of the list.")
        return None
    return row


def changed(row: Base, fields: Fields, changes: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """The row's ``fields`` with ``changes`` made, all checked again: rules between fields see both."""
    return check(fields, {name: getattr(row, name) for name in fields} | dict(changes), problems)


def put(row: Base, values: Mapping[str, Any]) -> list[str]:
    """Set the columns that differ; their names."""
    names = [name for name, value in values.items() if getattr(row, name) != value]
    for name in names:
        setattr(row, name, values[name])
    return names


def note(
    session: Session,
    row: Base,
    *,
    by: audit.Actor,
    now: int,
    action: str,
    kind: str,
    row_id: str | None = None,
    **details: Any,
) -> None:
    """Write the row and the audit entry about it. ``details``: ids, codes and numbers only."""
    session.flush()
    audit.record(
        session,
        organization_id=row.organization_id,  # type: ignore[attr-defined]  # every table has it
        at=now,
        by=by,
        action=action,
        object_kind=kind,
        object_id=row_id or row.id,  # type: ignore[attr-defined]  # link tables give row_id
        details=details,
    )
