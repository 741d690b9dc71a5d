"""What is told of a visit besides itself: those that were booked, answered or cancelled in the same act, and whose each is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.models import CANCELLED, Appointment, PatientDetails, Together

# kind of message → the instant that all visits of one act share
_INSTANTS = {
    "booking-confirmed": Appointment.booked_at,
    "booking-pending": Appointment.booked_at,
    "booking-cancelled": Appointment.cancelled_at,
    "request-approved": Appointment.decided_at,
    "request-declined": Appointment.decided_at,
    "request-lapsed": Appointment.decide_by_at,
    "staff-booked": Appointment.booked_at,
}


def told_with(
    session: Session, appointment: Appointment, kind: str, statuses: Sequence[str]
) -> Sequence[Appointment]:
    """The other visits that the message ``kind`` about the appointment is true of, in the order of their starts: booked
    together with it, in one of the ``statuses`` now."""
    instant = _instant(appointment, kind)
    if instant is None or appointment.together_id is None or getattr(appointment, instant.key) is None:
        return ()
    return session.scalars(
        select(Appointment)
        .where(
            Appointment.together_id == appointment.together_id,
            Appointment.id != appointment.id,
            Appointment.status.in_(statuses),
            instant == getattr(appointment, instant.key),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def whose(session: Session, appointment: Appointment) -> dict[str, str]:
    """Of two relatives who are booked together, the given name of whoever comes, by the id of the visit: their visits look
    alike but for it, and stand behind one contact. With the family name where both have one given name. Empty for every
    other visit; without what was removed."""
    row = session.get(Together, appointment.together_id) if appointment.together_id else None
    if row is None or row.kind != "relatives":
        return {}
    people = session.scalars(
        select(PatientDetails)
        .join(Appointment, Appointment.id == PatientDetails.appointment_id)
        .where(Appointment.together_id == row.id)
    )
    names = {one.appointment_id: (one.given, one.family or "") for one in people if one.given}
    alike = len({given.casefold() for given, _ in names.values()}) < len(names)
    return {key: f"{given} {family}".strip() if alike else given for key, (given, family) in names.items()}


def _instant(appointment: Appointment, kind: str) -> InstrumentedAttribute[int | None] | None:
    """When the act was that ``kind`` tells of. People of the practice are told in one way that a visit is off: cancelled, not
    approved, or not answered in time."""
    if kind != "staff-cancelled":
        return _INSTANTS.get(kind)
    if appointment.status == CANCELLED:
        return Appointment.cancelled_at
    return Appointment.decide_by_at if appointment.decided_at is None else Appointment.decided_at
