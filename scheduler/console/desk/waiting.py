"""Who waits, by type and in the order of joining: what they wish, what is offered to them, what could be offered now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, sees_all_bookings
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import is_live, links
from scheduler.booking.waitlist import suiting
from scheduler.console.desk.offers import Offered, offered_to
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import Appointment, AppointmentType, WaitlistEntry, WaitlistOffer
from scheduler.models.patients import OFFERED, WAITING
from scheduler.models.slots import slot_id
from scheduler.models.waiting import ON_THE_LIST, contact_of, open_offer, schedules_for
from scheduler.web.times import date_short

NO_ENTRY = "We can't find that person on the waitlist. They may have left it long ago."
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = {"": "", "morning": "mornings", "afternoon": "afternoons", "evening": "evenings"}


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who waits. ``number``: their place in the order; instants are epoch seconds in ``zone``. ``start`` and
    ``until``: the time offered to them now, ``offer``: its token; ``taking``: they are answering its questions. ``match``: a slot id that could
    be offered by hand, at ``match_start``. ``visit``: the booking that is to be sooner, at ``visit_start``."""

    id: str
    number: int
    name: str
    born: str
    phone: str
    email: str
    who: str
    wishes: str
    since: int
    zone: ZoneInfo
    start: int | None
    until: int | None
    offer: str
    taking: bool
    match: str
    match_start: int
    visit: str
    visit_start: int


@dataclass(frozen=True, slots=True)
class Type:
    """The list of one type. ``open``: patients can join it by themselves."""

    id: str
    name: str
    open: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    types: tuple[Type, ...]

    @property
    def count(self) -> int:
        return sum(len(one.rows) for one in self.types)


def waiting_page(person: Person, now: int, secret: str) -> Page:
    """Everybody whom the person may see on the list, by type and joining time. ``secret``: signs the links of offers."""
    with snapshot() as session:
        offers = offered_to(session, person, anyway=True)
        entries = [
            entry
            for entry in session.scalars(
                select(WaitlistEntry)
                .where(
                    WaitlistEntry.organization_id == person.organization_id,
                    WaitlistEntry.status.in_(ON_THE_LIST),
                )
                .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
            )
            if _may_see(session, person, entry, offers)
        ]
        matches = suiting(session, [entry for entry in entries if entry.status == WAITING], now)
        kinds = {entry.appointment_type_id for entry in entries}
        types = session.scalars(
            select(AppointmentType).where(AppointmentType.id.in_(kinds)).order_by(AppointmentType.name)
        ).all()
        return Page(
            tuple(
                Type(
                    kind.id,
                    kind.name,
                    kind.waitlist,
                    tuple(
                        _row(
                            session,
                            entry,
                            number,
                            offers,
                            (match.schedule_id, match.start)
                            if (match := matches.get(entry.id)) is not None and match.schedule_id in offers
                            else None,
                            now,
                            secret,
                        )
                        for number, entry in enumerate(
                            (one for one in entries if one.appointment_type_id == kind.id), 1
                        )
                    ),
                )
                for kind in types
            )
        )


def seen_entry(session: Session, person: Person, entry_id: str) -> WaitlistEntry:
    """The entry, on the list or off it. Raises NotFound, also for one that the person may not see."""
    entry = session.get(WaitlistEntry, entry_id)
    if entry is None or not _may_see(session, person, entry, offered_to(session, person, anyway=True)):
        raise NotFound(NO_ENTRY)
    return entry


def _may_see(session: Session, person: Person, entry: WaitlistEntry, offers: Collection[str]) -> bool:
    """Whoever sees all bookings sees everybody who waits; a clinician those who could get a time of theirs."""
    if entry.organization_id != person.organization_id:
        return False
    return sees_all_bookings(person) or any(one in offers for one in schedules_for(session, entry))


def _row(
    session: Session,
    entry: WaitlistEntry,
    number: int,
    offers: dict[str, Offered],
    match: tuple[str, int] | None,
    now: int,
    secret: str,
) -> Row:
    contact = contact_of(session, entry)
    theirs = [offers[one] for one in schedules_for(session, entry) if one in offers]
    visit = session.get(Appointment, entry.appointment_id) if entry.appointment_id else None
    offer = open_offer(session, entry.id) if entry.status == OFFERED else None
    hold = session.get(Appointment, offer.appointment_id) if offer is not None else None
    live = offer is not None and hold is not None and is_live(hold, now)
    return Row(
        id=entry.id,
        number=number,
        name=" ".join(part for part in (contact.given, contact.family) if part) or "No name",
        born=contact.birth_date,
        phone=contact.phone,
        email=contact.email,
        who=" or ".join(dict.fromkeys(one.who for one in theirs)),
        wishes=_wishes(entry),
        since=entry.created_at,
        zone=zone_of(_zone(offer, theirs, visit)).info,
        start=offer.starts_at if offer is not None and live else None,
        until=hold.expires_at if hold is not None and live else None,
        offer=links.offer_token(secret, offer) if offer is not None and live else "",
        taking=bool(hold is not None and live and hold.visitor),
        match=slot_id(*match) if match is not None else "",
        match_start=match[1] if match is not None else 0,
        visit=visit.id if visit is not None else "",
        visit_start=visit.starts_at if visit is not None else 0,
    )


def _zone(offer: WaitlistOffer | None, theirs: list[Offered], visit: Appointment | None) -> str:
    if visit is not None:
        return visit.zone
    own = next((one.zone for one in theirs if offer is not None and one.schedule == offer.schedule_id), None)
    return own or next((one.zone for one in theirs), "UTC")


def _wishes(entry: WaitlistEntry) -> str:
    """Which times suit, in a few words."""
    said = ", ".join(_DAYS[day - 1] for day in entry.weekdays) or "Any day"
    words = [f"{said}, {_PARTS[entry.part]}" if entry.part else said]
    words += [f"from {date_short(entry.earliest_on)}"] if entry.earliest_on else []
    words += [f"until {date_short(entry.latest_on)}"] if entry.latest_on else []
    return ", ".join(words)


def today_of(offer: Offered | None, now: int) -> date:
    """The local date for the dates that are typed."""
    return offer.today(now) if offer is not None else date.fromordinal(zone_of("UTC").day(now))
