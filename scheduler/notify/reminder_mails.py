"""Reminders to a patient, decided when they are due: of the time that holds then, never by night, none that a later one
replaces."""

from __future__ import annotations

from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone as zone_of
from scheduler.clock import MINUTE
from scheduler.db import snapshot
from scheduler.models import BOOKED, Appointment, AppointmentType, Outbox, PatientDetails
from scheduler.notify import patient_mails, reminders
from scheduler.notify.mail.abouts import REMINDER
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, NEEDS_CALL, PAST, Later, Post

MOVED_ON = "no longer true: moved"
NOT_WANTED = "the clinic does not remind at this step any more"
TOO_LATE = "a later reminder takes its place"
COMING = "no email: the patient said that they come"
CALLED = "no email: an earlier reminder asked for the call"

# kind → (what the mail is about, statuses in which it is still true)
KINDS = {reminders.KIND: (REMINDER, (BOOKED,))}


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | Later | str:
    """The mail to send, when to send it instead, or why there is none to send."""
    about, statuses = KINDS[claimed.kind]
    with snapshot() as session:
        appointment = session.get(Appointment, claimed.object_id)
        if appointment is None:
            return GONE
        if appointment.status not in statuses:
            return f"no longer true: {appointment.status}"
        if appointment.starts_at != claimed.for_at:
            return MOVED_ON
        if appointment.starts_at <= now:
            return PAST
        instead = _instead(session, appointment, claimed.step or 0, now)
        if instead is not None:
            return instead
        details = session.get(PatientDetails, appointment.id)
        if details is None or not details.email:
            return _call(session, appointment, claimed)
        session.expunge_all()
    return patient_mails.mail(appointment, details, about, claimed, now, post)


def _instead(session: Session, appointment: Appointment, step: int, now: int) -> Later | str | None:
    """What to do instead of sending it now: mail may have been down, and the clinic may have changed its mind."""
    steps = session.get_one(AppointmentType, appointment.appointment_type_id).reminders
    if step not in steps:
        return NOT_WANTED
    if any(other < step and appointment.starts_at - other * MINUTE <= now for other in steps):
        return TOO_LATE
    quiet, zone = reminders.quiet_of(session, appointment.organization_id), zone_of(appointment.zone)
    if not quiet.holds(now, zone):
        return None
    loud = quiet.end(now, zone)
    return Later(loud) if loud < appointment.starts_at else TOO_LATE


def _call(session: Session, appointment: Appointment, claimed: Claimed) -> str:
    """One call reminds of a visit, however many steps there are."""
    if appointment.confirmed_at is not None:
        return COMING
    asked = session.scalar(
        select(Outbox.id)
        .where(
            Outbox.object_id == appointment.id,
            Outbox.kind == claimed.kind,
            Outbox.for_at == claimed.for_at,
            Outbox.to_call,
        )
        .limit(1)
    )
    return NEEDS_CALL if asked is None else CALLED
