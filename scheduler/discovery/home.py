"""What the home page says, read in one view of the database: who may be booked, where, for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Practitioner,
    PractitionerRole,
    Schedule,
    ScheduleHost,
    Slug,
)
from scheduler.web.clinic import root_organization
from scheduler.web.languages import page_language
from scheduler.web.recall import recall

LISTED = ("feed", "page")  # types with a private link are for those who were given it, paused ones for nobody
_HOW = {"video": lazy_gettext("by video"), "phone": lazy_gettext("by phone")}


@dataclass(frozen=True, slots=True)
class Offer:
    """A type that somebody offers: its name, length in minutes, and how, unless in person."""

    name: str
    minutes: int
    how: str = ""


@dataclass(frozen=True, slots=True)
class Bookable:
    """A clinician or a place with a page of its own."""

    kind: str
    name: str
    address: str
    specialty: str
    places: tuple[str, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Bookables under one heading."""

    title: str
    members: tuple[Bookable, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """The home page. ``name`` is empty when no organization has been set up."""

    name: str = ""
    phone: str = ""
    email: str = ""
    demo: bool = False
    bookables: tuple[Bookable, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """Clinicians, then places whose times belong to no clinician; empty ones are left out."""
        titles = (("practitioner", _("Clinicians")), ("location", _("Places")))
        split = ((title, tuple(b for b in self.bookables if b.kind == kind)) for kind, title in titles)
        return tuple(Group(title, members) for title, members in split if members)


@dataclass(frozen=True, slots=True)
class _Row:
    """One schedule as seen from the page that offers it."""

    owner: Practitioner | Location
    type: AppointmentType
    location: Location
    specialty: str


def load_home(session: Session) -> Home:
    """The home page's content, in the language of the page."""
    return recall(session, ("home", page_language()), lambda: _read_home(session)) or Home()


def _read_home(session: Session) -> Home | None:
    root = root_organization(session)
    if root is None:
        return None
    return Home(root.name, root.phone, root.email, root.demo, _bookables(session))


def _bookables(session: Session) -> tuple[Bookable, ...]:
    slugs = {
        (slug.kind, slug.target_id): slug.slug
        for slug in session.scalars(select(Slug).where(Slug.scope == "", Slug.current))
    }
    found = [
        _bookable(kind, slugs[(kind, owner_id)], rows)
        for (kind, owner_id), rows in _by_owner(session).items()
        if (kind, owner_id) in slugs
    ]
    return tuple(sorted(found, key=lambda item: (item.kind, item.name.casefold(), item.address)))


def _by_owner(session: Session) -> dict[tuple[str, str], list[_Row]]:
    hosts = _hosts(session)
    owners: dict[tuple[str, str], list[_Row]] = {}
    offered = session.execute(
        select(Schedule.id, AppointmentType, Location)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .where(
            Schedule.active, AppointmentType.active, Location.active, AppointmentType.visibility.in_(LISTED)
        )
        .order_by(AppointmentType.name, AppointmentType.id, Location.name)
    )
    for schedule_id, kind, location in offered:
        if schedule_id not in hosts:
            owners.setdefault(("location", location.id), []).append(
                _Row(location, kind, location, kind.specialty)
            )
        for practitioner, specialty in hosts.get(schedule_id, ()):
            row = _Row(practitioner, kind, location, specialty or kind.specialty)
            owners.setdefault(("practitioner", practitioner.id), []).append(row)
    return owners


def _hosts(session: Session) -> dict[str, list[tuple[Practitioner, str]]]:
    rows = session.execute(
        select(ScheduleHost.schedule_id, Practitioner, PractitionerRole.specialty)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .outerjoin(PractitionerRole, PractitionerRole.id == ScheduleHost.practitioner_role_id)
        .where(Practitioner.active)
        .order_by(ScheduleHost.schedule_id, ScheduleHost.position)
    )
    hosts: dict[str, list[tuple[Practitioner, str]]] = {}
    for schedule_id, practitioner, specialty in rows:
        hosts.setdefault(schedule_id, []).append((practitioner, specialty or ""))
    return hosts


def _bookable(kind: str, slug: str, rows: list[_Row]) -> Bookable:
    owner = rows[0].owner
    name = owner.display_name if isinstance(owner, Practitioner) else owner.name
    places = (_town(row.location) if kind == "location" else _place(row.location) for row in rows)
    return Bookable(
        kind=kind,
        name=name,
        address=f"/{slug}",
        specialty=", ".join(_once(row.specialty for row in rows if row.specialty))
        if kind == "practitioner"
        else "",
        places=tuple(_once(place for place in places if place)),
        offers=tuple(_once(_offer(row.type) for row in rows)),
    )


def _offer(kind: AppointmentType) -> Offer:
    return Offer(kind.name, kind.duration_minutes, str(_HOW.get(kind.modality, "")))


def _town(location: Location) -> str:
    return ", ".join(part for part in (location.city, location.state) if part)


def _place(location: Location) -> str:
    """The place with its town, unless its name says the town already or it is virtual."""
    town = _town(location)
    plain = not town or location.kind != "physical" or location.city in location.name
    return location.name if plain else f"{location.name}, {town}"


def _once(items: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(items))
