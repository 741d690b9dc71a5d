"""Write down what an act means for the referral behind it: the state, the instant, and a row of the outbox to tell it.

The state is the referral's, not one appointment's. Whoever goes from one held time to another still holds; of several
visits that one referral brought, giving up one ends nothing; and what a finder was told last is not told again.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from scheduler.db import one_at_a_time
from scheduler.models import BLOCKING, Appointment, Referral, ReferralState, Source
from scheduler.models import HELD as HELD_STATUS
from scheduler.notify import outbox
from scheduler.outcomes.choice import silent
from scheduler.outcomes.finders import source_of
from scheduler.outcomes.keys import handle_hash
from scheduler.web.settings import current_settings

STARTED, HELD, BOOKED, MOVED = "started", "held", "booked", "moved"
CANCELLED, LAPSED, GONE = "cancelled", "lapsed", "gone"
_ENDS = (CANCELLED, LAPSED)
# after these a link that leads to a taken time says nothing new: it was taken by this very referral, or given up
_SETTLED = (BOOKED, MOVED, CANCELLED, GONE)


def record(session: Session, appointment: Appointment, state: str, at: int) -> None:
    """Note ``state`` of the referral behind an appointment as of ``at`` (epoch seconds UTC), in the act's transaction.

    Nothing is written when nobody registered sent the patient, when the finder or the patient shares nothing, or when it is
    no change of the referral's state.
    """
    referral = session.get(Referral, appointment.id)
    if referral is None or not referral.source or not referral.booking_referral:
        return
    source = _told_source(session, referral.source, referral.booking_referral)
    if source is None:
        return
    last = _last(session, source, referral.booking_referral)
    before = last.state if last is not None else None
    if state in _ENDS and before == GONE:
        return
    if state in (HELD, *_ENDS) and _another_stands(session, referral, at):
        return
    if last is not None and state == HELD and before == LAPSED and last.at == at:
        # one act gave a time back and took another: the referral was held all along
        session.delete(last)
        session.flush()
        return
    if state == before and state != MOVED:
        return
    _write(session, source, referral.booking_referral, state, max(at, last.at if last is not None else at))


def opened(session: Session, source_value: str, handle: str, at: int) -> None:
    """Note that somebody opened a deep link of this referral: once, and only as the first thing known of it."""
    source = _told_source(session, source_value, handle)
    if source is None:
        return
    _alone(session, source, handle)
    if _last(session, source, handle) is None:
        _write(session, source, handle, STARTED, at)


def missed(session: Session, source_value: str, handle: str, at: int) -> None:
    """Note that somebody who came by this referral met a time that is not open any more; not when it stands held or booked
    for the same referral, nor twice in a row."""
    source = _told_source(session, source_value, handle)
    if source is None:
        return
    _alone(session, source, handle)
    last = _last(session, source, handle)
    if last is not None and (last.state in _SETTLED or _stands(session, source_value, handle, at)):
        return
    _write(session, source, handle, GONE, at)


def _told_source(session: Session, value: str, handle: str) -> Source | None:
    """The Source that is to be told about this handle: registered, sharing, and the patient did not say no."""
    source = source_of(session, value) if handle else None
    if source is None or not source.share_outcome or silent(session, value, handle):
        return None
    return source


def _hash(source: Source, handle: str) -> str:
    return handle_hash(current_settings().secret, source.id, handle)


def _last(session: Session, source: Source, handle: str) -> ReferralState | None:
    return session.scalars(
        select(ReferralState)
        .where(ReferralState.source_id == source.id, ReferralState.handle_hash == _hash(source, handle))
        .order_by(ReferralState.id.desc())
        .limit(1)
    ).one_or_none()


def _alone(session: Session, source: Source, handle: str) -> None:
    """Let nobody else write about this handle by a link meanwhile: a link's preview and its reader come at once."""
    number = hashlib.sha256(_hash(source, handle).encode()).digest()[:8]
    one_at_a_time(session, int.from_bytes(number, "big", signed=True))


def _another_stands(session: Session, referral: Referral, at: int) -> bool:
    """Whether another appointment of the same referral is held or booked."""
    return _any_stands(session, referral.handle_hash, at, leave_out=referral.appointment_id)


def _stands(session: Session, source_value: str, handle: str, at: int) -> bool:
    return _any_stands(
        session, handle_hash(current_settings().secret, source_value, handle), at, leave_out=""
    )


def _any_stands(session: Session, hashed: str | None, at: int, *, leave_out: str) -> bool:
    if hashed is None:
        return False
    standing = (
        select(Appointment.id)
        .join(Referral, Referral.appointment_id == Appointment.id)
        .where(
            Referral.handle_hash == hashed,
            Appointment.id != leave_out,
            or_(
                and_(Appointment.status == HELD_STATUS, Appointment.expires_at > at),
                Appointment.status.in_([status for status in BLOCKING if status != HELD_STATUS]),
            ),
        )
    )
    return session.scalar(standing.limit(1)) is not None


def _write(session: Session, source: Source, handle: str, state: str, at: int) -> None:
    row = ReferralState(
        organization_id=source.organization_id,
        source_id=source.id,
        handle=handle,
        handle_hash=_hash(source, handle),
        state=state,
        at=at,
    )
    session.add(row)
    session.flush()
    if source.callback_url and source.key_hash:
        outbox.enqueue(
            session,
            organization_id=source.organization_id,
            kind=outbox.OUTCOME,
            object_id=str(row.id),
            now=at,
        )
