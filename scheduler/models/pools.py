"""The figures of a pool's members: what the fair order (``availability.pools``) goes by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.availability.pools import Member, available_seconds, period
from scheduler.models.appointments import BLOCKING, HELD, Appointment
from scheduler.models.dated_hours import load_hours
from scheduler.models.frames import load_frames
from scheduler.models.schedules import Pool, PoolMember, Schedule
from scheduler.models.situations import load_busy


def pool_priorities(session: Session, pool_id: str, location_id: str) -> dict[str, int]:
    """Priorities by schedule of those members of an active pool that are at one place; empty for any other pool."""
    rows = session.execute(
        select(PoolMember.schedule_id, PoolMember.priority)
        .join(Pool, Pool.id == PoolMember.pool_id)
        .join(Schedule, Schedule.id == PoolMember.schedule_id)
        .where(Pool.id == pool_id, Pool.active, Schedule.location_id == location_id)
        # a member whose offer was changed to another type stands no longer for the pool's
        .where(Schedule.appointment_type_id == Pool.appointment_type_id)
        .order_by(PoolMember.schedule_id)
    )
    return {schedule_id: priority for schedule_id, priority in rows}  # noqa: C416 - rows are typed, a dict of them is not


def load_members(session: Session, priorities: Mapping[str, int], start: int, now: int) -> list[Member]:
    """The members that are offered, with their figures in the period of ``start`` (epoch seconds): how many visits of the
    Schedule block there, however they were booked (pending, booked, arrived, completed, no-show, live holds), and how long
    its hours are open without time off and without what is busy for one of its hosts."""
    frames = load_frames(session, list(priorities))
    if not frames:
        return []
    hours = load_hours(session, frames)
    periods = {frame.id: period(frame.zone, start) for frame in frames}
    since, until = min(one[0] for one in periods.values()), max(one[1] for one in periods.values())
    busy = load_busy(session, {host for frame in frames for host in frame.hosts}, since, until)
    booked = _booked(session, periods, since, until, now)
    return [
        Member(
            schedule=frame.id,
            priority=priorities[frame.id],
            booked=booked[frame.id],
            available=available_seconds(
                hours[frame.id],
                [one for host in frame.hosts for one in busy.get(host, ())],
                *periods[frame.id],
            ),
        )
        for frame in frames
    ]


def _booked(
    session: Session, periods: Mapping[str, tuple[int, int]], since: int, until: int, now: int
) -> Counter[str]:
    rows = session.execute(
        select(Appointment.schedule_id, Appointment.starts_at).where(
            Appointment.schedule_id.in_(periods),
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
            Appointment.status.in_(BLOCKING),
            or_(Appointment.status != HELD, Appointment.expires_at > now),
        )
    )
    return Counter(
        schedule for schedule, start in rows if periods[schedule][0] <= start < periods[schedule][1]
    )
