"""Chain the audit entries by hash, one chain per organization, and check the chains.

An entry's hash is SHA-256 over the hash of its organization's entry before and the entry's own content as canonical
JSON. A chain belongs to one organization, so that taking away the demo clinic leaves the others' chains whole.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from scheduler.db import one_at_a_time, transaction
from scheduler.models import AuditEntry

_BATCH = 500
_ADVISORY_LOCK = 7_310_455_202
_LOCK_WAIT = "2s"


def entry_hash(previous: str, entry: AuditEntry) -> str:
    """The hash (hex) of ``entry`` behind ``previous``, the hash of the entry before it ("" for the first)."""
    content = {
        "id": entry.id,
        "organization_id": entry.organization_id,
        "at": entry.at,
        "actor_kind": entry.actor_kind,
        "user_id": entry.user_id,
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "details": entry.details,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{canonical}".encode("ascii")).hexdigest()


def chain() -> int:
    """Give every settled entry its hash; the number of entries done. Safe to run twice and at once."""
    settled = _settled_id()
    done = 0
    while settled is not None:
        count = _chain_batch(settled)
        done += count
        if count < _BATCH:
            break
    return done


def _settled_id() -> int | None:
    """The highest id below which no entry can still appear.

    On PostgreSQL ids are drawn before their transactions commit, so a lower one may become visible later than a
    higher one. Everybody who has drawn an id holds ROW EXCLUSIVE on the table: this lock waits for them, briefly.
    SQLite has one writer at a time, so that its ids settle in order.
    """
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
            session.execute(text("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE"))
        return session.scalar(select(func.max(AuditEntry.id)))


def _chain_batch(settled: int) -> int:
    with transaction() as session:
        one_at_a_time(session, _ADVISORY_LOCK)
        last = session.scalar(
            select(AuditEntry.id).where(AuditEntry.hash.is_not(None)).order_by(AuditEntry.id.desc()).limit(1)
        )
        entries = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.id > (last or 0), AuditEntry.id <= settled)
            .order_by(AuditEntry.id)
            .limit(_BATCH)
        ).all()
        previous: dict[str, str] = {}
        for entry in entries:
            owner = entry.organization_id
            before = previous[owner] if owner in previous else _last_hash(session, owner)
            entry.hash = previous[owner] = entry_hash(before, entry)
        return len(entries)


def _last_hash(session: Session, organization_id: str) -> str:
    found = session.scalar(
        select(AuditEntry.hash)
        .where(AuditEntry.organization_id == organization_id, AuditEntry.hash.is_not(None))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return found or ""


def verify(session: Session) -> int | None:
    """The id of the first entry whose hash doesn't fit its content and the entry before it; None when all fit.

    Entries after the last chained one are still waiting for the job and count as whole; one without a hash before a
    chained one of the same organization does not.
    """
    previous: dict[str, str] = {}
    waiting: dict[str, int] = {}
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=_BATCH)
    with closing(session.scalars(query)) as rows:
        for entry in rows:
            owner = entry.organization_id
            if entry.hash is None:
                waiting.setdefault(owner, entry.id)
            elif owner in waiting:
                return waiting[owner]
            elif entry.hash != entry_hash(previous.get(owner, ""), entry):
                return entry.id
            else:
                previous[owner] = entry.hash
    return None
