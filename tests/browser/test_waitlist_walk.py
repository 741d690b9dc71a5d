"""Nothing is open: a patient joins the waitlist, somebody cancels, the time is offered and taken; and a booked patient gets
a sooner time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.clock import DAY
from scheduler.jobs.runner import deliver
from scheduler.jobs.table import run_job
from scheduler.models import Appointment
from tests.factories import Clinic, make_appointment, make_clinic
from tests.notify.test_deliver import mails, part
from tests.support.pages import PHONE
from tests.support.times import Clock

pytestmark = pytest.mark.browser

MONDAY = "2027-06-07T10:00:00-04:00"


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(
        sqlite_app, weekly={1: [(540, 600)]}, horizon_days=6, patient_type="", cancellation_notice_minutes=60
    )


@pytest.fixture
def visits(clinic: Clinic) -> list[Appointment]:
    """Both times of the week, booked by others: Tuesday 9:00 and 9:30 AM."""
    starts = clinic.starts(days=8)
    starts = [start for start in starts if start < starts[0] + DAY]
    return [make_appointment(clinic, start=start) for start in starts]


def free(clinic: Clinic, visit: Appointment) -> None:
    """Another patient cancels; the jobs run as they do each minute."""
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=visit.id)
    run_job(clinic.app, "offer-waitlist")
    deliver(clinic.app)


def offered_in_the_mail(clinic: Clinic) -> str:
    [path] = re.findall(r"https?://[^/]+(/offer/\w+)", part(mails(clinic.app)[-1], "plain"))
    return str(path)


def test_from_the_list_to_booked(
    clinic: Clinic, visits: list[Appointment], address: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(PHONE)
    page.goto(address + clinic.times_path)
    page.get_by_role("link", name="Join the waitlist").click()
    page.get_by_label("Tuesday").check()
    page.get_by_label("Morning, before noon").check()
    page.get_by_label("First name").fill("Zebulon")
    page.get_by_label("Last name").fill("Quillfeather")
    born = page.get_by_role("group", name="Birth date")
    for label, text in (("Month", "2"), ("Day", "29"), ("Year", "1984")):
        born.get_by_label(label).fill(text)
    page.get_by_role("button", name="Join the waitlist").click()  # no way to reach them yet
    expect(page.get_by_role("alert")).to_contain_text("1 answer needs a change")
    expect(page.get_by_label("Tuesday")).to_be_checked()
    page.get_by_label("Email").fill("zebulon@example.org")
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You're on the waitlist")
    free(clinic, visits[0])
    page.goto(address + offered_in_the_mail(clinic))
    expect(page.get_by_role("heading", level=1)).to_have_text("A time is open: Tuesday, June 8, 9:00 AM EDT.")
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "You're booked: Tuesday, June 8, 9:00 AM EDT"
    )
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You took this time")


def test_a_sooner_time_without_script(
    clinic: Clinic, visits: list[Appointment], address: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(PHONE, script=False)
    token = booking.links.manage_token(clinic.app.config["SETTINGS"].secret, visits[1])
    page.goto(f"{address}/b/{token}")
    page.get_by_role("button", name="Tell me if something sooner opens").click()
    expect(page.get_by_text("You're on the list for a sooner time.")).to_be_visible()
    free(clinic, visits[0])
    page.goto(address + offered_in_the_mail(clinic))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "A sooner time is open: Tuesday, June 8, 9:00 AM EDT."
    )
    expect(page.get_by_text("You keep your current time unless you take it.")).to_be_visible()
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Your appointment has moved: Tuesday, June 8, 9:00 AM EDT"
    )
