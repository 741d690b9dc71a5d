"""Visits that are booked in one act, all or none: a weekly series of one patient, or two relatives right after each other.

They are held, extended, released and booked together; afterwards each is a visit of its own, which moves and is cancelled
by itself, unless somebody cancels all that remain.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.availability import open_starts, right_after, weekly
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import idempotency
from scheduler.booking.acts import By
from scheduler.booking.capped import actors_of, end_oldest, oldest_to_end
from scheduler.booking.change import MAX_REASON, end_visit
from scheduler.booking.hold import end_other_holds, fresh, own_holds, refer, remember, still_stands, take_time
from scheduler.booking.telling import tell_hosts
from scheduler.booking.transaction import (
    Place,
    booking_transaction,
    lock_visits,
    new_code,
    note,
    place_of,
    settled,
    take_now,
    tell_patient,
    together_with,
)
from scheduler.errors import Conflict, InvalidInput, NotFound, SlotGone
from scheduler.ids import new_id
from scheduler.models import BOOKED, HELD, PENDING, Appointment, Together
from scheduler.models.situations import load_situation

SERIES, RELATIVES = "series", "relatives"
ROUTE = "hold-together"


def hold_series(
    *,
    by: By,
    schedule_id: str,
    start: int,
    weeks: int,
    key: str | None = None,
    source: str = "",
    booking_referral: str = "",
    most: int | None = None,
) -> Appointment:
    """Hold the start (epoch seconds) and the same wall time of the following weeks, ``weeks`` visits in all, or none of
    them. Returns the first. As for ``hold``, another hold of the visitor's on the Schedule ends, and with ``most`` their oldest.

    Raises InvalidInput when the type does not allow so many, SlotGone when one of the times is not open, NotFound,
    KeyReused.
    """
    finder = (source, booking_referral)
    return _hold(by, schedule_id, start, SERIES, weeks, key, finder, most)


def hold_relatives(
    *,
    by: By,
    schedule_id: str,
    start: int,
    key: str | None = None,
    source: str = "",
    booking_referral: str = "",
    most: int | None = None,
) -> Appointment:
    """Hold the start (epoch seconds) and the one right after it, for two relatives, or neither. Returns the first. Raises
    as ``hold_series``."""
    finder = (source, booking_referral)
    return _hold(by, schedule_id, start, RELATIVES, 2, key, finder, most)


def _hold(
    by: By,
    schedule_id: str,
    start: int,
    kind: str,
    count: int,
    key: str | None,
    finder: tuple[str, str],
    most: int | None,
) -> Appointment:
    with booking_transaction() as session:
        place = place_of(session, schedule_id)
        _allowed(place, kind, count)
        too_many = oldest_to_end(session, by, [schedule_id], most, clock.now())
        first = Appointment(id=new_id(), code=new_code())
        made_before = idempotency.earlier(
            session,
            key=key,
            visitor=by.visitor,
            route=ROUTE,
            body=idempotency.body_hash([schedule_id, start, kind, count]),
            appointment_id=first.id,
            organization_id=place.schedule.organization_id,
            now=clock.now(),
        )
        now = take_now(session, place.actors | actors_of(session, too_many))
        theirs = _already_theirs(session, by, made_before, place, start, kind, count, now)
        if theirs is None:
            end_oldest(session, by, too_many, now)
            theirs = first
            _take(session, by, place, first, kind, start, count, now)
            if made_before is not None:
                remember(session, by, key, ROUTE, theirs)
        if theirs.status == HELD:
            # of visits that one referral brought, the finder hears of the last one's end
            for visit in together_with(session, theirs):
                refer(session, visit, *finder, now)
        return theirs


def _allowed(place: Place, kind: str, count: int) -> None:
    if kind == SERIES and not 2 <= count <= place.type.series_most:
        raise InvalidInput({"weeks": f"Weeks: choose from 2 to {place.type.series_most}."})
    if kind == RELATIVES and (not place.type.relatives or place.type.capacity > 1):
        raise InvalidInput({"for": "This visit can't be booked for two at once. Book each one by itself."})


def _already_theirs(
    session: Session,
    by: By,
    made_before: str | None,
    place: Place,
    start: int,
    kind: str,
    count: int,
    now: int,
) -> Appointment | None:
    """What the visitor has of just these times: from an earlier press with the same key, or their live hold."""
    candidates: list[Appointment] = list(own_holds(session, by, [place.schedule.id]))
    if made_before is not None and (same := fresh(session, made_before)) is not None:
        candidates.insert(0, same)
    for one in candidates:
        if not still_stands(one, [place.schedule.id], start, now):
            continue
        row = session.get(Together, one.together_id) if one.together_id else None
        if row is not None and row.kind == kind and len(together_with(session, one)) == count:
            end_other_holds(session, by, [place.schedule.id], one, now)
            return one
    return None


def _take(
    session: Session, by: By, place: Place, first: Appointment, kind: str, start: int, count: int, now: int
) -> None:
    end_other_holds(session, by, [place.schedule.id], None, now)
    row = Together(id=new_id(), organization_id=place.schedule.organization_id, kind=kind, created_at=now)
    session.add(row)
    session.flush()
    times = weekly(start, count, zone_of(place.zone)) if kind == SERIES else [start]
    for number, at in enumerate(times):
        visit = first if number == 0 else Appointment(id=new_id(), code=new_code())
        _take_one(session, by, place, visit, row, at, now)
    if kind == RELATIVES:
        second = Appointment(id=new_id(), code=new_code())
        _take_one(session, by, place, second, row, _next_start(session, place, start, now), now)


def _take_one(
    session: Session, by: By, place: Place, visit: Appointment, row: Together, at: int, now: int
) -> None:
    visit.together_id = row.id
    take_time(session, place, visit, at, now, by)
    note(session, visit, by=by, at=now, action="hold", details={"together": row.id})


def _next_start(session: Session, place: Place, start: int, now: int) -> int:
    """The start right after a visit at ``start``, which is taken by now. Raises SlotGone."""
    reach = place.type.duration_minutes + place.type.buffer_after_minutes + place.type.buffer_before_minutes
    since = start + reach * clock.MINUTE
    situation = load_situation(session, place.schedule.id, since, since + clock.DAY)
    first, last = right_after(situation.rules, start)
    found = open_starts(situation, now, first, last)
    if not found:
        raise SlotGone("The time right after this one is not open any more.", reason="booked")
    return found[0]


@settled
def cancel_all(*, by: By, appointment_id: str, reason: str = "") -> list[Appointment]:
    """Cancel the appointment and all that were booked with it and are still to come; their times are free at once, and the
    patient gets one message. Returns what was cancelled, in order; what is over or cancelled stays as it is.

    Raises NotFound; Conflict when nothing is left to cancel; InvalidInput for a reason over 200 characters.
    """
    if len(reason) > MAX_REASON:
        raise InvalidInput({"reason": f"Reason: use at most {MAX_REASON} characters."})
    with booking_transaction() as session:
        appointment = session.get(Appointment, appointment_id)
        if appointment is None:
            raise NotFound("We can't find that appointment.")
        visits = together_with(session, appointment)
        now = lock_visits(session, visits)
        left = [one for one in visits if one.status in (BOOKED, PENDING) and one.starts_at > now]
        if not left:
            raise Conflict("There is nothing left to cancel.")
        for visit in left:
            end_visit(session, visit, by=by, now=now, reason=reason.strip() or None, words=None)
            note(session, visit, by=by, at=now, action="cancel")
        tell_patient(session, left[0], now, "booking-cancelled")
        tell_hosts(session, left[0], by=by, now=now, kind="booking-cancelled")
        return left


def kind_of(session: Session, appointment: Appointment) -> str:
    """``series``, ``relatives``, or "" for a visit that was booked by itself."""
    row = session.get(Together, appointment.together_id) if appointment.together_id else None
    return row.kind if row is not None else ""


def first_of(visits: Collection[Appointment]) -> Appointment:
    """The one for which all are spoken: with the earliest start."""
    return min(visits, key=lambda one: (one.starts_at, one.id))
