"""What is offered but not as well as it could be: services without openings, and things the feed must leave out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.console.admin.services import LOOK_AHEAD_DAYS, Row, all_rows, next_openings
from scheduler.models import (
    Actor,
    AppointmentType,
    Location,
    Organization,
    Practitioner,
    Schedule,
    ScheduleHost,
)

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, what it means, and where it is mended."""

    title: str
    sentence: str
    fix: str
    fix_text: str


def gaps(session: Session, organization_id: str, now: int) -> list[Gap]:
    """All gaps of an organization's offer at ``now`` (epoch seconds)."""
    offered = [row for row in all_rows(session, organization_id) if row.state not in ("retired", "paused")]
    listed = [row.id for row in offered if row.state == "feed"]
    return [
        *_nothing_offered(offered),
        *_no_openings(session, offered, now),
        *_no_phone(session, organization_id, listed),
        *_no_code(session, organization_id),
        *_no_npi(session, listed),
    ]


def _nothing_offered(offered: Sequence[Row]) -> list[Gap]:
    if offered:
        return []
    return [
        Gap(
            "Nothing can be booked",
            "No appointment type is offered anywhere.",
            "/admin/services",
            "Open services",
        )
    ]


def _no_openings(session: Session, offered: Sequence[Row], now: int) -> list[Gap]:
    """Services (a type at a place) of whose Schedules none has an opening in two weeks."""
    openings = next_openings(session, [row.id for row in offered], now)
    services: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in offered:
        services[row.type_id, row.place_id].append(row)
    without = [rows[0] for rows in services.values() if not any(row.id in openings for row in rows)]
    if not without:
        return []
    names = _names(f"{row.type} at {row.place}" for row in without)
    return [
        Gap(
            f"{_many(len(without), 'service has', 'services have')} no openings",
            f"For the next {LOOK_AHEAD_DAYS} days: {names}.",
            "/console/hours",
            "Open hours",
        )
    ]


def _no_phone(session: Session, organization_id: str, listed: Sequence[str]) -> list[Gap]:
    """Places in the feed without a phone, when no organization above them lends one."""
    step: str | None = organization_id
    seen: set[str] = set()
    while step is not None and step not in seen:
        seen.add(step)
        above = session.get_one(Organization, step)
        if above.phone:
            return []
        step = above.parent_id
    found = session.execute(
        select(Location.id, Location.name)
        .where(
            Location.id.in_(select(Schedule.location_id).where(Schedule.id.in_(listed))), Location.phone == ""
        )
        .order_by(Location.name)
    ).all()
    if not found:
        return []
    return [
        Gap(
            f"{_many(len(found), 'place has', 'places have')} no phone",
            f"Some finders leave them out: {_names(name for _, name in found)}.",
            f"/admin/places/{found[0][0]}",
            f"Open {found[0][1]}",
        )
    ]


def _no_code(session: Session, organization_id: str) -> list[Gap]:
    found = session.execute(
        select(AppointmentType.id, AppointmentType.name)
        .where(
            AppointmentType.organization_id == organization_id,
            AppointmentType.active,
            AppointmentType.visibility == "feed",
            or_(AppointmentType.service_type_code == "", AppointmentType.specialty_code == ""),
        )
        .order_by(AppointmentType.name)
    ).all()
    if not found:
        return []
    return [
        Gap(
            f"{_many(len(found), 'type has', 'types have')} no service type or specialty",
            f"Searches in finders miss them: {_names(name for _, name in found)}.",
            f"/console/types/{found[0][0]}",
            f"Open {found[0][1]}",
        )
    ]


def _no_npi(session: Session, listed: Sequence[str]) -> list[Gap]:
    found = session.scalars(
        select(Practitioner.display_name)
        .where(
            Practitioner.npi.is_(None),
            Practitioner.id.in_(
                select(Actor.practitioner_id)
                .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
                .where(ScheduleHost.schedule_id.in_(listed))
            ),
        )
        .order_by(Practitioner.display_name)
    ).all()
    if not found:
        return []
    return [
        Gap(
            f"{_many(len(found), 'clinician has', 'clinicians have')} no NPI",
            f"The feed can't name them: {_names(found)}.",
            "/admin/people",
            "Open people",
        )
    ]


def _names(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    every = list(names)
    shown = ", ".join(every[:_NAMED])
    return shown if len(every) <= _NAMED else f"{shown} and {len(every) - _NAMED} more"


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
