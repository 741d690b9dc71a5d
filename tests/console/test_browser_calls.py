"""Reminders and calls in a real browser: a patient answers from the mail's link, the desk calls whom no mail reaches."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from scheduler.db import transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Outbox
from scheduler.web.times import day_long, time_with_zone
from tests.factories import Clinic, make_appointment, make_clinic, make_user
from tests.notify.mailbox import mails, part
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE, assert_accessible, assert_fits, screenshot
from tests.support.served import come_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]


@pytest.fixture
def clinic(sqlite_app: Flask) -> Clinic:
    at_any_hour = {"quiet_from_minute": 0, "quiet_until_minute": 0}
    return make_clinic(sqlite_app, reminders=[2880, 180], organization=at_any_hour)


@ways.BOTH_WAYS
def test_a_patient_says_from_the_reminder_that_they_come_and_the_desk_sees_it(
    clinic: Clinic, address: str, new_page: NewPage
) -> None:
    visit = make_appointment(clinic, start=clinic.starts(days=14)[-1])
    with clinic.app.app_context(), transaction() as session:  # as if two days before
        session.execute(update(Outbox).where(Outbox.step == 2880).values(due_at=0))
    deliver(clinic.app)
    texts = [part(mail, "plain") for mail in mails(clinic.app)]
    link = re.search(r"http://localhost(/b/[a-z0-9]+/coming)", "\n".join(texts))
    assert link is not None
    patient, desk = new_page(PHONE), new_page(DESKTOP)
    patient.goto(address + link[1])
    expect(patient.get_by_role("heading", level=1)).to_have_text("Will you be there?")
    expect(patient.get_by_text(time_with_zone(visit.starts_at, clinic.zone)).first).to_be_visible()
    assert_fits(patient)
    screenshot(patient, "coming")
    patient.get_by_role("button", name="I'll be there").click()
    expect(patient.get_by_text("You told us that you'll be there.")).to_be_visible()
    screenshot(patient, "coming-said")
    come_in(desk, clinic.app, make_user(clinic, role="front-desk"), address)
    desk.goto(f"{address}/console/bookings/{visit.id}")
    expect(desk.get_by_text("Says they'll come")).to_be_visible()
    expect(desk.get_by_text(re.compile("^Said that they'll be there"))).to_be_visible()
    screenshot(desk, "booking-coming")
    desk.get_by_role("link", name=day_long(visit.starts_at, clinic.zone)).click()
    expect(desk.get_by_role("article").get_by_text("Says they'll come")).to_be_visible()
    screenshot(desk, "day-coming")


@ways.BOTH_WAYS
def test_the_desk_calls_whom_no_mail_reaches_and_takes_a_slip_back(
    clinic: Clinic, address: str, new_page: NewPage, javascript: bool
) -> None:
    for given, language in (("Dana", "en"), ("Xiulan", "zh")):
        make_appointment(clinic, email="", given=given, family="Petrova", language=language)
    deliver(clinic.app)
    user = make_user(clinic, role="front-desk")
    desk = new_page(DESKTOP)
    come_in(desk, clinic.app, user, address)
    desk.goto(f"{address}/console/day/today")
    desk.get_by_role("link", name="Calls (2)").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Calls to make: 2")
    if javascript:
        assert_accessible(desk)
        for name, size, dark in (
            ("phone", PHONE, False),
            ("phone-dark", PHONE, True),
            ("dark", DESKTOP, True),
        ):
            page = new_page(size, dark=dark)
            come_in(page, clinic.app, user, address)
            page.goto(f"{address}/console/calls")
            assert_fits(page)
            screenshot(page, f"calls-{name}")
    screenshot(desk, "calls")
    desk.get_by_role("button", name=re.compile("^Called Dana Petrova")).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Calls to make: 1")
    desk.get_by_role("button", name="Undo noting the call to D. P.").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Calls to make: 2")
