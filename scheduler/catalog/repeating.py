"""Hours that repeat: recurrence rules of an Availability, guarded by its version; a Revision keeps what an edit replaces.

A row holds one window; hours with several ranges are several rows of the same rule, written and taken away together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.availability import check_rrule
from scheduler.catalog import parse, revisions
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, note
from scheduler.errors import Conflict, NotFound
from scheduler.models import Availability, RecurrenceRule

MAX_RULES = 100
MAX_EXDATES = 400
FIELDS = {
    "dtstart": Field("First day", parse.local_date),
    "windows": Field("Hours", parse.many(parse.window, 24)),
    "exdates": Field("Dates left out", parse.many(parse.local_date, MAX_EXDATES), []),
}
GONE = "We can't find those repeating hours; they may have been removed."


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
    """Add hours of one range on the dates that an RRULE (RFC 5545) gives from ``dtstart`` on, ``exdates`` left out.

    Raises NotFound, InvalidInput; Conflict for more than ``MAX_RULES``.
    """
    hours = find(session, Availability, availability_id)
    [row] = _put(session, hours, rrule, dtstart, [window], exdates, (), by, now)
    hours.version += 1
    note(session, row, by=by, now=now, action="add", kind="recurrence-rule")
    return row


def set_repeating(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    availability_id: str,
    version: int,
    rrule: str,
    dtstart: date,
    windows: Iterable[Sequence[int]],
    exdates: Sequence[date] = (),
    instead_of: Sequence[str] = (),
) -> list[RecurrenceRule]:
    """Add hours of several ranges that repeat, in place of the rules ``instead_of`` (ids). Raises NotFound, EditConflict,
    InvalidInput; Conflict for more than ``MAX_RULES``."""
    hours = find(session, Availability, availability_id, version)
    rows = _put(session, hours, rrule, dtstart, list(windows), exdates, instead_of, by, now)
    note(session, hours, by=by, now=now, action="set-repeating", kind="availability", rules=len(rows))
    return rows


def remove_repeating(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    availability_id: str,
    version: int,
    rule_ids: Sequence[str],
) -> None:
    """Take recurrence rules away. Raises NotFound, EditConflict."""
    hours = find(session, Availability, availability_id, version)
    rows = _named(session, hours, rule_ids)
    said, none = revisions.rules_said(rows), revisions.rules_said(())
    revisions.keep_of(session, hours, revisions.REPEATS, said, none, by=by, now=now)
    for row in rows:
        session.delete(row)
    note(session, hours, by=by, now=now, action="remove-repeating", kind="availability", rules=len(rows))


def rules_under(session: Session, availability_id: str) -> list[RecurrenceRule]:
    """The rules of an Availability, those that began first at the front."""
    return list(
        session.scalars(
            select(RecurrenceRule)
            .where(RecurrenceRule.availability_id == availability_id)
            .order_by(RecurrenceRule.dtstart, RecurrenceRule.start_minute, RecurrenceRule.id)
        )
    )


def _put(
    session: Session,
    hours: Availability,
    rrule: str,
    dtstart: date,
    windows: Sequence[Sequence[int]],
    exdates: Sequence[date],
    instead_of: Sequence[str],
    by: audit.Actor,
    now: int,
) -> list[RecurrenceRule]:
    replaced = _named(session, hours, instead_of)
    problems = Problems()
    values = check(FIELDS, {"dtstart": dtstart, "windows": windows, "exdates": exdates}, problems)
    if not values.get("windows", True):
        problems.add("windows", "Hours", "give at least one range.")
    rule = _checked_rule(rrule, values.get("dtstart"), problems)
    problems.stop()
    there = len(rules_under(session, hours.id)) - len(replaced)
    if there + len(values["windows"]) > MAX_RULES:
        raise Conflict(f"Hours have at most {MAX_RULES} repeat rules. Remove one first.")
    before = revisions.rules_said(replaced)
    # Rows stay where they can: another editor's page names them, and must find what became of them.
    spare, rows = list(replaced), []
    for start, end in sorted(values["windows"]):
        row = (
            spare.pop(0)
            if spare
            else RecurrenceRule(organization_id=hours.organization_id, availability_id=hours.id)
        )
        row.rrule, row.dtstart, row.start_minute, row.end_minute = rule, values["dtstart"], start, end
        row.exdates = [day.isoformat() for day in sorted(values["exdates"])]
        rows.append(row)
    session.add_all(rows)
    for row in spare:
        session.delete(row)
    session.flush()
    revisions.keep_of(session, hours, revisions.REPEATS, before, revisions.rules_said(rows), by=by, now=now)
    return rows


def _named(session: Session, hours: Availability, rule_ids: Sequence[str]) -> list[RecurrenceRule]:
    wanted = set(rule_ids)
    rows = [row for row in rules_under(session, hours.id) if row.id in wanted]
    if len(rows) != len(wanted):
        raise NotFound(GONE)
    return rows


def _checked_rule(text: Any, dtstart: date | None, problems: Problems) -> str:
    field = {
        "rrule": Field("Repeats", lambda value: check_rrule(parse.text(500, required=True)(value), first))
    }
    first = dtstart or parse.FIRST_DATE
    return str(check(field, {"rrule": text}, problems).get("rrule", ""))
