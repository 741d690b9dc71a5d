"""What the pages of teams (pools) show: who is in them, and in which fair order they are booked, with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.availability.pools import Member, fair_order, period
from scheduler.availability.zones import zone as zone_of
from scheduler.catalog import pools, slugs
from scheduler.console.admin.services import Row, all_rows
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import AppointmentType, Pool, PoolMember, Schedule
from scheduler.models.pools import load_members, pool_priorities

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the table."""

    id: str
    name: str
    type: str
    members: int
    slug: str
    active: bool


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """A type that a team can be made for, and how many offers of it there are."""

    id: str
    name: str
    offers: int


@dataclass(frozen=True, slots=True)
class Line:
    """A member in the fair order. ``available``: seconds of its hours in the period; ``next``: it is asked first."""

    who: str
    booked: int
    available: int
    priority: int
    next: bool

    @property
    def figures(self) -> str:
        """As "12 visits in 40 open hours"."""
        tenths = round(self.available * 10 / _HOUR)
        hours = f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
        if not self.available:
            return f"{_counted(self.booked, 'visit')}, no open hours"
        return f"{_counted(self.booked, 'visit')} in {hours} open {'hour' if tenths == 10 else 'hours'}"


@dataclass(frozen=True, slots=True)
class Order:
    """The fair order at one place, for a time of this week; ``first`` and ``last``: the dates of the period."""

    place: str
    first: date
    last: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One team, or a new one of a type (``id`` is ""). ``candidates``: offers of its type; ``members``: priorities by
    Schedule; ``stamp``: what a save must have seen."""

    id: str
    name: str
    slug: str
    type_id: str
    type: str
    type_slug: str
    active: bool
    candidates: tuple[Row, ...]
    members: Mapping[str, int]
    orders: tuple[Order, ...]
    stamp: str

    def member_words(self, members: Mapping[str, object]) -> str:
        """Members as people read them: names with their priorities."""
        names = {row.id: who_of(row) for row in self.candidates}
        return ", ".join(
            f"{names.get(key, 'another offer')} ({value})" for key, value in sorted(members.items())
        )


def who_of(row: Row) -> str:
    """Who is seen there: the clinicians, or the place itself."""
    return row.clinicians or row.place


def teams_table(person: Person) -> tuple[TeamRow, ...]:
    """The teams of the person's organization, by name."""
    with snapshot() as session:
        found = session.execute(
            select(Pool, AppointmentType.name, func.count(PoolMember.schedule_id))
            .join(AppointmentType, AppointmentType.id == Pool.appointment_type_id)
            .outerjoin(PoolMember, PoolMember.pool_id == Pool.id)
            .where(Pool.organization_id == person.organization_id)
            .group_by(Pool.id, AppointmentType.name)
            .order_by(func.lower(Pool.name), Pool.id)
        ).all()
        return tuple(
            TeamRow(
                pool.id,
                pool.name,
                kind,
                count,
                slugs.current_slug(session, "pool", pool.id) or "",
                pool.active,
            )
            for pool, kind, count in found
        )


def type_choices(person: Person) -> tuple[TypeChoice, ...]:
    """The types with at least one offer that a team could be made of."""
    with snapshot() as session:
        found = session.execute(
            select(AppointmentType.id, AppointmentType.name, func.count(Schedule.id))
            .join(Schedule, Schedule.appointment_type_id == AppointmentType.id)
            .where(
                AppointmentType.organization_id == person.organization_id,
                AppointmentType.active,
                Schedule.active,
            )
            .group_by(AppointmentType.id, AppointmentType.name)
            .order_by(func.lower(AppointmentType.name), AppointmentType.id)
        ).all()
    return tuple(TypeChoice(*row) for row in found)


def new_team(person: Person, type_id: str) -> Page:
    """The page of a team to be of that type. Raises NotFound."""
    with snapshot() as session:
        kind = session.get(AppointmentType, type_id)
        if kind is None or kind.organization_id != person.organization_id:
            raise NotFound("We can't find that appointment type.")
        return _page(session, kind, None, 0)


def team_page(person: Person, pool_id: str, now: int) -> Page:
    """One team. Raises NotFound, for another organization's as for one that never was."""
    with snapshot() as session:
        pool = team_of(session, person, pool_id)
        return _page(session, session.get_one(AppointmentType, pool.appointment_type_id), pool, now)


def team_of(session: Session, person: Person, pool_id: str) -> Pool:
    """The pool of the person's organization. Raises NotFound."""
    row = session.get(Pool, pool_id)
    if row is None or row.organization_id != person.organization_id:
        raise NotFound("We can't find that team.")
    return row


def _page(session: Session, kind: AppointmentType, pool: Pool | None, now: int) -> Page:
    offered = (row for row in all_rows(session, kind.organization_id) if row.type_id == kind.id)
    rows = tuple(sorted(offered, key=lambda row: (who_of(row), row.place, row.id)))
    members = pools.members_of(session, pool.id) if pool else {}
    return Page(
        id=pool.id if pool else "",
        name=pool.name if pool else "",
        slug=(slugs.current_slug(session, "pool", pool.id) if pool else "") or "",
        type_id=kind.id,
        type=kind.name,
        type_slug=slugs.current_slug(session, "appointment-type", kind.id) or "",
        active=pool.active if pool else True,
        candidates=tuple(row for row in rows if row.active or row.id in members),
        members=members,
        orders=_orders(session, pool, rows, now) if pool else (),
        stamp=pools.stamp(session, pool) if pool else "",
    )


def _orders(session: Session, pool: Pool, rows: tuple[Row, ...], now: int) -> tuple[Order, ...]:
    """The fair order at each place that the team is at, as a booking for this week would find it."""
    by_id = {row.id: row for row in rows}
    orders = []
    for place_id in dict.fromkeys(row.place_id for row in rows):
        members = load_members(session, pool_priorities(session, pool.id, place_id), now, now)
        if members:
            orders.append(_order(members, by_id, now))
    return tuple(orders)


def _order(members: list[Member], rows: Mapping[str, Row], now: int) -> Order:
    zone = rows[members[0].schedule].zone
    since, until = period(zone, now)
    clock = zone_of(zone)
    return Order(
        place=rows[members[0].schedule].place,
        first=date.fromordinal(clock.day(since)),
        last=date.fromordinal(clock.day(until - 1)),
        lines=tuple(
            Line(who_of(rows[one.schedule]), one.booked, one.available, one.priority, number == 0)
            for number, one in enumerate(fair_order(members))
        ),
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word if number == 1 else word + 's'}"
