"""Hours that repeat as the pages of hours show them: in words, with their next dates, the rows of one rule together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from scheduler.catalog.repeat_words import repeat_words, rule_words
from scheduler.catalog.repeating import rules_under
from scheduler.catalog.repeats import next_dates, repeat_of
from scheduler.catalog.typed_hours import write_ranges
from scheduler.models import RecurrenceRule

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Repeating:
    """Hours that repeat: rules that differ in their ranges only. ``next`` are their dates to come, five at most;
    ``editable`` whether the form can say the rule."""

    ids: tuple[str, ...]
    rrule: str
    dtstart: date
    windows: tuple[Range, ...]
    exdates: tuple[date, ...]
    words: str
    next: tuple[date, ...]
    editable: bool


def repeating(
    rrule: str,
    dtstart: date,
    windows: Sequence[Range],
    exdates: Sequence[date],
    today: date,
    ids: Sequence[str] = (),
) -> Repeating:
    """Hours that repeat, with their words and their dates from ``today`` on."""
    return Repeating(
        tuple(ids),
        rrule,
        dtstart,
        tuple(windows),
        tuple(exdates),
        repeat_words(rrule, dtstart, windows, exdates),
        tuple(next_dates(rrule, dtstart, exdates, today)),
        repeat_of(rrule, dtstart) is not None,
    )


def rules(session: Session, availability_id: str, today: date) -> list[Repeating]:
    """The hours that repeat of an Availability."""
    groups: dict[tuple[str, date, tuple[str, ...]], list[RecurrenceRule]] = {}
    for row in rules_under(session, availability_id):
        groups.setdefault((row.rrule, row.dtstart, tuple(row.exdates)), []).append(row)
    return [
        repeating(
            rrule,
            dtstart,
            [(row.start_minute, row.end_minute) for row in rows],
            [date.fromisoformat(day) for day in exdates],
            today,
            [row.id for row in rows],
        )
        for (rrule, dtstart, exdates), rows in groups.items()
    ]


def in_short(session: Session, availability_id: str) -> list[str]:
    """A line for each: "Every second Saturday: 9:00 AM to 12:00 PM"."""
    said = (
        f"{rule_words(row.rrule, row.dtstart)}: {write_ranges([(row.start_minute, row.end_minute)])}"
        for row in rules_under(session, availability_id)
    )
    return list(dict.fromkeys(said))
