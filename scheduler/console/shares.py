"""What the Share page shows: a link per appointment type and owner, whether it can be booked, and the feed's state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import segno
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, FRONT_DESK, Person, may_edit_type
from scheduler.availability import Situation, next_open
from scheduler.availability.zones import zone as zone_of
from scheduler.clock import DAY
from scheduler.console.feed_state import FeedState, feed_state
from scheduler.db import snapshot
from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Pool,
    PoolMember,
    Practitioner,
    Schedule,
    ScheduleHost,
    ShareLink,
    Slug,
)
from scheduler.models.situations import load_situations
from scheduler.settings import Settings

SWITCHED = ("feed", "page")
_SHOWN = {
    "feed": ("ok", "Shown in finders"),
    "page": ("info", "On your page only"),
    "link": ("info", "By private link only"),
    "paused": ("warn", "Paused: can't be booked"),
}


@dataclass(frozen=True, slots=True)
class Fix:
    """Why patients or finders don't get everything, and where that is changed."""

    why: str
    href: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Url:
    """An address that opens the type's times; a private one has a label and may end (epoch seconds)."""

    url: str
    label: str = ""
    expires_at: int | None = None

    @property
    def qr(self) -> Markup:
        """The QR code as SVG, black on white with its quiet zone."""
        code = segno.make(self.url, error="m", micro=False)
        return Markup(code.svg_inline(dark="#000", light="#fff", border=4, omitsize=True))  # noqa: S704 - drawn by segno


@dataclass(frozen=True, slots=True)
class Link:
    """A type at one owner's page, as it is shared. ``urls`` is empty for a link-only type without private links;
    ``schedule_id``: the first Schedule by which it is offered."""

    type_id: str
    owner_id: str
    type: str
    owner: str
    places: tuple[str, ...]
    minutes: int
    urls: tuple[Url, ...]
    visibility: str
    next_open: int | None
    zone: ZoneInfo
    fixes: tuple[Fix, ...]
    may_switch: bool
    schedule_id: str
    team: bool = False

    @property
    def key(self) -> str:
        return f"{self.owner_id}-{self.type_id}"

    @property
    def state(self) -> tuple[str, str]:
        if self.team and self.visibility == "feed":
            return "info", "By its link; finders list its members"
        return _SHOWN[self.visibility]

    @property
    def name(self) -> str:
        """What tells it from the other links."""
        return f"{self.type} with {self.owner}"


@dataclass(frozen=True, slots=True)
class Page:
    """``new`` is the link that Setup has just made."""

    links: tuple[Link, ...]
    new: Link | None
    feed_url: str
    feed: FeedState | None


@dataclass(slots=True)
class _Found:
    """What is known of one type at one owner while rows are read. ``people``: whose page it stands on; several where they
    only host it together."""

    kind: AppointmentType
    people: list[Practitioner]
    places: list[Location]
    schedules: list[Schedule]
    team: Pool | None = None

    @property
    def owner(self) -> Practitioner | Location | Pool:
        return self.team or (self.people or self.places)[0]

    @property
    def owner_name(self) -> str:
        if self.team is not None:
            return self.team.name
        names = [one.display_name for one in self.people] or [self.places[0].name]
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def shares_page(person: Person, now: int, settings: Settings, new: str = "") -> Page:
    """Links of the whole organization for admin and front desk, of the own types for a clinician. ``new``: the id of the
    type that was just set up."""
    with snapshot() as session:
        links = _links(session, person, now, settings)
        made = next((link for link in links if link.type_id == new and link.urls), None)
        return Page(tuple(links), made, settings.feed_url, feed_state(session, now))


def find_link(person: Person, now: int, settings: Settings, owner_id: str, type_id: str) -> Link | None:
    """One link, with at least one address; None when the person has no such one."""
    with snapshot() as session:
        links = _links(session, person, now, settings)
    return next(
        (link for link in links if (link.owner_id, link.type_id) == (owner_id, type_id) and link.urls), None
    )


def _links(session: Session, person: Person, now: int, settings: Settings) -> list[Link]:
    own = _offered(session, person)
    mine = {schedule.id for found in own for schedule in found.schedules}
    offered = [*_teams(session, person), *own]
    slugs = _slugs(session, person.organization_id)
    private = _private_links(session, person.organization_id, now)
    ids = [schedule.id for found in offered for schedule in found.schedules]
    horizon = max((found.kind.horizon_days for found in offered), default=0)
    until = now + (horizon + 2) * DAY
    situations = load_situations(session, ids, now, until)
    links = []
    for found in offered:
        kind, owner = found.kind, found.owner
        if owner.id not in slugs or kind.id not in slugs:
            continue
        plain = f"{settings.public_url}/{slugs[owner.id]}/{slugs[kind.id]}"
        first = _first_open(situations, found.schedules, now, until)
        links.append(
            Link(
                type_id=kind.id,
                owner_id=owner.id,
                type=kind.name,
                owner=found.owner_name,
                places=tuple(dict.fromkeys(place.name for place in found.places)),
                minutes=kind.duration_minutes,
                urls=tuple(_urls(kind, plain, private.get(kind.id, ()))),
                visibility=kind.visibility,
                next_open=first[0] if first else None,
                zone=zone_of(first[1] if first else found.places[0].zone).info,
                fixes=tuple(_fixes(found, person, situations.keys(), first is not None, private)),
                may_switch=found.team is None
                and kind.visibility in SWITCHED
                and may_edit_type(session, person, kind),
                team=found.team is not None,
                schedule_id=next(
                    (one.id for one in found.schedules if one.id in mine), found.schedules[0].id
                ),
            )
        )
    return links


def _first_open(
    situations: dict[str, Situation], schedules: Iterable[Schedule], now: int, until: int
) -> tuple[int, str] | None:
    """The first opening of the schedules, and its zone."""
    found = [
        (start, situations[schedule.id].hours.zone)
        for schedule in schedules
        if schedule.id in situations
        for start in next_open(situations[schedule.id], now, 1, until)
    ]
    return min(found, default=None)


def _urls(kind: AppointmentType, plain: str, private: Sequence[ShareLink]) -> Iterable[Url]:
    if kind.visibility != "link":
        yield Url(plain)
        return
    for link in private:
        yield Url(f"{plain}?private={link.token}", link.label, link.expires_at)


def _fixes(
    found: _Found,
    person: Person,
    offered: Collection[str],
    opens: bool,
    private: dict[str, list[ShareLink]],
) -> Iterable[Fix]:
    kind, page = found.kind, f"/console/types/{found.kind.id}"
    admin = ADMIN in person.roles
    if kind.visibility == "paused":
        yield Fix("Nobody can book it: it is paused.", page, "Resume it")
        return
    if kind.visibility == "link" and kind.id not in private:
        yield Fix("Nobody can book it: it has no private link.", page, "Make a private link")
    if not any(schedule.id in offered for schedule in found.schedules):
        people = Fix("Nobody can book it: the place or the clinician is not active.")
        yield Fix(people.why, "/admin/people", "Look at people and places") if admin else people
    elif not opens:
        yield Fix(
            f"It has no opening in the next {kind.horizon_days} days.", "/console/hours", "Look at the hours"
        )
    unnamed = [one for one in found.people if not one.npi] if kind.visibility == "feed" else []
    for one in unnamed:
        whose = f"NPI of {one.display_name}" if len(found.people) > 1 else "NPI"
        why = f"Finders list its times, but can't show who the clinician is: the {whose} is missing."
        person_page = f"/admin/people/practitioners/{one.id}"
        yield (
            Fix(why, person_page, "Add the NPI")
            if admin
            else Fix(f"{why} An administrator of your clinic can add it.")
        )


def _offered(session: Session, person: Person) -> list[_Found]:
    query = (
        select(Schedule, AppointmentType, Location, Practitioner)
        .select_from(Schedule)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .outerjoin(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .outerjoin(Actor, Actor.id == ScheduleHost.actor_id)
        .outerjoin(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(Schedule.organization_id == person.organization_id, Schedule.active, AppointmentType.active)
        .order_by(AppointmentType.name, Location.name, Schedule.id)
    )
    if not person.roles & {ADMIN, FRONT_DESK}:
        query = query.where(Practitioner.id == (person.practitioner_id or ""))
    found: dict[tuple[str, str], _Found] = {}
    for schedule, kind, place, practitioner in session.execute(query):
        key = (practitioner.id if practitioner is not None else place.id, kind.id)
        people = [practitioner] if practitioner is not None else []
        one = found.setdefault(key, _Found(kind, people, [], []))
        one.places.append(place)
        one.schedules.append(schedule)
    # what a newcomer books comes before what is for existing patients
    return sorted(
        _together(found.values()),
        key=lambda one: (
            one.owner_name,
            one.kind.patient_type.startswith("exist"),
            one.kind.name,
            one.kind.id,
        ),
    )


def _together(found: Iterable[_Found]) -> Iterable[_Found]:
    """What several people only host together stands on the page of each of them, and is shared once."""
    joined: dict[frozenset[str], _Found] = {}
    for one in sorted(found, key=lambda one: one.owner_name):
        known = joined.setdefault(frozenset(schedule.id for schedule in one.schedules), one)
        if known is not one:
            known.people += one.people
    return joined.values()


def _teams(session: Session, person: Person) -> list[_Found]:
    """The teams of the organization for admin and front desk, those that a clinician is in for the clinician."""
    query = (
        select(Pool, AppointmentType, Schedule, Location)
        .join(AppointmentType, AppointmentType.id == Pool.appointment_type_id)
        .join(PoolMember, PoolMember.pool_id == Pool.id)
        .join(Schedule, Schedule.id == PoolMember.schedule_id)
        .join(Location, Location.id == Schedule.location_id)
        .where(
            Pool.organization_id == person.organization_id,
            Pool.active,
            AppointmentType.active,
            Schedule.active,
            Schedule.appointment_type_id == Pool.appointment_type_id,
        )
        .order_by(Pool.name, Pool.id, Location.name, Schedule.id)
    )
    if not person.roles & {ADMIN, FRONT_DESK}:
        query = query.where(
            Pool.id.in_(
                select(PoolMember.pool_id)
                .join(ScheduleHost, ScheduleHost.schedule_id == PoolMember.schedule_id)
                .join(Actor, Actor.id == ScheduleHost.actor_id)
                .where(Actor.practitioner_id == (person.practitioner_id or ""))
            )
        )
    found: dict[str, _Found] = {}
    for pool, kind, schedule, place in session.execute(query):
        one = found.setdefault(pool.id, _Found(kind, [], [], [], pool))
        one.places.append(place)
        one.schedules.append(schedule)
    return list(found.values())


def _slugs(session: Session, organization_id: str) -> dict[str, str]:
    """Id of a practitioner, place, team or type to its present word in addresses."""
    found = session.execute(
        select(Slug.target_id, Slug.slug).where(Slug.organization_id == organization_id, Slug.current)
    )
    return {row.target_id: row.slug for row in found}


def _private_links(session: Session, organization_id: str, now: int) -> dict[str, list[ShareLink]]:
    """Type id to its private links that open, oldest first."""
    found: dict[str, list[ShareLink]] = {}
    for link in session.scalars(
        select(ShareLink)
        .where(
            ShareLink.organization_id == organization_id,
            ShareLink.active,
            or_(ShareLink.expires_at.is_(None), ShareLink.expires_at > now),
        )
        .order_by(ShareLink.created_at, ShareLink.id)
    ):
        found.setdefault(link.appointment_type_id, []).append(link)
    return found
