"""The one path of every verb: lock, take now, expire, load, ask the rule, write (design.md "The booking transaction").

The order matters. Expiring before locking deadlocks; reading before locking sees what another is about to change.
Actors are locked in the order of their ids, by one statement; on SQLite the write transaction itself is the lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

from flask_babel import gettext, lazy_gettext
from sqlalchemy import BigInteger, BindParameter, ColumnElement, and_, bindparam, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler import audit, clock, db, outcomes
from scheduler.availability import Reason, Situation, explain
from scheduler.availability.hosts import Actors
from scheduler.availability.values import Moment
from scheduler.availability.zones import zone as zone_of
from scheduler.booking.acts import SYSTEM, TAKEN, Act, By, group_of
from scheduler.booking.telling import tell_hosts
from scheduler.clock import MINUTE
from scheduler.errors import Conflict, NotFound, SlotGone
from scheduler.models import (
    DECLINED,
    EXPIRED,
    HELD,
    PENDING,
    Actor,
    Appointment,
    AppointmentType,
    Claim,
    Schedule,
)
from scheduler.models.constraints import is_overlap
from scheduler.models.frames import known_schedules, load_frames
from scheduler.models.marks import mark_shards
from scheduler.models.situations import load_situation
from scheduler.notify import outbox

Given = ParamSpec("Given")
Result = TypeVar("Result")
NOT_OFFERED = lazy_gettext("This appointment type is not offered here now.")
# until when a request waits: one from before there was such a limit waits until its visit
DECIDE_BY = func.coalesce(Appointment.decide_by_at, Appointment.starts_at)
_ATTEMPTS = 5
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_SEAT = ("uq_appointment_session_seat", "appointment.seat_number")
# what an act means for the finder that sent the patient, where it means anything; the end of a hold is told by end_hold,
# its beginning by whoever knows the referral (hold.refer). A request is still only held.
_OUTCOMES = {
    "hold-again": outcomes.HELD,
    "book": outcomes.BOOKED,
    "restore": outcomes.BOOKED,
    "approve": outcomes.BOOKED,
    "move": outcomes.MOVED,
    "cancel": outcomes.CANCELLED,
    "decline": outcomes.CANCELLED,
    "lapse": outcomes.LAPSED,
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a visit is booked on: the Schedule with its type and zone, and all actors the rule may choose from."""

    schedule: Schedule
    type: AppointmentType
    zone: str
    hosts: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]

    @property
    def actors(self) -> set[str]:
        return {*self.hosts, *(actor for kind in self.kinds for actor in kind)}


@contextmanager
def booking_transaction() -> Iterator[Session]:
    """``db.transaction()``; should the constraint behind the rule ever be what refuses, that is a SlotGone too."""
    try:
        with db.transaction() as session:
            yield session
    except IntegrityError as error:
        if is_overlap(error):
            raise SlotGone("This time has just been taken.", reason="booked") from error
        if any(name in str(error.orig) for name in _SEAT):
            raise SlotGone("The last seat has just been taken.", reason="full") from error
        raise


_SCHEDULE = known_schedules().where(Schedule.id == bindparam("schedule"))


def place_of(session: Session, schedule_id: str, *, offered: bool = True) -> Place:
    """The Place of an offered Schedule. Raises NotFound.

    With ``offered=False`` one that is paused or retired meanwhile is found too, for what was held before; it has no
    actors then.
    """
    row = session.execute(_SCHEDULE, {"schedule": schedule_id}).one_or_none()
    frames = load_frames(session, [schedule_id])
    if row is None or (offered and not frames):
        raise NotFound(NOT_OFFERED)
    schedule, type_row, zone = row
    if not frames:
        return Place(schedule, type_row, zone, (), ())
    kinds = tuple(tuple(kind) for kind in frames[0].resources)
    return Place(schedule, type_row, zone, tuple(frames[0].hosts), kinds)


def lock_actors(session: Session, actors: Iterable[str]) -> None:
    """Wait until nobody else decides about these actors. A statement of its own: what is read later is current."""
    wanted = sorted(set(actors))
    if session.get_bind().dialect.name == "postgresql" and wanted:
        session.execute(
            select(Actor.id).where(Actor.id.in_(wanted)).order_by(Actor.id).with_for_update(key_share=True)
        ).all()


def take_now(session: Session, actors: Iterable[str]) -> int:
    """Lock the actors, read the clock, end the holds and requests on them that are over. Returns now (epoch seconds)."""
    wanted = set(actors)
    lock_actors(session, wanted)
    now = clock.now()
    over = session.scalars(_OVER, {"actors": list(wanted), "now": now}).all()
    for appointment in over:
        if appointment.status == HELD:
            end_hold(session, appointment, at=appointment.expires_at)
    lapse_requests(session, [one for one in over if one.status == PENDING], now)
    session.flush()
    return now


def overdue(now: int | ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    """The conditions on Appointment for a request that nobody decided about in time."""
    return Appointment.status == PENDING, now >= DECIDE_BY


# Made once: each act asks it, and to write it takes longer than to answer it.
_NOW: BindParameter[int] = bindparam("now", type_=BigInteger)
_OVER = (
    select(Appointment)
    .join(Claim, Claim.appointment_id == Appointment.id)
    .where(
        Claim.actor_id.in_(bindparam("actors", expanding=True)),
        or_(
            and_(Appointment.status == HELD, Appointment.expires_at <= _NOW),
            and_(*overdue(_NOW)),
        ),
    )
    .distinct()
    .order_by(Appointment.id)
    .execution_options(populate_existing=True)
)


def lapse_requests(session: Session, late: Iterable[Appointment], now: int) -> None:
    """Requests that were not decided in time end by themselves: their times are free, and the patients are told, once of
    what was asked for together. The caller has locked their actors. They count as declined, by nobody: ``decided_at`` stays
    empty."""
    told = set[str]()
    for appointment in sorted(late, key=lambda one: (one.starts_at, one.id)):
        appointment.status = DECLINED
        appointment.decide_by_at = appointment.decide_by_at or appointment.starts_at
        appointment.sequence += 1
        appointment.version += 1
        appointment.session_id = appointment.seat_number = None
        drop_claims(session, appointment)
        note(session, appointment, by=SYSTEM, at=now, action="lapse")
        together = appointment.together_id or appointment.id
        if together not in told:
            told.add(together)
            tell_patient(session, appointment, now, "request-lapsed")
            tell_hosts(session, appointment, by=SYSTEM, now=now, kind="request-lapsed")


def tell_patient(session: Session, appointment: Appointment, now: int, kind: str) -> None:
    """The message ``kind`` about the appointment as a row of the outbox."""
    outbox.enqueue(
        session,
        organization_id=appointment.organization_id,
        kind=kind,
        object_id=appointment.id,
        now=now,
    )


def claimed_actors(session: Session, appointment: Appointment) -> set[str]:
    """The actors whose time an appointment takes now."""
    return set(session.scalars(select(Claim.actor_id).where(Claim.appointment_id == appointment.id)))


def lock_visit(session: Session, appointment: Appointment, actors: Iterable[str] = ()) -> int:
    """``lock_visits`` for an act on one appointment."""
    return lock_visits(session, [appointment], actors)


def lock_visits(session: Session, visits: Sequence[Appointment], actors: Iterable[str] = ()) -> int:
    """``take_now`` for an act on appointments: their own actors and those they may get are locked, then their rows, which
    are read again. Returns now.

    Raises ClaimsMoved when a move gave one other actors meanwhile: to lock those now would break the order of ids.
    """
    locked = {*actors, *(actor for visit in visits for actor in claimed_actors(session, visit))}
    now = take_now(session, locked)
    for visit in sorted(visits, key=lambda one: one.id):
        session.refresh(visit, with_for_update={"key_share": True})
        if not claimed_actors(session, visit) <= locked:
            raise ClaimsMoved
    return now


def together_with(session: Session, appointment: Appointment) -> list[Appointment]:
    """The appointment and all that were booked with it in one act, in the order of their starts."""
    if appointment.together_id is None:
        return [appointment]
    found = session.scalars(
        select(Appointment)
        .where(Appointment.together_id == appointment.together_id)
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return list(found)


class ClaimsMoved(Exception):
    """The appointment was moved between looking and locking; the act starts anew."""


def settled(verb: Callable[Given, Result]) -> Callable[Given, Result]:
    """Do a verb again, in a new transaction, while ClaimsMoved ends it. Raises Conflict when that goes on for long."""

    @wraps(verb)
    def again(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        for _ in range(_ATTEMPTS):
            try:
                return verb(*args, **kwargs)
            except ClaimsMoved:
                continue
        raise Conflict(
            gettext("Somebody else is changing this appointment. Look at it again, then try once more.")
        )

    return again


def end_hold(
    session: Session, appointment: Appointment, *, lapsed: bool = False, at: int | None = None
) -> None:
    """A hold is over: its claims go, what was typed stays (for a day). The caller has locked its actors. ``lapsed``: its
    time had run out, which the feed knew beforehand. ``at``: since when (epoch seconds), for the finder that sent the
    patient; None: now."""
    outcomes.record(session, appointment, outcomes.LAPSED, clock.now() if at is None else at)
    appointment.status = EXPIRED
    appointment.seat_number = appointment.session_id = None
    drop_claims(session, appointment, mark=not lapsed)


def ask(
    session: Session,
    place: Place,
    start: int,
    now: int,
    *,
    act: Act,
    leave_out: str | None = None,
    set_aside: frozenset[str] = frozenset(),
    overbook: bool = False,
) -> tuple[Situation, bool]:
    """Ask the slot rule about this very start. Returns the Situation and whether the visit is overbooked.

    Raises SlotGone when a reason stands that the act may not set aside.
    """
    situation = load_situation(session, place.schedule.id, start, start + 1)
    reasons = explain(situation, start, now, leave_out)
    refused = act.refusals(reasons, set_aside, overbook)
    if refused:
        refuse(refused)
    return situation, any(group_of(reason) == TAKEN for reason in reasons)


def refuse(reasons: Sequence[Reason]) -> NoReturn:
    """Raise SlotGone for what stands in the way; with the instant it may be free again when that is all holds."""
    free_again = max((reason.opens_at or 0) for reason in reasons)
    held_only = all(reason.opens_at and group_of(reason) == TAKEN for reason in reasons)
    raise SlotGone(
        "This time is not open any more.",
        reason=reasons[0].code,
        free_again=free_again if held_only else None,
    )


def chosen_actors(situation: Situation, start: int, now: int, leave_out: str | None) -> list[str]:
    """All hosts and one actor of each kind: the first free one, or the first one when the visit is overbooked."""
    actors = Actors(situation, Moment(now, leave_out))
    chosen = [actors.chosen(kind, start) or next(iter(kind), None) for kind in actors.kinds]
    return [host.actor for host in actors.hosts] + [one.actor for one in chosen if one is not None]


def add_claims(session: Session, appointment: Appointment, actors: Sequence[str], group: str) -> None:
    """Take the actors' time for the appointment, padded by its buffers, and mark the feed."""
    start = appointment.starts_at - appointment.buffer_before_minutes * MINUTE
    end = appointment.ends_at + appointment.buffer_after_minutes * MINUTE
    session.flush()
    for actor in actors:
        session.add(
            Claim(
                organization_id=appointment.organization_id,
                appointment_id=appointment.id,
                actor_id=actor,
                group_id=group,
                starts_at=start,
                ends_at=end,
                overbooked=appointment.overbooked,
            )
        )
    session.flush()
    mark_shards(session, appointment.organization_id, actors, start, end)


def drop_claims(session: Session, appointment: Appointment, *, mark: bool = True) -> None:
    """Give the actors' time back and, with ``mark``, mark the feed."""
    claims = session.execute(
        select(Claim.actor_id, Claim.starts_at, Claim.ends_at).where(Claim.appointment_id == appointment.id)
    ).all()
    session.execute(delete(Claim).where(Claim.appointment_id == appointment.id))
    if claims and mark:
        start, end = min(claim.starts_at for claim in claims), max(claim.ends_at for claim in claims)
        mark_shards(session, appointment.organization_id, {claim.actor_id for claim in claims}, start, end)


def mark_appointment(session: Session, appointment: Appointment) -> None:
    """Mark the feed although no claim changed: a hold became a booking, or lasts longer."""
    claims = session.execute(
        select(Claim.actor_id, Claim.starts_at, Claim.ends_at).where(Claim.appointment_id == appointment.id)
    ).all()
    for actor, start, end in claims:
        mark_shards(session, appointment.organization_id, [actor], start, end)


def set_time(appointment: Appointment, place: Place, start: int) -> None:
    """Put an appointment on a Schedule at a start, with the type's length and buffers of today."""
    local = clock.to_local(start, zone_of(place.zone).info)
    appointment.schedule_id = place.schedule.id
    appointment.appointment_type_id = place.type.id
    appointment.location_id = place.schedule.location_id
    appointment.organization_id = place.schedule.organization_id
    appointment.starts_at = start
    appointment.ends_at = start + place.type.duration_minutes * MINUTE
    appointment.zone = place.zone
    appointment.wall_time = local.strftime("%Y-%m-%dT%H:%M")
    appointment.buffer_before_minutes = place.type.buffer_before_minutes
    appointment.buffer_after_minutes = place.type.buffer_after_minutes


def new_code() -> str:
    """Eight letters and digits that a person can say on the phone."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))


def note(
    session: Session,
    appointment: Appointment,
    *,
    by: By,
    at: int,
    action: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """The audit row of an act on an appointment, and what it means for the finder that sent the patient. ``details``:
    further ids, codes and whole numbers."""
    if action in _OUTCOMES:
        outcomes.record(session, appointment, _OUTCOMES[action], at)
    audit.record(
        session,
        organization_id=appointment.organization_id,
        at=at,
        by=by,
        action=action,
        object_kind="appointment",
        object_id=appointment.id,
        details={
            "schedule": appointment.schedule_id,
            "starts_at": appointment.starts_at,
            "status": appointment.status,
            **(details or {}),
        },
    )
