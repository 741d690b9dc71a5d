"""Dates that differ: overrides (other hours for one date) and time off (whole dates of a person, a place, all).

Overrides are guarded by the ``version`` of the Availability that they belong to, be it through a Schedule; each edit
raises it. A Revision keeps what an edit replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse, revisions
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, named, note
from scheduler.errors import InvalidInput, NotFound
from scheduler.models import Actor, Availability, Location, Organization, Override, Schedule, TimeOff

MAX_TIME_OFF_DAYS = 3660
MAX_DATES = 366
OVERRIDE_FIELDS = {
    "day": Field("Date", parse.local_date),
    "windows": Field("Hours", parse.many(parse.window, 24)),
    "note": Field("Note", parse.optional_name, ""),
}
DATES_FIELDS = {
    "days": Field("Dates", parse.many(parse.local_date, MAX_DATES)),
    "windows": OVERRIDE_FIELDS["windows"],
    "note": OVERRIDE_FIELDS["note"],
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
    hours = owner if isinstance(owner, Availability) else find(session, Availability, owner.availability_id)
    hours.version += 1
    [row] = _put(session, hours, schedule_id, [values["day"]], values, (), by, now)
    note(session, row, by=by, now=now, action="set", kind="override")
    return row


def set_dates(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    availability_id: str,
    version: int,
    days: Sequence[date],
    windows: Iterable[Sequence[int]],
    schedule_id: str | None = None,
    note_text: str = "",
    instead_of: Sequence[str] = (),
) -> list[Override]:
    """Give several dates the same windows (none closes them), for all that uses an Availability or for one Schedule of
    it, in place of what they had and of the overrides ``instead_of`` (ids). Raises NotFound, EditConflict,
    InvalidInput."""
    hours = find(session, Availability, availability_id, version)
    problems = Problems()
    if schedule_id is not None and schedule_id not in _schedules_of(session, hours):
        problems.add("schedule_id", "For", "choose one of the list.")
    given = {"days": list(days), "windows": list(windows), "note": note_text}
    values = check(DATES_FIELDS, given, problems)
    if not values.get("days", True):
        problems.add("days", "Dates", "choose at least one.")
    problems.stop()
    rows = _put(session, hours, schedule_id, values["days"], values, instead_of, by, now)
    note(session, hours, by=by, now=now, action="set-dates", kind="availability", dates=len(rows))
    return rows


def remove_dates(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    availability_id: str,
    version: int,
    override_ids: Sequence[str],
) -> None:
    """Let several dates of an Availability, or of the Schedules that use it, have their usual hours again. Raises
    NotFound, EditConflict."""
    hours = find(session, Availability, availability_id, version)
    rows = _named_dates(session, hours, override_ids)
    revisions.keep_of(
        session, hours, revisions.DATES, revisions.dates_said(rows), revisions.dates_said(()), by=by, now=now
    )
    for row in rows:
        session.delete(row)
    note(session, hours, by=by, now=now, action="remove-dates", kind="availability", dates=len(rows))


def remove_override(session: Session, *, by: audit.Actor, now: int, override_id: str) -> None:
    """Let a date have its usual hours again. Raises NotFound."""
    row = find(session, Override, override_id)
    owner = _owner(session, row.availability_id, row.schedule_id)
    hours = owner if isinstance(owner, Availability) else find(session, Availability, owner.availability_id)
    hours.version += 1
    revisions.keep_of(
        session, hours, revisions.DATES, revisions.dates_said([row]), revisions.dates_said(()), by=by, now=now
    )
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
    none, said = revisions.spans_said(()), revisions.spans_said([row])
    revisions.keep_of(session, row, revisions.TIME_OFF, none, said, by=by, now=now)
    return row


def remove_time_off(session: Session, *, by: audit.Actor, now: int, time_off_id: str) -> None:
    """Take time off away again. Raises NotFound."""
    row = find(session, TimeOff, time_off_id)
    note(session, row, by=by, now=now, action="remove", kind="time-off")
    said, none = revisions.spans_said([row]), revisions.spans_said(())
    revisions.keep_of(session, row, revisions.TIME_OFF, said, none, by=by, now=now)
    session.delete(row)
    session.flush()


def _owner(session: Session, availability_id: str | None, schedule_id: str | None) -> Availability | Schedule:
    if availability_id is not None and schedule_id is None:
        return find(session, Availability, availability_id)
    if schedule_id is not None and availability_id is None:
        return find(session, Schedule, schedule_id)
    raise InvalidInput({"owner": "For: choose either hours or one offer."})


def _schedules_of(session: Session, hours: Availability) -> set[str]:
    return set(session.scalars(select(Schedule.id).where(Schedule.availability_id == hours.id)))


def _named_dates(session: Session, hours: Availability, override_ids: Sequence[str]) -> list[Override]:
    wanted = set(override_ids)
    rows = [row for row in revisions.dates_under(session, hours) if row.id in wanted]
    if len(rows) != len(wanted):
        raise NotFound("We can't find that date; it may have its usual hours again.")
    return rows


def _put(
    session: Session,
    hours: Availability,
    schedule_id: str | None,
    days: Sequence[date],
    values: Mapping[str, Any],
    instead_of: Sequence[str],
    by: audit.Actor,
    now: int,
) -> list[Override]:
    """Write the overrides and the Revision that says what they replace."""
    replaced = _named_dates(session, hours, instead_of)
    there = {
        revisions.date_key(row.date, row.schedule_id): row for row in revisions.dates_under(session, hours)
    }
    keys = {revisions.date_key(day, schedule_id): day for day in sorted(days)}
    touched = [*replaced, *(there[key] for key in keys if key in there and there[key] not in replaced)]
    before = revisions.dates_said(touched)
    for row in replaced:
        if revisions.date_key(row.date, row.schedule_id) not in keys:
            session.delete(row)
    rows = []
    for key, day in keys.items():
        row = there.get(key) or Override(
            organization_id=hours.organization_id,
            availability_id=None if schedule_id else hours.id,
            schedule_id=schedule_id,
            date=day,
        )
        row.windows = [list(window) for window in sorted(values["windows"])]
        row.note = values["note"]
        session.add(row)
        rows.append(row)
    session.flush()
    revisions.keep_of(session, hours, revisions.DATES, before, revisions.dates_said(rows), by=by, now=now)
    return rows


def _check_span(values: dict[str, Any], problems: Problems) -> None:
    start, end = values.get("start_date"), values.get("end_date")
    if start is None or end is None:
        return
    if end < start:
        problems.add("end_date", "To", "set it on or after the first day.")
    elif end - start > timedelta(days=MAX_TIME_OFF_DAYS):
        problems.add("end_date", "To", f"take at most {MAX_TIME_OFF_DAYS // 366} years off at once.")
