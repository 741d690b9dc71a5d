"""The weekly hours and closures that a HealthcareService names: a summary for people; the slots are exact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.clock import DAY, to_utc
from scheduler.fhir import records
from scheduler.models.hours import Override, RecurrenceRule, TimeOff, Window

Span = tuple[int, int]


@dataclass(slots=True)
class Week:
    """Hours of the seven weekdays, Monday first, in wall minutes; ``varies`` when some dates have other
    hours."""

    days: list[list[Span]] = field(default_factory=lambda: [[] for _ in range(7)])
    varies: bool = False


def load_weeks(session: Session, availabilities: Mapping[str, str], now: int) -> dict[str, Week]:
    """The week of each schedule (schedule id to availability id), with overrides still to come at ``now``."""
    wanted = set(availabilities.values())
    windows: dict[str, list[tuple[int, Span]]] = defaultdict(list)
    for row in session.scalars(
        select(Window)
        .where(Window.availability_id.in_(wanted))
        .order_by(Window.weekday, Window.start_minute, Window.end_minute)
    ):
        windows[row.availability_id].append((row.weekday, (row.start_minute, row.end_minute)))
    recurring = set(
        session.scalars(
            select(RecurrenceRule.availability_id).where(RecurrenceRule.availability_id.in_(wanted))
        )
    )
    overridden = _overridden(session, availabilities, now)
    weeks: dict[str, Week] = {}
    for schedule_id, availability_id in availabilities.items():
        week = Week(
            varies=availability_id in recurring or not overridden.isdisjoint((schedule_id, availability_id))
        )
        for weekday, span in windows[availability_id]:
            week.days[weekday].append(span)
        weeks[schedule_id] = week
    return weeks


def _overridden(session: Session, availabilities: Mapping[str, str], now: int) -> set[str]:
    """Schedules and availabilities with an override that is not past anywhere on earth."""
    yesterday = to_utc(now - DAY).date()
    rows = session.execute(
        select(Override.schedule_id, Override.availability_id).where(
            Override.date >= yesterday,
            or_(
                Override.schedule_id.in_(availabilities),
                Override.availability_id.in_(set(availabilities.values())),
            ),
        )
    )
    return {owner for row in rows for owner in row if owner is not None}


def load_closures(
    session: Session, owners: Mapping[str, Sequence[str]], today: Mapping[str, date]
) -> dict[str, list[records.Closure]]:
    """Per location id: closures of the place and of the organizations in ``owners`` that end ``today`` or
    later. People's own time off is not in it: that is nobody's business but theirs."""
    organizations = {owner for line in owners.values() for owner in line}
    rows = session.execute(
        select(TimeOff.location_id, TimeOff.organization_id, TimeOff.start_date, TimeOff.end_date)
        .where(
            TimeOff.actor_id.is_(None),
            or_(
                TimeOff.location_id.in_(owners),
                TimeOff.location_id.is_(None) & TimeOff.organization_id.in_(organizations),
            ),
        )
        .order_by(TimeOff.start_date, TimeOff.end_date)
    ).all()
    found: dict[str, list[records.Closure]] = {location_id: [] for location_id in owners}
    for location_id, organization_id, start, end in rows:
        for place, line in owners.items():
            applies = place == location_id if location_id is not None else organization_id in line
            closure = records.Closure(start, end)
            if applies and end >= today[place] and closure not in found[place]:
                found[place].append(closure)
    return found
