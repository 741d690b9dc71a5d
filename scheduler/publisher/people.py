"""Who hosts the published schedules: Practitioners and their roles.

A host without a role of their own at the place gets one made up from practitioner and place, so that the
schedule still says who it is. A practitioner without an NPI can't be a Practitioner of the profile: only the
role is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.fhir import joined_id, records
from scheduler.models.offers import AppointmentType
from scheduler.models.people import Actor, Practitioner, PractitionerRole
from scheduler.models.schedules import Schedule, ScheduleHost

Named = records.Named


@dataclass(frozen=True, slots=True)
class Host:
    """A practitioner needed for a schedule, with the role they have there, if one is known."""

    schedule: Schedule
    kind: AppointmentType
    practitioner: Practitioner
    role: PractitionerRole | None

    @property
    def role_id(self) -> str:
        return self.role.id if self.role else joined_id(self.practitioner.id, self.schedule.location_id)


@dataclass(frozen=True)
class People:
    """The hosts of the published schedules, in the order in which each schedule names them."""

    hosts: tuple[Host, ...]

    @property
    def location_ids(self) -> set[str]:
        """Places that roles name, beside those of the schedules."""
        return {host.role.location_id for host in self.hosts if host.role}

    @property
    def organization_ids(self) -> set[str]:
        """Organizations that roles name, beside those of the schedules and places."""
        return {(host.role or host.practitioner).organization_id for host in self.hosts}

    def roles_of(self, schedule_id: str) -> tuple[Named, ...]:
        """The roles of one schedule's hosts."""
        return tuple(
            Named(host.role_id, host.practitioner.display_name)
            for host in self.of_schedule.get(schedule_id, ())
        )

    def first_host(self, schedule_id: str) -> str | None:
        """The practitioner whom a schedule names first; None where it has none."""
        return next((host.practitioner.id for host in self.of_schedule.get(schedule_id, ())), None)

    @cached_property
    def of_schedule(self) -> dict[str, list[Host]]:
        """The hosts of each schedule."""
        found: dict[str, list[Host]] = defaultdict(list)
        for host in self.hosts:
            found[host.schedule.id].append(host)
        return dict(found)

    def notes(self) -> list[str]:
        """What can't be said of whom."""
        return [
            f"PractitionerRole/{host.role_id} names no Practitioner: the NPI is missing."
            for host in self.hosts
            if not host.practitioner.npi
        ]

    def practitioners(self, demo: Callable[[str], bool]) -> tuple[records.Practitioner, ...]:
        """The Practitioners that have an NPI, by id."""
        found = {host.practitioner.id: host.practitioner for host in self.hosts}
        return tuple(
            records.Practitioner(
                id=row.id,
                npi=row.npi,
                display_name=row.display_name,
                prefix=row.prefix,
                given=row.given,
                family=row.family,
                suffix=row.suffix,
                phone=row.phone,
                email=row.email,
                languages=tuple(row.languages),
                gender=row.gender,
                active=row.active,
                demo=demo(row.organization_id),
            )
            for _, row in sorted(found.items())
            if row.npi
        )

    def roles(
        self,
        service: Callable[[Host], tuple[Named, records.Coded]],
        location: Callable[[str], Named],
        organization: Callable[[str], Named],
        demo: Callable[[str], bool],
    ) -> tuple[records.Role, ...]:
        """The roles of all hosts, by id. The arguments give the service and specialty of a host's schedule,
        the names of places and organizations, and whether an organization is a demo."""
        by_role: dict[str, list[Host]] = defaultdict(list)
        for host in self.hosts:
            by_role[host.role_id].append(host)
        return tuple(
            _role(role_id, hosts, [service(host) for host in hosts], location, organization, demo)
            for role_id, hosts in sorted(by_role.items())
        )


def _role(
    role_id: str,
    hosts: list[Host],
    services: list[tuple[Named, records.Coded]],
    location: Callable[[str], Named],
    organization: Callable[[str], Named],
    demo: Callable[[str], bool],
) -> records.Role:
    role, person = hosts[0].role, hosts[0].practitioner
    owner = (role or person).organization_id
    places = _unique(
        [*([role.location_id] if role else []), *sorted(host.schedule.location_id for host in hosts)]
    )
    own = [records.Coded(role.specialty_code, role.specialty)] if role else []
    specialties = own or _unique(
        sorted((one for _, one in services), key=lambda one: (one.code, one.display))
    )
    return records.Role(
        id=role_id,
        practitioner_name=person.display_name,
        practitioner_id=person.id if person.npi else None,
        npi=person.npi,
        organization=organization(owner),
        title=role.title if role else "",
        specialties=tuple(one for one in specialties if one.code or one.display),
        locations=tuple(location(place) for place in places),
        services=tuple(_unique(sorted((named for named, _ in services), key=lambda named: named.id))),
        phone=(role.phone if role else "") or person.phone,
        period_start=role.period_start if role else None,
        period_end=role.period_end if role else None,
        active=(role.active if role else True) and person.active,
        demo=demo(owner),
    )


def _unique(items: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def load_people(session: Session, schedule_ids: Sequence[str]) -> People:
    """The practitioners who host these schedules, with their roles."""
    rows = session.execute(
        select(Schedule, AppointmentType, Practitioner, ScheduleHost.practitioner_role_id)
        .join(ScheduleHost, ScheduleHost.schedule_id == Schedule.id)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(Schedule.id.in_(schedule_ids))
        .order_by(Schedule.id, ScheduleHost.position, Actor.id)
    ).all()
    roles: dict[str, list[PractitionerRole]] = defaultdict(list)
    for role in session.scalars(
        select(PractitionerRole)
        .where(PractitionerRole.practitioner_id.in_({person.id for _, _, person, _ in rows}))
        .order_by(PractitionerRole.active.desc(), PractitionerRole.id)
    ):
        roles[role.practitioner_id].append(role)
    return People(
        tuple(
            Host(schedule, kind, person, _fitting(roles[person.id], schedule, kind, named))
            for schedule, kind, person, named in rows
        )
    )


def _fitting(
    roles: list[PractitionerRole], schedule: Schedule, kind: AppointmentType, named: str | None
) -> PractitionerRole | None:
    """The role that the schedule names, else one at its place, best of the type's specialty."""
    for role in roles:
        if role.id == named:
            return role
    here = [role for role in roles if role.location_id == schedule.location_id]
    return next(
        (role for role in here if role.specialty_code == kind.specialty_code), here[0] if here else None
    )
