"""Hold a time of a pool: the members' actors are locked, the rule is asked for each, the fair order picks one of those
that are open. What is held is an ordinary visit of that member's Schedule; the figures that decided are audited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.availability import Reason, explain
from scheduler.availability.pools import Pick, pick
from scheduler.booking import idempotency
from scheduler.booking.acts import HOURS, LIMITS, TAKEN, By, group_of
from scheduler.booking.capped import actors_of, end_oldest, oldest_to_end
from scheduler.booking.hold import already_theirs, refer, remember, take_time
from scheduler.booking.transaction import (
    NOT_OFFERED,
    booking_transaction,
    new_code,
    note,
    place_of,
    refuse,
    take_now,
)
from scheduler.errors import NotFound
from scheduler.ids import new_id
from scheduler.models import HELD, Appointment
from scheduler.models.frames import load_frames
from scheduler.models.pools import load_members, pool_priorities
from scheduler.models.situations import load_situations

ROUTE = "hold-any"
_AUDITED_MEMBERS = 50


def hold_any(
    *,
    by: By,
    pool_id: str,
    location_id: str,
    start: int,
    key: str | None = None,
    only: frozenset[str] | None = None,
    source: str = "",
    booking_referral: str = "",
    most: int | None = None,
) -> Appointment:
    """Hold the start (epoch seconds) on that member of the pool at the place whom the fair order picks; ``only``: among
    these Schedules, where the visitor would rather see some of the members.

    One hold per visitor and pool: another one of the visitor's on a member there ends, the same start is theirs already.
    ``key``, ``most``: as for ``hold``. Raises NotFound when no member is offered there, KeyReused, and SlotGone when none is open:
    its reason is that of the member who is nearest to being so.
    """
    with booking_transaction() as session:
        priorities = pool_priorities(session, pool_id, location_id)
        if only is not None:
            priorities = {key: value for key, value in priorities.items() if key in only}
        frames = load_frames(session, list(priorities)) if priorities else []
        if not frames:
            raise NotFound(NOT_OFFERED)
        schedules = [frame.id for frame in frames]
        too_many = oldest_to_end(session, by, schedules, most, clock.now())
        appointment = Appointment(id=new_id(), code=new_code())
        made_before = idempotency.earlier(
            session,
            key=key,
            visitor=by.visitor,
            route=ROUTE,
            body=idempotency.body_hash([pool_id, location_id, start, *sorted(only or ())]),
            appointment_id=appointment.id,
            organization_id=frames[0].organization_id,
            now=clock.now(),
        )
        members = {actor for frame in frames for actor in frame.actors}
        now = take_now(session, members | actors_of(session, too_many))
        theirs = already_theirs(session, by, made_before, schedules, start, now)
        if theirs is None:
            end_oldest(session, by, too_many, now)
            theirs, made = appointment, pick_member(session, schedules, priorities, start, now)
            take_time(session, place_of(session, made.chosen.schedule), theirs, start, now, by)
            if made_before is not None:
                remember(session, by, key, ROUTE, theirs)
            note(session, theirs, by=by, at=now, action="hold", details=figures(pool_id, made))
        if theirs.status == HELD:
            refer(session, theirs, source, booking_referral, now)
        return theirs


def pick_member(
    session: Session, schedules: Sequence[str], priorities: Mapping[str, int], start: int, now: int
) -> Pick:
    """Who of the members ``schedules``, whose actors are locked, is booked at the start. Raises SlotGone, NotFound."""
    situations = load_situations(session, schedules, start, start + 1)
    reasons = {schedule: explain(situation, start, now) for schedule, situation in situations.items()}
    made = pick(
        load_members(session, priorities, start, now),
        [schedule for schedule, why in reasons.items() if not why],
    )
    if made is None:
        # one that was open and has left the team in this very moment has no reason to tell
        _refuse({schedule: why for schedule, why in reasons.items() if why})
    return made


def figures(pool_id: str, made: Pick) -> dict[str, Any]:
    """The pick as the audit keeps it: all members in order with their figures; the chosen one stands after those that
    were passed over."""
    shown = made.order[:_AUDITED_MEMBERS]
    return {
        "pool": pool_id,
        "decided": made.decided,
        "passed_over": len(made.passed_over),
        "members": [member.schedule for member in shown],
        "booked": [member.booked for member in shown],
        "available": [member.available for member in shown],
        "priority": [member.priority for member in shown],
    }


def _refuse(reasons: Mapping[str, Sequence[Reason]]) -> NoReturn:
    """Raise SlotGone for the member that is nearest to being open. Raises NotFound when no member is offered now."""
    if not reasons:
        raise NotFound(NOT_OFFERED)
    refuse(min((reasons[schedule] for schedule in sorted(reasons)), key=_distance))


def _distance(reasons: Sequence[Reason]) -> tuple[int, int]:
    """Held only, by when that ends; then taken, then a limit, then hours."""
    groups = {group_of(reason) for reason in reasons}
    if groups == {TAKEN} and all(reason.opens_at for reason in reasons):
        return 0, max(reason.opens_at or 0 for reason in reasons)
    return (3 if HOURS in groups else 2 if LIMITS in groups else 1), 0
