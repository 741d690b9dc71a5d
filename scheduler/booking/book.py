"""Book: a patient confirms a hold; the front desk books straight away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict

from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.booking import documents, idempotency
from scheduler.booking.acts import DESK, By
from scheduler.booking.change import MAX_REASON
from scheduler.booking.details import AnswerGiven, Details, Taken, check, keep
from scheduler.booking.eligible import WHO, check_who
from scheduler.booking.hold import is_live, own_appointment, take_again
from scheduler.booking.requests import decide_by
from scheduler.booking.seats import take_seat
from scheduler.booking.telling import tell_hosts
from scheduler.booking.transaction import (
    Place,
    add_claims,
    ask,
    booking_transaction,
    chosen_actors,
    lock_visits,
    mark_appointment,
    new_code,
    note,
    place_of,
    set_time,
    settled,
    take_now,
    tell_patient,
    together_with,
)
from scheduler.booking.twice import tell_of_doubles
from scheduler.booking.upkeep import clean_text
from scheduler.booking.waitlist.settle import settle_booked
from scheduler.errors import Conflict, InvalidInput, SlotGone
from scheduler.ids import new_id
from scheduler.models import BOOKED, EXPIRED, HELD, PENDING, Appointment, Together
from scheduler.notify import reminders

ROUTE, DESK_ROUTE = "book", "desk-book"


@settled
def book(
    *,
    by: By,
    appointment_id: str,
    details: Details,
    answers: Sequence[AnswerGiven] = (),
    relative: Details | None = None,
    relative_answers: Sequence[AnswerGiven] = (),
    key: str | None = None,
) -> Appointment:
    """Confirm one's own hold: booked, or pending where the clinic approves each request. What is held together with it is
    confirmed in the same act: a series with the same details, the second of two relatives' visits with those of
    ``relative``, who is asked the same questions.

    What the rule decided when the time was held stays decided; a lapsed hold meets the whole rule again. A second
    press returns the same appointment. Raises NotFound, SlotGone (with the draft kept), InvalidInput, Conflict,
    KeyReused.
    """
    with booking_transaction() as session:
        appointment = own_appointment(session, by, appointment_id)
        place = place_of(session, appointment.schedule_id, offered=False)
        visits = together_with(session, appointment)
        now = lock_visits(session, visits, place.actors)
        if appointment.status in (BOOKED, PENDING):
            return appointment
        if appointment.status not in (HELD, EXPIRED):
            raise Conflict("This appointment has been cancelled. Choose a time to book again.")
        if appointment.starts_at <= now:
            raise SlotGone("That time has passed.", reason="past")
        files = documents.answered(documents.listed(session, appointment.id))
        taken = check(session, place.type.id, details, answers, files=files)
        _check_relative(session, appointment, relative)
        theirs = None
        if relative is not None:
            theirs = _check_second(session, place, visits[-1], relative, relative_answers)
        for visit in visits:
            who = relative if relative is not None and visit is not visits[0] else details
            second = who is relative
            # the files of a series stand behind its first visit, each relative's behind their own
            handed_in = visit.id if second else appointment.id
            _check_who(session, place, visit, who, second=second, handed_in=handed_in)
        if not is_live(appointment, now):
            take_again(session, place, appointment, now)
        idempotency.earlier(
            session,
            key=key,
            visitor=by.visitor,
            route=ROUTE,
            body=idempotency.body_hash(appointment.id),
            appointment_id=appointment.id,
            organization_id=appointment.organization_id,
            now=now,
        )
        pending = place.type.approval_required
        for visit in visits:
            visit.status = PENDING if pending else BOOKED
            visit.expires_at = None
            visit.booked_at = now
            visit.decide_by_at = decide_by(place.type, now, visits[0].starts_at) if pending else None
            if relative is not None and theirs is not None and visit is not visits[0]:
                keep(session, visit, relative, theirs.answers)
                documents.drop_unasked(session, visit.id, theirs.asked)
            else:
                keep(session, visit, details, taken.answers)
            settle_booked(session, visit, now)
            mark_appointment(session, visit)
            note(session, visit, by=by, at=now, action="request" if pending else "book")
            tell_of_doubles(session, visit, now)
        documents.drop_unasked(session, appointment.id, taken.asked)
        _tell(session, visits, now, by)
        return appointment


def desk_book(
    *,
    by: By,
    schedule_id: str,
    start: int,
    details: Details,
    answers: Sequence[AnswerGiven] = (),
    set_aside: frozenset[str] = frozenset(),
    overbook_reason: str = "",
    key: str | None = None,
) -> Appointment:
    """The front desk books at once. ``set_aside`` names the groups of rules (``hours``, ``limits``; ``who``: whom the type
    is for) that staff chose to go on without; a taken time needs ``overbook_reason``. A second press with the same ``key`` of the same user
    returns what the first one booked.

    Raises NotFound, SlotGone (its reason says which rule stands), InvalidInput, KeyReused.
    """
    if by.kind not in ("user", "system"):
        raise InvalidInput({"by": "Only staff can book without a hold."})
    reason = clean_text(overbook_reason, field="overbook_reason", label="Reason", most=MAX_REASON)
    with booking_transaction() as session:
        place = place_of(session, schedule_id)
        appointment = Appointment(id=new_id(), code=new_code())
        made_before = idempotency.earlier(
            session,
            key=key,
            visitor=by.user_id,
            route=DESK_ROUTE,
            body=idempotency.body_hash([schedule_id, start, asdict(details), [*map(asdict, answers)]]),
            appointment_id=appointment.id,
            organization_id=place.schedule.organization_id,
            now=clock.now(),
        )
        if made_before is not None:
            return session.get_one(Appointment, made_before)
        now = take_now(session, place.actors)
        taken = check(session, place.type.id, details, answers)
        situation, overbooked = ask(
            session, place, start, now, act=DESK, set_aside=set_aside, overbook=reason is not None
        )
        appointment.status, appointment.made_by = BOOKED, by.kind
        appointment.created_at = appointment.booked_at = now
        set_time(appointment, place, start)
        if WHO not in set_aside:
            check_who(session, place.type, appointment, details, staff=True)
        appointment.overbooked = overbooked
        appointment.overbook_reason = reason if overbooked else None
        # An overbooked visit stands outside its session: all seats may be taken.
        group = appointment.id if overbooked else take_seat(session, appointment, place.type.capacity)
        session.add(appointment)
        add_claims(session, appointment, chosen_actors(situation, start, now, None), group)
        keep(session, appointment, details, taken.answers)
        note(session, appointment, by=by, at=now, action="overbook" if overbooked else "book")
        _tell(session, [appointment], now, by)
        return appointment


def _check_relative(session: Session, appointment: Appointment, relative: Details | None) -> None:
    """Whoever comes second has a name too. Raises InvalidInput."""
    row = session.get(Together, appointment.together_id) if appointment.together_id else None
    wanted = row is not None and row.kind == "relatives"
    if wanted and (relative is None or not relative.given.strip()):
        raise InvalidInput({"second_given": "First name: enter the name of the second person who comes."})
    if relative is not None and not wanted:
        raise InvalidInput({"second_given": "One time is held only, so nobody else can come along with it."})


def _check_second(
    session: Session, place: Place, visit: Appointment, relative: Details, answers: Sequence[AnswerGiven]
) -> Taken:
    """``check`` for the second of two relatives: its fields are named so. Raises InvalidInput."""
    files = documents.answered(documents.listed(session, visit.id))
    with _of_the_second():
        return check(session, place.type.id, relative, answers, files=files)


@contextmanager
def _of_the_second() -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput({f"second_{name}": text for name, text in error.problems.items()}) from error


def _check_who(
    session: Session, place: Place, visit: Appointment, who: Details, *, second: bool, handed_in: str
) -> None:
    """``check_who``; of the ``second`` of two relatives its fields are named so. Raises InvalidInput."""
    with _of_the_second() if second else nullcontext():
        check_who(session, place.type, visit, who, staff=False, handed_in=handed_in)


def _tell(session: Session, visits: Sequence[Appointment], now: int, by: By) -> None:
    """One message for all that is booked at once; each visit has reminders of its own."""
    first = visits[0]
    kind = "booking-pending" if first.status == PENDING else "booking-confirmed"
    tell_patient(session, first, now, kind)
    tell_hosts(session, first, by=by, now=now, kind=kind)
    for visit in visits:
        reminders.plan(session, visit, now)
