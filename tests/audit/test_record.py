"""What an audit entry may hold."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import audit
from scheduler.booking import By
from scheduler.db import snapshot, transaction
from scheduler.models import AuditEntry, Organization


def record(details: dict[str, Any] | None) -> None:
    with transaction() as session:
        audit.record(
            session,
            organization_id="clinic",
            at=1_800_000_000,
            by=By("user", user_id="u1"),
            action="book",
            object_kind="appointment",
            object_id="a1",
            details=details,
        )


@pytest.fixture
def clinic(app_context: Flask) -> None:
    with transaction() as session:
        session.add(Organization(id="clinic", organization_id="clinic", name="Clinic", created_at=0))


@pytest.mark.usefixtures("clinic")
def test_an_entry_keeps_who_did_what_to_which_record_and_when() -> None:
    record(
        {"schedule": "s1", "starts_at": 1_800_003_600, "set_aside": ("hours", "limits"), "overbooked": False}
    )
    with snapshot() as session:
        entry = session.scalars(select(AuditEntry)).one()
        session.expunge_all()
    assert (entry.actor_kind, entry.user_id, entry.action) == ("user", "u1", "book")
    assert (entry.object_kind, entry.object_id, entry.at) == ("appointment", "a1", 1_800_000_000)
    assert entry.details == {
        "schedule": "s1",
        "starts_at": 1_800_003_600,
        "set_aside": ["hours", "limits"],
        "overbooked": False,
    }
    assert entry.hash is None


@pytest.mark.parametrize(
    "value",
    [
        "Back pain since Monday",
        "ana@example.org",
        "Müller",
        "x" * 65,
        "<script>",
        ["fine", "not fine"],
        {"given": "Ana"},
        1.5,
        b"ana",
        list(range(51)),
    ],
)
@pytest.mark.usefixtures("clinic")
def test_prose_is_refused_and_not_repeated_in_the_error(value: object) -> None:
    with pytest.raises(ValueError, match="ids, codes and whole numbers only") as refused:
        record({"note": value})
    assert "Ana" not in str(refused.value)
    assert "pain" not in str(refused.value)
    with snapshot() as session:
        assert session.scalars(select(AuditEntry)).all() == []
