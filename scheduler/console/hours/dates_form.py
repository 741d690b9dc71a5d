"""The form of a date that differs, as it is typed and as it is read: one date, a span, or ticked holidays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import catalog
from scheduler.booking import By
from scheduler.catalog import parse
from scheduler.catalog.dates import MAX_DATES
from scheduler.catalog.holiday_calendars import region_of
from scheduler.catalog.holiday_dates import holidays_between
from scheduler.catalog.typed_hours import BadHours, parse_ranges, short_ranges, write_ranges
from scheduler.console.hours.reading import DateSpan, Hours, span_words
from scheduler.console.refusals import whole
from scheduler.console.regions import region_words
from scheduler.db import snapshot
from scheduler.models import Availability, Location, Schedule, TimeOff
from scheduler.web.times import day_with_year

CLOSED, OTHER = "closed", "hours"
CONTROLS = {
    "first": "first",
    "last": "last",
    "hours": "hours",
    "schedule": "schedule",
    "note": "note",
    "days": "holidays",
}
MAX_IDS = MAX_DATES

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed. ``days`` are ticked holidays (ISO dates); ``instead_of`` the overrides that it edits."""

    version: int
    first: str = ""
    last: str = ""
    kind: str = CLOSED
    hours: str = ""
    schedule: str = ""
    note: str = ""
    days: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The form as hidden fields."""
        names = ("version", "first", "last", "kind", "hours", "schedule", "note")
        single = [(name, str(getattr(self, name))) for name in names]
        return [
            *single,
            *(("day", day) for day in self.days),
            *(("instead_of", key) for key in self.instead_of),
        ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for; empty where ``problems`` (field to sentence) has something to say."""

    typed: Typed
    problems: dict[str, str] = field(default_factory=dict)
    days: tuple[date, ...] = ()
    windows: tuple[Range, ...] = ()
    removes: bool = False

    @property
    def span(self) -> DateSpan:
        """As the list of dates would show it."""
        return DateSpan((), self.days[0], self.days[-1], self.windows, self.typed.note, None, "")

    @property
    def when(self) -> str:
        if self.typed.days and len(self.days) > 1:
            return f"{len(self.days)} holidays"
        first, last = self.days[0], self.days[-1]
        return day_with_year(first) if first == last else span_words(first, last)

    @property
    def said(self) -> str:
        """ "closed", or the hours in words."""
        return write_ranges(self.windows) if self.windows else "closed"


def read(form: Any) -> Typed:
    """The form (a MultiDict), with nothing lost."""
    texts = {name: str(form.get(name, "")) for name in ("first", "last", "hours", "schedule", "note")}
    return Typed(
        version=whole(form.get("version")),
        kind=OTHER if form.get("kind") == OTHER else CLOSED,
        days=tuple(form.getlist("day")[:MAX_DATES]),
        instead_of=tuple(form.getlist("instead_of")[:MAX_IDS]),
        **texts,
    )


def typed_of(span: DateSpan | None, hours: Hours) -> Typed:
    """The form filled with what stands now, or empty for a new date."""
    if span is None:
        return Typed(hours.version)
    return Typed(
        version=hours.version,
        first=span.first.isoformat(),
        last="" if span.first == span.last else span.last.isoformat(),
        kind=OTHER if span.windows else CLOSED,
        hours=short_ranges(span.windows),
        schedule=span.schedule_id or "",
        note=span.note,
        instead_of=span.ids,
    )


def still_there(typed: Typed, hours: Hours) -> Typed:
    """The form without the overrides that somebody else has removed meanwhile."""
    there = {key for span in hours.dates for key in span.ids}
    return replace(typed, instead_of=tuple(key for key in typed.instead_of if key in there))


def check(typed: Typed, hours: Hours) -> Asked:
    """What the form asks for, with every problem named."""
    problems: dict[str, str] = {}
    if typed.days:
        days = sorted(day for day in map(iso_date, dict.fromkeys(typed.days)) if day is not None)
        if not days:
            problems["days"] = "Holidays: choose at least one."
    else:
        days = list(_span(typed.first, typed.last, hours.today, problems))
    windows: list[Range] = []
    if typed.kind == OTHER:
        try:
            windows = parse_ranges(typed.hours)
        except BadHours as error:
            problems["hours"] = error.about("Hours")
        else:
            if not windows:
                problems["hours"] = "Hours: write hours such as 9-12, or choose closed."
    if typed.schedule and typed.schedule not in hours.schedule_ids:
        problems["schedule"] = "For: choose one of the list."
    try:
        parse.optional_name(typed.note)
    except ValueError as error:
        problems["note"] = f"Note: {error}"
    return Asked(typed, problems, tuple(days), tuple(windows))


def removal(typed: Typed, hours: Hours) -> Asked:
    """The dates that are to have their usual hours again."""
    wanted = set(typed.instead_of)
    spans = [span for span in hours.dates if wanted & set(span.ids)]
    days = [day for span in spans for day in days_between(span.first, span.last)]
    if not days:
        return Asked(typed, {"first": "From: these dates have their usual hours again already."})
    return Asked(typed, {}, tuple(sorted(days)), removes=True)


def change(asked: Asked, availability_id: str, by: By, now: int) -> Callable[[Session], object]:
    """The act that the form asks for, to be tried or done in a session."""
    common: dict[str, Any] = {"by": by, "now": now, "availability_id": availability_id}
    typed = asked.typed

    def act(session: Session) -> object:
        if asked.removes:
            catalog.remove_dates(session, **common, version=typed.version, override_ids=typed.instead_of)
            return None
        return catalog.set_dates(
            session,
            **common,
            version=typed.version,
            days=asked.days,
            windows=asked.windows,
            schedule_id=typed.schedule or None,
            note_text=typed.note,
            instead_of=typed.instead_of,
        )

    return act


def iso_date(text: str) -> date | None:
    """A date such as a browser's date field sends, of a year that can be kept."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if parse.FIRST_DATE <= found <= parse.LAST_DATE else None


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from ``first`` to ``last``, both included."""
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)


def _span(first: str, last: str, today: date, problems: dict[str, str]) -> Iterator[date]:
    begin = iso_date(first)
    end = iso_date(last) if last.strip() else begin
    if begin is None:
        problems["first"] = "From: enter a date such as 2027-06-08."
    elif begin < today and (end is None or end < today):
        problems["first"] = "From: that date has passed. Check the year."
    if end is None and begin is not None:
        problems["last"] = "To: enter a date such as 2027-06-12, or leave it empty."
    if begin is None or end is None or problems:
        return iter(())
    if end < begin:
        problems["last"] = "To: set it on or after the first day."
    elif (end - begin).days >= MAX_DATES:
        problems["last"] = "To: set at most a year of dates at once."
    return iter(()) if problems else days_between(begin, end)


def holidays(hours: Hours) -> tuple[str, list[tuple[date, str, bool]]]:
    """(region in words, the (date, name, whether the place is closed already) of its holidays in the next year, soonest
    first): for a day off of these hours alone. The clinic's own holidays are ``admin.holidays``'."""
    with snapshot() as session:
        row = session.get_one(Availability, hours.id)
        place = session.scalars(
            select(Location)
            .join(Schedule, Schedule.location_id == Location.id)
            .where(Schedule.availability_id == row.id, Schedule.active)
            .order_by(Location.kind == "virtual", Location.name, Location.id)
            .limit(1)
        ).one_or_none()
        country, part = region_of(session, row.organization_id, place)
        closed: set[date] = set()
        if place is not None:
            closed = set(
                session.scalars(
                    select(TimeOff.start_date).where(
                        TimeOff.location_id == place.id, TimeOff.holiday_key != ""
                    )
                )
            )
    last = hours.today + timedelta(days=365)
    found = holidays_between(country, part, hours.today, last)
    return region_words(country, part), [(one.day, one.name, one.day in closed) for one in found]
