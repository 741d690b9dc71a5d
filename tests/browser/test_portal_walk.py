"""A patient on a phone: shared link, booked, gone from the feed, cancelled, back again; a rival at every step."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from scheduler import booking, clock, create_app
from scheduler.booking import AnswerGiven
from scheduler.db import db, snapshot, transaction
from scheduler.models import Appointment, Question
from scheduler.models.slots import parse_slot_id
from tests.factories import (
    Clinic,
    make_appointment,
    make_clinic,
    make_practitioner,
    make_question,
    make_schedule,
)
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.apps import environ_for, settings_for
from tests.support.databases import SqliteTemplates
from tests.support.pages import PHONE
from tests.support.served import served
from tests.support.servers import Server, start_server
from tests.support.times import later

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]

_patients = itertools.count(1)


@pytest.fixture(scope="module")
def installed(
    sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Server]]:
    """An application and a real server on one database, which the walks of this file share: each has a clinic of its own."""
    folder = tmp_path_factory.mktemp("installed")
    url = sqlite_templates.copy(folder / "walks.sqlite")
    app = create_app(settings_for(url, folder))
    server = start_server(environ_for(url, folder), folder)
    yield app, server
    server.kill()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def server(installed: tuple[Flask, Server]) -> Server:
    return installed[1]


@pytest.fixture
def clinic(request: pytest.FixtureRequest) -> Clinic:
    """A clinic with two clinicians and two questions, where the test walks: on ``server`` or on ``site``."""
    shared = "server" in request.fixturenames
    app: Flask = request.getfixturevalue("installed")[0] if shared else request.getfixturevalue("sqlite_app")
    clinic = make_clinic(app)
    make_question(clinic, label="Referral number", required=True, hint="It is on the letter.")
    make_question(clinic, kind="choice", label="Have you been here before?", choices=["Yes", "No"])
    other = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    make_schedule(clinic, hosts=[other.actor])
    return clinic


@pytest.fixture
def site(sqlite_app: Flask) -> Iterator[str]:
    """The address of the application, served by this process."""
    with served(sqlite_app) as address:
        yield address


def free_slots(server: Server) -> set[str]:
    """Ids of the free slots that the feed lists now, read as a finder reads them."""
    manifest = json.loads(server.get("/fhir/$bulk-publish"))
    found = set()
    for item in manifest["output"]:
        if item["type"] == "Slot":
            for line in server.get(urlsplit(item["url"]).path).splitlines():
                slot = json.loads(line)
                if slot["status"] == "free":
                    found.add(slot["id"])
    return found


def fill_in(page: Page) -> None:
    """Type what is asked on the details page. Each time somebody else books: with the fifth booking of one email in a day,
    a code would be asked for."""
    for name in (
        "given",
        "family",
        "birth_date-month",
        "birth_date-day",
        "birth_date-year",
        "reason",
    ):
        page.locator(f'[name="{name}"]').fill(GOOD[name])
    page.locator('[name="email"]').fill(f"patient{next(_patients)}@example.org")
    page.get_by_label("Referral number").fill("R-17")


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


@ways.BOTH_WAYS
def test_shared_link_to_booked_to_cancelled_and_the_feed_follows(
    server: Server, clinic: Clinic, phone: Page
) -> None:
    phone.goto(f"{server.url}{clinic.times_path}")
    button = phone.locator("button.time").nth(2)
    slot = button.get_attribute("value") or ""
    assert slot in free_slots(server)
    button.click()
    assert heading(phone) == "Your details"
    assert slot not in free_slots(server)
    fill_in(phone)
    phone.get_by_role("button", name="Check your answers").click()
    assert heading(phone) == "Check your answers"
    phone.get_by_role("button", name="Book this appointment").click()
    assert heading(phone).startswith("You're booked: ")
    assert slot not in free_slots(server)
    for word in ("Zebulon", "Quillfeather", "R-17", "elbow"):
        assert word not in phone.url + phone.title()
    phone.get_by_role("link", name="Cancel this appointment").click()
    phone.get_by_label("The time doesn't suit me").check(force=True)
    phone.get_by_role("button", name="Cancel this appointment").click()
    assert heading(phone) == "Your appointment is cancelled"
    assert slot in free_slots(server)
    phone.get_by_role("link", name="Choose a new time").click()
    assert phone.locator(f'button.time[value="{slot}"]').count() == 1


@ways.BOTH_WAYS
def test_a_finders_link_to_booked_takes_three_presses(server: Server, clinic: Clinic, phone: Page) -> None:
    slot = sorted(slot for slot in free_slots(server) if slot.startswith(clinic.schedule))[5]
    phone.goto(f"{server.url}/book/{slot}?source=finder&booking-referral=abc")
    phone.get_by_role("button", name="Hold this time and continue").click()
    fill_in(phone)
    phone.get_by_role("button", name="Check your answers").click()
    phone.get_by_role("button", name="Book this appointment").click()
    assert heading(phone).startswith("You're booked: ")


@ways.BOTH_WAYS
@pytest.mark.parametrize("step", ["times", "review"])
def test_a_rival_costs_one_press_more_and_nothing_is_typed_again(
    site: str, clinic: Clinic, phone: Page, step: str
) -> None:
    phone.goto(site + later(clinic.times_path))
    button = phone.locator("button.time").nth(1)
    schedule, start = parse_slot_id(button.get_attribute("value") or "") or ("", 0)
    if step == "times":
        make_appointment(clinic, start=start, schedule=schedule, answers=answers(clinic))
        button.click()
    else:
        button.click()
        fill_in(phone)
        phone.get_by_role("button", name="Check your answers").click()
        lapse(clinic)
        make_appointment(clinic, start=start, schedule=schedule, answers=answers(clinic))
        phone.get_by_role("button", name="Book this appointment").click()
        assert phone.get_by_text("Your answers are saved.").is_visible()
    assert heading(phone).startswith("Someone else has just booked ")
    phone.locator("button.time").first.click()
    if step == "times":
        fill_in(phone)
        phone.get_by_role("button", name="Check your answers").click()
    assert heading(phone) == "Check your answers"
    assert phone.get_by_text("Zebulon Quillfeather").is_visible()
    phone.get_by_role("button", name="Book this appointment").click()
    assert heading(phone).startswith("You're booked: ")


@ways.BOTH_WAYS
def test_more_time_keeps_what_is_typed_and_enter_goes_on(site: str, clinic: Clinic, phone: Page) -> None:
    phone.goto(site + later(clinic.times_path))
    phone.locator("button.time").first.click()
    phone.get_by_label("First name", exact=True).fill("Zebulon")
    phone.get_by_role("button", name=re.compile(r"^I need more time, hold until \d")).click()
    expect(phone.get_by_text("Done. Your time is now held until")).to_be_visible()
    assert phone.get_by_label("First name", exact=True).input_value() == "Zebulon"
    # Enter in a field checks the answers; it does not press a button of the hold bar
    phone.get_by_label("First name", exact=True).press("Enter")
    assert phone.title().startswith("Error: ")
    assert phone.get_by_label("First name", exact=True).input_value() == "Zebulon"
    phone.get_by_role("button", name="Choose another time").click()
    assert phone.get_by_text("Your answers are saved.").is_visible()
    phone.locator("button.time").nth(4).click()
    assert phone.get_by_label("First name", exact=True).input_value() == "Zebulon"


def test_going_back_shows_the_time_as_ones_own(site: str, clinic: Clinic, phone: Page) -> None:
    phone.goto(f"{site}{clinic.times_path}")
    phone.locator("button.time").nth(3).click()
    phone.go_back()
    phone.reload()
    phone.get_by_role("button", name="Held for you").click()
    assert heading(phone) == "Your details"


def test_every_page_and_state_is_accessible_and_fits(site: str, clinic: Clinic, new_page: NewPage) -> None:
    page, rival = new_page(PHONE), new_page(PHONE)

    def look(name: str, at: Page = page) -> None:
        ways.look(at, f"portal-{name}")

    def go(path: str, at: Page = page) -> None:
        at.goto(site + path)

    def press(name: str, role: Literal["button", "link"] = "button") -> None:
        with page.expect_navigation():
            page.get_by_role(role, name=name).click()

    go(f"{clinic.times_path}?tz=America/Los_Angeles&from=soon")
    look("times-tz")
    go(clinic.times_path)
    page.locator("summary").first.click()
    look("times")
    slot = page.locator("button.time").nth(2).get_attribute("value") or ""
    go("/nobody-here")
    look("not-found")
    go(f"/book/{slot}?source=finder")
    look("landing")
    press("Hold this time and continue")
    look("details")
    hold = urlsplit(page.url).path
    go(hold, rival)
    look("elsewhere", rival)
    go(f"/book/{slot}", rival)
    look("held-by-another", rival)
    page.get_by_label("My child").check(force=True)
    page.get_by_text("What would help you (optional)").click()
    press("Check your answers")
    look("details-errors")
    page.get_by_label("Me", exact=True).check(force=True)
    fill_in(page)
    press("I need more time")
    look("details-more-time")
    press("Check your answers")
    look("review")
    lapse(clinic)
    page.reload()
    look("review-lapsed")
    go(hold)
    look("details-lapsed")
    press("Check your answers")
    look("review-held-again")
    go(clinic.times_path)
    look("times-held")
    go(f"{hold}/review")
    press("Book this appointment")
    look("booked")
    go(f"/book/{slot}", rival)
    look("gone", rival)
    go(f"/book/{clinic.schedule}-20200106T1400", rival)
    look("gone-past", rival)
    press("Cancel this appointment", "link")
    look("cancel")
    press("Cancel this appointment")
    look("cancelled")


def answers(clinic: Clinic) -> list[AnswerGiven]:
    """What a rival answers to the clinic's required question."""
    with clinic.app.app_context(), snapshot() as session:
        row = session.scalars(select(Question).where(Question.required)).one()
        return [AnswerGiven(row.id, row.label, "R-1")]


def lapse(clinic: Clinic) -> None:
    """Let every hold's time run out: the clock of another process can't be set, so its end is."""
    with clinic.app.app_context(), transaction() as session:
        session.execute(
            update(Appointment).where(Appointment.status == "held").values(expires_at=clock.now() - 1)
        )
    with clinic.app.app_context():
        booking.expire()
