"""Mails in the mail folder of patients who took back their data. What a mail server was given is out of reach."""

from __future__ import annotations

from sqlalchemy import select

from scheduler.db import snapshot
from scheduler.models import Outbox, PatientDetails, WaitlistEntry, WaitlistOffer
from scheduler.notify.mail import kept
from scheduler.notify.outbox import is_mail
from scheduler.settings import Settings


def forget_mails(settings: Settings, *, since: int = 0, appointment_id: str | None = None) -> int:
    """Remove the files of all mails about visits whose patients' data were removed at ``since`` (epoch seconds) or later, or
    of that one visit alone; staff's mails about them too. Returns how many were there. Asked again later it finds what a
    worker wrote meanwhile."""
    erased = select(PatientDetails.appointment_id).where(PatientDetails.erased_at >= since)
    if appointment_id is not None:
        erased = erased.where(PatientDetails.appointment_id == appointment_id)
    entries = select(WaitlistEntry.id).where(WaitlistEntry.appointment_id.in_(erased))
    offers = select(WaitlistOffer.id).where(WaitlistOffer.entry_id.in_(entries))
    about = erased.union(entries, offers)
    with snapshot() as session:
        sent = session.scalars(select(Outbox.message_id).where(is_mail(), Outbox.object_id.in_(about))).all()
    return sum(kept.remove(settings, message_id) for message_id in sent)
