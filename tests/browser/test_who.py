"""Whom a visit is for, walked in a browser: the answer that speaks against somebody is met at once, with what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler.booking.eligible import day_of
from tests.factories import (
    Clinic,
    make_clinic,
    make_plan,
    make_pool,
    make_practitioner,
    make_schedule,
    make_type,
)
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.pages import PHONE
from tests.support.served import served
from tests.support.times import later

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
TYPED = ("given", "family", "email")


@pytest.fixture
def site(sqlite_app: Flask) -> Iterator[str]:
    """The address of the application, served by this process."""
    with served(sqlite_app) as address:
        yield address


@pytest.fixture
def phone(new_page: NewPage, javascript: bool) -> Page:
    """A phone, with or without script."""
    return new_page(PHONE)


def born(page: Page, day: date) -> None:
    """Type a birth date, and leave the field."""
    for part in ("month", "day", "year"):
        page.locator(f'[name="birth_date-{part}"]').fill(str(getattr(day, part)))
    page.keyboard.press("Tab")


def held(page: Page, site: str, clinic: Clinic, path: str = "") -> None:
    """Press a time of a type."""
    page.goto(site + later(path or clinic.times_path))
    page.locator("button.time").first.click()


def fill_in(page: Page) -> None:
    for name in TYPED:
        page.locator(f'[name="{name}"]').fill(GOOD[name])


def book(page: Page) -> None:
    """From the filled-in form to the booked page."""
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You're booked: ")


@ways.BOTH_WAYS
def test_an_age_that_does_not_fit_leads_to_a_visit_that_does(
    site: str, sqlite_app: Flask, phone: Page, javascript: bool
) -> None:
    clinic = make_clinic(sqlite_app, maximum_age=17)
    make_schedule(clinic, type=make_type(clinic, name="Adult visit", minimum_age=18).id)
    held(phone, site, clinic)
    phone.locator('[name="given"]').fill("Zebulon")
    born(phone, date(1990, 4, 27))
    if not javascript:
        phone.get_by_role("button", name="Check your answers").click()
        assert phone.get_by_text("this visit is for ages 0 to 17 on its day. See below").first.is_visible()
    box = phone.locator("[data-fits=age]")
    expect(box.locator("button.time").first).to_be_visible()
    assert "Adult visit" in box.inner_text()
    if javascript:
        ways.look(phone, "who-age")
    box.locator("button.time").first.click()
    assert phone.locator('[name="given"]').input_value() == "Zebulon"
    fill_in(phone)
    book(phone)


def test_an_age_that_is_put_right_takes_the_offer_away(
    site: str, sqlite_app: Flask, new_page: NewPage
) -> None:
    clinic, page = make_clinic(sqlite_app, minimum_age=18), new_page(PHONE)
    held(page, site, clinic)
    born(page, date.fromordinal(day_of(clinic.first_start, clinic.zone).toordinal() - 3650))
    box = page.locator("[data-fits=age]")
    expect(box).to_contain_text("ages 18 and over")
    born(page, date(1984, 2, 29))
    expect(box).to_be_hidden()
    fill_in(page)
    book(page)


@ways.BOTH_WAYS
def test_without_an_accepted_plan_another_visit_is_offered(
    site: str, sqlite_app: Flask, phone: Page, javascript: bool
) -> None:
    clinic = make_clinic(sqlite_app, insurance="only")
    make_plan(clinic, name="Acme Health PPO")
    make_schedule(clinic, type=make_type(clinic, name="Visit for everybody").id)
    held(phone, site, clinic)
    fill_in(phone)
    born(phone, date(1984, 2, 29))
    phone.get_by_label("Paying myself").check(force=True)
    if not javascript:
        phone.get_by_role("button", name="Check your answers").click()
    box = phone.locator("[data-fits=insurance]")
    expect(box.locator("button.time").first).to_be_visible()
    if javascript:
        ways.look(phone, "who-insurance")
    box.locator("button.time").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check your answers")


@ways.BOTH_WAYS
def test_a_referral_is_asked_first_and_its_number_is_enough(
    site: str, sqlite_app: Flask, phone: Page
) -> None:
    clinic = make_clinic(sqlite_app, referral="required")
    make_schedule(clinic, type=make_type(clinic, name="First visit").id)
    held(phone, site, clinic)
    fill_in(phone)
    born(phone, date(1984, 2, 29))
    phone.get_by_role("button", name="Check your answers").click()
    assert phone.get_by_text("No referral?").is_visible()
    assert phone.locator("[data-fits=referral] button.time").count()
    phone.get_by_label("Referral number").fill("R-17")
    book(phone)


def test_the_page_of_a_missing_referral_is_accessible(
    site: str, sqlite_app: Flask, new_page: NewPage
) -> None:
    clinic, page = (
        make_clinic(sqlite_app, referral="required", insurance="ask", minimum_age=1),
        new_page(PHONE),
    )
    for number in range(8):
        make_plan(clinic, name=f"Plan {number}", accepted_on=date(2027, 1, 1 + number))
    make_schedule(clinic, type=make_type(clinic, name="First visit").id)
    held(page, site, clinic)
    page.get_by_role("button", name="Check your answers").click()
    ways.look(page, "who-all")


@ways.BOTH_WAYS
def test_who_books_for_a_child_ticks_that_they_may(site: str, sqlite_app: Flask, phone: Page) -> None:
    clinic = make_clinic(sqlite_app)
    held(phone, site, clinic)
    phone.get_by_label("My child").check(force=True)
    fill_in(phone)
    born(phone, date(2020, 2, 29))
    phone.get_by_label("Your first name").fill("Ada")
    phone.get_by_label("You are their").fill("mother")
    phone.get_by_role("button", name="Check your answers").click()
    assert phone.get_by_text("Your consent: tick the box to book for somebody else.").first.is_visible()
    phone.get_by_label("I may book for this person").check(force=True)
    book(phone)


@ways.BOTH_WAYS
def test_a_wish_is_chosen_before_the_times_and_held_to(
    site: str, sqlite_app: Flask, phone: Page, javascript: bool
) -> None:
    clinic = make_clinic(sqlite_app, wishes=True, practitioner={"gender": "female", "languages": ["en"]})
    sam = make_practitioner(
        clinic, display_name="Dr. Sam Roe", given="Sam", family="Roe", gender="male", languages=["es"]
    )
    second = make_schedule(clinic, hosts=[sam.actor]).id
    make_pool(clinic, {clinic.schedule: 9, second: 1})
    phone.goto(site + later(f"/riverside-team/{clinic.type_slug}"))
    phone.get_by_label("Who speaks").select_option("Spanish")
    phone.get_by_label("Clinician").select_option("A man")
    phone.get_by_role("button", name="Show their times").click()
    assert phone.get_by_label("Clinician").input_value() == "male"
    if javascript:
        ways.look(phone, "who-wish")
    phone.locator("button.time").first.click()
    assert phone.get_by_text("You'll see Dr. Sam Roe").is_visible()
    fill_in(phone)
    born(phone, date(1984, 2, 29))
    phone.get_by_role("button", name="Check your answers").click()
    assert phone.get_by_text("You asked to see: A man, Spanish").is_visible()
