"""The page behind a signed link: an appointment as its patient sees it, whatever has become of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.calendars.views import AppointmentView, appointment_view
from scheduler.models import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    DECLINED,
    EXPIRED,
    HELD,
    PENDING,
    PatientDetails,
)
from scheduler.portal.holds import chosen_of
from scheduler.portal.slots import Chosen
from scheduler.settings import Settings

REASONS = (
    ("not-needed", "I don't need it any more"),
    ("time", "The time doesn't suit me"),
    ("elsewhere", "I found care somewhere else"),
    ("cost", "Cost or insurance"),
    ("other", "Another reason"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """``state``: upcoming, pending, arrived, past, cancelled, declined or ended (a hold that came to nothing).
    Instants are epoch seconds; ``viewer_zone`` is the patient's own zone or ""."""

    id: str
    token: str
    chosen: Chosen
    state: str
    cancelled_at: int | None
    cancelled_by: str
    viewer_zone: str
    by_mail: bool
    code: str
    view: AppointmentView

    @property
    def ahead(self) -> bool:
        """Whether it is still to come, so that it can be cancelled and put into a calendar."""
        return self.state in ("upcoming", "pending")


def find_visit(session: Session, settings: Settings, token: str, now: int) -> Visit | None:
    """The appointment that a signed link opens; None for anything else."""
    appointment = booking.links.find(session, settings.secret, token)
    if appointment is None:
        return None
    details = session.get(PatientDetails, appointment.id)
    return Visit(
        id=appointment.id,
        token=token,
        chosen=chosen_of(session, appointment),
        state=_state(appointment.status, appointment.starts_at, now),
        cancelled_at=appointment.cancelled_at,
        cancelled_by=appointment.cancelled_by,
        viewer_zone=details.zone if details else "",
        by_mail=bool(details and details.email),
        code=appointment.code,
        view=appointment_view(session, appointment, settings, f"{settings.public_url}/b/{token}"),
    )


def _state(status: str, starts_at: int, now: int) -> str:
    if status in (CANCELLED, DECLINED):
        return status
    if status in (HELD, EXPIRED):
        return "ended"
    if status == ARRIVED:
        return "arrived"
    if status in (BOOKED, PENDING) and starts_at > now:
        return "upcoming" if status == BOOKED else "pending"
    return "past"
