"""Chains of hashes: whole when untouched, broken by any change, one per organization, safe under concurrent writers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.booking import By
from scheduler.db import snapshot, transaction
from scheduler.models import AuditEntry, Organization


def add(session: Session, owner: str, number: int) -> None:
    audit.record(
        session,
        organization_id=owner,
        at=1_800_000_000 + number,
        by=By("system"),
        action="expire",
        object_kind="appointment",
        object_id=f"a{number}",
        details={"n": number},
    )


def entries() -> list[AuditEntry]:
    with snapshot() as session:
        found = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        session.expunge_all()
        return found


def broken() -> int | None:
    with snapshot() as session:
        return audit.verify(session)


@pytest.fixture
def two_clinics(app_context: Flask) -> Flask:
    with transaction() as session:
        session.add_all(
            Organization(id=name, organization_id=name, name=name, created_at=0) for name in ("one", "two")
        )
    with transaction() as session:
        for number in range(12):
            add(session, "one" if number % 3 else "two", number)
    return app_context


@pytest.mark.usefixtures("two_clinics")
def test_every_entry_is_chained_once() -> None:
    assert broken() is None
    assert audit.chain() == 12
    assert audit.chain() == 0
    hashes = [entry.hash for entry in entries()]
    assert None not in hashes
    assert len(set(hashes)) == 12
    assert broken() is None


CHANGES: list[tuple[str, Callable[[int], Any]]] = [
    ("content", lambda row: update(AuditEntry).where(AuditEntry.id == row).values(action="book")),
    ("details", lambda row: update(AuditEntry).where(AuditEntry.id == row).values(details={"n": 99})),
    ("actor", lambda row: update(AuditEntry).where(AuditEntry.id == row).values(user_id="someone")),
    ("time", lambda row: update(AuditEntry).where(AuditEntry.id == row).values(at=1)),
    ("hash", lambda row: update(AuditEntry).where(AuditEntry.id == row).values(hash="0" * 64)),
    ("hash taken off", lambda row: update(AuditEntry).where(AuditEntry.id == row).values(hash=None)),
]


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=[name for name, _ in CHANGES])
@pytest.mark.usefixtures("two_clinics")
def test_a_changed_entry_is_found(name: str, change: Callable[[int], Any]) -> None:
    audit.chain()
    victim = entries()[5].id
    with transaction() as session:
        session.execute(change(victim))
    assert broken() == victim


@pytest.mark.usefixtures("two_clinics")
def test_an_entry_taken_out_breaks_the_next_of_its_organization() -> None:
    audit.chain()
    chained = entries()
    gone = chained[4]
    after = next(e for e in chained[5:] if e.organization_id == gone.organization_id)
    with transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == gone.id))
    assert broken() == after.id


@pytest.mark.usefixtures("two_clinics")
def test_taking_one_organization_away_leaves_the_others_chain_whole() -> None:
    audit.chain()
    with transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.organization_id == "two"))
        add(session, "one", 50)
    audit.chain()
    assert broken() is None


def test_chaining_while_others_write_leaves_no_gap(two_clinics: Flask) -> None:
    stop = threading.Event()
    problems: list[BaseException] = []

    def write(owner: str, base: int) -> None:
        with two_clinics.app_context():
            try:
                for number in range(base, base + 40):
                    with transaction() as session:
                        add(session, owner, number)
            except BaseException as error:
                problems.append(error)

    def chain() -> None:
        with two_clinics.app_context():
            try:
                while not stop.is_set():
                    audit.chain()
            except BaseException as error:
                problems.append(error)

    writers = [
        threading.Thread(target=write, args=("one", 1000)),
        threading.Thread(target=write, args=("two", 2000)),
    ]
    chainers = [threading.Thread(target=chain) for _ in range(2)]
    for thread in (*writers, *chainers):
        thread.start()
    for thread in writers:
        thread.join(60)
    stop.set()
    for thread in chainers:
        thread.join(60)
    assert problems == []
    audit.chain()
    found = entries()
    assert len(found) == 92
    assert all(entry.hash for entry in found)
    assert broken() is None
