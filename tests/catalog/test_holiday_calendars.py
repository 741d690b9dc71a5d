"""Holiday calendars: ticks that hold for every year become closures of each place, written again and again alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.availability.zones import zone
from scheduler.catalog import holiday_calendars
from scheduler.catalog.holiday_calendars import AHEAD_DAYS, write_closures
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, EditConflict
from scheduler.jobs.table import run_job
from scheduler.models import HolidayCalendar, Revision, TimeOff
from tests.catalog.acts import BY, act, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_clinic, make_location
from tests.support.times import Clock

DAYS = ["Independence Day", "Labor Day", "Thanksgiving Day"]


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> None:
    """June 1, 2026, in Boston."""
    frozen.at("2026-06-01T06:00:00-04:00")


def tick(clinic: Clinic, keys: list[str] = DAYS, **fields: Any) -> HolidayCalendar:
    given: dict[str, Any] = {
        "organization_id": clinic.organization,
        "country": "US",
        "subdivision": "",
        "version": None,
    }
    found: HolidayCalendar = act(clinic, catalog.set_holidays, **given | {"keys": keys} | fields)
    return found  # fmt: skip


def closures(clinic: Clinic, location: str | None = None) -> list[tuple[date, str]]:
    with clinic.app.app_context(), snapshot() as session:
        rows = session.scalars(
            select(TimeOff).where(
                TimeOff.holiday_key != "", TimeOff.location_id == (location or clinic.location)
            )
        )
        return sorted((row.start_date, row.note) for row in rows)


def write(clinic: Clinic) -> int:
    with clinic.app.app_context(), transaction() as session:
        return write_closures(session, clock.now())


def undo(clinic: Clinic) -> None:
    with clinic.app.app_context(), transaction() as session:
        newest = session.scalars(
            select(Revision.id).where(Revision.undone_at.is_(None)).order_by(Revision.id.desc())
        ).first()
        assert newest is not None
        holiday_calendars.undo(session, by=BY, now=clock.now(), revision_id=newest)


def test_ticked_holidays_are_closed_as_far_ahead_as_anybody_books(clinic: Clinic) -> None:
    assert AHEAD_DAYS > 400
    tick(clinic)
    assert closures(clinic) == [
        (date(2026, 7, 3), "Independence Day (observed)"),
        (date(2026, 7, 4), "Independence Day"),
        (date(2026, 9, 7), "Labor Day"),
        (date(2026, 11, 26), "Thanksgiving Day"),
        (date(2027, 7, 4), "Independence Day"),
        (date(2027, 7, 5), "Independence Day (observed)"),
    ]
    assert (last_entry(clinic).action, last_entry(clinic).object_kind) == ("set", "holiday-calendar")


def test_nothing_is_open_on_a_holiday_and_all_else_stays(clinic: Clinic) -> None:
    info = zone(clinic.zone).info
    before = clinic.starts(days=45)
    tick(clinic)
    after = clinic.starts(days=45)
    gone = {clock.local_date(start, info) for start in set(before) - set(after)}
    assert gone == {date(2026, 7, 3)}
    assert set(after) < set(before)


def test_writing_again_changes_nothing(clinic: Clinic) -> None:
    tick(clinic)
    assert write(clinic) == 0


def test_the_daily_job_brings_the_next_year_in_and_leaves_past_days(clinic: Clinic, frozen: Clock) -> None:
    tick(clinic)
    frozen.at("2026-12-01T06:00:00-05:00")
    assert run_job(clinic.app, "write-holidays") == 2
    assert closures(clinic)[-2:] == [
        (date(2027, 9, 6), "Labor Day"),
        (date(2027, 11, 25), "Thanksgiving Day"),
    ]
    assert closures(clinic)[0][0] == date(2026, 7, 3)
    assert run_job(clinic.app, "write-holidays") == 0


def test_unticking_opens_the_days_to_come_and_never_a_typed_closure(clinic: Clinic) -> None:
    typed = act(
        clinic, catalog.add_time_off, organization_id=clinic.organization, location_id=clinic.location,
        start_date=date(2026, 9, 7), end_date=date(2026, 9, 7), note_text="Painters",
    )  # fmt: skip
    tick(clinic)
    tick(clinic, ["Thanksgiving Day"], version=1)
    assert closures(clinic) == [(date(2026, 11, 26), "Thanksgiving Day")]
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(TimeOff, typed.id).note == "Painters"


def test_a_lost_or_doubled_closure_is_put_right(clinic: Clinic) -> None:
    tick(clinic, ["Labor Day"])
    with clinic.app.app_context(), transaction() as session:
        row = session.scalars(select(TimeOff).where(TimeOff.holiday_key != "")).one()
        row.note = "changed by hand"
        session.add(
            TimeOff(
                organization_id=row.organization_id, location_id=row.location_id, start_date=row.start_date,
                end_date=row.end_date, note="Labor Day", holiday_key="Labor Day",
            )
        )  # fmt: skip
    assert write(clinic) > 0
    assert closures(clinic) == [(date(2026, 9, 7), "Labor Day")]
    assert write(clinic) == 0


def test_a_place_closes_with_the_clinic_unless_it_has_a_calendar_of_its_own(clinic: Clinic) -> None:
    other = make_location(clinic, name="Hill Street").id
    tick(clinic, ["Labor Day", "Thanksgiving Day"])
    assert closures(clinic, other) == closures(clinic)
    own = tick(clinic, ["Thanksgiving Day"], location_id=other)
    assert [note for _, note in closures(clinic, other)] == ["Thanksgiving Day"]
    assert len(closures(clinic)) == 2
    act(
        clinic, catalog.follow_clinic, organization_id=clinic.organization, location_id=other, version=own.version
    )  # fmt: skip
    assert closures(clinic, other) == closures(clinic)
    undo(clinic)
    assert [note for _, note in closures(clinic, other)] == ["Thanksgiving Day"]


def test_a_place_that_is_added_closes_at_once(clinic: Clinic) -> None:
    tick(clinic)
    assert closures(clinic, make_location(clinic, name="Hill Street").id) == closures(clinic)


def test_a_clinic_below_closes_with_the_one_above(clinic: Clinic) -> None:
    below = make_clinic(clinic.app, organization={"name": "Branch"})
    tick(clinic)
    assert closures(below) == []
    act(
        clinic, catalog.edit_organization, organization_id=below.organization, parent_id=clinic.organization
    )  # fmt: skip
    assert closures(below) == closures(clinic)


def test_an_edit_is_refused_when_somebody_else_was_first(clinic: Clinic) -> None:
    tick(clinic)
    for version in (None, 7):
        with pytest.raises(EditConflict):
            tick(clinic, [], version=version)
    assert tick(clinic, [], version=1).version == 2


def test_an_edit_is_taken_back_whole_unless_it_changed_since(clinic: Clinic) -> None:
    tick(clinic)
    before = closures(clinic)
    tick(clinic, ["Labor Day"], version=1)
    undo(clinic)
    assert closures(clinic) == before
    undo(clinic)
    assert closures(clinic) == []
    made = tick(clinic)
    tick(clinic, ["Labor Day"], version=made.version)
    with clinic.app.app_context(), transaction() as session:
        first = session.scalars(
            select(Revision.id).where(Revision.undone_at.is_(None)).order_by(Revision.id)
        ).first()
        assert first is not None
        with pytest.raises(Conflict, match="changed again"):
            holiday_calendars.undo(session, by=BY, now=clock.now(), revision_id=first)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "ZZ"), ("country", "nowhere"), ("country", None), ("subdivision", "ZZ"), ("subdivision", "x\0"),
        ("keys", ["Bastille Day"]), ("keys", "Labor Day"), ("keys", ["Labor Day"] * 101), ("location_id", "nobody"),
    ],
)  # fmt: skip
def test_each_bad_field_is_named(still: Still, field: str, value: Any) -> None:
    fields: dict[str, Any] = {
        "organization_id": still.clinic.organization, "country": "US", "subdivision": "", "keys": [], "version": None,
    }  # fmt: skip
    assert list(refused(still.clinic, catalog.set_holidays, **fields | {field: value})) == [field]


def test_a_holiday_that_was_abolished_stays_ticked_and_closes_no_day(clinic: Clinic) -> None:
    tick(clinic, ["Labor Day"])
    with clinic.app.app_context(), transaction() as session:
        row = session.scalars(select(HolidayCalendar)).one()
        row.keys = ["Labor Day", "Day of Old"]
    assert tick(clinic, ["Labor Day", "Day of Old"], version=1).keys == ["Day of Old", "Labor Day"]
    assert closures(clinic) == [(date(2026, 9, 7), "Labor Day")]


def test_today_is_the_date_at_the_place(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2026-09-07T23:30:00-04:00")
    tick(clinic, ["Labor Day"])
    assert closures(clinic)[0][0] == date(2026, 9, 7)
    assert closures(clinic)[-1][0] <= date(2026, 9, 7) + timedelta(days=AHEAD_DAYS)


def test_a_place_elsewhere_may_keep_what_it_closed_on_with_the_clinic(clinic: Clinic) -> None:
    tick(clinic, ["Patriots' Day"], subdivision="MA")
    texas = make_location(clinic, name="Austin", state="TX").id
    own = tick(clinic, ["Patriots' Day", "Labor Day"], subdivision="TX", location_id=texas)
    assert own.keys == ["Labor Day", "Patriots' Day"]
    assert [name for _, name in closures(clinic, texas)] == ["Labor Day"]


def test_a_calendar_made_anew_is_not_taken_for_the_one_before(clinic: Clinic) -> None:
    first = tick(clinic, location_id=clinic.location)
    common = {"organization_id": clinic.organization, "location_id": clinic.location}
    act(clinic, catalog.follow_clinic, **common, version=first.version)
    second = tick(clinic, ["Labor Day"], location_id=clinic.location)
    assert second.version > first.version
    with pytest.raises(EditConflict):
        tick(clinic, location_id=clinic.location, version=first.version)
    undo(clinic)
    assert again_of(clinic) is None
    undo(clinic)
    third = again_of(clinic)
    assert third is not None
    assert third.version > second.version


def again_of(clinic: Clinic) -> HolidayCalendar | None:
    with clinic.app.app_context(), snapshot() as session:
        return holiday_calendars.calendar_of(session, clinic.organization, clinic.location)
