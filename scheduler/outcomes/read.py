"""What a finder may read with its key: the states of its own referrals."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.errors import KeyNeeded, NotAllowed, NotFound
from scheduler.models import ReferralState, Source
from scheduler.outcomes.keys import handle_hash, key_hash
from scheduler.web.settings import current_settings


def states_of(session: Session, key: str, handle: str) -> list[ReferralState]:
    """The states of a referral, oldest first. Raises KeyNeeded for a wrong key, NotAllowed when the finder is paused,
    NotFound for a handle that is unknown or another finder's."""
    source = session.scalars(
        select(Source).where(Source.key_hash == key_hash(key)).order_by(Source.id)
    ).first()
    if not key or source is None:
        raise KeyNeeded("Send the key that the clinic gave you, as Authorization: Bearer.")
    if not source.active:
        raise NotAllowed("This key is paused. Ask the clinic.")
    hashed = handle_hash(current_settings().secret, source.id, handle)
    rows = session.scalars(
        select(ReferralState)
        .where(ReferralState.source_id == source.id, ReferralState.handle_hash == hashed)
        .order_by(ReferralState.id)
    ).all()
    if not rows:
        raise NotFound("Nothing is known of that referral.")
    return list(rows)
