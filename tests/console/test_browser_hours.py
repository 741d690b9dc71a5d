"""Hours in a real browser: the week by mouse and keyboard, dates, time off, two people at once; presses counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from scheduler import catalog, clock
from scheduler.booking import SYSTEM
from scheduler.db import transaction
from tests.console.test_hours import kept
from tests.factories import (
    Clinic,
    make_appointment,
    make_availability,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_type,
    make_user,
)
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE, assert_fits, screenshot
from tests.support.served import sign_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]


class Walk:
    """A page whose presses are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, what: Locator) -> None:
        """Click, and count it."""
        what.click()
        self.presses += 1

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    return make_clinic(sqlite_app)


@pytest.fixture
def hours(clinic: Clinic) -> str:
    """The hours of the clinic's practitioner, who signs in as maya@; sam@ works at the desk."""
    row = make_availability(clinic, practitioner_id=clinic.practitioner, name="Dr. Chen, weekdays")
    kind = make_type(clinic, name="Follow-up")
    make_schedule(clinic, type=kind.id, availability=row.id)
    make_user(
        clinic, role="clinician", email="maya@example.org", name="Maya Chen", practitioner=clinic.practitioner
    )
    make_user(clinic, role="front-desk", email="sam@example.org", name="Sam Desk")
    return row.id


def day(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def words(page: Page, said: str) -> Locator:
    """The text twin of a day's picture that says just this."""
    return page.locator("[data-words]").filter(has_text=re.compile(f"^{re.escape(said)}$"))


@ways.walk_ways()
def test_a_week_is_typed_split_copied_previewed_saved_and_undone(
    clinic: Clinic, hours: str, address: str, new_page: NewPage, size: tuple[int, int]
) -> None:
    page = new_page(size)
    walk = Walk(page)
    before = kept(clinic, hours)
    sign_in(page, address, "maya@example.org")
    page.goto(f"{address}/console/hours")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dr. Chen, weekdays")

    monday = day(page, "Monday")
    walk.press(monday.get_by_role("button", name=re.compile("^Lunch 12-1")))
    expect(words(page, "Monday: 9:00 AM to 12:00 PM, 1:00 PM to 5:00 PM")).to_be_visible()
    assert walk.presses == 1, "a day is split with one press"

    walk.presses = 0
    walk.press(monday.locator("summary"))
    walk.press(monday.get_by_role("button", name="Apply Monday's hours to the ticked days"))
    for name in ("Tuesday", "Friday"):
        expect(words(page, f"{name}: 9:00 AM to 12:00 PM, 1:00 PM to 5:00 PM")).to_be_visible()
    expect(words(page, "Saturday: Closed")).to_be_visible()
    assert walk.presses == 2, "Monday is copied to the weekdays with two presses"

    saturday = day(page, "Saturday")
    saturday.get_by_label("Saturday, open").check()
    saturday.get_by_label("Saturday, range 1, start").fill("9-12, 1-5:30p")
    saturday.get_by_role("button", name="Add a range to Saturday").click()
    screenshot(page, f"hours-week-{size[0]}")
    walk.button("Preview changes").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview of the new hours")
    expect(page.get_by_text(re.compile(r"^\+\d+ openings, -\d+ openings, next 4 weeks$"))).to_be_visible()
    assert_fits(page)
    assert kept(clinic, hours) == before
    walk.button("Keep editing").click()
    expect(words(page, "Saturday: 9:00 AM to 12:00 PM, 1:00 PM to 5:30 PM")).to_be_visible()
    walk.button("Preview changes").last.click()
    walk.button("Save").click()
    expect(page.get_by_text("The new hours are saved.")).to_be_visible()
    assert (5, 780, 1050) in kept(clinic, hours)
    walk.button("Undo the change of Dr. Chen, weekdays").click()
    expect(page.get_by_text("Undone. It is as it was before.")).to_be_visible()
    assert kept(clinic, hours) == before


@ways.BOTH_WAYS
def test_whole_hours_in_the_first_field_replace_the_day(
    clinic: Clinic, hours: str, address: str, desktop: Page
) -> None:
    split = {number: [(540, 720), (780, 1020)] for number in range(5)}
    two = make_availability(clinic, split, practitioner_id=clinic.practitioner, name="Two a day").id
    sign_in(desktop, address, "maya@example.org")
    desktop.goto(f"{address}/console/hours/{two}")
    start = desktop.get_by_label("Monday, range 1, start")
    start.fill("8-11, 12-3, 4-5:30p")
    start.press("Tab")
    desktop.get_by_label("Tuesday, range 1, start").fill("10-2")
    desktop.get_by_role("button", name="Preview changes").last.click()
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Preview of the new hours")
    desktop.get_by_role("button", name="Save").click()
    expect(desktop.get_by_text("The new hours are saved.")).to_be_visible()
    assert [one for one in kept(clinic, two) if one[0] < 2] == [
        (0, 480, 660),
        (0, 720, 900),
        (0, 960, 1050),
        (1, 600, 840),
    ]


@ways.BOTH_WAYS
def test_a_vacation_week_takes_three_presses_and_shows_who_is_booked(
    clinic: Clinic, hours: str, address: str, desktop: Page
) -> None:
    start = clinic.starts(days=30)[-1]
    visit = make_appointment(clinic, start=start, given="Ana", family="Silva")
    first = clock.to_utc(start).date() - timedelta(days=1)
    walk = Walk(desktop)
    sign_in(desktop, address, "maya@example.org")
    walk.press(desktop.get_by_role("link", name="Time off").first)
    desktop.get_by_label("From").fill(first.isoformat())
    desktop.get_by_label("To").fill((first + timedelta(days=6)).isoformat())
    walk.press(walk.button("Preview changes"))
    expect(desktop.get_by_role("heading", name="1 booking outside the new hours")).to_be_visible()
    expect(
        desktop.get_by_role("link", name="Keep, move or cancel the booking of Ana Silva")
    ).to_have_attribute("href", f"/console/bookings/{visit.id}")
    screenshot(desktop, "time-off-preview")
    walk.press(walk.button("Block these dates"))
    expect(desktop.get_by_text("Blocked:")).to_be_visible()
    assert walk.presses == 3, "a week off takes three presses"
    screenshot(desktop, "time-off-saved")
    walk.button("Undo the time off").click()
    expect(desktop.get_by_text("Undone.")).to_be_visible()


@ways.BOTH_WAYS
def test_two_people_edit_at_once_and_the_second_chooses(
    clinic: Clinic, hours: str, address: str, new_page: NewPage
) -> None:
    mine, theirs = new_page(DESKTOP), new_page(DESKTOP)
    sign_in(mine, address, "maya@example.org")
    sign_in(theirs, address, "sam@example.org")
    for page in (mine, theirs):
        page.goto(f"{address}/console/hours/{hours}")
    day(theirs, "Monday").get_by_label("Monday, range 1, start").fill("8")
    day(mine, "Monday").get_by_label("Monday, range 1, end").fill("3p")
    theirs.get_by_role("button", name="Preview changes").last.click()
    mine.get_by_role("button", name="Preview changes").last.click()
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_text("The new hours are saved.")).to_be_visible()
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Somebody else saved meanwhile")
    expect(mine.get_by_text("Sam Desk saved these hours")).to_be_visible()
    row = mine.get_by_role("row", name="Monday")
    expect(row).to_contain_text("8:00 AM to 5:00 PM")
    expect(row).to_contain_text("9:00 AM to 3:00 PM")
    screenshot(mine, "hours-conflict")
    mine.get_by_role("button", name="Use mine").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Preview of the new hours")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_text("The new hours are saved.")).to_be_visible()
    assert (0, 540, 900) in kept(clinic, hours)


def test_keys_go_from_range_to_range_move_times_and_copy_to_weekdays(
    clinic: Clinic, hours: str, address: str, desktop: Page
) -> None:
    sign_in(desktop, address, "maya@example.org")
    desktop.goto(f"{address}/console/hours/{hours}")
    keys = desktop.keyboard
    desktop.get_by_label("Monday, range 1, start").focus()
    keys.press("ControlOrMeta+a")
    keys.type("9-12, 1-5:30p")
    keys.press("Enter")
    expect(desktop.get_by_label("Monday, range 2, start")).to_be_focused()
    expect(words(desktop, "Monday: 9:00 AM to 12:00 PM, 1:00 PM to 5:30 PM")).to_be_visible()
    keys.press("Alt+ArrowUp")
    expect(desktop.get_by_label("Monday, range 2, start")).to_have_value("1:15 PM")
    keys.press("Alt+ArrowDown")
    keys.press("Alt+ArrowDown")
    expect(desktop.get_by_label("Monday, range 2, start")).to_have_value("12:45 PM")
    keys.press("Control+d")
    expect(words(desktop, "Friday: 9:00 AM to 12:00 PM, 12:45 PM to 5:30 PM")).to_be_visible()
    keys.press("Enter")
    expect(desktop.get_by_label("Tuesday, range 1, start")).to_be_focused()
    desktop.get_by_role("button", name="Remove Tuesday 12:45 PM to 5:30 PM").press("Enter")
    expect(words(desktop, "Tuesday: 9:00 AM to 12:00 PM")).to_be_visible()
    expect(desktop.get_by_role("button", name="Add a range to Tuesday")).to_be_focused()
    desktop.get_by_role("button", name="Preview changes").press("Enter")
    desktop.get_by_role("button", name="Save").press("Enter")
    expect(desktop.get_by_text("The new hours are saved.")).to_be_visible()
    assert [one for one in kept(clinic, hours) if one[0] in (0, 1)] == [
        (0, 540, 720),
        (0, 765, 1050),
        (1, 540, 720),
    ]


def some_changes(clinic: Clinic, hours: str) -> None:
    """Dates, past and to come, time off, a rule and a change of the week."""
    today = clock.to_utc(clock.now()).date()
    act = {"by": SYSTEM, "now": clock.now()}
    with clinic.app.app_context(), transaction() as session:
        for number, (days, windows, note) in enumerate(
            (
                (range(7, 10), [], "Conference"),
                (range(20, 21), [(600, 840)], ""),
                (range(-40, -39), [], "Holiday"),
            )
        ):
            catalog.set_dates(
                session, **act, availability_id=hours, version=1 + number, windows=windows, note_text=note,
                days=[today + timedelta(days=day) for day in days],
            )  # fmt: skip
        catalog.add_recurrence_rule(
            session, **act, availability_id=hours, rrule="FREQ=WEEKLY;BYDAY=SA", dtstart=date(2026, 1, 3),
            window=(540, 600),
        )  # fmt: skip
        weekly = {day: [(540, 720), (780, 1020)] for day in range(5)} | {6: [(60, 180)]}
        catalog.set_week(session, **act, availability_id=hours, version=5, weekly=weekly)
        catalog.add_time_off(
            session, **act, organization_id=clinic.organization, actor_id=clinic.actor, note_text="Vacation",
            start_date=today + timedelta(days=30), end_date=today + timedelta(days=37),
        )  # fmt: skip


def test_every_page_of_hours_is_accessible_and_fits(
    clinic: Clinic, hours: str, address: str, new_page: NewPage
) -> None:
    page = new_page(PHONE)
    make_practitioner(clinic, display_name="Dr. Maximiliana-Alexandrina Wolfeschlegelsteinhausenbergerdorff")
    make_appointment(clinic)
    some_changes(clinic, hours)

    def look(name: str) -> None:
        ways.look(page, f"hours-{name}")

    sign_in(page, address, "sam@example.org")
    page.goto(f"{address}/console/hours")
    page.get_by_text("Add hours").click()
    look("list")
    page.get_by_role("button", name="Begin empty").click()
    look("list-error")
    page.goto(f"{address}/console/hours/{hours}")
    look("week")
    day(page, "Monday").locator("summary").click()
    page.get_by_label("Tuesday, range 1, start").fill("nonsense")
    day(page, "Saturday").get_by_label("Saturday, open").check()
    page.get_by_role("button", name="Preview changes").last.click()
    expect(page.get_by_role("heading", name="2 answers need a change")).to_be_visible()
    look("week-error")
    day(page, "Saturday").get_by_label("Saturday, open").uncheck()
    page.get_by_label("Tuesday, range 1, start").fill("9")
    page.get_by_label("Tuesday, range 1, end").fill("4")
    page.get_by_role("button", name="Preview changes").last.click()
    expect(page.get_by_role("heading", name=re.compile("overlap|answer needs"))).to_be_visible()
    look("week-overlap")
    page.get_by_role("button", name="Merge Tuesday's ranges").click()
    page.get_by_role("button", name="Preview changes").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview of the new hours")
    page.get_by_text(re.compile("Lost times|Added times")).first.click()
    look("preview")
    page.goto(f"{address}/console/hours/{hours}/dates")
    look("date")
    page.get_by_text("Close these hours on holidays").click()
    page.get_by_role("button", name="Preview changes").click()
    look("date-error")
    page.goto(f"{address}/console/time-off")
    look("time-off")
    page.get_by_label("All day").check()
    page.get_by_role("button", name="Preview changes").click()
    look("time-off-error")
    page.get_by_label("From").fill((clock.to_utc(clock.now()).date() + timedelta(days=1)).isoformat())
    page.get_by_label("To").fill((clock.to_utc(clock.now()).date() + timedelta(days=9)).isoformat())
    page.get_by_label("Who").select_option("The whole clinic")
    page.get_by_role("button", name="Preview changes").click()
    look("time-off-preview")
    page.goto(f"{address}/console/history")
    look("history")
