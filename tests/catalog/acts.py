"""Run a verb of the catalog in a transaction of its own, or see that it refuses and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select

from scheduler import clock
from scheduler.booking import By
from scheduler.db import snapshot, transaction
from scheduler.errors import InvalidInput
from scheduler.models import AuditEntry, Base
from tests.factories import Clinic

Row = TypeVar("Row")

BY = By("user", user_id="user-1")
LONG = "x" * 201
NUL = "a\0b"


def act(clinic: Clinic, verb: Callable[..., Row], **fields: Any) -> Row:
    """Do it."""
    with clinic.app.app_context(), transaction() as session:
        return verb(session, by=BY, now=clock.now(), **fields)


def refused(clinic: Clinic, verb: Callable[..., object], **fields: Any) -> dict[str, str]:
    """The problems that the verb names, by field. Whatever is wrong, it is said as "Label: what to do", repeats nothing
    of what was typed, and no row is written."""
    before = rows(clinic)
    with pytest.raises(InvalidInput) as error:
        act(clinic, verb, **fields)
    for sentence in error.value.problems.values():
        label, _, fix = sentence.partition(": ")
        assert label[:1].isupper(), sentence
        assert fix.endswith("."), sentence
        assert "xxxx" not in sentence
        assert "\0" not in sentence
    assert rows(clinic) == before
    return error.value.problems


def rows(clinic: Clinic) -> dict[str, int]:
    """How many rows each table has."""
    with clinic.app.app_context(), snapshot() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def last_entry(clinic: Clinic) -> AuditEntry:
    """The newest audit entry."""
    with clinic.app.app_context(), snapshot() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        session.expunge(entry)
        return entry


def again(clinic: Clinic, row: Any) -> Any:
    """The row as the database has it now; None when it is gone."""
    with clinic.app.app_context(), snapshot() as session:
        found = session.get(type(row), row.id)
        if found is not None:
            session.expunge(found)
        return found
