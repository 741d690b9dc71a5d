"""Hours that repeat through their pages: typed, read back, previewed, saved, edited, removed, undone, refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from scheduler import catalog, clock
from scheduler.availability.zones import zone
from scheduler.db import transaction
from scheduler.models import RecurrenceRule
from tests.catalog.acts import BY
from tests.console.test_hours import MONDAY, rows, text, undo, version
from tests.factories import Clinic, make_appointment, make_availability, make_schedule, make_type
from tests.people import Cast, make_cast
from tests.support.times import Clock


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    """Everybody, on a Monday."""
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_cast(sqlite_app)


@pytest.fixture
def hours(cast: Cast) -> str:
    """Empty hours of the owner, on which one offer runs."""
    row = make_availability(cast.clinic, {}, practitioner_id=cast.clinic.practitioner, name="Extra hours")
    make_schedule(cast.clinic, type=make_type(cast.clinic, name="Long visit").id, availability=row.id)
    return row.id


def typed(**fields: Any) -> dict[str, Any]:
    """Every second Monday from June 8 (so from June 14), 9 to 12."""
    form = {
        "version": "1", "kind": "week", "interval": "2", "weekday": "0", "hours": "9-12", "first": "2027-06-08",
        "ends": "never", "act": "save",
    }  # fmt: skip
    return form | fields


def add(clinic: Clinic, hours: str, rrule: str) -> RecurrenceRule:
    with clinic.app.app_context(), transaction() as session:
        return catalog.add_recurrence_rule(
            session, by=BY, now=clock.now(), availability_id=hours, rrule=rrule, dtstart=date(2027, 6, 1), window=(540, 600)
        )  # fmt: skip


def test_alternate_mondays_are_read_back_previewed_saved_and_undone(cast: Cast, hours: str) -> None:
    path, browser = f"/console/hours/{hours}/repeats", cast.owner.browser
    form = typed(ends="until", until="2027-12-31", left_out=["2027-06-28", ""], hours="9-12, 1-2")
    preview = text(browser.post(path, data=form | {"act": "preview"}))
    words = (
        "Every second Monday from June 14, 2027, 9:00 AM to 12:00 PM, 1:00 PM to 2:00 PM, "
        "until December 31, not on June 28"
    )
    assert f"{words}." in preview
    assert "Next dates: Monday, June 14, 2027Monday, July 12, 2027Monday, July 26, 2027" in preview
    assert "-0 openings, until " in preview
    assert "+0 openings" not in preview
    assert not rows(cast.clinic, RecurrenceRule), "a preview saves nothing"

    done = browser.post(path, data=form, follow_redirects=True)
    assert "The repeating hours are saved." in text(done)
    assert words in text(done)
    found = rows(cast.clinic, RecurrenceRule)
    assert {(row.rrule, row.dtstart, tuple(row.exdates)) for row in found} == {
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20271231", date(2027, 6, 14), ("2027-06-28",))
    }
    assert f"Added: {words}" in text(browser.get("/console/history"))
    assert "Undone." in text(browser.post(f"{_last_undo(done.text)}", follow_redirects=True))
    assert not rows(cast.clinic, RecurrenceRule)


def _last_undo(page: str) -> str:
    return page.split('action="/console/history/')[1].split('"')[0].join(("/console/history/", ""))


def test_repeating_hours_are_edited_in_the_form_and_removed_after_a_look(cast: Cast, hours: str) -> None:
    path, browser, clinic = f"/console/hours/{hours}/repeats", cast.owner.browser, cast.clinic
    browser.post(path, data=typed(hours="9-12, 1-2", left_out="2027-06-28"))
    ids = [row.id for row in rows(clinic, RecurrenceRule)]
    form = browser.get(f"{path}?edit={ids[0]}").text
    for kept in ('value="9 AM-12 PM, 1-2 PM"', 'value="2027-06-14"', 'value="2027-06-28"', 'value="2"'):
        assert kept in form
    offer = next(row.id for row in clinic_schedules(clinic) if row.availability_id == hours)
    start = clinic.starts(offer)[0]
    assert clock.local_date(start, zone(clinic.zone).info) == date(2027, 6, 14)
    make_appointment(clinic, schedule=offer, start=start, given="Ana", family="Silva")
    changed = typed(
        kind="month-weekday", interval="1", place=["1", "-1"], weekday=["0", "4"], version="2", instead_of=ids,
        left_out="",
    )  # fmt: skip
    preview = text(browser.post(path, data=changed | {"act": "preview"}))
    assert "1 booking outside the new hours" in preview
    assert "The first and last Monday and Friday of every month from June 25, 2027" in preview
    assert browser.post(path, data=changed).status_code == 303
    [row] = rows(clinic, RecurrenceRule)
    assert (row.rrule, row.dtstart) == ("FREQ=MONTHLY;BYDAY=1MO,-1MO,1FR,-1FR", date(2027, 6, 25))

    removal = {"version": str(version(clinic, hours)), "instead_of": row.id}
    asked = text(browser.post(path, data=removal | {"act": "remove"}))
    assert "Preview: remove hours that repeat" in asked
    assert rows(clinic, RecurrenceRule)
    gone = browser.post(path, data=removal | {"act": "remove-now"}, follow_redirects=True)
    assert "The repeating hours are removed." in text(gone)
    assert not rows(clinic, RecurrenceRule)
    undo(browser, gone.text)
    assert [one.id for one in rows(clinic, RecurrenceRule)] == [row.id]
    again = browser.post(path, data={"version": "9", "instead_of": "nobody", "act": "remove"})
    assert again.status_code == 400
    assert "removed already" in text(again)


def clinic_schedules(clinic: Clinic) -> list[Any]:
    from scheduler.models import Schedule

    return rows(clinic, Schedule)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"interval": "0"}, "Every: enter a whole number from 1 to 52."),
    ({"interval": "9" * 500}, "Every: enter a whole number from 1 to 52."),
    ({"weekday": []}, "Days: tick at least one."),
    ({"weekday": "8"}, "Days: tick at least one."),
    ({"kind": "month-weekday"}, "Which: tick at least one, such as First."),
    ({"kind": "month-workday", "place": "7"}, "Which: tick at least one, such as First."),
    ({"kind": "month-day"}, "Dates of the month: write numbers from 1 to 31"),
    ({"kind": "month-day", "month_days": "15, 32"}, "Dates of the month: write numbers from 1 to 31"),
    ({"hours": ""}, "Hours: write hours such as 9-12."),
    ({"hours": "9-12, 11-1"}, "Hours: 9:00 AM to 12:00 PM and 11:00 AM to 1:00 PM overlap."),
    ({"first": "soon"}, "From: enter a date such as 2027-06-08."),
    ({"first": "9999-01-01"}, "From: enter a date such as 2027-06-08."),
    ({"ends": "until", "until": ""}, "Until: enter a date such as 2027-12-31."),
    ({"ends": "until", "until": "2027-06-07"}, "Until: set it on or after the first day."),
    ({"ends": "until", "until": "2027-06-13"}, "Until: none of its dates lies between these two days."),
    ({"ends": "until", "until": "2027-01-01", "first": "2026-01-01"}, "Until: that date has passed."),
    ({"ends": "count", "count": "many"}, "Times: enter a whole number from 1 to 1000."),
    ({"ends": "count", "count": "999999"}, "Times: enter a whole number from 1 to 1000."),
    ({"ends": "count", "count": "2", "first": "2026-01-01"}, "Times: no date is left from today on."),
    ({"left_out": ["nonsense"]}, "Dates left out: enter dates such as 2027-07-06"),
    ({"left_out": ["2027-06-21"]}, "Dates left out: June 21, 2027 is not one of its dates. It comes next on June 14"),
]  # fmt: skip


def test_each_slip_is_named_and_the_form_comes_back_filled_in(cast: Cast, hours: str) -> None:
    for fields, said in BAD:
        answer = cast.owner.browser.post(f"/console/hours/{hours}/repeats", data=typed(**fields))
        assert answer.status_code == 400, fields
        assert said in text(answer), fields
        assert "has-error" in answer.text
    assert not rows(cast.clinic, RecurrenceRule)


def test_each_way_of_repeating_is_kept_as_its_rule(cast: Cast, hours: str) -> None:
    ways: list[tuple[dict[str, Any], str]] = [
        ({"kind": "month-workday", "place": "-1"}, "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ({"kind": "month-day", "month_days": "15th and last", "interval": "1"}, "FREQ=MONTHLY;BYMONTHDAY=15,-1"),
        ({"ends": "count", "count": "3", "interval": " 1 "}, "FREQ=WEEKLY;BYDAY=MO;COUNT=3"),
    ]  # fmt: skip
    for number, (fields, rrule) in enumerate(ways, 1):
        cast.owner.browser.post(f"/console/hours/{hours}/repeats", data=typed(**fields, version=str(number)))
        assert rrule in {row.rrule for row in rows(cast.clinic, RecurrenceRule)}


def test_a_rule_that_the_form_cannot_say_is_said_in_words_and_only_removed(cast: Cast, hours: str) -> None:
    row = add(cast.clinic, hours, "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR")
    page = cast.owner.browser.get(f"/console/hours/{hours}")
    assert "Every day that is a Friday, and also the 13th of the month, from June 1, 2027" in text(page)
    assert "This rule can be removed here but not edited." in text(page)
    assert f"edit={row.id}" not in page.text
    edit = cast.owner.browser.get(f"/console/hours/{hours}/repeats?edit={row.id}")
    assert edit.status_code == 404
    removed = cast.owner.browser.post(
        f"/console/hours/{hours}/repeats", data={"version": "2", "instead_of": row.id, "act": "remove-now"}
    )
    assert removed.status_code == 303


def test_more_dates_can_be_left_out_without_script(cast: Cast, hours: str) -> None:
    path = f"/console/hours/{hours}/repeats"
    page = cast.owner.browser.post(path, data=typed(act="more", left_out=["2027-06-28"])).text
    assert page.count('name="left_out"') == 4
    assert 'value="2027-06-28"' in page


def test_an_edit_of_hours_that_moved_on_shows_both(cast: Cast, hours: str) -> None:
    path = f"/console/hours/{hours}/repeats"
    cast.desk.browser.post(path, data=typed())
    [row] = rows(cast.clinic, RecurrenceRule)
    late = cast.owner.browser.post(path, data=typed(interval="3", instead_of=row.id))
    assert late.status_code == 409
    page = text(late)
    assert "Somebody else saved meanwhile" in page
    assert "Every second Monday" in page
    assert "Every third Monday" in page
    assert len(rows(cast.clinic, RecurrenceRule)) == 1
    removal = cast.owner.browser.post(path, data={"version": "1", "instead_of": row.id, "act": "remove-now"})
    assert removal.status_code == 409


def test_only_who_may_edit_the_hours_sees_and_changes_what_repeats(cast: Cast, hours: str) -> None:
    path = f"/console/hours/{hours}/repeats"
    for one in (cast.colleague, cast.stranger):
        assert one.browser.get(path).status_code == 404
        assert one.browser.post(path, data=typed()).status_code == 404
    assert cast.desk.browser.get(path).status_code == 200
