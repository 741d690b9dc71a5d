"""Holiday calendars: which holidays a clinic closes on, each year again; a place may have a calendar of its own.

What the slot rule reads are closures: TimeOff of each place, marked with the holiday's key. ``write_closures`` makes them
agree with the calendars as far ahead as anybody can book; it is safe to repeat, and runs with every edit and once a day.
Days that are over stay as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.availability.zones import zone as zone_of
from scheduler.catalog import holiday_dates, parse, revisions
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import find, named, note
from scheduler.clock import local_date
from scheduler.db import one_at_a_time
from scheduler.errors import Conflict, EditConflict
from scheduler.models import HolidayCalendar, Location, Organization, Revision, TimeOff

KIND = "holidays"
# The longest horizon is 400 days; the rest is for a job that did not run for a while.
AHEAD_DAYS = 431
MAX_HOLIDAYS = 100
_ADVISORY_LOCK = 7_310_455_204
FIELDS = {
    "country": Field("Country", parse.country),
    "subdivision": Field("State", parse.word, ""),
    "keys": Field("Holidays", parse.many(parse.name, MAX_HOLIDAYS)),
}


def set_holidays(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    country: str,
    subdivision: str,
    keys: Sequence[str],
    version: int | None,
    location_id: str | None = None,
) -> HolidayCalendar:
    """Say on which holidays (keys of ``holiday_dates``) an organization closes, or one place of it that differs, and
    write the closures. ``version`` is the calendar's that the editor saw, None: there was none.

    Raises NotFound, EditConflict, InvalidInput.
    """
    row = _found(session, organization_id, location_id, version)
    problems = Problems()
    if location_id is not None:
        named(session, Location, location_id, organization_id, problems, "location_id", "Place")
    values = check(FIELDS, {"country": country, "subdivision": subdivision, "keys": keys}, problems)
    shown = row or calendar_in_effect(session, organization_id, location_id)
    _check_region(values, shown.keys if shown else (), now, problems)
    problems.stop()
    before = _said(row)
    row = _put(session, row, organization_id, location_id, values | {"keys": sorted(values["keys"])}, now)
    note(session, row, by=by, now=now, action="set", kind="holiday-calendar", holidays=len(row.keys))
    _keep(session, organization_id, location_id, before, _said(row), by, now)
    write_closures(session, now)
    return row


def follow_clinic(
    session: Session, *, by: audit.Actor, now: int, organization_id: str, location_id: str, version: int
) -> None:
    """Take a place's own calendar away: it closes with the clinic again. Raises NotFound, EditConflict."""
    row = _found(session, organization_id, location_id, version)
    assert row is not None
    before = _said(row)
    note(session, row, by=by, now=now, action="remove", kind="holiday-calendar")
    session.delete(row)
    _keep(session, organization_id, location_id, before, None, by, now)
    session.flush()
    write_closures(session, now)


def undo(session: Session, *, by: audit.Actor, now: int, revision_id: int) -> None:
    """Take back an edit of a calendar. Raises NotFound, and Conflict when it is older than a day, was undone already, or
    when the calendar has changed since."""
    revision = revisions.to_undo(session, revision_id, now)
    owner, place = revision.organization_id, revision.after["location_id"]
    find(session, Organization, owner)  # locked: edits of its calendars follow each other
    row = calendar_of(session, owner, place)
    if _said(row) != revision.after["calendar"]:
        raise Conflict(revisions.CHANGED_SINCE)
    said = revision.before["calendar"]
    if place is not None and session.get(Location, place) is None:
        raise Conflict(revisions.CHANGED_SINCE)
    if said is None:
        if row is not None:
            session.delete(row)
    else:
        _put(session, row, owner, place, said, now)
    revision.undone_at = now
    note(session, revision, by=by, now=now, action="undo", kind="revision", row_id=str(revision.id))
    write_closures(session, now)


def calendar_of(session: Session, organization_id: str, location_id: str | None) -> HolidayCalendar | None:
    """The calendar of an organization itself, or of one place itself; None when it has none of its own."""
    whose = HolidayCalendar.location_id.is_(None) if location_id is None else None
    return session.scalars(
        select(HolidayCalendar).where(
            HolidayCalendar.organization_id == organization_id,
            HolidayCalendar.location_id == location_id if whose is None else whose,
        )
    ).one_or_none()


def calendar_in_effect(
    session: Session, organization_id: str, location_id: str | None
) -> HolidayCalendar | None:
    """The calendar that an organization or a place closes by: its own, else the nearest one above; None: no holidays."""
    return _in_effect(session).calendar(organization_id, location_id)


def region_of(session: Session, organization_id: str, place: Location | None) -> tuple[str, str]:
    """(country, subdivision) whose holidays hold at a place, or (None) for an organization: those of its calendar, else
    of its address."""
    found = calendar_in_effect(session, organization_id, place.id if place else None)
    if found is not None:
        return found.country, found.subdivision
    if place is None:
        place = session.scalars(
            select(Location)
            .where(Location.organization_id == organization_id, Location.kind == "physical", Location.active)
            .order_by(Location.created_at, Location.id)
            .limit(1)
        ).one_or_none()
    return holiday_dates.region(place.country, place.state) if place else (holiday_dates.HOME, "")


def write_closures(session: Session, now: int) -> int:
    """Make the closures from today on those of the calendars; the number of rows that were written or taken away."""
    one_at_a_time(session, _ADVISORY_LOCK)  # the daily job must not write what an edit takes away meanwhile
    in_effect = _in_effect(session)
    places = session.scalars(select(Location)).all()
    today = {place.id: local_date(now, zone_of(place.zone).info) for place in places}
    there: dict[str, dict[tuple[date, str], TimeOff]] = {place.id: {} for place in places}
    doubled: list[TimeOff] = []
    for row in session.scalars(select(TimeOff).where(TimeOff.holiday_key != "").order_by(TimeOff.id)):
        if row.location_id is not None and row.start_date >= today[row.location_id]:
            first = there[row.location_id].setdefault((row.start_date, row.holiday_key), row)
            if first is not row:
                doubled.append(row)
    changed = len(doubled)
    for row in doubled:
        session.delete(row)
    for place in places:
        calendar = in_effect.calendar(place.organization_id, place.id)
        changed += _write(session, place, calendar, there[place.id], today[place.id])
    session.flush()
    return changed


class _InEffect:
    """All calendars, and which of them holds where: a place's own, its organization's, that one's parents'."""

    def __init__(self, calendars: Iterable[HolidayCalendar], parents: Mapping[str, str | None]) -> None:
        self._of = {(row.organization_id, row.location_id): row for row in calendars}
        self._parents = parents

    def calendar(self, organization_id: str, location_id: str | None) -> HolidayCalendar | None:
        own = self._of.get((organization_id, location_id))
        step: str | None = organization_id
        while own is None and step is not None:
            own, step = self._of.get((step, None)), self._parents.get(step)
        return own


def _in_effect(session: Session) -> _InEffect:
    rows = session.execute(select(Organization.id, Organization.parent_id)).all()
    return _InEffect(session.scalars(select(HolidayCalendar)), {row[0]: row[1] for row in rows})


def _write(
    session: Session,
    place: Location,
    calendar: HolidayCalendar | None,
    there: dict[tuple[date, str], TimeOff],
    today: date,
) -> int:
    wanted: dict[tuple[date, str], str] = {}
    if calendar is not None:
        last = today + timedelta(days=AHEAD_DAYS)
        dates = holiday_dates.closed_dates(calendar.country, calendar.subdivision, calendar.keys, today, last)
        wanted = {(one.day, one.key): one.name for one in dates}
    changed = 0
    for key, row in there.items():
        if key not in wanted:
            session.delete(row)
            changed += 1
        elif row.note != wanted[key]:
            row.note = wanted[key]
            changed += 1
    for (day, holiday), name in wanted.items():
        if (day, holiday) not in there:
            session.add(
                TimeOff(
                    organization_id=place.organization_id,
                    location_id=place.id,
                    start_date=day,
                    end_date=day,
                    note=name,
                    holiday_key=holiday,
                )
            )
            changed += 1
    return changed


def _found(
    session: Session, organization_id: str, location_id: str | None, version: int | None
) -> HolidayCalendar | None:
    """The calendar to edit, as the editor saw it. Raises EditConflict."""
    find(session, Organization, organization_id)  # locked: one calendar each
    row = calendar_of(session, organization_id, location_id)
    if (row.version if row else None) != version:
        raise EditConflict("Somebody else changed these holidays meanwhile. Look at what they say now.")
    return row


def _put(
    session: Session,
    row: HolidayCalendar | None,
    organization_id: str,
    location_id: str | None,
    said: Mapping[str, Any],
    now: int,
) -> HolidayCalendar:
    """Let the calendar say this, made first where there is none."""
    if row is None:
        row = HolidayCalendar(
            organization_id=organization_id,
            location_id=location_id,
            version=_unused_version(session, organization_id, location_id),
            created_at=now,
        )
        session.add(row)
    else:
        row.version += 1
    row.country, row.subdivision, row.keys = said["country"], said["subdivision"], said["keys"]
    return row


def _unused_version(session: Session, organization_id: str, location_id: str | None) -> int:
    """A version that no calendar of this owner had before, so that a page of one that was taken away stays behind. An
    edit and its undo raise it by one each."""
    edits = select(func.count()).where(
        Revision.object_kind == KIND, Revision.object_id == (location_id or organization_id)
    )
    return 1 + 2 * session.scalars(edits).one()


def _check_region(values: dict[str, Any], kept: Collection[str], now: int, problems: Problems) -> None:
    country, subdivision = values.get("country"), values.get("subdivision")
    if country is None or subdivision is None:
        return
    if country not in holiday_dates.countries():
        problems.add("country", "Country", "choose one of the list.")
    elif subdivision and subdivision not in holiday_dates.subdivisions(country):
        problems.add("subdivision", "State", "choose one of the list.")
    elif "keys" in values:
        # a holiday that was ticked may have been renamed or abolished since: it stays, and closes no day
        known = {one.key for one in known_holidays(country, subdivision, now)} | set(kept)
        if not set(values["keys"]) <= known:
            problems.add("keys", "Holidays", "choose holidays of the list.")


def known_holidays(country: str, subdivision: str, now: int) -> list[holiday_dates.Holiday]:
    """The holidays of a region in the time for which closures are written, soonest first."""
    today = local_date(now, zone_of("UTC").info) - timedelta(days=1)
    return holiday_dates.holidays_between(country, subdivision, today, today + timedelta(days=AHEAD_DAYS + 1))


def _said(row: HolidayCalendar | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"country": row.country, "subdivision": row.subdivision, "keys": list(row.keys)}


def _keep(
    session: Session,
    organization_id: str,
    location_id: str | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: audit.Actor,
    now: int,
) -> None:
    revisions.keep(
        session,
        by=by,
        now=now,
        organization_id=organization_id,
        kind=KIND,
        object_id=location_id or organization_id,
        before={"location_id": location_id, "calendar": before},
        after={"location_id": location_id, "calendar": after},
    )
