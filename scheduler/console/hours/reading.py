"""What the pages of hours show: which sets of hours a person may edit, what uses them, their week and their dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person, may_edit_calendar, sees_all_bookings
from scheduler.availability.zones import zone as zone_of
from scheduler.catalog import revisions
from scheduler.catalog.dates import MAX_DATES
from scheduler.catalog.typed_hours import write_ranges
from scheduler.clock import local_date
from scheduler.console.hours.repeat_reading import Repeating, in_short, rules
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import (
    AppointmentType,
    Availability,
    Location,
    Override,
    Practitioner,
    Revision,
    Schedule,
    User,
)
from scheduler.web.times import day_with_year, week_range

Range = tuple[int, int]
NOT_THERE = "We can't find those hours."


@dataclass(frozen=True, slots=True)
class Use:
    """An offer that these hours rule: a type at a place. ``id`` is the Schedule's."""

    id: str
    type: str
    place: str
    zone: str

    @property
    def name(self) -> str:
        return f"{self.type}, {self.place}"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Overrides of dates in a row that say the same. ``for_whom`` is empty when they hold for all types."""

    ids: tuple[str, ...]
    first: date
    last: date
    windows: tuple[Range, ...]
    note: str
    schedule_id: str | None
    for_whom: str

    @property
    def when(self) -> str:
        """ "Tuesday, June 8, 2027" or "June 8 to 12"."""
        return day_with_year(self.first) if self.first == self.last else span_words(self.first, self.last)

    @property
    def hours(self) -> str:
        """ "Closed" or the hours in words."""
        return write_ranges(self.windows)


@dataclass(frozen=True, slots=True)
class Hours:
    """A set of hours. ``today`` is the date at the earliest of its places; ``saved_by`` and ``saved_at`` are of the last
    edit that is kept, None when there is none."""

    id: str
    name: str
    owner: str
    version: int
    weekly: dict[int, list[Range]]
    uses: tuple[Use, ...]
    dates: tuple[DateSpan, ...]
    rules: tuple[Repeating, ...]
    today: date
    saved_by: str
    saved_at: int | None

    @property
    def zones(self) -> list[tuple[str, list[str]]]:
        """(zone, the places whose clock it is), in order."""
        found: dict[str, list[str]] = {}
        for use in self.uses:
            places = found.setdefault(use.zone, [])
            if use.place not in places:
                places.append(use.place)
        return sorted(found.items())

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which instants about these hours are written."""
        return zone_of(self.zones[0][0] if self.uses else "UTC").info

    @property
    def schedule_ids(self) -> list[str]:
        return [use.id for use in self.uses]

    @property
    def coming(self) -> list[DateSpan]:
        return [span for span in self.dates if span.last >= self.today]

    @property
    def past(self) -> list[DateSpan]:
        return [span for span in reversed(self.dates) if span.last < self.today]


@dataclass(frozen=True, slots=True)
class Listed:
    """A set of hours in the list."""

    id: str
    name: str
    week: tuple[str, ...]
    types: tuple[str, ...]


def span_words(first: date, last: date) -> str:
    """ "June 8 to 12, 2027"; with both years when they differ."""
    words = week_range(first, last)
    return words if first.year != last.year else f"{words}, {last.year}"


def listed(person: Person) -> list[tuple[str, list[Listed]]]:
    """The hours that the person may edit, grouped by whose they are; those that are nobody's own come last."""
    with snapshot() as session:
        rows = session.execute(
            select(Availability, Practitioner.display_name)
            .outerjoin(Practitioner, Practitioner.id == Availability.practitioner_id)
            .where(Availability.organization_id == person.organization_id)
            .order_by(Practitioner.display_name.is_(None), Practitioner.display_name, Availability.name)
        ).all()
        groups: dict[str, list[Listed]] = {}
        for row, owner in rows:
            if may_edit_calendar(person, row.organization_id, row.practitioner_id):
                uses = _uses(session, row.id)
                said = (*_in_short(_weekly(session, row)), *in_short(session, row.id))
                types = tuple(dict.fromkeys(use.type for use in uses))
                groups.setdefault(owner or "", []).append(Listed(row.id, row.name, said, types))
        return list(groups.items())


def may_be_owners(person: Person) -> list[tuple[str, str]]:
    """(id, name) of the practitioners for whom the person may make hours; "" stands for nobody's own."""
    with snapshot() as session:
        rows = session.execute(
            select(Practitioner.id, Practitioner.display_name)
            .where(Practitioner.organization_id == person.organization_id, Practitioner.active)
            .order_by(Practitioner.display_name, Practitioner.id)
        ).all()
    found = [(key, name) for key, name in rows if may_edit_calendar(person, person.organization_id, key)]
    return [*found, ("", "A place, nobody's own")] if sees_all_bookings(person) else found


def ensure_mine(session: Session, person: Person, availability_id: str) -> Availability:
    """The hours, when the person may edit them. Raises NotFound: another's and those that never were look the same."""
    row = session.get(Availability, availability_id) if "\0" not in availability_id else None
    if row is None or not may_edit_calendar(person, row.organization_id, row.practitioner_id):
        raise NotFound(NOT_THERE)
    return row


def hours_of(person: Person, availability_id: str, now: int) -> Hours:
    """A set of hours with all that belongs to it. Raises NotFound."""
    with snapshot() as session:
        row = ensure_mine(session, person, availability_id)
        uses = _uses(session, row.id)
        owner = session.get(Practitioner, row.practitioner_id) if row.practitioner_id else None
        last = session.execute(
            select(Revision.at, User.name)
            .outerjoin(User, User.id == Revision.user_id)
            .where(Revision.object_kind.in_(revisions.OF_HOURS), Revision.object_id == row.id)
            .order_by(Revision.id.desc())
            .limit(1)
        ).one_or_none()
        zones = [zone_of(use.zone).info for use in uses] or [zone_of("UTC").info]
        today = min(local_date(now, zone) for zone in zones)
        return Hours(
            id=row.id,
            name=row.name,
            owner=owner.display_name if owner else "",
            version=row.version,
            weekly=_weekly(session, row),
            uses=tuple(uses),
            dates=tuple(_grouped(revisions.dates_under(session, row), uses)),
            rules=tuple(rules(session, row.id, today)),
            today=today,
            saved_by=(last[1] or "the system") if last else "",
            saved_at=last[0] if last else None,
        )


_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _in_short(weekly: Mapping[int, Sequence[Range]]) -> list[str]:
    """ "Mon to Fri: 9:00 AM to 5:00 PM": open days, those in a row with the same hours in one line."""
    lines = []
    for hours, group in groupby(range(7), key=lambda day: tuple(weekly.get(day, ()))):
        days = list(group)
        if hours:
            name = _SHORT[days[0]] if len(days) == 1 else f"{_SHORT[days[0]]} to {_SHORT[days[-1]]}"
            lines.append(f"{name}: {write_ranges(hours)}")
    return lines


def _uses(session: Session, availability_id: str) -> list[Use]:
    rows = session.execute(
        select(Schedule.id, AppointmentType.name, Location.name, Location.zone)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .where(Schedule.availability_id == availability_id, Schedule.active)
        .order_by(Location.name, AppointmentType.name, Schedule.id)
    )
    return [Use(*row) for row in rows]


def _weekly(session: Session, row: Availability) -> dict[int, list[Range]]:
    weekly: dict[int, list[Range]] = {}
    for weekday, start, end in revisions.week_of(session, row)["weekly"]:
        weekly.setdefault(weekday, []).append((start, end))
    return weekly


def _grouped(rows: Sequence[Override], uses: Iterable[Use]) -> list[DateSpan]:
    names: Mapping[str, str] = {use.id: use.name for use in uses}
    spans: list[DateSpan] = []
    for row in sorted(rows, key=lambda one: (one.schedule_id or "", one.date)):
        windows = tuple((start, end) for start, end in row.windows)
        last = spans[-1] if spans else None
        same = last is not None and (
            (last.windows, last.note, last.schedule_id) == (windows, row.note, row.schedule_id)
            and row.date == last.last + timedelta(days=1)
            and len(last.ids) < MAX_DATES  # so many can be edited and removed at once
        )
        if last is not None and same:
            spans[-1] = DateSpan(
                (*last.ids, row.id),
                last.first,
                row.date,
                windows,
                row.note,
                row.schedule_id,
                last.for_whom,
            )
            continue
        whom = names.get(row.schedule_id, "An offer that has ended") if row.schedule_id else ""
        spans.append(DateSpan((row.id,), row.date, row.date, windows, row.note, row.schedule_id, whom))
    return sorted(spans, key=lambda span: (span.first, span.for_whom))
