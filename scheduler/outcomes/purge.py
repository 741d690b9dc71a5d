"""Forget what finders were told after 90 days, and with it what brought patients to holds that came to nothing."""

from __future__ import annotations

from sqlalchemy import delete, select

from scheduler.clock import DAY
from scheduler.db import transaction
from scheduler.models import EXPIRED, Appointment, Referral, ReferralState, UnknownSource

KEPT_SECONDS = 90 * DAY


def purge(now: int) -> int:
    """Delete states, unknown values and the referrals of lapsed holds that are older than 90 days at ``now`` (epoch
    seconds UTC). Returns how many rows."""
    before = now - KEPT_SECONDS
    lapsed = select(Appointment.id).where(Appointment.status == EXPIRED, Appointment.expires_at < before)
    with transaction() as session:
        gone = [
            session.execute(statement.returning(key).execution_options(synchronize_session=False)).all()
            for statement, key in (
                (delete(ReferralState).where(ReferralState.at < before), ReferralState.id),
                (delete(UnknownSource).where(UnknownSource.last_at < before), UnknownSource.value),
                (delete(Referral).where(Referral.appointment_id.in_(lapsed)), Referral.appointment_id),
            )
        ]
    return sum(map(len, gone))
