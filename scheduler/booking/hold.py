"""Hold, extend, release, hold again: an appointment that is not yet confirmed, with an expiry."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock, db, outcomes
from scheduler.booking import idempotency
from scheduler.booking.acts import PATIENT, By
from scheduler.booking.capped import actors_of, end_oldest, oldest_to_end
from scheduler.booking.seats import take_seat
from scheduler.booking.transaction import (
    NOT_OFFERED,
    Place,
    add_claims,
    ask,
    booking_transaction,
    chosen_actors,
    end_hold,
    lock_visits,
    mark_appointment,
    new_code,
    note,
    place_of,
    set_time,
    settled,
    take_now,
    together_with,
)
from scheduler.clock import MINUTE
from scheduler.errors import Conflict, HoldLapsed, NotFound
from scheduler.ids import new_id
from scheduler.models import BLOCKING, EXPIRED, HELD, Appointment, PatientDetails, Referral
from scheduler.web.settings import current_settings

MAX_EXTENSIONS = 10
DRAFT_KEPT_SECONDS = clock.DAY
MAX_REFERRAL = 255
ROUTE = "hold"


def is_live(appointment: Appointment, now: int) -> bool:
    """Whether a hold still blocks: an expiry that has come ends it although its status may say held a while yet."""
    return appointment.status == HELD and appointment.expires_at is not None and now < appointment.expires_at


def hold(
    *,
    by: By,
    schedule_id: str,
    start: int,
    key: str | None = None,
    source: str = "",
    booking_referral: str = "",
    most: int | None = None,
) -> Appointment:
    """Hold the start (epoch seconds) for ten minutes, or the type's own length of holds.

    One hold per visitor and schedule: another one of the visitor's ends, the same start is simply theirs already. ``most``:
    how many they may hold over all schedules; with more their oldest end.
    Raises NotFound, SlotGone, KeyReused.
    """
    with booking_transaction() as session:
        place = place_of(session, schedule_id)
        too_many = oldest_to_end(session, by, [schedule_id], most, clock.now())
        appointment = Appointment(id=new_id(), code=new_code())
        made_before = idempotency.earlier(
            session,
            key=key,
            visitor=by.visitor,
            route=ROUTE,
            body=idempotency.body_hash([schedule_id, start]),
            appointment_id=appointment.id,
            organization_id=place.schedule.organization_id,
            now=clock.now(),
        )
        now = take_now(session, place.actors | actors_of(session, too_many))
        theirs = already_theirs(session, by, made_before, [schedule_id], start, now)
        if theirs is None:
            end_oldest(session, by, too_many, now)
            theirs = appointment
            take_time(session, place, theirs, start, now, by)
            if made_before is not None:
                remember(session, by, key, ROUTE, theirs)
            note(session, theirs, by=by, at=now, action="hold")
        if theirs.status == HELD:
            refer(session, theirs, source, booking_referral, now)
        return theirs


def already_theirs(
    session: Session,
    by: By,
    made_before: str | None,
    schedule_ids: Collection[str],
    start: int,
    now: int,
) -> Appointment | None:
    """What the visitor has of this start on these Schedules: what an earlier press with the same key made
    (``made_before``), while it stands, else their own hold. Their holds of other starts there end."""
    if made_before is not None:
        same = fresh(session, made_before)
        if same is not None and still_stands(same, schedule_ids, start, now):
            return same
    held = own_holds(session, by, schedule_ids)
    mine = next((own for own in held if own.starts_at == start), None)
    end_other_holds(session, by, schedule_ids, mine, now)
    return mine


def end_other_holds(
    session: Session, by: By, schedule_ids: Collection[str], kept: Appointment | None, now: int
) -> None:
    """End the visitor's holds on these Schedules but for ``kept`` and what is held together with it."""
    for own in own_holds(session, by, schedule_ids):
        if own is not kept and (
            kept is None or own.together_id is None or own.together_id != kept.together_id
        ):
            end_hold(session, own, at=now)
    session.flush()


def remember(session: Session, by: By, key: str | None, route: str, appointment: Appointment) -> None:
    """Let a press with the same key find this one from now on, in place of what it made before."""
    if key and by.visitor:
        idempotency.point_to(session, key=key, visitor=by.visitor, route=route, appointment_id=appointment.id)


def refer(session: Session, appointment: Appointment, source: str, booking_referral: str, now: int) -> None:
    """Keep what a finder handed over with the hold: of two finders that sent somebody to one time, the later counts."""
    if not (source or booking_referral):
        return
    row = session.get(Referral, appointment.id)
    if row is None:
        row = Referral(
            appointment_id=appointment.id, organization_id=appointment.organization_id, created_at=now
        )
        session.add(row)
    row.source, row.booking_referral = source[:MAX_REFERRAL], booking_referral[:MAX_REFERRAL]
    row.handle_hash = outcomes.handle_hash(current_settings().secret, row.source, row.booking_referral)
    session.flush()
    outcomes.record(session, appointment, outcomes.HELD, now)


def still_stands(made: Appointment, schedule_ids: Collection[str], start: int, now: int) -> bool:
    """Whether what an earlier press made is what is asked for again: not lapsed, cancelled or moved since."""
    if made.schedule_id not in schedule_ids or made.starts_at != start:
        return False
    return is_live(made, now) or (made.status in BLOCKING and made.status != HELD)


@settled
def hold_again(*, by: By, appointment_id: str, most: int | None = None) -> Appointment:
    """Hold the time of one's own lapsed hold once more, if the rule still allows it; a live one is left as it is. ``most``:
    as for ``hold``, their oldest others end.

    Raises NotFound (also for somebody else's), SlotGone, Conflict when it is no hold any more.
    """
    with booking_transaction() as session:
        schedule_id = own_appointment(session, by, appointment_id).schedule_id
        too_many = oldest_to_end(session, by, [schedule_id], most, clock.now())
        appointment, place, now = locked_hold(session, by, appointment_id, actors_of(session, too_many))
        if not is_live(appointment, now):
            end_oldest(session, by, too_many, now)
            for one in take_again(session, place, appointment, now):
                note(session, one, by=by, at=now, action="hold-again")
        return appointment


@settled
def extend(*, by: By, appointment_id: str) -> Appointment:
    """Ten more minutes (the type's own length of holds) after its end, at most ten times: a press always gives time, also
    right after the last one.

    Raises HoldLapsed when the hold is over or has been extended as often as it may; NotFound, Conflict.
    """
    with booking_transaction() as session:
        appointment, place, now = locked_hold(session, by, appointment_id)
        if not is_live(appointment, now):
            raise HoldLapsed("Your hold has ended. Your answers are safe.")
        if appointment.extensions >= MAX_EXTENSIONS:
            raise HoldLapsed("This time has been held as long as it can be.")
        until = (appointment.expires_at or now) + place.type.hold_minutes * MINUTE
        for one in together_with(session, appointment):
            one.extensions += 1
            one.expires_at = until
            mark_appointment(session, one)
            note(session, one, by=by, at=now, action="extend")
        return appointment


@settled
def release(*, by: By, appointment_id: str) -> None:
    """Give one's own held time back. Releasing what is no hold any more does nothing. Raises NotFound."""
    with booking_transaction() as session:
        appointment = own_appointment(session, by, appointment_id)
        visits = together_with(session, appointment)
        now = lock_visits(session, visits)
        for one in visits:
            if one.status == HELD:
                end_hold(session, one, at=now)
                note(session, one, by=by, at=now, action="release")


def save_draft(*, by: By, appointment_id: str, draft: dict[str, Any]) -> None:
    """Keep what was typed behind one's own hold, as JSON, also when the hold has lapsed. Raises NotFound, Conflict."""
    with db.transaction() as session:
        appointment = own_appointment(session, by, appointment_id)
        if appointment.status not in (HELD, EXPIRED):
            raise Conflict("This appointment is booked already.")
        details = session.get(PatientDetails, appointment.id)
        if details is None:
            details = PatientDetails(
                appointment_id=appointment.id, organization_id=appointment.organization_id
            )
            session.add(details)
        details.draft = json.dumps(draft, ensure_ascii=True)


def choose_telling(*, by: By, appointment_id: str, tell: bool) -> None:
    """Keep whether the finder that sent the patient may hear how it ends, behind one's own hold. Raises NotFound."""
    with db.transaction() as session:
        outcomes.choose(session, own_appointment(session, by, appointment_id), tell)


def own_appointment(session: Session, by: By, appointment_id: str) -> Appointment:
    """The appointment, if it is the visitor's. Somebody else's is not found, so that ids tell nothing."""
    appointment = fresh(session, appointment_id)
    if appointment is None or not by.visitor or appointment.visitor != by.visitor:
        raise NotFound(_("We can't find that hold in this browser."))
    return appointment


def locked_hold(
    session: Session, by: By, appointment_id: str, besides: Collection[str] = ()
) -> tuple[Appointment, Place, int]:
    """One's own hold, live or lapsed, read after its actors (those of what is held together with it, and ``besides``) are
    locked, with its Place and now."""
    appointment = own_appointment(session, by, appointment_id)
    place = place_of(session, appointment.schedule_id, offered=False)
    now = lock_visits(session, together_with(session, appointment), place.actors | set(besides))
    if appointment.status not in (HELD, EXPIRED):
        raise Conflict(_("This is not held any more: it is booked or cancelled."))
    return appointment, place, now


def take_again(session: Session, place: Place, appointment: Appointment, now: int) -> list[Appointment]:
    """Take the time of a lapsed hold, and the times that were held together with it, as a new hold would; the whole rule is
    asked. Returns them. Raises SlotGone, and NotFound when its type is not offered any more."""
    if not place.hosts:
        raise NotFound(NOT_OFFERED)
    by = By("patient", visitor=appointment.visitor)
    end_other_holds(session, by, [appointment.schedule_id], appointment, now)
    visits = together_with(session, appointment)
    for one in visits:
        if one.status == HELD:  # a part of it that was taken for dead later than the others
            end_hold(session, one, at=now)
    session.flush()
    for one in visits:
        take_time(session, place, one, one.starts_at, now, None)
    return visits


def take_time(
    session: Session, place: Place, appointment: Appointment, start: int, now: int, by: By | None
) -> None:
    """Make the appointment a hold of this start, if the whole rule allows it; ``by`` for a new one. Raises SlotGone."""
    situation, _ = ask(session, place, start, now, act=PATIENT, leave_out=appointment.id)
    actors = chosen_actors(situation, start, now, appointment.id)
    set_time(appointment, place, start)
    appointment.status = HELD
    appointment.expires_at = now + place.type.hold_minutes * MINUTE
    appointment.extensions = 0
    appointment.overbooked = False
    if by is not None:
        appointment.visitor = by.visitor
        appointment.made_by = by.kind
        appointment.created_at = now
    group = take_seat(session, appointment, place.type.capacity)
    session.add(appointment)
    add_claims(session, appointment, actors, group)


def own_holds(session: Session, by: By, schedule_ids: Collection[str]) -> Sequence[Appointment]:
    """The visitor's holds on these Schedules; none for somebody without a visitor's cookie."""
    if not by.visitor:
        return ()
    return session.scalars(
        select(Appointment)
        .where(
            Appointment.visitor == by.visitor,
            Appointment.schedule_id.in_(schedule_ids),
            Appointment.status == HELD,
        )
        .order_by(Appointment.id)
    ).all()


def fresh(session: Session, appointment_id: str) -> Appointment | None:
    """The appointment as it stands in the database now."""
    return session.get(Appointment, appointment_id, populate_existing=True)
