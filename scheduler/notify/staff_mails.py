"""Mails to clinicians about bookings of theirs, by their own choice: what, when and where, nothing about the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.audit import Earlier, moved_from
from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import appointment_view, mail_address
from scheduler.clock import local_date
from scheduler.db import snapshot
from scheduler.models import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    DECLINED,
    PENDING,
    Actor,
    Appointment,
    AppointmentType,
    Organization,
    ScheduleHost,
    User,
)
from scheduler.notify.mail import compose
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, PAST, Post
from scheduler.notify.together import told_with
from scheduler.web.times import date_short, day_with_year, time_with_zone

_COMING = (PENDING, BOOKED, ARRIVED)
_STATES = {
    PENDING: "Waiting for approval",
    BOOKED: "Booked",
    ARRIVED: "Arrived",
    CANCELLED: "Cancelled",
    DECLINED: "Declined",
}

MOVED = "staff-moved"
# kind → (headline, the choice of those who want it, statuses in which it is still true)
KINDS = {
    "staff-booked": ("New booking", "tell_booked", _COMING),
    MOVED: ("Booking moved", "tell_moved", _COMING),
    "staff-cancelled": ("Booking cancelled", "tell_cancelled", (CANCELLED, DECLINED)),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One of several visits of one act. ``state``: "" where all have the same."""

    day: str
    time: str
    state: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says. ``ends_at``: when the time that it names, or the last of them, is over (epoch seconds); ``path``:
    where ``act`` leads; ``visits``: all of them where one act made or ended several."""

    headline: str
    type: str
    day: str
    short_day: str
    time: str
    ends_at: int
    place: str
    state: str
    act: str
    path: str
    foot: str
    visits: tuple[Visit, ...] = ()

    @property
    def subject(self) -> str:
        """The headline with the time, or with how many visits there are and the first one's time."""
        several = f"{len(self.visits)} visits, first " if self.visits else ""
        return f"{self.headline}: {several}{self.short_day}, {self.time}"


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    headline, choice, statuses = KINDS[claimed.kind]
    with snapshot() as session:
        appointment = session.get(Appointment, claimed.object_id)
        user = session.get(User, claimed.recipient_id or "")
        if appointment is None or user is None:
            return GONE
        if not user.active or not getattr(user, choice):
            return "not wanted"
        hosted = _hosted_by(session, user)
        told = [appointment, *told_with(session, appointment, claimed.kind, statuses)]
        theirs = [one for one in told if one.schedule_id in hosted and one.status in statuses]
        if theirs:
            words = _words(session, sorted(theirs, key=lambda one: one.starts_at), headline, post)
        elif appointment.schedule_id in hosted:
            return f"no longer true: {appointment.status}"
        elif claimed.kind == MOVED and (was := moved_from(session, appointment, hosted)) is not None:
            words = _words_to_the_former(session, appointment, was)
        else:
            return "no longer true: another clinician's"
        if words.ends_at <= now:
            return PAST
        clinic = session.get_one(Organization, appointment.organization_id).name
    return compose.letter(
        compose.Envelope(
            to=user.email,
            clinic=clinic,
            sender=mail_address(post.settings),
            message_id=claimed.message_id,
            now=now,
        ),
        subject=words.subject,
        template="mail/staff",
        words={
            "told": words,
            "headline": words.headline,
            "clinic": clinic,
            "url": f"{post.settings.public_url}{words.path}",
        },
    )


def _words(session: Session, visits: Sequence[Appointment], headline: str, post: Post) -> Words:
    """About one visit, or about several of one act, of which the first stands for all."""
    appointment, several = visits[0], len(visits) > 1
    zone = zone_of(appointment.zone).info
    states = {one.status for one in visits}
    return Words(
        headline=headline,
        type=session.get_one(AppointmentType, appointment.appointment_type_id).name,
        day=day_with_year(appointment.starts_at, zone),
        short_day=date_short(appointment.starts_at, zone),
        time=time_with_zone(appointment.starts_at, zone),
        ends_at=max(one.ends_at for one in visits),
        place=appointment_view(session, appointment, post.settings).place[0],
        state=_STATES[appointment.status] if len(states) == 1 else "",
        act="Open the first booking" if several else "Open the booking",
        path=f"/console/bookings/{appointment.id}",
        foot="This mail names no patient: the booking's page does, after you sign in.",
        visits=tuple(_visit(one, several_states=len(states) > 1) for one in visits) if several else (),
    )


def _visit(appointment: Appointment, *, several_states: bool) -> Visit:
    zone = zone_of(appointment.zone).info
    return Visit(
        day=day_with_year(appointment.starts_at, zone),
        time=time_with_zone(appointment.starts_at, zone),
        state=_STATES[appointment.status] if several_states else "",
    )


def _words_to_the_former(session: Session, appointment: Appointment, was: Earlier) -> Words:
    """To whom the visit went, and when it is now, is not theirs to see any more."""
    zone = zone_of(was.zone).info
    return Words(
        headline="Booking moved to somebody else",
        type=session.get_one(AppointmentType, appointment.appointment_type_id).name,
        day=day_with_year(was.starts_at, zone),
        short_day=date_short(was.starts_at, zone),
        time=time_with_zone(was.starts_at, zone),
        ends_at=was.starts_at + appointment.ends_at - appointment.starts_at,
        place="",
        state="Not yours any more",
        act="Open that day",
        path=f"/console/day/{local_date(was.starts_at, zone).isoformat()}",
        foot="This mail names no patient.",
    )


def _hosted_by(session: Session, user: User) -> set[str]:
    """The Schedules that need the user's practitioner."""
    return set(
        session.scalars(
            select(ScheduleHost.schedule_id)
            .join(Actor, Actor.id == ScheduleHost.actor_id)
            .where(Actor.practitioner_id == user.practitioner_id)
        )
    )
