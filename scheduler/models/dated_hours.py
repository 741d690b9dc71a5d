"""When a Schedule's visits may take place, by wall clock: its weekly and recurring hours, overrides and closures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from scheduler.availability import Away, Hours, Record, RecurringHours, Sources, Window
from scheduler.models.frames import Frame
from scheduler.models.hours import Override, RecurrenceRule, TimeOff
from scheduler.models.hours import Window as WindowRow
from scheduler.models.organizations import Organization

# Made once, as those of ``frames``.
_AVAILABILITIES: BindParameter[list[str]] = bindparam("availabilities", expanding=True)
_WEEKLY = select(WindowRow).where(WindowRow.availability_id.in_(_AVAILABILITIES))
_RULES = (
    select(RecurrenceRule)
    .where(RecurrenceRule.availability_id.in_(_AVAILABILITIES))
    .order_by(RecurrenceRule.id)
)
_OVERRIDES = select(Override).where(
    Override.availability_id.in_(_AVAILABILITIES)
    | Override.schedule_id.in_(bindparam("schedules", expanding=True))
)
_PARENTS = select(Organization.id, Organization.parent_id)
_TIME_OFF = (
    select(
        TimeOff.id,
        TimeOff.organization_id,
        TimeOff.actor_id,
        TimeOff.location_id,
        TimeOff.start_date,
        TimeOff.end_date,
    )
    .where(TimeOff.organization_id.in_(bindparam("organizations", expanding=True)))
    .order_by(TimeOff.start_date, TimeOff.id)
)


def load_hours(session: Session, frames: list[Frame]) -> dict[str, Hours]:
    asked = {"availabilities": list({frame.availability_id for frame in frames})}
    weekly: dict[str, list[list[Window]]] = defaultdict(lambda: [[] for _ in range(7)])
    for row in session.execute(_WEEKLY, asked).scalars():
        weekly[row.availability_id][row.weekday].append(Window(row.start_minute, row.end_minute))
    rules: dict[str, list[RecurringHours]] = defaultdict(list)
    for rule in session.execute(_RULES, asked).scalars():
        exdates = tuple(date.fromisoformat(text) for text in rule.exdates)
        window = Window(rule.start_minute, rule.end_minute)
        rules[rule.availability_id].append(RecurringHours(rule.rrule, rule.dtstart, window, exdates))
    overrides, records = _overrides(session, frames)
    closed = _closures(session, frames)
    return {
        frame.id: Hours(
            zone=frame.zone,
            weekly=tuple(tuple(day) for day in weekly[frame.availability_id]),
            rules=tuple(rules[frame.availability_id]),
            overrides=overrides[frame.id],
            time_off=tuple(span for span, _ in closed[frame.id]),
            sources=Sources(
                weekly=Record("availability", frame.availability_id),
                overrides=records[frame.id],
                time_off=tuple(away for _, away in closed[frame.id]),
            ),
        )
        for frame in frames
    }


def _overrides(
    session: Session, frames: list[Frame]
) -> tuple[dict[str, Mapping[date, tuple[Window, ...]]], dict[str, Mapping[date, Record]]]:
    """Per schedule, their windows and their records: the Schedule's own before the Availability's (slot rule 1)."""
    found: dict[str, dict[date, tuple[Window, ...]]] = defaultdict(dict)
    records: dict[str, dict[date, Record]] = defaultdict(dict)
    asked = {
        "availabilities": list({frame.availability_id for frame in frames}),
        "schedules": [frame.id for frame in frames],
    }
    for row in session.execute(_OVERRIDES, asked).scalars():
        windows = tuple(Window(start, end) for start, end in row.windows)
        owner = row.schedule_id or f"availability {row.availability_id}"
        found[owner][row.date] = windows
        records[owner][row.date] = Record("override", row.id)

    shared = {frame.id: f"availability {frame.availability_id}" for frame in frames}
    return (
        {key: {**found[owner], **found[key]} for key, owner in shared.items()},
        {key: {**records[owner], **records[key]} for key, owner in shared.items()},
    )


def _closures(session: Session, frames: list[Frame]) -> dict[str, list[tuple[tuple[date, date], Away]]]:
    """Per schedule: the time off of its hosts, its place, its organization and that one's parents."""
    parents = {row.id: row.parent_id for row in session.execute(_PARENTS)}
    rows = session.execute(_TIME_OFF, {"organizations": list(parents)}).all()
    by_owner: dict[str, list[tuple[tuple[date, date], Away]]] = defaultdict(list)
    for row_id, organization_id, actor_id, location_id, first, last in rows:
        away = Away(Record("time_off", row_id), actor_id or "")
        by_owner[actor_id or location_id or organization_id].append(((first, last), away))
    closed: dict[str, list[tuple[tuple[date, date], Away]]] = {}
    for frame in frames:
        owners = [*frame.hosts, frame.location_id, *_with_parents(frame.organization_id, parents)]
        closed[frame.id] = [span for owner in owners for span in by_owner.get(owner, ())]
    return closed


def _with_parents(organization_id: str, parents: Mapping[str, str | None]) -> list[str]:
    line = [organization_id]
    while (parent := parents.get(line[-1])) and parent not in line:
        line.append(parent)
    return line
