"""Rows to the records that the feed is made of, in a handful of queries however many schedules there are.

What cannot be said is left out as little as possible, and a note says so (design.md "What can't be
published").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.availability.zones import zone
from scheduler.clock import local_date
from scheduler.fhir import joined_id, records
from scheduler.fhir.organization import demo_name
from scheduler.models.frames import offered_schedules
from scheduler.models.offers import AppointmentType
from scheduler.models.organizations import Location, Organization
from scheduler.models.schedules import Schedule
from scheduler.publisher.people import Host, People, load_people
from scheduler.publisher.weeks import Week, load_closures, load_weeks

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Offer:
    """A published Schedule: what its slots have in common, the state codes of its place, who is seen there first, how
    many days ahead it can be booked, and whether clients of 2021 can read its place."""

    kind: records.SlotKind
    states: tuple[str, ...]
    owner: str = ""
    horizon_days: int | None = None
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in the feed but the slots, each kind in the order of ids, and notes on what could not be
    said."""

    organizations: tuple[records.Organization, ...]
    locations: tuple[records.Location, ...]
    practitioners: tuple[records.Practitioner, ...]
    roles: tuple[records.Role, ...]
    services: tuple[records.Service, ...]
    schedules: tuple[records.Schedule, ...]
    offers: tuple[Offer, ...]
    notes: tuple[str, ...]


def published_ids(session: Session) -> list[str]:
    """The ids of the schedules that belong in the feed, if the rule offers them at all."""
    query = offered_schedules().with_only_columns(Schedule.id).where(AppointmentType.visibility == "feed")
    return list(session.scalars(query.order_by(Schedule.id)))


def load_catalogue(session: Session, schedule_ids: Sequence[str], public_url: str, now: int) -> Catalogue:
    """The catalogue of these schedules at ``now`` (epoch seconds). ``public_url`` is the address that
    patients use."""
    rows = session.execute(
        offered_schedules().where(Schedule.id.in_(schedule_ids)).order_by(Schedule.id)
    ).all()
    offered = [(schedule, kind) for schedule, kind, _zone in rows]
    people = load_people(session, schedule_ids)
    places = {schedule.location_id for schedule, _ in offered} | people.location_ids
    locations = _by_id(
        session.scalars(select(Location).where(Location.id.in_(places))).all(), lambda row: row.id
    )
    organizations = _by_id(session.scalars(select(Organization)).all(), lambda row: row.id)
    weeks = load_weeks(session, {schedule.id: schedule.availability_id for schedule, _ in offered}, now)
    maker = _Maker(public_url, now, organizations, locations, people, notes=[])
    return maker.catalogue(session, offered, weeks)


def _by_id(rows: Sequence[Row], key: Callable[[Row], str]) -> dict[str, Row]:
    return {key(row): row for row in sorted(rows, key=key)}


@dataclass(frozen=True, slots=True)
class _Maker:
    public_url: str
    now: int
    organizations: dict[str, Organization]
    locations: dict[str, Location]
    people: People
    notes: list[str]

    def catalogue(
        self, session: Session, offered: list[tuple[Schedule, AppointmentType]], weeks: dict[str, Week]
    ) -> Catalogue:
        pairs: dict[str, list[tuple[Schedule, AppointmentType]]] = defaultdict(list)
        for schedule, kind in offered:
            pairs[_service_id(schedule)].append((schedule, kind))
        owners = {row.id: self.line(row.organization_id) for row in self.locations.values()}
        today = {row.id: self.today(row) for row in self.locations.values()}
        closures = load_closures(session, owners, today)
        locations = [self.location(row) for row in self.locations.values()]
        for kind in {kind.id: kind for _, kind in offered}.values():
            self._note_codes(kind)
        used = {row.organization_id for row in self.locations.values()} | self.people.organization_ids
        used |= {schedule.organization_id for schedule, _ in offered}
        roles = self.people.roles(self.host_named, self.location_named, self.organization_named, self.demo)
        self.notes.extend(self.people.notes())
        return Catalogue(
            organizations=tuple(
                self.organization(row)
                for row in self.organizations.values()
                if row.id in self.with_parents(used)
            ),
            locations=tuple(locations),
            practitioners=self.people.practitioners(self.demo),
            roles=roles,
            services=tuple(
                self.service(
                    *group[0],
                    [weeks[schedule.id] for schedule, _ in group],
                    closures[group[0][0].location_id],
                )
                for _, group in sorted(pairs.items())
            ),
            schedules=tuple(self.schedule(schedule, kind) for schedule, kind in offered),
            offers=tuple(self.offer(schedule, kind) for schedule, kind in offered),
            notes=tuple(sorted(set(self.notes))),
        )

    def line(self, organization_id: str) -> list[str]:
        """An organization and those above it, nearest first."""
        line: list[str] = []
        step: str | None = organization_id
        while step in self.organizations and step not in line:
            line.append(step)
            step = self.organizations[step].parent_id
        return line

    def with_parents(self, organization_ids: set[str]) -> set[str]:
        return {above for organization_id in organization_ids for above in self.line(organization_id)}

    def demo(self, organization_id: str) -> bool:
        return any(self.organizations[above].demo for above in self.line(organization_id))

    def inherited(self, organization_id: str, of: Callable[[Organization], str]) -> str:
        """A value of the organization, else of the nearest one above that has it."""
        return next(
            (found for above in self.line(organization_id) if (found := of(self.organizations[above]))), ""
        )

    def phone(self, row: Location) -> str:
        return row.phone or self.inherited(row.organization_id, lambda organization: organization.phone)

    def today(self, row: Location) -> date:
        return local_date(self.now, zone(row.zone).info)

    def location_named(self, location_id: str) -> records.Named:
        return records.Named(location_id, self.locations[location_id].name)

    def organization_named(self, organization_id: str) -> records.Named:
        name = self.organizations[organization_id].name
        return records.Named(organization_id, demo_name(name) if self.demo(organization_id) else name)

    def host_named(self, host: Host) -> tuple[records.Named, records.Coded]:
        """The service that a host gives at a schedule, and its specialty."""
        return records.Named(_service_id(host.schedule), host.kind.name), _specialty(host.kind)

    def organization(self, row: Organization) -> records.Organization:
        return records.Organization(
            id=row.id,
            name=row.name,
            npi=row.npi,
            phone=row.phone,
            email=row.email,
            url=row.url,
            part_of=self.organization_named(row.parent_id) if row.parent_id in self.organizations else None,
            demo=self.demo(row.id),
        )

    def location(self, row: Location) -> records.Location:
        phone = self.phone(row)
        if not phone:
            self.notes.append(
                f"Location/{row.id} has no phone: readers of the 2021 generation may leave it out."
            )
        if not _states(row):
            self.notes.append(
                f"Location/{row.id} names no state: readers who ask for one state miss its slots."
            )
        return records.Location(
            id=row.id,
            name=row.name,
            identifier_system=f"{self.public_url}/fhir/identifier/location",
            virtual=row.kind == "virtual",
            active=row.active,
            description=row.description,
            line=row.line,
            city=row.city,
            district=row.district,
            state=row.state,
            postal_code=row.postal_code,
            country=row.country,
            latitude=row.latitude,
            longitude=row.longitude,
            phone=phone,
            url=row.url or self.inherited(row.organization_id, lambda above: above.url) or self.public_url,
            licensed_states=tuple(row.licensed_states),
            organization=self.organization_named(row.organization_id),
            demo=self.demo(row.organization_id),
        )

    def service(
        self, schedule: Schedule, kind: AppointmentType, weeks: list[Week], closures: list[records.Closure]
    ) -> records.Service:
        place = self.locations[schedule.location_id]
        return records.Service(
            id=_service_id(schedule),
            name=kind.name,
            location=self.location_named(place.id),
            type=_type(kind),
            specialty=_specialty(kind),
            category=_category(kind),
            organization=self.organization_named(place.organization_id),
            comment=kind.description,
            phone=self.phone(place),
            week=tuple(tuple(span for week in weeks for span in week.days[day]) for day in range(7)),
            hours_vary=any(week.varies for week in weeks),
            closures=tuple(closures),
            minimum_age=kind.minimum_age,
            maximum_age=kind.maximum_age,
            referral=kind.referral,
            insurance=kind.insurance,
            demo=self.demo(place.organization_id),
        )

    def schedule(self, schedule: Schedule, kind: AppointmentType) -> records.Schedule:
        place = self.locations[schedule.location_id]
        today = self.today(place)
        return records.Schedule(
            id=schedule.id,
            name=kind.name,
            type=_type(kind),
            specialty=_specialty(kind),
            location=self.location_named(place.id),
            roles=self.people.roles_of(schedule.id),
            category=_category(kind),
            comment=kind.description,
            first=today,
            last=today + timedelta(days=kind.horizon_days),
            demo=self.demo(schedule.organization_id),
        )

    def offer(self, schedule: Schedule, kind: AppointmentType) -> Offer:
        place = self.locations[schedule.location_id]
        made = records.SlotKind(
            schedule_id=schedule.id,
            zone=zone(place.zone).info,
            duration=kind.duration_minutes,
            name=kind.name,
            type=_type(kind),
            specialty=_specialty(kind),
            book_url=f"{self.public_url}/book/",
            category=_category(kind),
            phone=self.phone(place),
            capacity=kind.capacity,
            patient_type=kind.patient_type,
        )
        return Offer(
            made,
            _states(place),
            owner=self.people.first_host(schedule.id) or schedule.line_actor_id or schedule.id,
            horizon_days=kind.horizon_days,
            strict=fits_2021(self.location(place)),
        )

    def _note_codes(self, kind: AppointmentType) -> None:
        for code, words in ((kind.service_type_code, "service type"), (kind.specialty_code, "specialty")):
            if not code:
                self.notes.append(
                    f'The appointment type "{kind.name}" has no {words} code: searches may miss it.'
                )


def fits_2021(place: records.Location) -> bool:
    """Whether a place has all that the specification of 2021 asks for: an address and a phone."""
    return bool(not place.virtual and place.phone and place.line and place.city)


def _service_id(schedule: Schedule) -> str:
    return joined_id(schedule.appointment_type_id, schedule.location_id)


def _states(row: Location) -> tuple[str, ...]:
    states = row.licensed_states if row.kind == "virtual" else [row.state]
    return tuple(sorted({str(state) for state in states if state}))


def _type(kind: AppointmentType) -> records.Coded:
    return records.Coded(kind.service_type_code, kind.service_type)


def _specialty(kind: AppointmentType) -> records.Coded:
    return records.Coded(kind.specialty_code, kind.specialty)


def _category(kind: AppointmentType) -> records.Coded | None:
    if not kind.service_category_code and not kind.service_category:
        return None
    return records.Coded(kind.service_category_code, kind.service_category)
