"""Take the demo clinic away: every row of its organization and of those below it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.db import transaction
from scheduler.models import Base, Organization


def remove(app: Flask) -> int:
    """Delete the demo clinic. Returns the number of rows deleted; 0 when there is none.

    The one place besides ``booking`` that deletes appointments: nothing of theirs is kept, so no rule is asked. Deleting
    marks the feed by itself.
    """
    with app.app_context(), transaction() as session:
        owners = _demo_organizations(session)
        if not owners:
            return 0
        tables = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
        gone = 0
        for table in reversed(Base.metadata.sorted_tables):
            model = tables[table]
            if "organization_id" in table.columns:
                statement = delete(model).where(model.organization_id.in_(owners))
                result = session.execute(statement.execution_options(synchronize_session=False))
                gone += result.rowcount  # type: ignore[attr-defined]  # a DELETE's result counts its rows
        (app.config["SETTINGS"].data_dir / "demo_password").unlink(missing_ok=True)
        return gone


def _demo_organizations(session: Session) -> list[str]:
    parents = session.execute(select(Organization.id, Organization.parent_id, Organization.demo)).all()
    found = {row.id for row in parents if row.demo}
    while below := {row.id for row in parents if row.parent_id in found} - found:
        found |= below
    return sorted(found)
