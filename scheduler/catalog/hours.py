"""Hours: availabilities with their weekly windows. Hours that repeat otherwise are ``repeating``'s.

Wall clock only: minutes since midnight, local dates. Windows are pairs (start, end): end 1440 is the next midnight,
end <= start runs overnight. Edits never touch appointments, not even those outside the new hours. The Availability's
``version`` guards all that belongs to it: windows, rules, overrides of its own and of the Schedules that use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse, revisions
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, named, note
from scheduler.errors import Conflict
from scheduler.models import AppointmentType, Availability, Organization, Practitioner, Schedule, Window

Week = Mapping[int, Iterable[Sequence[int]]]
MAX_WINDOWS_PER_DAY = 24
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIELDS = {"name": Field("Name", parse.name)}


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
    after = revisions.week_of(session, row)
    revisions.keep_of(session, row, revisions.WEEK, before, after, by=by, now=now)
    return row


def remove_availability(session: Session, *, by: audit.Actor, now: int, availability_id: str) -> None:
    """Remove hours that no Schedule uses, with all that belongs to them. Raises NotFound, Conflict."""
    row = find(session, Availability, availability_id)
    using = session.scalars(
        select(AppointmentType.name)
        .join(Schedule, Schedule.appointment_type_id == AppointmentType.id)
        .where(Schedule.availability_id == row.id)
        .distinct()
        .order_by(AppointmentType.name)
    ).all()
    if using:
        raise Conflict(f"These hours are in use by {', '.join(using)}. Choose other hours there first.")
    note(session, row, by=by, now=now, action="remove", kind="availability")
    session.delete(row)
    session.flush()


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
