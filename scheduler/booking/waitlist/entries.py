"""Join the waitlist, ask for something sooner, leave, come back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock, db
from scheduler.booking.acts import By
from scheduler.booking.find import same_contact
from scheduler.booking.sooner import record_entry
from scheduler.booking.transaction import ClaimsMoved, booking_transaction, end_hold, lock_visit, settled
from scheduler.booking.waitlist.starts import first_open
from scheduler.booking.waitlist.wishes import Who, Wish
from scheduler.clock import DAY, MINUTE
from scheduler.errors import Conflict, InvalidInput, NotFound
from scheduler.ids import new_id
from scheduler.models import BOOKED, HELD, PENDING, Appointment, AppointmentType, Outbox, WaitlistEntry
from scheduler.models.patients import DECLINED_OFFER, ENDED, LEFT, WAITING
from scheduler.models.waiting import ON_THE_LIST, contact_of, open_offer
from scheduler.notify import outbox

LONGEST_WAIT_DAYS = 180
LONGEST_WAIT_SECONDS = LONGEST_WAIT_DAYS * DAY
JOINED = "waitlist-joined"
NO_ENTRY = "We can't find that place on the waitlist. It may have ended long ago."
NO_LIST = "There is no waitlist for this visit now."


def join(*, by: By, type_id: str, wish: Wish, who: Who) -> tuple[WaitlistEntry, bool]:
    """Put somebody on the list of a type. Returns the entry and whether it is new: who waits for the type already, by
    contact and birth date, keeps the place that they have, unchanged.

    Staff (``by`` a user) may add somebody although patients cannot join by themselves. Raises NotFound, Conflict when the
    type has no waitlist, InvalidInput.
    """
    _check(who)
    with db.transaction() as session:
        # two that join at once with one contact are one after the other
        kind = session.get(AppointmentType, type_id, with_for_update={"key_share": True})
        if kind is None:
            raise NotFound(NO_LIST)
        if not kind.active or (by.kind != "user" and not kind.waitlist):
            raise Conflict(NO_LIST)
        now = clock.now()
        known = same_person(session, type_id, who)
        if known is not None:
            return known, False
        entry = WaitlistEntry(
            id=new_id(),
            organization_id=kind.organization_id,
            appointment_type_id=type_id,
            owner_kind=wish.owner_kind,
            owner_id=wish.owner_id,
            location_id=wish.location_id,
            status=WAITING,
            weekdays=list(wish.weekdays),
            part=wish.part,
            earliest_on=wish.earliest_on,
            latest_on=wish.latest_on,
            visitor=by.visitor,
            given=who.given,
            family=who.family,
            birth_date=who.birth_date,
            email=who.email or None,
            phone=who.phone or None,
            language=who.language,
            zone=who.zone,
            created_at=now,
        )
        entry.sooner_than_at = first_open(session, entry, now)
        session.add(entry)
        session.flush()
        record_entry(session, entry, by=by, at=now, action="join")
        tell(session, entry, JOINED, entry.id, now)
        return entry, True


def send_again(*, entry_id: str) -> None:
    """Mail somebody the link of their place once more, unless such a mail is on its way. Raises NotFound."""
    with db.transaction() as session:
        entry = found(session, entry_id)
        on_its_way = select(Outbox.id).where(
            Outbox.object_id == entry.id, Outbox.kind == JOINED, Outbox.done_at.is_(None)
        )
        if entry.status in ON_THE_LIST and session.scalar(on_its_way.limit(1)) is None:
            tell(session, entry, JOINED, entry.id, clock.now())


@settled
def ask_sooner(*, by: By, appointment_id: str) -> WaitlistEntry:
    """A booked patient asks to be told of a sooner time. Asking twice is asking once; who waited for this type before they
    booked keeps their place in the order. Raises NotFound; Conflict when the visit can't be moved online any more."""
    with booking_transaction() as session:
        visit = session.get(Appointment, appointment_id)
        if visit is None:
            raise NotFound("We can't find that appointment.")
        now = lock_visit(session, visit)
        kind = session.get_one(
            AppointmentType, visit.appointment_type_id, with_for_update={"key_share": True}
        )
        if not movable(visit, kind, now) or not kind.waitlist:
            raise Conflict("This appointment can't be moved online any more. Call the clinic.")
        entry = waiting_for_sooner(session, visit.id)
        if entry is not None:
            return entry
        entry = WaitlistEntry(
            id=new_id(),
            organization_id=visit.organization_id,
            appointment_type_id=visit.appointment_type_id,
            appointment_id=visit.id,
            owner_kind="",
            status=WAITING,
            weekdays=[],
            part="",
            created_at=now,
        )
        contact = contact_of(session, entry)
        before = same_person(
            session,
            visit.appointment_type_id,
            Who(contact.given, contact.family, contact.birth_date, contact.email, contact.phone),
        )
        if before is not None and before.appointment_id is None:
            entry = before
            entry.appointment_id = visit.id
            entry.given = entry.family = entry.birth_date = entry.email = entry.phone = None
        entry.sooner_than_at = first_open(session, entry, now)
        session.add(entry)
        session.flush()
        record_entry(session, entry, by=by, at=now, action="ask-sooner")
        return entry


@settled
def leave(*, by: By, entry_id: str, ended: bool = False) -> WaitlistEntry:
    """Take somebody off the list, by their own hand or staff's (``ended``: because there is nothing to wait for any more);
    a time that is held for them is free again at once. Leaving twice is leaving once. Raises NotFound, Conflict."""
    with booking_transaction() as session:
        entry, now = locked(session, entry_id)
        if entry.status not in ON_THE_LIST:
            return entry
        offer = open_offer(session, entry.id)
        if offer is not None:
            hold = session.get_one(Appointment, offer.appointment_id)
            if hold.status == HELD:
                end_hold(session, hold)
            offer.status, offer.decided_at = DECLINED_OFFER, now
        entry.status, entry.ended_at = ENDED if ended else LEFT, now
        record_entry(session, entry, by=by, at=now, action="end" if ended else "leave")
        return entry


def put_back(*, by: By, entry_id: str) -> WaitlistEntry:
    """Staff take back that somebody left: they wait again, at their old place in the order. Raises NotFound; Conflict when
    the person has joined anew or has a time meanwhile."""
    with db.transaction() as session:
        entry = found(session, entry_id)
        session.refresh(entry, with_for_update={"key_share": True})
        if entry.status in ON_THE_LIST:
            return entry
        contact = contact_of(session, entry)
        who = Who(contact.given, contact.family, contact.birth_date, contact.email, contact.phone)
        if entry.status != LEFT or same_person(session, entry.appointment_type_id, who) is not None:
            raise Conflict(
                "This person can't be put back: they have a time or joined anew. Add them once more."
            )
        entry.status, entry.ended_at = WAITING, None
        record_entry(session, entry, by=by, at=clock.now(), action="put-back")
        return entry


def found(session: Session, entry_id: str) -> WaitlistEntry:
    """The entry. Raises NotFound."""
    entry = session.get(WaitlistEntry, entry_id, populate_existing=True)
    if entry is None:
        raise NotFound(NO_ENTRY)
    return entry


def locked(session: Session, entry_id: str) -> tuple[WaitlistEntry, int]:
    """The entry, read after the actors of its open offer and then it were locked; and now. Raises NotFound, ClaimsMoved when
    it got an offer meanwhile."""
    entry = found(session, entry_id)
    seen = open_offer(session, entry.id)
    hold = session.get(Appointment, seen.appointment_id) if seen is not None else None
    now = lock_visit(session, hold) if hold is not None else clock.now()
    session.refresh(entry, with_for_update={"key_share": True})
    current = open_offer(session, entry.id)
    if current is not None and (seen is None or current.id != seen.id):
        raise ClaimsMoved
    return entry, now


def waiting_for_sooner(session: Session, appointment_id: str) -> WaitlistEntry | None:
    """The entry by which a booked patient waits for a sooner time."""
    return session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.appointment_id == appointment_id, WaitlistEntry.status.in_(ON_THE_LIST))
        .order_by(WaitlistEntry.created_at)
    ).first()


def movable(visit: Appointment, kind: AppointmentType, now: int) -> bool:
    """Whether a booked patient may still move their visit by themselves: the clinic's notice has not begun."""
    return (
        visit.status in (BOOKED, PENDING)
        and now < visit.starts_at - kind.cancellation_notice_minutes * MINUTE
    )


def same_person(session: Session, type_id: str, who: Who) -> WaitlistEntry | None:
    """Who waits for the type with the same birth date and email or phone. What patients typed can't be searched by the
    database (it is to be encrypted), so the list is read."""
    asked = [contact for contact in (who.email, who.phone) if contact]
    rows = session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.appointment_type_id == type_id, WaitlistEntry.status.in_(ON_THE_LIST))
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    )
    for entry in rows.all():
        known = contact_of(session, entry)
        if known.birth_date == who.birth_date and any(
            same_contact(contact, known.email, known.phone) for contact in asked
        ):
            return entry
    return None


def tell(session: Session, entry: WaitlistEntry, kind: str, object_id: str, now: int) -> None:
    """Put a message to whoever waits into the outbox."""
    outbox.enqueue(session, organization_id=entry.organization_id, kind=kind, object_id=object_id, now=now)


def _check(who: Who) -> None:
    """Whatever page they came from. Raises InvalidInput."""
    problems: dict[str, str] = {}
    if not who.given.strip():
        problems["given"] = "First name: enter the name of the person who comes."
    if not who.phone.strip() and not who.email.strip():
        problems["email"] = "Phone or email: enter at least one so the clinic can reach you."
    if problems:
        raise InvalidInput(problems)
