"""The waitlist as a patient reads it: their place on it, and a time that is offered to them. Reading only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from scheduler.booking import is_live, links
from scheduler.booking.eligible import check_day
from scheduler.booking.waitlist import waiting_for_sooner
from scheduler.errors import NotEligible
from scheduler.models import (
    BOOKED,
    PENDING,
    Appointment,
    AppointmentType,
    Location,
    Organization,
    Pool,
    Practitioner,
    WaitlistEntry,
    WaitlistOffer,
)
from scheduler.models.patients import OPEN, TAKEN
from scheduler.models.waiting import ON_THE_LIST, contact_of, open_offer, schedules_for
from scheduler.portal.holds import chosen_of
from scheduler.portal.offers import Offer, load_offers
from scheduler.portal.slots import Chosen
from scheduler.web.clinic import Clinic, clinic_of


@dataclass(frozen=True, slots=True)
class Sooner:
    """A booked patient's wish for a sooner time: the tokens of their place on the list and of the offer that they have, and
    until when that is theirs (epoch seconds)."""

    entry: str
    offer: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place on the list. ``status``: waiting, offered, taken, left or ended; ``places``: where a time would suit
    them; ``offer``: an offered time's token, ``kept``: that time, theirs until ``until`` (epoch seconds); ``visit``: the token
    of the appointment that is to be sooner, ``now``: its time; ``by_mail``: messages go by email."""

    id: str
    token: str
    status: str
    type: str
    who: str
    places: tuple[str, ...]
    weekdays: tuple[str, ...]
    part: str
    earliest_on: date | None
    latest_on: date | None
    joined_at: int
    zone: str
    by_mail: bool
    clinic: Clinic
    visit: str
    now: Chosen | None
    offer: str
    kept: Chosen | None
    until: int
    times_path: str

    @property
    def waits(self) -> bool:
        return self.status in ON_THE_LIST


@dataclass(frozen=True, slots=True)
class Offered:
    """A time offered to somebody. ``state``: open, taken, declined, lapsed, gone (the time was let go, or they left),
    unfit (``unfit`` says for which ages the type is now, on that day); ``until``: epoch seconds. ``now``: the visit that it would replace, None for a new one; ``visit``: the token of what was
    booked; ``waits``: they are still on the list, ``entry``: its token."""

    id: str
    token: str
    state: str
    chosen: Chosen
    until: int
    now: Chosen | None
    visit: str
    entry: str
    waits: bool
    viewer_zone: str
    typed: Mapping[str, Sequence[str]]
    unfit: str = ""


def place_of_entry(session: Session, secret: str, token: str) -> Place | None:
    """The place on the list that a signed link opens; None for anything else."""
    entry = links.find_entry(session, secret, token)
    if entry is None:
        return None
    kind = session.get_one(AppointmentType, entry.appointment_type_id)
    suiting = list(load_offers(session, schedules_for(session, entry)).values())
    offers = [offer for offer in suiting if offer.public]
    organization = session.get_one(Organization, entry.organization_id)
    offer = open_offer(session, entry.id)
    visit = session.get(Appointment, entry.appointment_id) if entry.appointment_id else None
    booked = chosen_of(session, visit) if visit is not None else None
    return Place(
        id=entry.id,
        token=token,
        status=entry.status,
        type=kind.name,
        who=booked.offer.who if booked is not None else _owner_name(session, entry),
        places=_places(session, entry, suiting),
        weekdays=tuple(str(day) for day in entry.weekdays),
        part=entry.part,
        earliest_on=entry.earliest_on,
        latest_on=entry.latest_on,
        joined_at=entry.created_at,
        zone=offers[0].place.zone if offers else "UTC",
        by_mail=bool(contact_of(session, entry).email),
        clinic=clinic_of(organization, phone=offers[0].place.phone if offers else ""),
        visit=links.manage_token(secret, visit) if visit is not None else "",
        now=booked,
        offer=links.offer_token(secret, offer) if offer is not None else "",
        kept=chosen_of(session, session.get_one(Appointment, offer.appointment_id))
        if offer is not None
        else None,
        until=offer.until_at if offer is not None else 0,
        times_path=_times_path(offers),
    )


def _owner_name(session: Session, entry: WaitlistEntry) -> str:
    """The clinician or team that somebody waits for; "" where it is the place."""
    if entry.owner_kind == "practitioner":
        person = session.get(Practitioner, entry.owner_id)
        return person.display_name if person is not None else ""
    if entry.owner_kind == "pool":
        team = session.get(Pool, entry.owner_id)
        return team.name if team is not None else ""
    return ""


def _places(session: Session, entry: WaitlistEntry, suiting: Sequence[Offer]) -> tuple[str, ...]:
    """The names of the places where a time would suit somebody: the one that they chose, else all."""
    chosen = entry.location_id or (entry.owner_id if entry.owner_kind == "location" else None)
    place = session.get(Location, chosen) if chosen else None
    return (place.name,) if place is not None else tuple(sorted({offer.place.name for offer in suiting}))


def _times_path(offers: Sequence[Offer]) -> str:
    return next((offer.times_path for offer in offers if offer.bookable and offer.times_path), "")


def sooner_of(session: Session, secret: str, appointment_id: str) -> Sooner | None:
    """What a booked patient's page says about a sooner time; None when they did not ask for one."""
    entry = waiting_for_sooner(session, appointment_id)
    if entry is None:
        return None
    offer = open_offer(session, entry.id)
    token = links.waitlist_token(secret, entry)
    return Sooner(token, links.offer_token(secret, offer), offer.until_at) if offer else Sooner(token)


def offered_by(session: Session, secret: str, token: str, now: int) -> Offered | None:
    """The offered time that a signed link opens; None for anything else."""
    row = links.find_offer(session, secret, token)
    if row is None:
        return None
    entry = session.get_one(WaitlistEntry, row.entry_id)
    hold = session.get_one(Appointment, row.appointment_id)
    visit = session.get(Appointment, entry.appointment_id) if entry.appointment_id else None
    contact = contact_of(session, entry)
    ahead = visit is not None and visit.status in (BOOKED, PENDING)
    booked = visit if visit is not None else hold if row.status == TAKEN else None
    state = _state(row, hold, now) if visit is None or ahead else "gone"
    unfit = _unfit(session, hold, contact.birth_date) if state == OPEN else ""
    return Offered(
        id=row.id,
        token=token,
        state="unfit" if unfit else state,
        chosen=chosen_of(session, hold),
        until=hold.expires_at if hold.expires_at and is_live(hold, now) else row.until_at,
        now=chosen_of(session, visit) if visit is not None else None,
        visit=links.manage_token(secret, booked) if booked is not None else "",
        entry=links.waitlist_token(secret, entry),
        waits=entry.status in ON_THE_LIST,
        viewer_zone=contact.zone,
        typed=_typed(contact.given, contact.family, contact.birth_date, contact.email, contact.phone),
        unfit=unfit,
    )


def _unfit(session: Session, hold: Appointment, birth_date: str) -> str:
    """For which ages the type is, when that speaks against the offered time."""
    kind = session.get_one(AppointmentType, hold.appointment_type_id)
    try:
        check_day(kind, birth_date, hold.starts_at, hold.zone)
    except NotEligible as error:
        return error.sentence
    return ""


def _state(row: WaitlistOffer, hold: Appointment, now: int) -> str:
    if row.status != OPEN:
        return row.status
    if is_live(hold, now):
        return OPEN
    return "lapsed" if now >= row.until_at else "gone"


def _typed(given: str, family: str, birth_date: str, email: str, phone: str) -> dict[str, list[str]]:
    """What the details page would have been sent, had the person typed it there."""
    typed = {"for_whom": ["me"], "given": [given], "email": [email], "phone": [phone]}
    typed |= {"family": [family]} if family else {"one_name": ["y"]}
    if birth_date:
        born = date.fromisoformat(birth_date)
        for part in ("month", "day", "year"):
            typed[f"birth_date-{part}"] = [str(getattr(born, part))]
    return typed
