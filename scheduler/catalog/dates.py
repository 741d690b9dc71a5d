"""Dates that differ: overrides (other hours for one date) and time off (whole dates of a person, a place, all)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, named, note
from scheduler.errors import InvalidInput
from scheduler.models import Actor, Availability, Location, Organization, Override, Schedule, TimeOff

MAX_TIME_OFF_DAYS = 3660
OVERRIDE_FIELDS = {
    "day": Field("Date", parse.local_date),
    "windows": Field("Hours", parse.many(parse.window, 24)),
    "note": Field("Note", parse.optional_name, ""),
}
TIME_OFF_FIELDS = {
    "start_date": Field("From", parse.local_date),
    "end_date": Field("To", parse.local_date),
    "note": Field("Note", parse.optional_name, ""),
}


def set_override(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    day: date,
    windows: Iterable[Sequence[int]],
    availability_id: str | None = None,
    schedule_id: str | None = None,
    note_text: str = "",
) -> Override:
    """Give one date its own windows (start, end in wall minutes; none closes it), in place of the ones it had: for an
    Availability, or for one Schedule, which then wins. Raises NotFound, InvalidInput."""
    owner = _owner(session, availability_id, schedule_id)  # locked: one override per date
    problems = Problems()
    given = {"day": day, "windows": list(windows), "note": note_text}
    values = check(OVERRIDE_FIELDS, given, problems)
    problems.stop()
    row = session.scalars(
        select(Override).where(
            Override.date == values["day"],
            Override.availability_id == availability_id
            if availability_id is not None
            else Override.schedule_id == schedule_id,
        )
    ).one_or_none()
    if row is None:
        row = Override(
            organization_id=owner.organization_id,
            availability_id=availability_id,
            schedule_id=schedule_id,
            date=values["day"],
        )
        session.add(row)
    row.windows = [list(window) for window in sorted(values["windows"])]
    row.note = values["note"]
    note(session, row, by=by, now=now, action="set", kind="override")
    return row


def remove_override(session: Session, *, by: audit.Actor, now: int, override_id: str) -> None:
    """Let a date have its usual hours again. Raises NotFound."""
    row = find(session, Override, override_id)
    note(session, row, by=by, now=now, action="remove", kind="override")
    session.delete(row)
    session.flush()


def add_time_off(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    start_date: date,
    end_date: date,
    actor_id: str | None = None,
    location_id: str | None = None,
    note_text: str = "",
) -> TimeOff:
    """Take whole dates off, both ends included: of an actor, of a place, or of the organization when neither is named.
    Appointments in them stay. Raises InvalidInput."""
    problems = Problems()
    named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    if actor_id is not None:
        named(session, Actor, actor_id, organization_id, problems, "actor_id", "Who")
    if location_id is not None:
        named(session, Location, location_id, organization_id, problems, "location_id", "Place")
    if actor_id is not None and location_id is not None:
        problems.add("location_id", "Place", "name a person or a place, not both.")
    given: dict[str, Any] = {"start_date": start_date, "end_date": end_date, "note": note_text}
    values = check(TIME_OFF_FIELDS, given, problems)
    _check_span(values, problems)
    problems.stop()
    row = TimeOff(organization_id=organization_id, actor_id=actor_id, location_id=location_id, **values)
    session.add(row)
    note(session, row, by=by, now=now, action="add", kind="time-off")
    return row


def remove_time_off(session: Session, *, by: audit.Actor, now: int, time_off_id: str) -> None:
    """Take time off away again. Raises NotFound."""
    row = find(session, TimeOff, time_off_id)
    note(session, row, by=by, now=now, action="remove", kind="time-off")
    session.delete(row)
    session.flush()


def _owner(session: Session, availability_id: str | None, schedule_id: str | None) -> Availability | Schedule:
    if availability_id is not None and schedule_id is None:
        return find(session, Availability, availability_id)
    if schedule_id is not None and availability_id is None:
        return find(session, Schedule, schedule_id)
    raise InvalidInput({"owner": "For: choose either hours or one offer."})


def _check_span(values: dict[str, Any], problems: Problems) -> None:
    start, end = values.get("start_date"), values.get("end_date")
    if start is None or end is None:
        return
    if end < start:
        problems.add("end_date", "To", "set it on or after the first day.")
    elif end - start > timedelta(days=MAX_TIME_OFF_DAYS):
        problems.add("end_date", "To", f"take at most {MAX_TIME_OFF_DAYS // 366} years off at once.")
