"""A case per code, in a real browser: the page names the reason, its link leads to what to change, and the change made
there takes the reason away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask, current_app
from playwright.sync_api import Page, expect

from scheduler import catalog, clock
from scheduler.booking import SYSTEM, By, block_time
from scheduler.console.why.asked import why_address
from scheduler.db import transaction
from scheduler.models import AppointmentType, Schedule
from scheduler.publisher import feed_of
from tests.console.why.conftest import MONDAY, at
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_hold,
    make_practitioner,
    make_room,
    make_schedule,
    make_type,
    make_user,
)
from tests.support.pages import DESKTOP
from tests.support.served import come_in
from tests.support.times import Clock

pytestmark = pytest.mark.browser
TUESDAY = date(2027, 6, 8)


@dataclass
class Stage:
    """The clinic, the admin's page and the clock. ``schedule``: what is asked about."""

    clinic: Clinic
    page: Page
    clock: Clock
    schedule: str = ""

    def type(self, **changes: object) -> None:
        """Change settings of the clinic's type."""
        with self.clinic.app.app_context(), transaction() as session:
            version = session.get_one(AppointmentType, self.clinic.type).version
            catalog.edit_appointment_type(
                session, by=SYSTEM, now=clock.now(), appointment_type_id=self.clinic.type, version=version, **changes
            )  # fmt: skip

    def block(self, actor: str = "") -> None:
        with self.clinic.app.app_context():
            block_time(by=By("user"), actor_id=actor or self.clinic.actor, start=at("10:00"), end=at("11:00"))

    def off(self, actor: str | None) -> None:
        with self.clinic.app.app_context(), transaction() as session:
            catalog.add_time_off(
                session, by=SYSTEM, now=clock.now(), organization_id=self.clinic.organization,
                start_date=TUESDAY, end_date=TUESDAY, actor_id=actor, note_text="Conference",
            )  # fmt: skip

    def fill(self, label: str, value: str, button: str = "Save") -> None:
        """Type into the field that the link led to, and save."""
        self.page.get_by_label(label, exact=True).fill(value)
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def preview_and_save(self) -> None:
        self.page.get_by_role("button", name="Preview changes", exact=True).last.click()
        self.page.get_by_role("button", name="Save", exact=True).click()

    def cancel_the_booking(self) -> None:
        self.page.locator("#cancel > summary").click()
        self.page.get_by_role("button", name=re.compile("Cancel and tell the patient")).click()
        expect(self.page.locator(".toast")).to_contain_text("Cancelled")


def _nothing(stage: Stage) -> None:
    pass


def _closed_date(stage: Stage) -> None:
    with stage.clinic.app.app_context(), transaction() as session:
        catalog.set_override(
            session, by=SYSTEM, now=clock.now(), day=TUESDAY, windows=[], availability_id=stage.clinic.availability
        )  # fmt: skip


def _longer_tuesday(stage: Stage) -> None:
    stage.page.get_by_label("Tuesday, range 1, end").fill("7p")
    stage.preview_and_save()


def _open_date(stage: Stage) -> None:
    stage.page.get_by_role("radio", name="Other hours").check()
    stage.page.locator("#hours").fill("9-5")
    stage.preview_and_save()


def _remove_the_row(stage: Stage) -> None:
    row = stage.page.locator(f"[id='{stage.page.url.partition('#')[2]}']")
    row.get_by_role("button", name=re.compile("Remove|Unblock")).click()


def _session(stage: Stage) -> None:
    stage.type(capacity=2)
    for _ in range(2):
        make_appointment(stage.clinic, start=at("10:00"))


def _book(stage: Stage, start: str) -> None:
    make_appointment(stage.clinic, start=at(start))


def _buffered(stage: Stage) -> None:
    _book(stage, "09:30")
    stage.type(buffer_before_minutes=15)


def _capped(stage: Stage) -> None:
    make_appointment(stage.clinic, start=at("09:00"))
    stage.type(max_per_day=1)


def _second_host(stage: Stage) -> None:
    omar = make_practitioner(stage.clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    both = make_schedule(
        stage.clinic, type=make_type(stage.clinic).id, hosts=[stage.clinic.actor, omar.actor]
    )
    stage.schedule = both.id
    stage.block(omar.actor)


def _taken_room(stage: Stage) -> None:
    make_room(stage.clinic)
    omar = make_practitioner(stage.clinic, display_name="Dr. Omar Reyes", given="Omar", family="Reyes")
    theirs, mine = (
        make_schedule(stage.clinic, type=make_type(stage.clinic).id, hosts=[host], resource_kinds=["exam room"])
        for host in (omar.actor, stage.clinic.actor)
    )  # fmt: skip
    stage.schedule = mine.id
    make_appointment(stage.clinic, start=at("10:00"), schedule=theirs.id)


def _never_released(stage: Stage) -> None:
    for field in ("release_share_percent", "release_days_before", "release_at_minute"):
        stage.page.locator(f"#{field}").fill("")
    stage.page.get_by_role("button", name="Save", exact=True).first.click()


def _stopped(stage: Stage) -> None:
    with stage.clinic.app.app_context(), transaction() as session:
        session.get_one(Schedule, stage.clinic.schedule).active = False


def _old_copies(stage: Stage) -> None:
    with stage.clinic.app.app_context():
        feed_of(current_app).current()
    make_appointment(stage.clinic, start=at("15:00"))


def press(name: str) -> Callable[[Stage], None]:
    return lambda stage: stage.page.get_by_role("button", name=re.compile(name)).first.click()


@dataclass(frozen=True)
class Case:
    """A code: how the time comes to be closed, what the page says, what its link says, what is done where it leads."""

    code: str
    close: Callable[[Stage], None]
    says: str
    fix: str
    mend: Callable[[Stage], None]
    start: str = "10:00"


CASES = [
    Case("hours", _nothing, "Outside the Tuesday hours, 9:00 AM to 5:00 PM.", "Edit Tuesday", _longer_tuesday, "18:00"),
    Case("override", _closed_date, "June 8 has its own hours: closed.", "Edit June 8", _open_date),
    Case("time_off", lambda stage: stage.off(stage.clinic.actor), "Dr. Maya Chen is away: Conference.",
         "Open time off", _remove_the_row),
    Case("closure", lambda stage: stage.off(None), "Riverside Clinic is closed: Conference.",
         "Open the closure", _remove_the_row),
    Case("horizon", lambda stage: stage.type(horizon_days=3), "More than 3 days ahead.", "Change horizon",
         lambda stage: stage.fill("Horizon", "30"), "2027-06-14T10:00"),
    Case("notice", lambda stage: stage.type(minimum_notice_minutes=2880), "Needs 2 days' notice",
         "Change notice", lambda stage: stage.fill("Minimum notice", "1 hour")),
    Case("booked", lambda stage: _book(stage, "10:00"),
         "A. S., 10:00 AM to 10:30 AM EDT.", "Open booking", Stage.cancel_the_booking),
    Case("full", _session, "All 2 seats taken.", "Change seats", lambda stage: stage.fill("Seats", "3")),
    Case("busy", Stage.block, "Blocked, 10:00 AM to 11:00 AM EDT.", "Open the block", _remove_the_row),
    Case("buffer", _buffered, "15 minutes kept free after the 9:30 AM booking.", "Change buffer",
         lambda stage: stage.fill("Buffer before", "0 minutes")),
    Case("length", lambda stage: stage.type(interval_minutes=15), "Only 15 minutes free; New patient visit needs",
         "Change the length", lambda stage: stage.fill("Length", "15 minutes"), "16:45"),
    Case("interval", _nothing, "Times start every 30 minutes; nearest 10:00 AM and 10:30 AM.", "Change interval",
         lambda stage: stage.fill("Interval", "15 minutes"), "10:15"),
    Case("cap", _capped, "1 of 1 bookings that day.", "Change cap", lambda stage: stage.fill("Most per day (optional)", "5")),
    Case("host", _second_host, "Dr. Omar Reyes is needed too. Blocked, 10:00 AM", "Open the block", _remove_the_row),
    Case("room", _taken_room, "No exam room is free.", "Open booking", Stage.cancel_the_booking),
    Case("release", lambda stage: stage.type(release_share_percent=100, release_days_before=0, release_at_minute=420),
         "100 % of the day's times are kept back; this one until Tue, Jun 8, 7:00 AM EDT.", "Change the release rule",
         _never_released),
    Case("paused", lambda stage: stage.type(visibility="paused"), "This appointment type is paused.", "Resume",
         press("Resume|Show on the page")),
    Case("private", lambda stage: stage.type(visibility="link"), "This appointment type is link only.", "Publish",
         press("Show in finders")),
    Case("place", _stopped, "New patient visit is not offered at Riverside Clinic, Main Street.",
         "Places on the type", press("Offer again")),
    Case("feed", _old_copies, "Open, but published copies are 0 seconds old.", "Check feed", _nothing),
]  # fmt: skip


@pytest.fixture
def javascript() -> bool:
    """Every page works without script."""
    return False


@pytest.fixture
def stage(sqlite_app: Flask, frozen: Clock, address: str, new_page: Callable[..., Page]) -> Stage:
    frozen.at(MONDAY)
    clinic = make_clinic(sqlite_app)
    page = new_page(DESKTOP)
    come_in(page, sqlite_app, make_user(clinic, role="admin"), address)
    return Stage(clinic, page, frozen, clinic.schedule)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_following_the_fix_takes_the_reason_away(stage: Stage, address: str, case: Case) -> None:
    case.close(stage)
    asked = address + why_address(stage.schedule, at(case.start))
    page = stage.page
    page.goto(asked)
    row = page.locator(f'.why-reason[data-code="{case.code}"]')
    expect(row).to_have_count(1)
    expect(row).to_contain_text(case.says)
    row.get_by_role("link", name=case.fix, exact=True).click()
    expect(page).not_to_have_url(re.compile("/console/why"))
    anchor = page.url.partition("#")[2]
    if anchor:
        expect(page.locator(f"[id='{anchor}']")).to_have_count(1)
    case.mend(stage)
    page.goto(asked)

    expect(page.get_by_role("heading", level=1)).to_contain_text("is open")
    expect(row).to_have_count(0)


def test_a_hold_ends_by_itself(stage: Stage, address: str) -> None:
    """No page lets staff end a patient's hold: the page says until when to wait."""
    make_hold(stage.clinic, start=at("10:00"))
    asked = address + why_address(stage.schedule, at("10:00"))
    stage.page.goto(asked)
    row = stage.page.locator('.why-reason[data-code="held"]')
    expect(row).to_contain_text("Held by someone booking now, until 8:10 AM EDT.")
    expect(row).to_contain_text("Wait until the hold ends.")
    stage.clock.at("2027-06-07T08:10:00-04:00")
    stage.page.goto(asked)

    expect(stage.page.get_by_role("heading", level=1)).to_contain_text("10:00 AM is open")


def test_what_has_passed_has_no_fix(stage: Stage, address: str) -> None:
    stage.clock.at("2027-06-08T10:05:00-04:00")
    come_in(stage.page, stage.clinic.app, make_user(stage.clinic), address)
    stage.page.goto(address + why_address(stage.schedule, at("10:00")))
    row = stage.page.locator('.why-reason[data-code="past"]')

    expect(row).to_contain_text("It has already passed.")
    expect(row.get_by_role("link")).to_have_count(0)
