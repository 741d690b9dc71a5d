"""Hours: availabilities with their weekly windows and recurrence rules.

Wall clock only: minutes since midnight, local dates. Windows are pairs (start, end): end 1440 is the next midnight,
end <= start runs overnight. Edits never touch appointments, not even those outside the new hours. The Availability's
``version`` guards all that belongs to it: windows, rules, overrides of its own and of the Schedules that use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.availability import check_rrule
from scheduler.catalog import parse, revisions
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, named, note
from scheduler.errors import Conflict
from scheduler.models import Availability, Organization, Practitioner, RecurrenceRule, Schedule, Window

Week = Mapping[int, Iterable[Sequence[int]]]
MAX_WINDOWS_PER_DAY = 24
MAX_RULES = 100
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIELDS = {"name": Field("Name", parse.name)}
RULE_FIELDS = {
    "dtstart": Field("First day", parse.local_date),
    "window": Field("Hours", parse.window),
    "exdates": Field("Dates left out", parse.many(parse.local_date, 400), []),
}


def add_availability(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    name: str,
    weekly: Week,
    practitioner_id: str | None = None,
) -> Availability:
    """Add a named set of hours: ``weekly`` maps weekdays (0 = Monday) to windows. ``practitioner_id`` says whose they
    are to edit. Raises InvalidInput."""
    problems = Problems()
    named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    if practitioner_id is not None:
        named(
            session,
            Practitioner,
            practitioner_id,
            organization_id,
            problems,
            "practitioner_id",
            "Practitioner",
        )
    values = check(FIELDS, {"name": name}, problems)
    week = _checked_week(weekly, problems)
    problems.stop()
    row = Availability(
        organization_id=organization_id, practitioner_id=practitioner_id, created_at=now, **values
    )
    session.add(row)
    session.flush()
    _add_windows(session, row, week)
    note(session, row, by=by, now=now, action="add", kind="availability")
    return row


def set_week(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    availability_id: str,
    version: int,
    weekly: Week,
    name: str | None = None,
) -> Availability:
    """Replace all weekly windows, and the name when given; a Revision keeps what they replace. Raises NotFound,
    EditConflict, InvalidInput."""
    row = find(session, Availability, availability_id, version)
    problems = Problems()
    values = check(FIELDS, {"name": row.name if name is None else name}, problems)
    week = _checked_week(weekly, problems)
    problems.stop()
    before = revisions.week_of(session, row)
    row.name = values["name"]
    session.execute(delete(Window).where(Window.availability_id == row.id))
    _add_windows(session, row, week)
    note(session, row, by=by, now=now, action="set-week", kind="availability")
    revisions.keep(
        session,
        by=by,
        now=now,
        organization_id=row.organization_id,
        kind=revisions.WEEK,
        object_id=row.id,
        before=before,
        after=revisions.week_of(session, row),
    )
    return row


def remove_availability(session: Session, *, by: audit.Actor, now: int, availability_id: str) -> None:
    """Remove hours that no Schedule uses, with all that belongs to them. Raises NotFound, Conflict."""
    row = find(session, Availability, availability_id)
    if session.scalar(select(Schedule.id).where(Schedule.availability_id == row.id).limit(1)) is not None:
        raise Conflict("These hours are in use. Choose other hours for what uses them first.")
    note(session, row, by=by, now=now, action="remove", kind="availability")
    session.delete(row)
    session.flush()


def add_recurrence_rule(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    availability_id: str,
    rrule: str,
    dtstart: date,
    window: Sequence[int],
    exdates: Sequence[date] = (),
) -> RecurrenceRule:
    """Add hours on the dates that an RRULE (RFC 5545) gives from ``dtstart`` on, ``exdates`` left out.

    Raises NotFound, InvalidInput; Conflict for more than ``MAX_RULES``.
    """
    owner = find(session, Availability, availability_id)
    problems = Problems()
    values = check(RULE_FIELDS, {"dtstart": dtstart, "window": window, "exdates": exdates}, problems)
    rule = _checked_rule(rrule, values.get("dtstart"), problems)
    problems.stop()
    count = session.scalar(
        select(func.count()).select_from(RecurrenceRule).where(RecurrenceRule.availability_id == owner.id)
    )
    if (count or 0) >= MAX_RULES:
        raise Conflict(f"Hours have at most {MAX_RULES} repeat rules. Remove one first.")
    row = RecurrenceRule(
        organization_id=owner.organization_id,
        availability_id=owner.id,
        rrule=rule,
        dtstart=values["dtstart"],
        start_minute=values["window"][0],
        end_minute=values["window"][1],
        exdates=[day.isoformat() for day in sorted(values["exdates"])],
    )
    session.add(row)
    owner.version += 1
    note(session, row, by=by, now=now, action="add", kind="recurrence-rule")
    return row


def remove_recurrence_rule(session: Session, *, by: audit.Actor, now: int, rule_id: str) -> None:
    """Remove a recurrence rule. Raises NotFound."""
    row = find(session, RecurrenceRule, rule_id)
    find(session, Availability, row.availability_id).version += 1
    note(session, row, by=by, now=now, action="remove", kind="recurrence-rule")
    session.delete(row)
    session.flush()


def _checked_rule(text: Any, dtstart: date | None, problems: Problems) -> str:
    field = {
        "rrule": Field("Repeats", lambda value: check_rrule(parse.text(500, required=True)(value), first))
    }
    first = dtstart or parse.FIRST_DATE
    return str(check(field, {"rrule": text}, problems).get("rrule", ""))


def _checked_week(weekly: Week, problems: Problems) -> list[tuple[int, int, int]]:
    """(weekday, start, end) of every window, in order."""
    if not isinstance(weekly, Mapping) or not set(weekly) <= set(range(7)):
        problems.add("weekly", "Hours", "give windows for weekdays 0 (Monday) to 6 (Sunday).")
        return []
    found: list[tuple[int, int, int]] = []
    for weekday in sorted(weekly):
        windows = list(weekly[weekday])
        if len(windows) > MAX_WINDOWS_PER_DAY:
            problems.add("weekly", WEEKDAYS[weekday], f"give at most {MAX_WINDOWS_PER_DAY} ranges.")
        for number, window in enumerate(windows, 1):
            try:
                found.append((weekday, *parse.window(window)))
            except ValueError as error:
                problems.add("weekly", f"{WEEKDAYS[weekday]}, range {number}", str(error))
    return sorted(set(found))


def _add_windows(session: Session, row: Availability, week: list[tuple[int, int, int]]) -> None:
    session.add_all(
        Window(
            organization_id=row.organization_id,
            availability_id=row.id,
            weekday=weekday,
            start_minute=start,
            end_minute=end,
        )
        for weekday, start, end in week
    )
