"""The outbox: what must leave the process, by id; claimed by conditional update, so that several workers may run.

A claim is a lease (``claimed_until_at``) with the number of attempts as its fence: a worker that outlived its lease
can no longer mark the row. A row that failed too often stays, is listed by ``stuck`` and is never tried again by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from scheduler.clock import HOUR, MINUTE
from scheduler.db import snapshot, transaction
from scheduler.models import Outbox

MAX_ATTEMPTS = 12
OUTCOME = "outcome"  # the one kind that is no mail: for a finder, about a ReferralState
SENT, WAITING, LATE, FAILED = "sent", "waiting", "late", "failed"
LEASE_SECONDS = 3 * MINUTE
_FIRST_WAIT_SECONDS = 5
_LONGEST_WAIT_SECONDS = HOUR
_ERROR_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this worker alone may deliver until its lease ends."""

    id: int
    organization_id: str
    kind: str
    object_id: str
    recipient_id: str | None
    message_id: str
    attempts: int
    step: int | None = None
    for_at: int | None = None


def enqueue(
    session: Session,
    *,
    organization_id: str,
    kind: str,
    object_id: str,
    now: int,
    due_at: int | None = None,
    recipient_id: str | None = None,
    step: int | None = None,
    for_at: int | None = None,
) -> None:
    """Add a row in the caller's transaction: send ``kind`` about ``object_id``, to the user ``recipient_id`` (None: to the
    patient), at ``due_at`` (epoch seconds UTC; None: at once). ``step`` and ``for_at`` are a reminder's (``Outbox``). Its Message-ID is fixed here, so that every try of one message carries the same (RFC 5322 3.6.4)."""
    host = urlsplit(current_app.config["SETTINGS"].public_url).hostname or "localhost"
    session.add(
        Outbox(
            organization_id=organization_id,
            kind=kind,
            object_id=object_id,
            recipient_id=recipient_id,
            message_id=f"<{secrets.token_hex(16)}@{host[:120]}>",
            step=step,
            for_at=for_at,
            created_at=now,
            due_at=now if due_at is None else due_at,
        )
    )


def is_mail() -> ColumnElement[bool]:
    """The rows that are mails to people, not calls to finders."""
    return Outbox.kind != OUTCOME


def _ready(now: int) -> ColumnElement[bool]:
    return and_(
        Outbox.done_at.is_(None),
        Outbox.due_at <= now,
        Outbox.attempts < MAX_ATTEMPTS,
        or_(Outbox.claimed_until_at.is_(None), Outbox.claimed_until_at <= now),
    )


def claim_next(now: int, *, outcomes: bool = False) -> Claimed | None:
    """Claim the mail that is due longest, or (``outcomes``) the call to a finder; None when nothing is due. Writes only when
    there is something to claim."""
    kind = Outbox.kind == OUTCOME if outcomes else is_mail()
    while True:
        with snapshot() as session:
            wanted = session.scalar(
                select(Outbox.id).where(_ready(now), kind).order_by(Outbox.due_at, Outbox.id).limit(1)
            )
        if wanted is None:
            return None
        claimed = _claim(wanted, now)
        if claimed is not None:
            return claimed


def _claim(row_id: int, now: int) -> Claimed | None:
    with transaction() as session:
        row = session.execute(
            update(Outbox)
            .where(Outbox.id == row_id, _ready(now))
            .values(claimed_until_at=now + LEASE_SECONDS, attempts=Outbox.attempts + 1)
            .returning(
                Outbox.id,
                Outbox.organization_id,
                Outbox.kind,
                Outbox.object_id,
                Outbox.recipient_id,
                Outbox.message_id,
                Outbox.attempts,
                Outbox.step,
                Outbox.for_at,
            )
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return Claimed(*row) if row is not None else None


def finish(claimed: Claimed, now: int, note: str = "", *, to_call: bool = False) -> bool:
    """Mark a claimed row as done; ``note`` says why nothing was sent, when so, and ``to_call`` that staff are to tell it.
    False when the claim was lost."""
    return _settle(claimed, done_at=now, claimed_until_at=None, error=note[:_ERROR_LENGTH], to_call=to_call)


def fail(claimed: Claimed, now: int, problem: str, *, to_call: bool = False) -> bool:
    """Give a claimed row back after a failure: tried again later, twice as late each time, at most hourly. ``problem``
    must not hold anything of a patient. After the last try ``to_call`` says that staff are to tell it. False when the
    claim was lost."""
    wait = min(_FIRST_WAIT_SECONDS * 2 ** (claimed.attempts - 1), _LONGEST_WAIT_SECONDS)
    return _settle(
        claimed,
        due_at=now + wait,
        claimed_until_at=None,
        error=problem[:_ERROR_LENGTH],
        to_call=to_call and claimed.attempts >= MAX_ATTEMPTS,
    )


def postpone(claimed: Claimed, due_at: int) -> bool:
    """Give a claimed row back until ``due_at`` (epoch seconds), as if it had not been tried. False when the claim was
    lost."""
    return _settle(claimed, due_at=due_at, claimed_until_at=None, attempts=claimed.attempts - 1)


def give_up(claimed: Claimed, problem: str, *, to_call: bool = False) -> bool:
    """Try a claimed row no more: it can never succeed. It stays listed by ``stuck``; ``to_call``: staff are to tell it.
    False when the claim was lost."""
    return _settle(
        claimed, attempts=MAX_ATTEMPTS, claimed_until_at=None, error=problem[:_ERROR_LENGTH], to_call=to_call
    )


def _settle(claimed: Claimed, **values: int | str | bool | None) -> bool:
    with transaction() as session:
        done = session.scalar(
            update(Outbox)
            .where(Outbox.id == claimed.id, Outbox.attempts == claimed.attempts, Outbox.done_at.is_(None))
            .values(**values)
            .returning(Outbox.id)
            .execution_options(synchronize_session=False)
        )
    return done is not None


def stuck(session: Session, now: int, organization_id: str | None = None) -> list[Outbox]:
    """Rows that were given up: tried ``MAX_ATTEMPTS`` times and not done (nor still under way), oldest first."""
    query = select(Outbox).where(
        Outbox.done_at.is_(None),
        Outbox.attempts >= MAX_ATTEMPTS,
        or_(Outbox.claimed_until_at.is_(None), Outbox.claimed_until_at <= now),
    )
    if organization_id is not None:
        query = query.where(Outbox.organization_id == organization_id)
    return list(session.scalars(query.order_by(Outbox.id)))


def standing(session: Session, kind: str, object_id: str) -> str:
    """How the newest message of that ``kind`` about an object stands: SENT, WAITING for its first try to end, LATE after a try
    that failed, FAILED when there is none to come; "" where there is none."""
    row = session.scalar(
        select(Outbox)
        .where(Outbox.kind == kind, Outbox.object_id == object_id)
        .order_by(Outbox.id.desc())
        .limit(1)
    )
    if row is None:
        return ""
    if row.done_at is not None:
        return FAILED if row.error else SENT
    if not row.error:
        return WAITING
    return LATE if row.attempts < MAX_ATTEMPTS else FAILED


def try_again(session: Session, now: int, organization_id: str, object_ids: Collection[str]) -> int:
    """Make the calls to finders about these objects that failed due now, with all their tries before them; how many."""
    again = session.scalars(
        update(Outbox)
        .where(
            Outbox.organization_id == organization_id,
            Outbox.kind == OUTCOME,
            Outbox.object_id.in_(object_ids),
            Outbox.done_at.is_(None),
            Outbox.error != "",
            or_(Outbox.claimed_until_at.is_(None), Outbox.claimed_until_at <= now),
        )
        .values(attempts=0, due_at=now, claimed_until_at=None)
        .returning(Outbox.id)
        .execution_options(synchronize_session=False)
    )
    return len(again.all())
