"""Hours that repeat and holidays in a real browser: typed with and without script, accessible, on every width."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import catalog, clock
from scheduler.booking import SYSTEM
from scheduler.db import transaction
from scheduler.models import RecurrenceRule
from tests.console.test_hours import rows
from tests.factories import Clinic, make_availability, make_clinic, make_schedule, make_type, make_user
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE, assert_fits
from tests.support.served import sign_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    return make_clinic(sqlite_app)


@pytest.fixture
def hours(clinic: Clinic) -> str:
    """The hours of the clinic's practitioner, who signs in as maya@; ada@ is the administrator."""
    row = make_availability(clinic, practitioner_id=clinic.practitioner, name="Dr. Chen, weekdays")
    make_schedule(clinic, type=make_type(clinic, name="Follow-up").id, availability=row.id)
    make_user(
        clinic, role="clinician", email="maya@example.org", name="Maya Chen", practitioner=clinic.practitioner
    )
    make_user(clinic, role="admin", email="ada@example.org", name="Ada Admin")
    return row.id


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_second_saturday_is_typed_read_back_saved_and_undone(
    clinic: Clinic, hours: str, address: str, new_page: NewPage, size: tuple[int, int]
) -> None:
    page = new_page(size)
    sign_in(page, address, "maya@example.org")
    page.goto(f"{address}/console/hours/{hours}")
    page.get_by_role("link", name="Add hours that repeat").click()
    expect(page.get_by_text("Which (by the month)")).to_be_hidden()
    page.get_by_label("By the month on a weekday").check()
    expect(page.get_by_label("First", exact=True)).to_be_visible()
    page.get_by_label("By the week").check()
    page.get_by_label("Every", exact=True).fill("2")
    page.get_by_label("Saturday").check()
    page.get_by_label("Hours", exact=True).fill("9-12")
    page.get_by_label("From", exact=True).fill("2030-06-05")
    page.get_by_label("Hours", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview: hours that repeat")
    words = "Every second Saturday from June 8, 2030, 9:00 AM to 12:00 PM"
    expect(page.get_by_text(f"{words}.")).to_be_visible()
    expect(page.get_by_text("Saturday, June 22, 2030")).to_be_visible()
    assert_fits(page)
    assert not rows(clinic, RecurrenceRule)
    page.get_by_role("button", name="Keep editing").click()
    expect(page.get_by_label("Saturday")).to_be_checked()
    page.get_by_role("button", name="Preview changes").last.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The repeating hours are saved.")).to_be_visible()
    expect(page.get_by_text(words).first).to_be_visible()
    page.get_by_role("button", name="Undo the change of Dr. Chen, weekdays").click()
    expect(page.get_by_text("Undone. It is as it was before.")).to_be_visible()
    assert not rows(clinic, RecurrenceRule)


def test_every_page_of_repeats_and_holidays_is_accessible_and_fits(
    clinic: Clinic, hours: str, address: str, new_page: NewPage
) -> None:
    page = new_page(PHONE)
    act = {"by": SYSTEM, "now": clock.now(), "availability_id": hours}
    with clinic.app.app_context(), transaction() as session:
        for rrule in ("FREQ=MONTHLY;BYDAY=1SA,3SA;UNTIL=20401231", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"):
            catalog.add_recurrence_rule(
                session, **act, rrule=rrule, dtstart=date(2026, 1, 3), window=(540, 600)
            )

    def look(name: str) -> None:
        ways.look(page, f"repeats-{name}")

    sign_in(page, address, "ada@example.org")
    page.goto(f"{address}/console/hours/{hours}")
    look("week")
    page.get_by_role("link", name=re.compile("^Edit The first and third Saturday")).click()
    look("edit")
    page.get_by_label("By the month on a date").check()
    page.get_by_label("Every", exact=True).fill("many")
    page.get_by_label("Date left out, 1").fill("2030-06-05")
    page.get_by_role("button", name="Preview changes").last.click()
    expect(page.get_by_role("heading", name="2 answers need a change")).to_be_visible()
    look("edit-error")
    page.get_by_label("Every", exact=True).fill("1")
    page.get_by_label("Dates of the month").fill("5, last")
    page.get_by_role("button", name="Preview changes").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview: hours that repeat")
    look("preview")
    page.goto(f"{address}/admin/holidays")
    look("holidays")
    page.get_by_label("Labor Day").check()
    page.get_by_role("checkbox", name=re.compile("^Independence Day")).check()
    page.get_by_role("button", name="Preview changes").click()
    look("holidays-preview")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("^The holidays of .* are saved"))).to_be_visible()
    page.get_by_role("link", name="Riverside Clinic, Main Street").click()
    look("holidays-place")
    page.goto(f"{address}/console/time-off")
    look("time-off")
