"""The page behind a signed link: an appointment as its patient sees it, whatever has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from scheduler import booking
from scheduler.audit import Earlier, moved_from
from scheduler.booking.together import kind_of
from scheduler.booking.transaction import together_with
from scheduler.calendars.views import AppointmentView, appointment_view
from scheduler.clock import MINUTE
from scheduler.models import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    EXPIRED,
    HELD,
    NO_SHOW,
    PENDING,
    Appointment,
    AppointmentType,
    PatientDetails,
)
from scheduler.notify.together import whose
from scheduler.portal.holds import chosen_of
from scheduler.portal.slots import Chosen
from scheduler.settings import Settings

AHEAD = ("upcoming", "moved", "pending")
_ASKED_MINUTES = 2880
"""How long before a visit whose type reminds nobody."""
REASONS = (
    ("not-needed", lazy_gettext("I don't need it any more")),
    ("time", lazy_gettext("The time doesn't suit me")),
    ("elsewhere", lazy_gettext("I found care somewhere else")),
    ("cost", lazy_gettext("Cost or insurance")),
    ("other", lazy_gettext("Another reason")),
)


@dataclass(frozen=True, slots=True)
class Other:
    """Another visit of those that were booked in one act; ``whose``: as of a Visit."""

    token: str
    start: int
    zone: str
    state: str
    whose: str = ""

    @property
    def ahead(self) -> bool:
        return self.state in AHEAD


@dataclass(frozen=True, slots=True)
class Visit:
    """``state``: upcoming, moved, pending, arrived, room, completed, no-show, past, cancelled, declined, lapsed or ended (a hold
    that came to nothing). Instants are epoch seconds; ``was``: the time before the last move; ``viewer_zone`` is the
    patient's own zone or "". ``movable``: the patient may still take another time online; ``decide_by``: until when
    the clinic answers a request, or could have; ``kind`` (series or relatives) and ``others`` of what was booked in one act; ``whose``: the name of who comes, where two
    relatives were booked together, else ""; ``may_say_coming``: they may tell
    the clinic that they'll be there, which the page offers (``asks_coming``) from the first reminder on."""

    id: str
    token: str
    chosen: Chosen
    state: str
    cancelled_at: int | None
    cancelled_by: str
    viewer_zone: str
    by_mail: bool
    code: str
    sequence: int
    was: Earlier | None
    movable: bool
    decide_by: int
    may_say_coming: bool
    asks_coming: bool
    view: AppointmentView
    kind: str = ""
    others: tuple[Other, ...] = ()
    whose: str = ""

    @property
    def ahead(self) -> bool:
        """Whether it is still to come, so that it can be cancelled and put into a calendar."""
        return self.state in AHEAD

    @property
    def remaining(self) -> int:
        """How many of the others are still to come."""
        return sum(other.ahead for other in self.others)


def find_visit(session: Session, settings: Settings, token: str, now: int) -> Visit | None:
    """The appointment that a signed link opens; None for anything else."""
    appointment = booking.links.find(session, settings.secret, token)
    if appointment is None:
        return None
    return visit_of(session, settings, appointment, token, now)


def visit_of(session: Session, settings: Settings, appointment: Appointment, token: str, now: int) -> Visit:
    """An appointment as its patient sees it."""
    details = session.get(PatientDetails, appointment.id)
    was = moved_from(session, appointment) if appointment.sequence else None
    chosen = chosen_of(session, appointment)
    state = _state(appointment, was, now)
    names = whose(session, appointment)
    coming = state in ("upcoming", "moved")
    return Visit(
        id=appointment.id,
        token=token,
        chosen=chosen,
        state=state,
        cancelled_at=appointment.cancelled_at,
        cancelled_by=appointment.cancelled_by,
        viewer_zone=details.zone if details else "",
        by_mail=bool(details and details.email),
        code=appointment.code,
        sequence=appointment.sequence,
        was=was,
        movable=state in AHEAD and chosen.offer.bookable and now < chosen.free_until,
        decide_by=_decided_by(appointment),
        may_say_coming=coming,
        asks_coming=coming and now >= _asked_from(session, appointment),
        view=appointment_view(session, appointment, settings, f"{settings.public_url}/b/{token}"),
        kind=kind_of(session, appointment),
        others=_others(session, settings, appointment, names, now),
        whose=names.get(appointment.id, ""),
    )


def views_ahead(session: Session, settings: Settings, visit: Visit, now: int) -> list[AppointmentView]:
    """Those of the visits booked in one act with this one that are still to come."""
    appointment = session.get_one(Appointment, visit.id)
    return [
        appointment_view(
            session,
            one,
            settings,
            f"{settings.public_url}/b/{booking.links.manage_token(settings.secret, one)}",
        )
        for one in together_with(session, appointment)
        if one.id != visit.id and _state(one, None, now) in AHEAD
    ]


def _others(
    session: Session, settings: Settings, appointment: Appointment, names: Mapping[str, str], now: int
) -> tuple[Other, ...]:
    return tuple(
        Other(
            booking.links.manage_token(settings.secret, one),
            one.starts_at,
            one.zone,
            _state(one, None, now),
            names.get(one.id, ""),
        )
        for one in together_with(session, appointment)
        if one.id != appointment.id
    )


def _decided_by(appointment: Appointment) -> int:
    return appointment.decide_by_at or appointment.starts_at


def _asked_from(session: Session, appointment: Appointment) -> int:
    steps = session.get_one(AppointmentType, appointment.appointment_type_id).reminders
    return appointment.starts_at - max(steps, default=_ASKED_MINUTES) * MINUTE


def _state(appointment: Appointment, was: Earlier | None, now: int) -> str:
    status = appointment.status
    if booking.lapsed(appointment) or (status == PENDING and _decided_by(appointment) <= now):
        return "lapsed"
    if status in (CANCELLED, DECLINED, COMPLETED, NO_SHOW):
        return status
    if status in (HELD, EXPIRED):
        return "ended"
    if status == ARRIVED:
        return "room" if appointment.roomed_at else "arrived"
    if status in (BOOKED, PENDING) and appointment.starts_at > now:
        if status == PENDING:
            return "pending"
        return "moved" if was else "upcoming"
    return "past"
