"""Holidays in the admin pages: region, ticks, preview, save, undo, a place that differs, conflicts."""

from __future__ import annotations

from datetime import date
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import clock
from scheduler.availability.zones import zone
from scheduler.db import snapshot
from scheduler.models import HolidayCalendar, TimeOff
from tests.console.admin.pages import undo_of
from tests.console.test_hours import MONDAY, rows, text
from tests.factories import make_appointment
from tests.people import Cast, make_cast
from tests.support.times import Clock

PATH = "/admin/holidays"


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    """Everybody, on Monday, June 7, 2027."""
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_cast(sqlite_app)


def ticked(*keys: str, **fields: Any) -> dict[str, Any]:
    return {
        "version": "-1",
        "country": "US",
        "subdivision": "MA",
        "holiday": list(keys),
        "act": "save",
    } | fields


def closed(cast: Cast) -> set[date]:
    with cast.clinic.app.app_context(), snapshot() as session:
        return set(session.scalars(select(TimeOff.start_date).where(TimeOff.holiday_key != "")))


def test_the_list_is_of_the_places_state_with_next_dates_and_observed_days(cast: Cast) -> None:
    page = text(cast.admin.browser.get(PATH))
    assert "Closed on, in Massachusetts" in page
    assert "Patriots' DayMonday, April 17, 2028" in page
    assert "Independence DaySunday, July 4, 2027; Monday, July 5, 2027 (observed)" in page
    assert "both days are closed" in page
    assert "has-error" not in cast.admin.browser.get(PATH).text
    other = text(cast.admin.browser.get(f"{PATH}?country=CA&subdivision=QC"))
    assert "Closed on, in Quebec" in other
    assert "Canada Day" in other
    assert "Closed on, in Massachusetts" in text(cast.admin.browser.get(f"{PATH}?country=ZZ"))


def test_holidays_are_previewed_with_bookings_saved_listed_and_undone(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.admin.browser
    info = zone(clinic.zone).info
    start = next(one for one in clinic.starts(days=45) if clock.local_date(one, info) == date(2027, 7, 5))
    make_appointment(clinic, start=start, given="Ana", family="Silva")
    form = ticked("Independence Day", "Labor Day")
    preview = text(browser.post(PATH, data=form | {"act": "preview"}))
    assert "1 booking outside the new hours" in preview
    assert "Independence DayOpenClosed: Sunday, July 4, 2027; Monday, July 5, 2027 (observed)" in preview
    assert not rows(clinic, HolidayCalendar)
    assert not closed(cast)

    saved = browser.post(PATH, data=form, follow_redirects=True)
    assert "The holidays of Riverside Clinic are saved." in text(saved)
    assert closed(cast) == {date(2027, 7, 4), date(2027, 7, 5), date(2027, 9, 6), date(2028, 7, 4)}
    assert date(2027, 7, 5) not in {clock.local_date(one, info) for one in clinic.starts(days=45)}
    away = text(cast.owner.browser.get("/console/time-off"))
    assert "Monday, July 5, 2027: Independence Day (observed)" in away
    assert "Monday, September 6, 2027: Labor Day" in away
    history = text(browser.get("/console/history"))
    assert "Holidays of the whole clinic" in history
    assert "Closed on: Independence Day, Labor Day" in history
    assert "Holidays of" not in text(cast.desk.browser.get("/console/history"))
    browser.post(unescape(undo_of(saved.text)))
    assert not closed(cast)


def test_only_the_calendar_takes_a_holiday_away(cast: Cast) -> None:
    cast.admin.browser.post(PATH, data=ticked("Labor Day"))
    [row] = rows(cast.clinic, TimeOff)
    answer = cast.admin.browser.post("/console/time-off/remove", data={"kind": "off", "id": row.id})
    assert answer.status_code == 404
    assert closed(cast) == {date(2027, 9, 6)}
    cast.admin.browser.post(PATH, data=ticked(version="1"))
    assert not closed(cast)


def test_a_place_gets_holidays_of_its_own_and_gives_them_up_again(cast: Cast) -> None:
    path = f"{PATH}/{cast.clinic.location}"
    cast.admin.browser.post(PATH, data=ticked("Labor Day"))
    assert "This place closes with the clinic." in text(cast.admin.browser.get(path))
    assert cast.admin.browser.post(path, data=ticked("Veterans Day")).status_code == 303
    assert closed(cast) == {date(2027, 11, 11)}
    page = text(cast.admin.browser.get(path))
    assert "This place has a calendar of its own." in page
    assert "Its own holidays" in text(cast.admin.browser.get(PATH))
    assert cast.admin.browser.post(path, data=ticked(act="follow", version="1")).status_code == 303
    assert closed(cast) == {date(2027, 9, 6)}


def test_a_bad_choice_is_named_and_what_another_saved_is_shown(cast: Cast) -> None:
    for fields, said in (
        ({"country": "ZZ"}, "Country: choose one of the list."),
        ({"subdivision": "ZZ"}, "State: choose one of the list."),
        ({"holiday": ["Bastille Day"]}, "Holidays: choose holidays of the list."),
        ({"holiday": ["x" * 5000]}, "Holidays: use at most 200 characters."),
    ):
        answer = cast.admin.browser.post(PATH, data=ticked("Labor Day") | fields)
        assert answer.status_code == 400
        assert said in text(answer)
    cast.admin.browser.post(PATH, data=ticked("Labor Day"))
    late = cast.admin.browser.post(PATH, data=ticked("Veterans Day"))
    assert late.status_code == 409
    assert "Somebody else saved this meanwhile" in text(late)
    assert 'name="version" value="1"' in late.text
    assert closed(cast) == {date(2027, 9, 6)}


def test_the_list_of_a_persons_own_hours_says_which_days_are_closed_already(cast: Cast) -> None:
    cast.admin.browser.post(PATH, data=ticked("Labor Day"))
    page = text(cast.desk.browser.get(f"/console/hours/{cast.clinic.availability}/dates"))
    assert "Holidays of the next 12 months, Massachusetts" in page
    assert "Labor DayMonday, September 6, 2027, closed already" in page
    assert "Veterans DayThursday, November 11, 2027" in page
