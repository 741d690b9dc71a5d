"""A key makes one act happen once. The row keeps the appointment's id, never an answer; a refusal leaves no row."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler.clock import DAY
from scheduler.errors import KeyReused
from scheduler.models import IdempotencyKey

KEPT_SECONDS = DAY


def body_hash(body: Any) -> str:
    """The hash of what an act was asked to do: plain data, order of keys aside."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def earlier(
    session: Session,
    *,
    key: str | None,
    visitor: str | None,
    route: str,
    body: str,
    appointment_id: str,
    organization_id: str,
    now: int,
) -> str | None:
    """The appointment that an earlier act with this key made; None when this is the first (its row is now written,
    naming ``appointment_id``). Two at once: the second waits for the first. Raises KeyReused for another body."""
    if not key or visitor is None:
        return None
    values = {
        "key": key,
        "visitor": visitor,
        "route": route,
        "organization_id": organization_id,
        "body_hash": body,
        "appointment_id": appointment_id,
        "created_at": now,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.execute(
        insert(IdempotencyKey).values(values).on_conflict_do_nothing().returning(IdempotencyKey.key)
    ).first()
    if made is not None:
        return None
    row = session.execute(select(IdempotencyKey).where(*_is(key, visitor, route))).scalar_one()
    if row.body_hash != body:
        raise KeyReused(_("This request was sent before with other contents. Reload the page and try again."))
    return row.appointment_id


def point_to(session: Session, *, key: str, visitor: str, route: str, appointment_id: str) -> None:
    """The earlier act has come to nothing (its hold is over): the key names what is made now."""
    row = session.execute(select(IdempotencyKey).where(*_is(key, visitor, route))).scalar_one()
    row.appointment_id = appointment_id


def purge(session: Session, now: int) -> None:
    """Forget keys older than a day."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_SECONDS))


def _is(key: str, visitor: str, route: str) -> tuple[Any, ...]:
    return (IdempotencyKey.key == key, IdempotencyKey.visitor == visitor, IdempotencyKey.route == route)
