"""Holiday calendars as the admin's page shows and reads them: whose, of which region, what is ticked, when it is next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import catalog
from scheduler.accounts.rights import Person
from scheduler.booking import By
from scheduler.catalog import holiday_dates
from scheduler.catalog.holiday_calendars import (
    MAX_HOLIDAYS,
    calendar_in_effect,
    calendar_of,
    known_holidays,
    region_of,
)
from scheduler.console.admin.organizations import organizations_below
from scheduler.console.admin.places import place_of
from scheduler.console.hours.comparing import Row
from scheduler.db import snapshot
from scheduler.models import HolidayCalendar, Location, Organization, Schedule
from scheduler.web.times import day_with_year

NONE_YET = -1
NO_DATE = "Not in the next 14 months"


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed: a region and the keys of the ticked holidays. ``version`` is the calendar's, ``NONE_YET``
    when there is none of its own."""

    version: int
    country: str
    subdivision: str
    keys: tuple[str, ...]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The form as hidden fields."""
        names = ("version", "country", "subdivision")
        return [
            *((name, str(getattr(self, name))) for name in names),
            *(("holiday", key) for key in self.keys),
        ]


@dataclass(frozen=True, slots=True)
class Line:
    """A holiday of the list. ``days`` are its next dates as words, each with what it says of being observed."""

    key: str
    days: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The calendar of the clinic, or of ``place``. ``own``: it has one of its own; ``kept``: what is saved for it now, or
    what it takes from above, for the region of its address; ``now``: what it closes by; ``schedule_ids``: the offers that it closes."""

    place: Location | None
    name: str
    own: bool
    kept: Typed
    now: Typed
    places: tuple[tuple[str, str, bool], ...]
    schedule_ids: tuple[str, ...]

    @property
    def address(self) -> str:
        return f"/admin/holidays/{self.place.id}" if self.place else "/admin/holidays"


def holidays_page(person: Person, location_id: str | None) -> Page:
    """The calendar of the person's organization, or of one of its places. Raises NotFound."""
    with snapshot() as session:
        owner = person.organization_id
        place = place_of(session, person, location_id) if location_id is not None else None
        own = calendar_of(session, owner, place.id if place else None)
        shown = own or calendar_in_effect(session, owner, place.id if place else None)
        region = region_of(session, owner, place)
        if own is None and place is not None:
            region = _own_region(shown, place)
        return Page(
            place=place,
            name=place.name if place else session.get_one(Organization, owner).name,
            own=own is not None,
            kept=Typed(own.version if own else NONE_YET, *region, tuple(shown.keys) if shown else ()),
            now=Typed(NONE_YET, shown.country, shown.subdivision, tuple(shown.keys))
            if shown
            else Typed(NONE_YET, *region, ()),
            places=_places(session, owner),
            schedule_ids=_closed(session, person, place),
        )


def read(form: Any, args: Mapping[str, str], page: Page) -> Typed:
    """What a form (a MultiDict) holds; without one what is kept, for the region that the address asks for."""
    if form:
        version = str(form.get("version", ""))
        known = version.isascii() and version.isdigit() and len(version) < 9
        return Typed(
            int(version) if known else NONE_YET,
            str(form.get("country", "")),
            str(form.get("subdivision", "")),
            tuple(form.getlist("holiday")[: MAX_HOLIDAYS + 1]),
        )
    country = args.get("country", page.kept.country)
    if country not in holiday_dates.countries():
        return page.kept
    part = args.get("subdivision", page.kept.subdivision)
    region = (country, part if part in holiday_dates.subdivisions(country) else "")
    return Typed(page.kept.version, *region, page.kept.keys)


def lines(typed: Typed, now: int) -> list[Line]:
    """The holidays of the region, soonest first, then those that are ticked without a date to come."""
    days: dict[str, list[holiday_dates.Holiday]] = {}
    for one in known_holidays(typed.country, typed.subdivision, now):
        days.setdefault(one.key, []).append(one)
    without = [key for key in typed.keys if key not in days]
    return [
        *(Line(key, _next_words(found), key in typed.keys) for key, found in days.items()),
        *(Line(key, NO_DATE, True) for key in without),
    ]


def compared(page: Page, typed: Typed, now: int) -> list[Row]:
    """Each holiday that was or would be closed, now and after saving."""
    before = {line.key: line for line in lines(page.now, now)}
    after = {line.key: line for line in lines(typed, now)}
    rows = []
    for key in dict.fromkeys([*after, *before]):
        said = [
            f"Closed: {found[key].days}" if key in found and found[key].ticked else "Open"
            for found in (before, after)
        ]
        if said != ["Open", "Open"]:
            rows.append(Row(key, *said))
    return rows


def closed_days(page: Page, typed: Typed, now: int) -> set[date]:
    """The dates that are closed now or would be."""
    return {
        one.day
        for which in (page.now, typed)
        for one in known_holidays(which.country, which.subdivision, now)
        if one.key in which.keys
    }


def change(
    page: Page, typed: Typed, organization_id: str, by: By, now: int, *, follows: bool = False
) -> Callable[[Session], object]:
    """The act of saving the form, or (``follows``) of giving up a place's own calendar, to be tried or done in a
    session."""
    common: dict[str, Any] = {"by": by, "now": now, "organization_id": organization_id}

    def act(session: Session) -> object:
        if follows:
            assert page.place is not None
            catalog.follow_clinic(session, **common, location_id=page.place.id, version=typed.version)
            return None
        return catalog.set_holidays(
            session,
            **common,
            country=typed.country,
            subdivision=typed.subdivision,
            keys=typed.keys,
            version=None if typed.version == NONE_YET else typed.version,
            location_id=page.place.id if page.place else None,
        )

    return act


def _own_region(shown: HolidayCalendar | None, place: Location) -> tuple[str, str]:
    """For a place that follows the clinic so far: the region of its own address, of which it would choose."""
    if place.kind == "virtual" and shown is not None:
        return shown.country, shown.subdivision
    return holiday_dates.region(place.country, place.state)


def _next_words(found: list[holiday_dates.Holiday]) -> str:
    first = found[0]
    said = [day_with_year(first.day) + _mark(first)]
    for one in found[1:]:
        if abs((one.day - first.day).days) <= 14:
            said.append(day_with_year(one.day) + _mark(one))
    return "; ".join(said)


def _mark(one: holiday_dates.Holiday) -> str:
    return " (observed)" if one.name != one.key else ""


def _places(session: Session, organization_id: str) -> tuple[tuple[str, str, bool], ...]:
    rows = session.execute(
        select(Location.id, Location.name, HolidayCalendar.id)
        .outerjoin(HolidayCalendar, HolidayCalendar.location_id == Location.id)
        .where(Location.organization_id == organization_id, Location.active)
        .order_by(Location.name, Location.id)
    )
    return tuple((key, name, calendar is not None) for key, name, calendar in rows)


def _closed(session: Session, person: Person, place: Location | None) -> tuple[str, ...]:
    wanted = select(Schedule.id)
    if place is not None:
        return tuple(session.scalars(wanted.where(Schedule.location_id == place.id)))
    below = organizations_below(session, person.organization_id)
    return tuple(session.scalars(wanted.where(Schedule.organization_id.in_(below))))
