"""What can be booked, as patients read it: one Offer per Schedule.

All of it comes from a fixed number of queries, however many schedules are asked for. Plain values, no templates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.booking.eligibility import ANYBODY, Rules, rules_of_types
from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Organization,
    Practitioner,
    Schedule,
    ScheduleHost,
    ShareLink,
    Slug,
)
from scheduler.web.clinic import Clinic, clinic_of
from scheduler.web.recall import recall

PUBLIC = ("feed", "page")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit takes place. ``lines`` is the postal address; a virtual place has none."""

    id: str
    name: str
    lines: tuple[str, ...]
    city: str
    zone: str
    phone: str
    virtual: bool
    arrival: str
    access: str

    @property
    def address(self) -> str:
        return ", ".join(self.lines)

    @property
    def map_url(self) -> str:
        """A map of the place; "" for a virtual one."""
        if not self.lines:
            return ""
        return "https://www.openstreetmap.org/search?query=" + quote_plus(self.address)


@dataclass(frozen=True, slots=True)
class Host:
    """A clinician needed for a Schedule. ``gender``: a code of FHIR's administrative-gender, "" when they don't say;
    ``languages``: codes (BCP 47)."""

    actor_id: str
    practitioner_id: str
    name: str
    slug: str
    gender: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A pool as a patient sees it: the member that the fair order picks is booked. ``people``: who may be seen at the
    offer's place, in the order of their names."""

    id: str
    slug: str
    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One Schedule as a patient sees it. Lengths are minutes. ``team``: it stands for all members of a team at its place.
    ``rules``: whom it is for; ``wishes``: a patient may say whom of several they would rather see; ``waitlist``: patients may
    wait for a time; ``series_most``: so many weekly visits can be booked at once; ``for_two``: a relative can have the next
    time."""

    schedule_id: str
    clinic: Clinic
    place: Place
    hosts: tuple[Host, ...]
    place_slug: str
    type_id: str
    type_slug: str
    name: str
    description: str
    duration: int
    modality: str
    capacity: int
    patient_type: str
    visibility: str
    active: bool
    horizon_days: int
    cancellation_notice: int
    hold_minutes: int
    specialty_code: str
    service_type_code: str
    bring: str
    approval_required: bool
    approval_hours: int = 48
    series_most: int = 1
    for_two: bool = False
    team: Team | None = None
    rules: Rules = ANYBODY
    wishes: bool = False
    waitlist: bool = True

    @property
    def who(self) -> str:
        """Who is seen: the team, the clinicians, or the place when the Schedule has none."""
        if self.team is not None:
            return self.team.name
        return _(" and ").join(host.name for host in self.hosts) or self.place.name

    @property
    def public(self) -> bool:
        return self.active and self.visibility in PUBLIC

    @property
    def bookable(self) -> bool:
        return self.active and self.visibility != "paused"

    @property
    def owner_slug(self) -> str:
        """The first path word of its page: the team's, its first clinician's, else its place's."""
        if self.team is not None:
            return self.team.slug
        return next((host.slug for host in self.hosts if host.slug), "" if self.hosts else self.place_slug)

    @property
    def times_path(self) -> str:
        """The path of its times page; "" when no address leads to it."""
        return f"/{self.owner_slug}/{self.type_slug}" if self.owner_slug and self.type_slug else ""


def place_of(row: Location) -> Place:
    """A Location as patients read it."""
    town = ", ".join(
        part for part in (row.city, " ".join(p for p in (row.state, row.postal_code) if p)) if part
    )
    lines = () if row.kind == "virtual" else tuple(line for line in (row.line, town) if line)
    return Place(
        id=row.id,
        name=row.name,
        lines=lines,
        city=row.city,
        zone=row.zone,
        phone=row.phone,
        virtual=row.kind == "virtual",
        arrival=row.arrival,
        access=row.access,
    )


def load_offers(session: Session, schedule_ids: Iterable[str]) -> dict[str, Offer]:
    """Offers by schedule id, paused and inactive ones included (see ``Offer.bookable``); unknown ids are left out."""
    wanted = tuple(sorted(set(schedule_ids)))
    # nothing found is not kept: words that name nothing would push out what does
    made = recall(session, ("offers", *wanted), lambda: _read_offers(session, wanted) or None)
    return dict(made or {})


def _read_offers(session: Session, schedule_ids: Sequence[str]) -> dict[str, Offer]:
    rows = session.execute(
        select(Schedule, AppointmentType, Location, Organization)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .join(Organization, Organization.id == Schedule.organization_id)
        .where(Schedule.id.in_(schedule_ids))
        .order_by(AppointmentType.name, Location.name, Schedule.id)
    ).all()
    hosts = _hosts(session, [schedule.id for schedule, *_ in rows])
    targets = {kind.id for _, kind, _, _ in rows} | {place.id for _, _, place, _ in rows}
    slugs = current_slugs(session, targets)
    rules = rules_of_types(session, [kind for _, kind, _, _ in rows])
    offers: dict[str, Offer] = {}
    for schedule, kind, location, organization in rows:
        who, all_active = hosts.get(schedule.id, ((), True))
        offers[schedule.id] = Offer(
            schedule_id=schedule.id,
            clinic=clinic_of(organization, phone=location.phone),
            place=place_of(location),
            hosts=who,
            place_slug=slugs.get(location.id, ""),
            type_id=kind.id,
            type_slug=slugs.get(kind.id, ""),
            name=kind.name,
            description=kind.description,
            duration=kind.duration_minutes,
            modality=kind.modality,
            capacity=kind.capacity,
            patient_type=kind.patient_type,
            visibility=kind.visibility,
            active=schedule.active and kind.active and location.active and all_active,
            horizon_days=kind.horizon_days,
            cancellation_notice=kind.cancellation_notice_minutes,
            hold_minutes=kind.hold_minutes,
            specialty_code=kind.specialty_code,
            service_type_code=kind.service_type_code,
            bring=kind.bring,
            approval_required=kind.approval_required,
            approval_hours=kind.approval_hours,
            series_most=kind.series_most,
            # each of two would need a document of their own
            for_two=kind.relatives and kind.capacity == 1 and kind.referral != "required",
            rules=rules[kind.id],
            wishes=kind.wishes,
            waitlist=kind.waitlist,
        )
    return offers


def _hosts(session: Session, schedule_ids: Sequence[str]) -> dict[str, tuple[tuple[Host, ...], bool]]:
    """Per schedule: its clinicians in order, and whether all of them are active."""
    rows = session.execute(
        select(ScheduleHost.schedule_id, Actor.id, Actor.active, Practitioner)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(ScheduleHost.schedule_id.in_(schedule_ids))
        .order_by(ScheduleHost.position, Actor.id)
    ).all()
    slugs = current_slugs(session, {person.id for *_, person in rows})
    found: dict[str, list[Host]] = defaultdict(list)
    active: dict[str, bool] = defaultdict(lambda: True)
    for schedule_id, actor_id, is_active, person in rows:
        word, spoken = slugs.get(person.id, ""), tuple(str(code) for code in person.languages)
        found[schedule_id].append(Host(actor_id, person.id, person.display_name, word, person.gender, spoken))
        active[schedule_id] = active[schedule_id] and is_active
    return {schedule_id: (tuple(hosts), active[schedule_id]) for schedule_id, hosts in found.items()}


def current_slugs(session: Session, targets: Collection[str]) -> dict[str, str]:
    """The current path word of each target that has one."""
    rows = session.execute(select(Slug.target_id, Slug.slug).where(Slug.current, Slug.target_id.in_(targets)))
    return {target: word for target, word in rows}  # noqa: C416 - rows are typed, a dict of them is not


def link_opens(session: Session, offer: Offer, token: str, now: int) -> bool:
    """Whether the type may be seen by someone who gives ``token``: public types by all, link-only ones by a private
    link that is active and has not expired. ``now``: epoch seconds."""
    if offer.visibility != "link":
        return True
    if not token or len(token) > 64 or not token.isascii():
        return False
    link = session.execute(
        select(ShareLink).where(
            ShareLink.appointment_type_id == offer.type_id, ShareLink.token == token, ShareLink.active
        )
    ).scalar_one_or_none()
    return link is not None and (link.expires_at is None or now < link.expires_at)
