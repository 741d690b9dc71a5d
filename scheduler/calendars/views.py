"""What a calendar, a mail or a page tells about an appointment, without a word about the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import (
    CANCELLED,
    DECLINED,
    EXPIRED,
    PENDING,
    Actor,
    Appointment,
    AppointmentType,
    Location,
    Organization,
    Practitioner,
    Schedule,
    ScheduleHost,
)
from scheduler.settings import Settings

_OVER = (CANCELLED, DECLINED, EXPIRED)


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """An appointment as others may see it. Instants are epoch seconds UTC; ``place`` is lines of an address, the first
    being the place's name; ``host`` is the installation's host name (for the UID) and ``organizer`` its mail address.
    ``message`` is what the clinic wrote to the patient: for their mail and page, never for a calendar. ``named``: the type
    of the visit where the clinic wants it in titles, else "". ``modality`` as the type's; ``offered``: another time of it can
    be had online; ``decide_by``: until when the clinic decides about a request that waits."""

    id: str
    starts_at: int
    ends_at: int
    zone: str
    sequence: int
    clinic: str
    place: tuple[str, ...]
    phone: str
    manage_url: str | None
    cancelled: bool
    host: str = "localhost"
    organizer: str = "no-reply@localhost"
    pending: bool = False
    with_whom: tuple[str, ...] = ()
    join_url: str = ""
    cancel_until: int | None = None
    message: str = ""
    decide_by: int | None = None
    named: str = ""
    modality: str = "in-person"
    offered: bool = True
    cancelled_by: str = ""
    confirmed: bool = False


def mail_address(settings: Settings) -> str:
    """The address that mails and invitations come from."""
    return settings.mail_from or f"no-reply@{host_name(settings)}"


def host_name(settings: Settings) -> str:
    """The host name of the public address."""
    return urlsplit(settings.public_url).hostname or "localhost"


def appointment_view(
    session: Session, appointment: Appointment, settings: Settings, manage_url: str | None = None
) -> AppointmentView:
    """The view of an appointment as it is now. The clinic is the place's name, or the organization's for a visit at no
    place; its phone is the place's own, else the organization's."""
    location = session.get_one(Location, appointment.location_id)
    organization = session.get_one(Organization, appointment.organization_id)
    kind = session.get_one(AppointmentType, appointment.appointment_type_id)
    schedule = session.get_one(Schedule, appointment.schedule_id)
    hosts = _hosts(session, appointment.schedule_id)
    remote = location.kind == "virtual" or kind.modality != "in-person"
    return AppointmentView(
        id=appointment.id,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=appointment.zone,
        sequence=appointment.sequence,
        clinic=organization.name if remote else location.name,
        place=(_place_words(kind.modality, location.name),) if remote else address_lines(location),
        phone=location.phone or organization.phone,
        manage_url=manage_url,
        cancelled=appointment.status in _OVER,
        host=host_name(settings),
        organizer=mail_address(settings),
        pending=appointment.status == PENDING,
        with_whom=tuple(host.display_name for host in hosts),
        join_url=next((host.video_url for host in hosts if host.video_url), "")
        if kind.modality == "video"
        else "",
        cancel_until=appointment.starts_at - kind.cancellation_notice_minutes * 60,
        message=appointment.staff_message or "",
        decide_by=appointment.decide_by_at if appointment.status == PENDING else None,
        named="" if organization.neutral_titles else kind.name,
        modality=kind.modality,
        offered=kind.active and kind.visibility != "paused" and schedule.active,
        cancelled_by=appointment.cancelled_by,
        confirmed=appointment.confirmed_at is not None,
    )


def _place_words(modality: str, name: str) -> str:
    if modality == "video":
        return str(_("Video visit"))
    return str(_("Phone visit: the clinic calls you")) if modality == "phone" else name


def address_lines(location: Location) -> tuple[str, ...]:
    """Name, street and town of a place, empty parts left out."""
    town = ", ".join(part for part in (location.city, location.state) if part)
    last = " ".join(part for part in (town, location.postal_code) if part)
    return tuple(line for line in (location.name, location.line, last) if line)


def _hosts(session: Session, schedule_id: str) -> Sequence[Practitioner]:
    return session.scalars(
        select(Practitioner)
        .join(Actor, Actor.practitioner_id == Practitioner.id)
        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
        .join(Schedule, Schedule.id == ScheduleHost.schedule_id)
        .where(Schedule.id == schedule_id)
        .order_by(ScheduleHost.position, Practitioner.id)
    ).all()
