"""Revisions of hours, dates that differ and time off: what an edit replaced, so that it can be taken back for a day.

``before`` and ``after`` of a Revision hold only what the edit touched, by its ``object_kind``:

    availability  {"name": text, "weekly": [[weekday, start, end], ...]}              object_id: the Availability
    dates         {"dates": {"<ISO date>/<schedule id or nothing>": {"windows", "note"}}}  object_id: the Availability
    repeats       {"rules": [{"id", "rrule", "dtstart", "start", "end", "exdates"}]}  object_id: the Availability
    time-off      {"spans": [{"id", "actor_id", "location_id", "start_date", "end_date", "note"}]}
    busy-block    {"blocks": [...]}: written and taken back by ``booking.block_days``

Taking one back is an edit like any other: it is refused when what the edit left has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog.rows import find, note
from scheduler.clock import DAY
from scheduler.errors import Conflict, NotFound
from scheduler.models import (
    Actor,
    Availability,
    Location,
    Override,
    RecurrenceRule,
    Revision,
    Schedule,
    TimeOff,
    Window,
)

WEEK, DATES, REPEATS = "availability", "dates", "repeats"
TIME_OFF, BLOCKS = "time-off", "busy-block"
OF_HOURS = (WEEK, DATES, REPEATS)
UNDO_SECONDS = DAY
CHANGED_SINCE = (
    "This was changed again since, so it can't be undone. Look at what it says now and change that."
)

State = dict[str, Any]


def week_of(session: Session, hours: Availability) -> State:
    """The name and weekly windows as they are now."""
    rows = session.execute(
        select(Window.weekday, Window.start_minute, Window.end_minute)
        .where(Window.availability_id == hours.id)
        .order_by(Window.weekday, Window.start_minute, Window.end_minute)
    )
    return {"name": hours.name, "weekly": [list(row) for row in rows]}


def date_key(day: date, schedule_id: str | None) -> str:
    """What names an override under its Availability: date and, when it is for one offer only, that Schedule."""
    return f"{day.isoformat()}/{schedule_id or ''}"


def dates_said(rows: Iterable[Override]) -> State:
    """Overrides as a Revision keeps them."""
    return {
        "dates": {
            date_key(row.date, row.schedule_id): {"windows": [list(w) for w in row.windows], "note": row.note}
            for row in rows
        }
    }


def rules_said(rows: Iterable[RecurrenceRule]) -> State:
    """Recurrence rules as a Revision keeps them."""
    return {
        "rules": [
            {
                "id": row.id,
                "rrule": row.rrule,
                "dtstart": row.dtstart.isoformat(),
                "start": row.start_minute,
                "end": row.end_minute,
                "exdates": list(row.exdates),
            }
            for row in rows
        ]
    }


def spans_said(rows: Iterable[TimeOff]) -> State:
    """Time off as a Revision keeps it."""
    return {
        "spans": [
            {
                "id": row.id,
                "actor_id": row.actor_id,
                "location_id": row.location_id,
                "start_date": row.start_date.isoformat(),
                "end_date": row.end_date.isoformat(),
                "note": row.note,
            }
            for row in rows
        ]
    }


def dates_under(session: Session, hours: Availability) -> list[Override]:
    """All overrides of these hours and of the Schedules that use them, soonest first."""
    used = select(Schedule.id).where(Schedule.availability_id == hours.id)
    return list(
        session.scalars(
            select(Override)
            .where((Override.availability_id == hours.id) | Override.schedule_id.in_(used))
            .order_by(Override.date, Override.schedule_id.is_not(None), Override.id)
        )
    )


def keep(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    kind: str,
    object_id: str,
    before: State,
    after: State,
) -> Revision:
    """Write down an edit in the edit's own transaction; one that changed nothing too, so that History is complete."""
    row = Revision(
        organization_id=organization_id,
        at=now,
        user_id=by.user_id,
        object_kind=kind,
        object_id=object_id,
        before=before,
        after=after,
    )
    session.add(row)
    session.flush()
    return row


def keep_of(
    session: Session,
    row: Availability | TimeOff,
    kind: str,
    before: State,
    after: State,
    *,
    by: audit.Actor,
    now: int,
) -> Revision:
    """``keep`` for an edit of this very row or of what hangs on it."""
    return keep(
        session,
        by=by,
        now=now,
        organization_id=row.organization_id,
        kind=kind,
        object_id=row.id,
        before=before,
        after=after,
    )


def undoable(revision: Revision, now: int) -> bool:
    """Whether the edit is younger than a day and was not taken back yet."""
    return revision.undone_at is None and now < revision.at + UNDO_SECONDS


def to_undo(session: Session, revision_id: int, now: int) -> Revision:
    """The edit, locked, ready to be taken back. Raises NotFound, Conflict when it is too old or taken back already."""
    row = session.get(Revision, revision_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("We can't find that change.")
    if row.undone_at is not None:
        raise Conflict("That was undone already.")
    if not undoable(row, now):
        raise Conflict("That is more than a day ago, so it can't be undone. Change the hours instead.")
    return row


def undo(session: Session, *, by: audit.Actor, now: int, revision_id: int) -> Revision:
    """Take back an edit of hours, dates or time off. Appointments stay. Raises NotFound, and Conflict when it is older
    than a day, was undone already, or when what it left has changed since."""
    revision = to_undo(session, revision_id, now)
    _UNDO[revision.object_kind](session, revision)
    revision.undone_at = now
    note(session, revision, by=by, now=now, action="undo", kind="revision", row_id=str(revision.id))
    return revision


def _hours(session: Session, revision: Revision) -> Availability:
    row = find(session, Availability, revision.object_id)
    row.version += 1
    return row


def _undo_week(session: Session, revision: Revision) -> None:
    hours = _hours(session, revision)
    if week_of(session, hours) != revision.after:
        raise Conflict(CHANGED_SINCE)
    hours.name = revision.before["name"]
    session.execute(delete(Window).where(Window.availability_id == hours.id))
    session.add_all(
        Window(
            organization_id=hours.organization_id,
            availability_id=hours.id,
            weekday=weekday,
            start_minute=start,
            end_minute=end,
        )
        for weekday, start, end in revision.before["weekly"]
    )


def _undo_dates(session: Session, revision: Revision) -> None:
    hours = _hours(session, revision)
    before, after = revision.before["dates"], revision.after["dates"]
    touched = before.keys() | after.keys()
    there = {date_key(row.date, row.schedule_id): row for row in dates_under(session, hours)}
    now_said = dates_said(row for key, row in there.items() if key in touched)["dates"]
    if now_said != after:
        raise Conflict(CHANGED_SINCE)
    for key in sorted(touched):
        if key in there:
            session.delete(there[key])
    session.flush()
    for key, said in before.items():
        day, _, schedule_id = key.partition("/")
        schedule = session.get(Schedule, schedule_id) if schedule_id else None
        if schedule_id and (schedule is None or schedule.availability_id != hours.id):
            raise Conflict(CHANGED_SINCE)
        session.add(
            Override(
                organization_id=hours.organization_id,
                availability_id=None if schedule_id else hours.id,
                schedule_id=schedule_id or None,
                date=date.fromisoformat(day),
                windows=said["windows"],
                note=said["note"],
            )
        )


def _undo_repeats(session: Session, revision: Revision) -> None:
    hours = _hours(session, revision)
    for said in revision.after["rules"]:
        row = session.get(RecurrenceRule, said["id"], with_for_update=True, populate_existing=True)
        if row is None or rules_said([row])["rules"] != [said]:
            raise Conflict(CHANGED_SINCE)
        session.delete(row)
    session.flush()
    for said in revision.before["rules"]:
        if session.get(RecurrenceRule, said["id"]) is not None:
            raise Conflict(CHANGED_SINCE)
        session.add(
            RecurrenceRule(
                id=said["id"],
                organization_id=hours.organization_id,
                availability_id=hours.id,
                rrule=said["rrule"],
                dtstart=date.fromisoformat(said["dtstart"]),
                start_minute=said["start"],
                end_minute=said["end"],
                exdates=said["exdates"],
            )
        )


def _undo_time_off(session: Session, revision: Revision) -> None:
    before, after = revision.before.get("spans", []), revision.after.get("spans", [])
    for span in after:
        row = session.get(TimeOff, span["id"], with_for_update=True, populate_existing=True)
        if row is None or spans_said([row])["spans"] != [span]:
            raise Conflict(CHANGED_SINCE)
        session.delete(row)
    session.flush()
    for span in before:
        gone = (span["actor_id"] and session.get(Actor, span["actor_id"]) is None) or (
            span["location_id"] and session.get(Location, span["location_id"]) is None
        )
        if gone or session.get(TimeOff, span["id"]) is not None:
            raise Conflict(CHANGED_SINCE)
        first, last = date.fromisoformat(span["start_date"]), date.fromisoformat(span["end_date"])
        kept = {**span, "start_date": first, "end_date": last}
        session.add(TimeOff(organization_id=revision.organization_id, **kept))


_UNDO = {WEEK: _undo_week, DATES: _undo_dates, REPEATS: _undo_repeats, TIME_OFF: _undo_time_off}
