"""In a real browser: an address that takes too many times, a clinic under attack with and without script, a visit of one's
own at the same time, and one's own data changed, taken along and removed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from scheduler import booking
from scheduler.db import snapshot
from scheduler.models import Appointment, PatientDetails
from scheduler.models.slots import slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_schedule,
    make_user,
)
from tests.portal.patient import GOOD
from tests.portal.test_guarding import code_in_the_mail
from tests.support import ways
from tests.support.pages import DESKTOP, PHONE
from tests.support.served import come_in, served

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
Serve = Callable[..., tuple[Clinic, str]]


@pytest.fixture
def serve(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Serve]:
    """``serve(attack_rate="1")``: a clinic, and the address at which this process serves it."""
    running = []

    def start(**settings: str) -> tuple[Clinic, str]:
        app = make_app(sqlite_url, **settings)
        running.append(served(app))
        return make_clinic(app), running[-1].__enter__()

    yield start
    for one in running:
        one.__exit__(None, None, None)


def hold(page: Page, site: str, clinic: Clinic, number: int, schedule: str = "") -> None:
    """Open the link of a time and press its button."""
    start = clinic.starts()[number]
    page.goto(f"{site}/book/{slot_id(schedule or clinic.schedule, start)}")
    page.get_by_role("button", name="Hold this time and continue").click()


def fill_in(page: Page) -> None:
    for name in (
        *("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email", "phone"),
    ):
        page.locator(f'[name="{name}"]').fill(GOOD[name])
    page.get_by_role("button", name="Check your answers").click()


@ways.BOTH_WAYS
def test_too_many_times_from_one_address_wait_and_can_call(
    serve: Serve, phone: Page, javascript: bool
) -> None:
    clinic, site = serve(hold_limit="1")
    hold(phone, site, clinic, 0)
    hold(phone, site, clinic, 1)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Wait a little")
    assert phone.get_by_text("Many times were chosen from your internet connection").is_visible()
    assert phone.get_by_role("link", name="Call 617-555-0142").is_visible()
    if javascript:
        ways.look(phone, "guard-too-many")


def test_under_attack_a_browser_does_the_sum_by_itself(serve: Serve, phone: Page) -> None:
    clinic, site = serve(attack_rate="1")
    hold(phone, site, clinic, 0)
    phone.context.clear_cookies()
    hold(phone, site, clinic, 1)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your details")
    fill_in(phone)
    phone.get_by_role("button", name="Book this appointment").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You're booked")


def test_under_attack_without_script_a_code_by_mail_does_it(serve: Serve, new_page: NewPage) -> None:
    clinic, site = serve(attack_rate="1")
    page, looker = new_page(PHONE, script=False), new_page(PHONE)
    hold(page, site, clinic, 0)
    page.context.clear_cookies()
    hold(page, site, clinic, 1)
    expect(page.get_by_role("heading", level=1)).to_have_text("One moment")
    page.get_by_role("button", name="Go on without the check").click()
    fill_in(page)
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Type the code from your mail")
    looker.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    looker.goto(page.url)
    ways.look(looker, "guard-code")
    page.get_by_label("Code", exact=True).fill("1")
    page.get_by_role("button", name="Book this appointment").click()
    assert page.locator(".error-summary").is_visible()
    page.get_by_label("Code", exact=True).fill(code_in_the_mail(clinic))
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You're booked")


@ways.BOTH_WAYS
def test_a_visit_of_ones_own_at_the_same_time_is_shown_and_both_may_stay(
    serve: Serve, phone: Page, javascript: bool
) -> None:
    clinic, site = serve()
    other = make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id
    hold(phone, site, clinic, 6)
    fill_in(phone)
    phone.get_by_role("button", name="Book this appointment").click()
    hold(phone, site, clinic, 5, schedule=other)  # the first one is no opening any more, so numbers moved
    start = clinic.starts()[5]
    with clinic.app.app_context(), snapshot() as session:
        mine = session.scalars(select(Appointment.starts_at).where(Appointment.status == "booked")).one()
    if start != mine:
        phone.goto(f"{site}/book/{slot_id(other, mine)}")
        phone.get_by_role("button", name="Hold this time and continue").click()
    fill_in(phone)
    expect(phone.get_by_role("heading", name="You already have a visit at this time")).to_be_visible()
    if javascript:
        ways.look(phone, "guard-twice")
    phone.get_by_role("link", name="Move or cancel that visit").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You're booked")
    phone.go_back()
    phone.get_by_role("button", name="Book this appointment").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("You're booked")
    with clinic.app.app_context(), snapshot() as session:
        times = session.scalars(select(Appointment.starts_at).where(Appointment.status == "booked")).all()
        assert list(times) == [mine, mine]


def test_ones_own_data_are_changed_taken_along_and_removed(serve: Serve, phone: Page, tmp_path: Path) -> None:
    clinic, site = serve()
    made = make_appointment(clinic, start=clinic.starts()[8], email="zebulon@example.org")
    with clinic.app.app_context():
        token = booking.links.manage_token(clinic.app.config["SETTINGS"].secret, made)
    phone.goto(f"{site}/b/{token}")
    phone.get_by_role("link", name="Your data: change your email or phone").click()
    phone.get_by_label("Email").fill("new@")
    phone.get_by_role("button", name="Save").click()
    assert phone.get_by_label("Email").input_value() == "new@"
    phone.get_by_label("Email").fill("new@example.org")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Saved. We tell the new and the old email address.")).to_be_visible()
    ways.look(phone, "guard-my-data")
    with phone.expect_download() as downloaded:
        phone.get_by_role("link", name="Download my data").click()
    downloaded.value.save_as(tmp_path / "my-data.zip")
    with zipfile.ZipFile(tmp_path / "my-data.zip") as archive:
        [visit] = json.loads(archive.read("data.json"))["visits"]
        assert visit["details"]["email"] == "new@example.org"
    phone.get_by_role("link", name="Cancel this appointment").click()
    phone.get_by_role("button", name="Cancel this appointment").click()
    phone.get_by_role("link", name="Your data: change your email or phone").click()
    phone.get_by_role("link", name="Remove my data").click()
    ways.look(phone, "guard-remove")
    phone.get_by_role("button", name="Remove my data").click()
    expect(phone.get_by_text("only the bare time of this visit is kept")).to_be_visible()
    ways.look(phone, "guard-removed")
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(PatientDetails, made.id).email is None


def test_the_desk_looks_at_duplicates_and_joins_them(serve: Serve, new_page: NewPage) -> None:
    clinic, site = serve()
    make_appointment(clinic, start=clinic.starts()[8], email="ana@example.org")
    second = make_appointment(clinic, start=clinic.starts()[8], given="Anna", email="a.silva@example.org")
    desk = new_page(DESKTOP)
    come_in(desk, clinic.app, make_user(clinic, role="front-desk"), site)
    desk.goto(f"{site}/console/duplicates")
    ways.look(desk, "guard-duplicates")
    desk.get_by_role("button", name="Same person").click()
    expect(desk.get_by_text("Joined: they are one person.")).to_be_visible()
    desk.goto(f"{site}/console/bookings/{second.id}")
    expect(desk.get_by_role("heading", name="Other visits of this patient")).to_be_visible()
    ways.look(desk, "guard-others")
