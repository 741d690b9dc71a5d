"""Reminders: when each step is due, around the clinic's quiet hours; planned as rows of the outbox, decided when sent.

A step is a number of minutes before the start. Quiet hours are wall clock of the visit's zone, from the first minute up to
the last, over midnight when they end before they begin. A step that falls into them is due shortly before they begin; when
that is over already, as they end; when the visit has begun by then, never.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from scheduler.availability.zones import Zone
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY, MINUTE, to_local
from scheduler.db import snapshot, transaction
from scheduler.models import BOOKED, PENDING, Appointment, AppointmentType, Organization, Outbox
from scheduler.notify import outbox

KIND = "reminder"
BEFORE_QUIET_SECONDS = 5 * MINUTE
"""How long before quiet hours begin a reminder of theirs is due, so that it has left by then."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours, in wall minutes of a day; none when both are the same."""

    from_minute: int
    until_minute: int

    def holds(self, instant: int, zone: Zone) -> bool:
        """Whether an instant (epoch seconds) falls into them in a zone."""
        local = to_local(instant, zone.info)
        minute = local.hour * 60 + local.minute
        if self.from_minute <= self.until_minute:  # the same: never
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute

    def begun(self, instant: int, zone: Zone) -> int:
        """When those that hold at ``instant`` began. Minute by minute, so that no change of the clocks deceives."""
        at = instant - instant % MINUTE
        while self.holds(at - MINUTE, zone):
            at -= MINUTE
        return at

    def end(self, instant: int, zone: Zone) -> int:
        """When those that hold at ``instant`` end: the first minute after it that is not quiet."""
        at = instant - instant % MINUTE + MINUTE
        while self.holds(at, zone):
            at += MINUTE
        return at


def due_times(starts_at: int, steps: Iterable[int], zone: str, quiet: Quiet, since: int) -> dict[int, int]:
    """Step in minutes → when it is due, for a visit at ``starts_at`` that was booked at ``since`` (epoch seconds), the
    longest step first. Left out: steps that were over at ``since``, steps that quiet hours leave no time for, and all but
    the shortest of steps that are due at once."""
    where = zone_of(zone)
    due_of: dict[int, int] = {}  # when → which step
    for step in sorted(set(steps), reverse=True):
        due = _due(starts_at, step, where, quiet, since)
        if due is not None:
            due_of[due] = step
    return {step: due for due, step in sorted(due_of.items())}


def _due(starts_at: int, step: int, zone: Zone, quiet: Quiet, since: int) -> int | None:
    due = starts_at - step * MINUTE
    if due <= since:
        return None
    if not quiet.holds(due, zone):
        return due
    before = quiet.begun(due, zone) - BEFORE_QUIET_SECONDS
    if before > since:
        return before
    after = quiet.end(due, zone)
    return after if after < starts_at else None


_QUIET = select(Organization.quiet_from_minute, Organization.quiet_until_minute).where(
    Organization.id == bindparam("organization")
)


def quiet_of(session: Session, organization_id: str) -> Quiet:
    """The quiet hours of an organization."""
    return Quiet(*session.execute(_QUIET, {"organization": organization_id}).one())


def plan(session: Session, appointment: Appointment, now: int) -> int:
    """Add the reminders of an appointment as it stands, in the caller's transaction, which has locked it. Returns how many.

    What was planned for another start stays and is dropped when it comes due; what is planned for this one stays as it is,
    so that planning again (after a move back, an approval, a cancellation taken back) never makes a second one."""
    kind = session.get_one(AppointmentType, appointment.appointment_type_id)
    due = due_times(
        appointment.starts_at,
        kind.reminders,
        appointment.zone,
        quiet_of(session, appointment.organization_id),
        now,
    )
    there = set(
        session.scalars(
            select(Outbox.step).where(
                Outbox.object_id == appointment.id,
                Outbox.kind == KIND,
                Outbox.for_at == appointment.starts_at,
            )
        )
    )
    wanted = {step: at for step, at in due.items() if step not in there}
    for step, at in wanted.items():
        outbox.enqueue(
            session,
            organization_id=appointment.organization_id,
            kind=KIND,
            object_id=appointment.id,
            now=now,
            due_at=at,
            step=step,
            for_at=appointment.starts_at,
        )
    return len(wanted)


def plan_missing(now: int) -> int:
    """Plan what is missing for visits whose reminders are due from ``now`` (epoch seconds) on, each in a transaction of its
    own. Returns how many were added. A demo's patients are invented: theirs stay as they were loaded."""
    with snapshot() as session:
        longest = max(
            (max(steps, default=0) for steps in session.scalars(select(AppointmentType.reminders))), default=0
        )
        coming = session.scalars(
            select(Appointment.id)
            .join(Organization, Organization.id == Appointment.organization_id)
            .where(
                Appointment.status.in_((PENDING, BOOKED)),
                Appointment.starts_at > now,
                # a step may leave before quiet hours, up to a day early
                Appointment.starts_at <= now + longest * MINUTE + 2 * DAY,
                Organization.demo.is_(False),
            )
            .order_by(Appointment.starts_at)
        ).all()
    return sum(_plan_one(appointment_id, now) for appointment_id in coming)


def _plan_one(appointment_id: str, now: int) -> int:
    with transaction() as session:
        appointment = session.get(Appointment, appointment_id, with_for_update=True, populate_existing=True)
        if appointment is None or appointment.status not in (PENDING, BOOKED):
            return 0
        return plan(session, appointment, now)
