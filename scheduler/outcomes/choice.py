"""Whether the finder may hear of it: the patient's own choice, which holds for the referral, not for one held time of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.models import Appointment, Referral
from scheduler.outcomes.finders import Finder, finder_of
from scheduler.outcomes.keys import handle_hash
from scheduler.web.settings import current_settings


@dataclass(frozen=True, slots=True)
class Choice:
    """Who sent the patient of an appointment, with which handle, and whether they may be told how it ends."""

    finder: Finder
    handle: str
    tell: bool

    @property
    def asked(self) -> bool:
        """Whether there is anything to choose: a finder that would be told, and a handle to tell it by."""
        return self.finder.shares and bool(self.handle)


def choice_of(session: Session, appointment_id: str) -> Choice | None:
    """The choice behind an appointment; None when nobody who is registered sent its patient."""
    referral = session.get(Referral, appointment_id)
    finder = finder_of(session, referral.source or "") if referral is not None else None
    if referral is None or finder is None:
        return None
    handle = referral.booking_referral or ""
    tell = referral.share_outcome and not silent(session, referral.source or "", handle)
    return Choice(finder, handle, tell)


def choose(session: Session, appointment: Appointment, tell: bool) -> None:
    """Keep what the patient chose, for this appointment and for all that the same browser took by the same referral."""
    referral = session.get(Referral, appointment.id)
    if referral is None:
        return
    referral.share_outcome = tell
    session.flush()
    if referral.handle_hash is not None and appointment.visitor is not None:
        theirs = select(Appointment.id).where(Appointment.visitor == appointment.visitor)
        session.execute(
            update(Referral)
            .where(Referral.handle_hash == referral.handle_hash, Referral.appointment_id.in_(theirs))
            .values(share_outcome=tell)
            .execution_options(synchronize_session=False)
        )


def forget(session: Session, appointment_id: str) -> None:
    """Forget who sent the patient of an appointment. Of a no, a keyed hash stays, so that it holds on."""
    referral = session.get(Referral, appointment_id)
    if referral is None:
        return
    if referral.share_outcome:
        session.delete(referral)
    else:
        referral.source = referral.booking_referral = None
    session.flush()


def silent(session: Session, source_value: str, handle: str) -> bool:
    """Whether somebody who came by this referral wants nothing told of it."""
    hashed = handle_hash(current_settings().secret, source_value, handle)
    unticked = select(Referral.appointment_id).where(
        Referral.handle_hash == hashed, Referral.share_outcome.is_(False)
    )
    return session.scalar(unticked.limit(1)) is not None
