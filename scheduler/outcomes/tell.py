"""Tell finders by their callbacks: claim rows of the outbox, look at what holds now, sign, send, mark.

It runs beside the mails, never between them. A finder that does not answer costs one try a round: its other rows go back
untried, so that it holds up nobody else's. What was not told of a referral is told in order: a row first brings those
before it. A crash between sending and marking sends the same message again, under the same id.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from scheduler.clock import to_utc
from scheduler.db import snapshot, transaction
from scheduler.fetch import FetchError, fetch
from scheduler.models import ReferralState, Source
from scheduler.notify import outbox
from scheduler.outcomes.choice import silent
from scheduler.outcomes.keys import key_of, signature
from scheduler.settings import Settings

log = logging.getLogger(__name__)

SECONDS = 3.0
_MOST_ANSWER = 16 * 1024
_BACK_SECONDS = 5
TEST_HANDLE, TEST_STATE = "test-call", "test"


@dataclass(frozen=True, slots=True)
class Told:
    """How a sending went: ``problem`` is "" when the finder said yes (2xx)."""

    status: int | None
    problem: str


def deliver_due(now: Callable[[], int], settings: Settings, limit: int = 200) -> int:
    """Deliver up to ``limit`` outcomes that are due; the number of rows settled. ``now``: the clock, asked for each row."""
    dead: set[str] = set()
    for count in range(limit):
        claimed = outbox.claim_next(now(), outcomes=True)
        if claimed is None:
            return count
        try:
            _deliver(claimed, now, settings, dead)
        except Exception as error:
            log.error("outbox %s (%s) failed: %s", claimed.id, claimed.kind, type(error).__name__)
            outbox.fail(claimed, now(), f"unexpected: {type(error).__name__}")
    return limit


def _deliver(claimed: outbox.Claimed, now: Callable[[], int], settings: Settings, dead: set[str]) -> None:
    source, states = _untold(int(claimed.object_id))
    if source is None or not states:
        outbox.finish(claimed, now(), "nothing to tell any more")
        return
    if source.id in dead:
        outbox.postpone(claimed, now() + _BACK_SECONDS)
        return
    for state in states:
        told = send(source, f"outcome-{state.id}", state.handle, state.state, state.at, now(), settings)
        if told.problem:
            dead.add(source.id)
            log.warning(
                "outbox %s (%s), try %s: %s", claimed.id, claimed.kind, claimed.attempts, told.problem
            )
            outbox.fail(claimed, now(), told.problem)
            return
        _mark(state.id, now())
    outbox.finish(claimed, now())


def _untold(state_id: int) -> tuple[Source | None, list[ReferralState]]:
    """The Source to tell, and what it does not know yet of this state's referral up to this state, oldest first."""
    with snapshot() as session:
        state = session.get(ReferralState, state_id)
        source = session.get(Source, state.source_id) if state is not None else None
        if state is None or source is None:
            return None, []
        wanted = source.active and source.share_outcome and source.callback_url and source.key_hash
        if not wanted or silent(session, source.value, state.handle):
            return None, []
        rows = session.scalars(
            select(ReferralState)
            .where(
                ReferralState.source_id == source.id,
                ReferralState.handle_hash == state.handle_hash,
                ReferralState.id <= state.id,
                ReferralState.told_at.is_(None),
            )
            .order_by(ReferralState.id)
        ).all()
        return source, list(rows)


def _mark(state_id: int, now: int) -> None:
    with transaction() as session:
        session.execute(update(ReferralState).where(ReferralState.id == state_id).values(told_at=now))


def send(
    source: Source, message_id: str, handle: str, state: str, at: int, now: int, settings: Settings
) -> Told:
    """Send one state to the source's callback, signed with its key as of ``now`` (epoch seconds UTC)."""
    body = json.dumps(
        {"booking-referral": handle, "state": state, "at": instant(at)}, separators=(",", ":")
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "scheduler-outcomes/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(key_of(settings.secret, source), message_id, now, body),
    }
    try:
        answer = fetch(
            source.callback_url,
            method="POST",
            body=body,
            headers=headers,
            private=settings.private_callbacks,
            seconds=SECONDS,
            most=_MOST_ANSWER,
        )
    except FetchError as error:
        return Told(None, f"the finder's callback: {error}")
    return Told(answer.status, "" if answer.good else f"the finder's callback answered {answer.status}")


def test_call(source: Source, now: int, settings: Settings) -> Told:
    """Send a message about no referral at all, so that a finder and a clinic see whether calls arrive."""
    return send(source, f"test-{source.id}-{now}", TEST_HANDLE, TEST_STATE, now, now, settings)


def instant(at: int) -> str:
    """Epoch seconds as finders read them: ``2026-11-24T14:30:00Z``."""
    return to_utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")
