"""Hours through their pages: the week, dates that differ, previews, conflicts, history."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler.db import snapshot
from scheduler.models import (
    Appointment,
    Availability,
    Override,
    Revision,
    Schedule,
    Window,
)
from tests.factories import (
    Clinic,
    make_appointment,
    make_availability,
    make_schedule,
    make_type,
)
from tests.people import Cast, browser_of, make_cast
from tests.support.times import Clock

MONDAY = "2027-06-07T06:00:00-04:00"
DAY = "2027-06-09"


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    """Everybody, on a Monday."""
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_cast(sqlite_app)


@pytest.fixture
def hours(cast: Cast) -> str:
    return owners_hours(cast)


def owners_hours(cast: Cast) -> str:
    """Hours of the owner, on which one offer of theirs runs: Monday to Friday 9 to 17."""
    row = make_availability(cast.clinic, practitioner_id=cast.clinic.practitioner, name="Weekdays")
    kind = make_type(cast.clinic, name="Long visit")
    make_schedule(cast.clinic, type=kind.id, availability=row.id)
    return row.id


def week(version: int = 1, **days: list[tuple[str, str]]) -> dict[str, Any]:
    """A form: Monday to Friday 9 to 17 unless a day (``mon=[("9", "12")]``) says otherwise."""
    form: dict[str, Any] = {"version": str(version), "act": "save"}
    for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")):
        rows = days.get(name, [("9", "17")] if number < 5 else [])
        if rows:
            form[f"day-{number}-on"] = "on"
            form[f"day-{number}-start"] = [start for start, _ in rows]
            form[f"day-{number}-end"] = [end for _, end in rows]
    return form


def kept(clinic: Clinic, hours: str) -> list[tuple[int, int, int]]:
    with clinic.app.app_context(), snapshot() as session:
        rows = session.scalars(select(Window).where(Window.availability_id == hours))
        return sorted((row.weekday, row.start_minute, row.end_minute) for row in rows)


def rows(clinic: Clinic, kind: Any) -> list[Any]:
    with clinic.app.app_context(), snapshot() as session:
        found = session.scalars(select(kind)).all()
        session.expunge_all()
        return list(found)


def version(clinic: Clinic, hours: str) -> int:
    return next(row.version for row in rows(clinic, Availability) if row.id == hours)


def text(answer: TestResponse) -> str:
    """The page's words, tags left out, blanks made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)).replace("&#39;", "'")


def undo(browser: FlaskClient, page: str) -> TestResponse:
    found = re.findall(r"/console/history/\d+/undo", page)
    return browser.post(found[-1] if "toast" in page else found[0])


def test_each_person_sees_the_hours_that_they_may_edit(cast: Cast, hours: str) -> None:
    assert cast.owner.browser.get("/console/hours").headers["Location"] == f"/console/hours/{hours}"
    listed = cast.desk.browser.get("/console/hours").text
    assert hours in listed
    assert cast.clinic.availability in listed
    for one in (cast.colleague, cast.stranger):
        for path in (f"/console/hours/{hours}", f"/console/hours/{hours}/dates"):
            assert one.browser.get(path).status_code == 404
            assert one.browser.post(path, data=week(mon=[("1", "2")])).status_code == 404
    assert "no hours yet" in text(cast.colleague.browser.get("/console/hours"))
    page = text(cast.owner.browser.get(f"/console/hours/{hours}"))
    assert "All times are Eastern time, the clock at Riverside Clinic, Main Street." in page
    assert "Long visit, Riverside Clinic, Main Street" in page
    assert "Tuesday: 9:00 AM to 5:00 PM" in page
    assert "Sunday: Closed" in page


def test_hours_are_added_from_a_preset_by_who_may(cast: Cast, hours: str) -> None:
    made = cast.owner.browser.post(
        "/console/hours", data={"name": "Fridays", "owner": cast.clinic.practitioner, "preset": "split"}
    )
    assert made.status_code == 303
    assert (0, 540, 720) in kept(cast.clinic, made.headers["Location"].rsplit("/", 1)[1])
    refused = cast.colleague.browser.post(
        "/console/hours", data={"name": "x", "owner": cast.clinic.practitioner, "preset": "split"}
    )
    assert refused.status_code == 403
    empty = cast.desk.browser.post("/console/hours", data={"name": " ", "owner": "", "preset": "split"})
    assert empty.status_code == 400
    assert "Name: fill this in." in text(empty)


def test_a_preview_counts_openings_and_names_bookings_and_saves_nothing(cast: Cast, hours: str) -> None:
    clinic = cast.clinic
    offer = next(row.id for row in rows(clinic, Schedule) if row.availability_id == hours)
    start = clinic.starts(offer)[-1]
    make_appointment(clinic, schedule=offer, start=start, given="Ana", family="Silva")
    before = clinic.starts(offer, days=40)
    form = week(mon=[("9", "12")], sat=[("9-10", "")]) | {"act": "preview"}
    answer = cast.owner.browser.post(f"/console/hours/{hours}", data=form)
    said = text(answer)
    assert answer.status_code == 200
    assert re.search(r"\+8 openings, -39 openings, next 4 weeks", said), said
    assert "Monday9:00 AM to 5:00 PM9:00 AM to 12:00 PM Changed" in said.replace("> ", "")
    assert clinic.starts(offer, days=40) == before
    assert not rows(clinic, Revision)
    closed = cast.owner.browser.post(f"/console/hours/{hours}", data={"version": "1", "act": "preview"})
    assert "1 booking outside the new hours" in text(closed)
    assert "Ana Silva" in text(closed)
    assert f"/console/bookings/{rows(clinic, Appointment)[0].id}" in closed.text


def test_a_save_is_kept_shown_in_history_and_undone(cast: Cast, hours: str) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    before = kept(clinic, hours)
    saved = browser.post(
        f"/console/hours/{hours}", data=week(tue=[("9-12, 1-5:30p", "")]), follow_redirects=True
    )
    assert "The new hours are saved." in text(saved)
    assert [one for one in kept(clinic, hours) if one[0] == 1] == [(1, 540, 720), (1, 780, 1050)]
    history = text(browser.get("/console/history"))
    assert "Tuesday: 9:00 AM to 12:00 PM, 1:00 PM to 5:30 PM (before: 9:00 AM to 5:00 PM)" in history
    assert cast.owner.user is not None
    assert f"by {cast.owner.user.name}" in history
    assert undo(browser, saved.text).headers["Location"] == f"/console/hours/{hours}"
    assert kept(clinic, hours) == before
    again = undo(browser, saved.text)
    assert again.status_code == 409
    assert "undone already" in text(again)


def test_an_undo_is_refused_when_something_changed_since_or_a_day_has_passed(
    cast: Cast, hours: str, frozen: Clock
) -> None:
    browser = cast.owner.browser
    first = browser.post(f"/console/hours/{hours}", data=week(mon=[("9", "12")]), follow_redirects=True)
    browser.post(f"/console/hours/{hours}", data=week(2, mon=[("9", "11")]))
    refused = undo(browser, first.text)
    assert refused.status_code == 409
    assert "changed again since" in text(refused)
    assert (0, 540, 660) in kept(cast.clinic, hours)
    last = browser.get("/console/history").text
    for someone in (cast.colleague, cast.stranger):
        assert undo(someone.browser, last).status_code == 404
        assert "Weekly hours" not in text(someone.browser.get("/console/history"))
    frozen.forward(hours=24)
    assert cast.owner.user is not None
    late = undo(browser_of(cast.clinic.app, cast.owner.user), last)
    assert late.status_code == 409
    assert "more than a day ago" in text(late)


def test_what_another_saved_meanwhile_is_shown_beside_mine_and_never_overwritten(
    cast: Cast, hours: str
) -> None:
    cast.desk.browser.post(f"/console/hours/{hours}", data=week(mon=[("8", "12")]))
    for word in ("preview", "save"):
        answer = cast.owner.browser.post(
            f"/console/hours/{hours}", data=week(mon=[("9", "11")]) | {"act": word}
        )
        assert answer.status_code == 409
        said = text(answer)
        assert "8:00 AM to 12:00 PM" in said
        assert "9:00 AM to 11:00 AM Differs" in said
        assert "Use mine" in said
        assert "Use theirs" in said
    assert (0, 480, 720) in kept(cast.clinic, hours)
    mine = week(version(cast.clinic, hours), mon=[("9", "11")])
    assert 'name="version" value="2"' in answer.text
    assert cast.owner.browser.post(f"/console/hours/{hours}", data=mine).status_code == 303
    assert (0, 540, 660) in kept(cast.clinic, hours)


def test_acts_change_rows_without_saving_and_lose_nothing(cast: Cast, hours: str) -> None:
    browser, path = cast.owner.browser, f"/console/hours/{hours}"
    form = week(mon=[("9", "5p")], tue=[("nonsense", "")])
    added = browser.post(path, data=form | {"act": "add-0"}).text
    assert 'id="day-0-start-2"' in added
    assert "nonsense" in added
    split = browser.post(path, data=form | {"act": "lunch-0"})
    assert "Monday: 9:00 AM to 12:00 PM, 1:00 PM to 5:00 PM" in text(split)
    copied = browser.post(path, data=form | {"act": "copy-0", "copy-0-to": ["1", "5"]})
    assert "Saturday: 9:00 AM to 5:00 PM" in text(copied)
    assert "nonsense" not in copied.text
    removed = browser.post(path, data=form | {"act": "remove-0-0"})
    assert "Monday: Closed" in text(removed)
    lunch = browser.post(path, data=form | {"act": "lunch-1"})
    assert "Tuesday, range 1: write hours such as" in text(lunch)
    assert not rows(cast.clinic, Revision)


BAD_RANGES: list[tuple[list[tuple[str, str]], str]] = [
        ([("9", "12"), ("3", "1p")], "Tuesday, range 2: it ends before it starts. Set the end after 3:00 PM."),
        ([("9", "1p"), ("12p", "5p")],
         "Tuesday: 9:00 AM to 1:00 PM and 12:00 PM to 5:00 PM overlap. Shorten one, or merge them."),
        ([("x" * 10_000, "")], "Tuesday, range 1: use at most 500 characters."),
        ([("9", "y" * 10_000)], "Tuesday, range 1: use at most 500 characters."),
        ([("", "5p")], "Tuesday, range 1: it has no start."),
        ([("<b>", "9")], "Tuesday, range 1: write hours such as"),
]  # fmt: skip


def test_bad_ranges_name_the_day_and_the_range_and_come_back(cast: Cast, hours: str) -> None:
    before = kept(cast.clinic, hours)
    for ranges, said in BAD_RANGES:
        answer = cast.owner.browser.post(f"/console/hours/{hours}", data=week(tue=ranges))
        assert answer.status_code == 400
        assert said in text(answer)
        assert "<b>" not in answer.text
        assert all(str(escape(start)) in answer.text for start, _ in ranges)
    assert kept(cast.clinic, hours) == before


def test_whole_hours_in_a_days_first_field_replace_its_ranges(cast: Cast, hours: str) -> None:
    path = f"/console/hours/{hours}"
    form = week(mon=[("9-12, 1-5:30p", "12:00 PM"), ("1:00 PM", "5:00 PM")], tue=[("9 to 3p", "5:00 PM")])
    added = cast.owner.browser.post(path, data=form | {"act": "add-1"})
    assert "Monday: 9:00 AM to 12:00 PM, 1:00 PM to 5:30 PM" in text(added)
    assert cast.owner.browser.post(path, data=form).status_code == 303
    assert [one for one in kept(cast.clinic, hours) if one[0] < 2] == [
        (0, 540, 720),
        (0, 780, 1050),
        (1, 540, 900),
    ]


def test_whole_hours_that_cannot_be_read_come_back_as_they_were_typed(cast: Cast, hours: str) -> None:
    form = week(mon=[("9-12, 1-", "12:00 PM"), ("1:00 PM", "5:00 PM")])
    answer = cast.owner.browser.post(f"/console/hours/{hours}", data=form)
    assert answer.status_code == 400
    assert "Monday, range 1: it has no end. Write it such as 9-12." in text(answer)
    for typed in ("9-12, 1-", "12:00 PM", "1:00 PM", "5:00 PM"):
        assert f'value="{typed}"' in answer.text


def test_whole_hours_in_a_later_field_are_its_rows_alone(cast: Cast, hours: str) -> None:
    form = week(mon=[("9", "12"), ("1-3p, 4-5p", "6p")])
    assert cast.owner.browser.post(f"/console/hours/{hours}", data=form).status_code == 303
    assert [one for one in kept(cast.clinic, hours) if one[0] == 0] == [
        (0, 540, 720),
        (0, 780, 900),
        (0, 960, 1020),
    ]


def test_overlapping_ranges_can_be_merged(cast: Cast, hours: str) -> None:
    form = week(tue=[("9", "1p"), ("12p", "5p")])
    path = f"/console/hours/{hours}"
    assert "Merge Tuesday's ranges" in text(cast.owner.browser.post(path, data=form))
    merged = cast.owner.browser.post(path, data=form | {"act": "merge-1"})
    assert "Tuesday: 9:00 AM to 5:00 PM" in text(merged)


def test_a_form_without_a_good_version_is_a_conflict(cast: Cast, hours: str) -> None:
    for version in ("", "0", "x", "9" * 5000, "-1"):
        answer = cast.owner.browser.post(f"/console/hours/{hours}", data=week() | {"version": version})
        assert answer.status_code == 409


def test_hours_in_a_night_with_a_change_of_clocks_are_allowed_and_explained(cast: Cast, hours: str) -> None:
    form = week(sun=[("1am", "2:30am")]) | {"act": "preview"}
    said = text(cast.owner.browser.post(f"/console/hours/{hours}", data=form))
    assert (
        "On March 12 clocks skip 2:00 to 3:00 AM: 1:00 AM to 2:30 AM runs from 1:00 AM EST to 3:30 AM EDT"
        in said
    )
    assert "On November 7 1:00 to 2:00 AM comes twice, and both count" in said
    assert cast.owner.browser.post(f"/console/hours/{hours}", data=form | {"act": "save"}).status_code == 303


def dated(**fields: Any) -> dict[str, Any]:
    return {"version": "1", "first": DAY, "last": "", "kind": "closed", "act": "save"} | fields


def test_a_date_is_closed_edited_and_removed_each_with_preview_and_undo(cast: Cast, hours: str) -> None:
    browser, clinic, path = cast.owner.browser, cast.clinic, f"/console/hours/{hours}/dates"
    preview = browser.post(path, data=dated(act="preview"))
    assert "+0 openings, -16 openings" in text(preview)
    assert not rows(clinic, Override)
    saved = browser.post(path, data=dated(last="2027-06-11", note="Course"), follow_redirects=True)
    assert "June 9 to 11, 2027: closed." in text(saved)
    assert "June 9 to 11, 2027: Closed" in text(saved)
    ids = [row.id for row in rows(clinic, Override)]
    assert len(ids) == 3
    form = browser.get(f"{path}?edit={ids[0]}").text
    assert 'value="2027-06-11"' in form
    edited = dated(version="2", kind="hours", hours="10-12", instead_of=ids)
    answer = browser.post(path, data=edited, follow_redirects=True)
    [one] = rows(clinic, Override)
    assert (one.date, one.windows) == (date(2027, 6, 9), [[600, 720]])
    undo(browser, answer.text)
    assert len(rows(clinic, Override)) == 3
    ids = [row.id for row in rows(clinic, Override)]
    now = version(clinic, hours)
    gone = {"version": str(now), "instead_of": ids, "act": "remove"}
    assert "+48 openings" in text(browser.post(path, data=gone))
    done = browser.post(path, data=gone | {"act": "remove-now"}, follow_redirects=True)
    assert not rows(clinic, Override)
    undo(browser, done.text)
    assert len(rows(clinic, Override)) == 3


def test_a_date_can_differ_for_one_type_and_the_version_guards_that_too(cast: Cast, hours: str) -> None:
    clinic, path = cast.clinic, f"/console/hours/{hours}/dates"
    offer = next(row.id for row in rows(clinic, Schedule) if row.availability_id == hours)
    answer = cast.owner.browser.post(path, data=dated(schedule=offer), follow_redirects=True)
    assert "Long visit, Riverside Clinic, Main Street" in text(answer)
    assert version(clinic, hours) == 2
    late = cast.desk.browser.post(path, data=dated(kind="hours", hours="9-10"))
    assert late.status_code == 409
    assert "Closed, Long visit" in text(late)
    assert cast.desk.browser.post(f"/console/hours/{hours}", data=week(1)).status_code == 409
    other = cast.owner.browser.post(path, data=dated(version="2", schedule=clinic.schedule))
    assert "For: choose one of the list." in text(other)


BAD_DATES: list[tuple[dict[str, Any], str]] = [
    ({"first": ""}, "From: enter a date"),
    ({"first": "9" * 10_000}, "From: enter a date"),
    ({"first": "2026-06-08"}, "From: that date has passed"),
    ({"last": "2027-06-08"}, "To: set it on or after the first day."),
    ({"last": "2077-06-08"}, "To: set at most a year of dates at once."),
    ({"last": "soon"}, "To: enter a date"),
    ({"kind": "hours"}, "Hours: write hours"),
    ({"kind": "hours", "hours": "9-12, 11-1"}, "overlap"),
    ({"kind": "hours", "hours": "z" * 10_000}, "Hours: use at most 500 characters."),
    ({"note": "n" * 10_000}, "Note: use at most 200 characters."),
    ({"schedule": "nobody"}, "For: choose one of the list."),
    ({"day": ["nonsense"]}, "Holidays: choose at least one."),
]


def test_a_bad_date_comes_back_filled_in(cast: Cast, hours: str) -> None:
    for fields, said in BAD_DATES:
        answer = cast.owner.browser.post(f"/console/hours/{hours}/dates", data=dated(**fields))
        assert answer.status_code == 400
        assert said in text(answer)
    assert not rows(cast.clinic, Override)


def test_ticked_holidays_are_closed_in_one_act(cast: Cast, hours: str) -> None:
    path = f"/console/hours/{hours}/dates"
    listed = cast.owner.browser.get(path).text
    for day in ("2027-07-06", "2027-07-05", "2027-07-04", "2027-09-06", "2027-11-25", "2028-05-29"):
        assert (f'value="{day}"' in listed) == (day != "2027-07-06")
    form = {
        "version": "1",
        "kind": "closed",
        "note": "Holiday",
        "act": "save",
        "day": ["2027-09-06", "2027-11-25"],
    }
    assert cast.owner.browser.post(path, data=form).status_code == 303
    assert {row.date for row in rows(cast.clinic, Override)} == {date(2027, 9, 6), date(2027, 11, 25)}


def test_dates_that_say_the_same_stand_together_as_far_as_they_can_be_edited(cast: Cast, hours: str) -> None:
    first = date(2027, 7, 1)
    for number in range(2):
        begin = first + timedelta(days=366 * number)
        form = {"first": begin.isoformat(), "last": (begin + timedelta(days=365)).isoformat(), "act": "save",
                "kind": "closed", "version": str(version(cast.clinic, hours))}  # fmt: skip
        assert cast.owner.browser.post(f"/console/hours/{hours}/dates", data=form).status_code == 303
    ids = [row.id for row in sorted(rows(cast.clinic, Override), key=lambda row: row.date)]
    edited = cast.owner.browser.get(f"/console/hours/{hours}/dates?edit={ids[400]}").text
    assert ids[366] in edited
    assert ids[365] not in edited


def test_an_undo_of_nothing_is_not_found(cast: Cast, hours: str) -> None:
    for number in ("0", "x", "9" * 40, "-1", "１"):
        assert cast.admin.browser.post(f"/console/history/{number}/undo").status_code == 404


def test_hours_are_renamed_with_undo_and_what_cannot_be_a_name_comes_back(cast: Cast, hours: str) -> None:
    browser, path = cast.owner.browser, f"/console/hours/{hours}"
    refused = browser.post(f"{path}/name", data={"version": "1", "name": "  "})
    assert refused.status_code == 400
    assert 'aria-describedby="name-hint name-error"' in refused.text
    done = browser.post(f"{path}/name", data={"version": "1", "name": "Summer weekdays"})
    assert (done.status_code, done.headers["Location"]) == (303, path)
    page = browser.get(path).text
    assert "<h1><bdi>Summer weekdays</bdi></h1>" in page
    assert "Monday: 9:00 AM to 5:00 PM" in page or "9:00 AM to 5:00 PM" in page
    late = browser.post(f"{path}/name", data={"version": "1", "name": "Winter"})
    assert late.status_code == 409
    assert 'value="Winter"' in late.text
    assert "Name: somebody changed these hours meanwhile." in late.text
    assert "Name: Summer weekdays (before: Weekdays)" in browser.get("/console/history").text
    with cast.clinic.app.app_context(), snapshot() as session:
        edit = session.scalars(select(Revision.id).order_by(Revision.id.desc())).first()
    browser.post(f"/console/history/{edit}/undo")
    assert "<h1><bdi>Weekdays</bdi></h1>" in browser.get(path).text


def test_hours_that_a_type_uses_stay_and_others_go_with_their_history(cast: Cast, hours: str) -> None:
    browser = cast.owner.browser
    assert "Remove these hours" not in browser.get(f"/console/hours/{hours}").text
    kept = browser.post(f"/console/hours/{hours}/remove")
    assert kept.status_code == 409
    assert "These hours are in use by Long visit. Choose other hours there first." in kept.text
    row = make_availability(cast.clinic, practitioner_id=cast.clinic.practitioner, name="Mornings")
    browser.post(f"/console/hours/{row.id}", data=week(mon=[("9", "12")]))
    assert "Remove these hours" in browser.get(f"/console/hours/{row.id}").text
    gone = browser.post(f"/console/hours/{row.id}/remove")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/console/hours?all=1")
    assert browser.get(f"/console/hours/{row.id}").status_code == 404
    assert "Mornings: these hours are removed." in browser.get(gone.headers["Location"]).text
    assert browser.get("/console/history").status_code == 200
