"""I'll be there: the patient answers a reminder."""

from __future__ import annotations

from scheduler.booking.acts import By
from scheduler.booking.transaction import booking_transaction, lock_visit, note, settled
from scheduler.errors import Conflict, EditConflict, NotFound
from scheduler.models import BOOKED, Appointment

ACTION = "coming"
MOVED_MEANWHILE = "Your appointment has moved since you opened this page. Look at its time, then tell us."


@settled
def say_coming(*, by: By, appointment_id: str, sequence: int | None = None) -> Appointment:
    """Note that the patient said they will come. Saying it twice changes nothing; a move or a cancellation forgets it.

    ``sequence`` is the appointment's when the patient looked at it. Raises NotFound, EditConflict when it was moved since,
    Conflict when it is not booked, has begun or is over.
    """
    with booking_transaction() as session:
        appointment = session.get(Appointment, appointment_id)
        if appointment is None:
            raise NotFound("We can't find that appointment.")
        now = lock_visit(session, appointment)
        if appointment.status != BOOKED or appointment.starts_at <= now:
            raise Conflict("There is nothing to tell the clinic about this appointment any more.")
        if sequence is not None and appointment.sequence != sequence:
            raise EditConflict(MOVED_MEANWHILE)
        if appointment.confirmed_at is None:
            appointment.confirmed_at = now
            note(session, appointment, by=by, at=now, action=ACTION)
        return appointment
