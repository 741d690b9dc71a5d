"""A patient who comes from a finder, in a real browser: named, asked, told or not told, led back; and the admin's pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from scheduler import clock, outcomes
from scheduler.db import transaction
from scheduler.jobs.runner import tell_finders
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic, make_source, make_user
from tests.outcomes.finder import FakeFinder, fake_finder, reply
from tests.portal.patient import GOOD
from tests.support import ways
from tests.support.pages import DESKTOP
from tests.support.served import served, sign_in

pytestmark = pytest.mark.browser

HANDLE = "ref/äö?=&#🙂%41"


@pytest.fixture
def site(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[tuple[Clinic, str]]:
    """A clinic whose finders may listen on this machine, and its address."""
    app = make_app(sqlite_url, private_callbacks="1")
    clinic = make_clinic(app)
    with served(app) as address:
        yield clinic, address


@pytest.fixture
def finder() -> Iterator[FakeFinder]:
    with fake_finder() as one:
        yield one


@pytest.mark.parametrize("told", [True, False], ids=["told", "unticked"])
@ways.walk_ways()
def test_a_patient_from_a_finder_decides_whether_it_hears_how_it_ends(
    site: tuple[Clinic, str],
    finder: FakeFinder,
    new_page: Callable[..., Page],
    size: tuple[int, int],
    javascript: bool,
    told: bool,
) -> None:
    clinic, address = site
    page = new_page(size)
    with fake_finder() as home:
        home.answer = lambda handler: reply(
            handler, 200, b"<title>Home</title>", **{"Content-Type": "text/html"}
        )
        make_source(
            clinic, name="CareFinder", value="carefinder", callback_url=finder.url,
            return_addresses=[home.url.replace("/outcomes", "/results?q=1")],
        )  # fmt: skip
        slot = slot_id(clinic.schedule, clinic.starts()[0])
        page.goto(f"{address}/book/{slot}?{urlencode({'source': 'carefinder', 'booking-referral': HANDLE})}")
        expect(page.get_by_text("You came here from CareFinder.")).to_be_visible()
        if told and javascript:
            ways.look(page, "finder-landing")
        page.get_by_role("button", name="Hold this time and continue").click()
        for name in ("given", "family", "birth_date-month", "birth_date-day", "birth_date-year", "email"):
            page.locator(f'[name="{name}"]').fill(GOOD[name])
        page.get_by_role("button", name="Check your answers").click()
        tick = page.get_by_label("Tell CareFinder this ended in a booking. It gets no name, time or reason.")
        expect(tick).to_be_checked()
        if told and javascript:
            ways.look(page, "finder-review")
        if not told:
            tick.focus()
            page.keyboard.press("Space")
            # by way of another answer, and of more time
            page.get_by_role("button", name="Change email").click()
            expect(page).to_have_url(re.compile(r"#email$"))
            page.get_by_role("button", name="Check your answers").click()
            expect(tick).not_to_be_checked()
            page.get_by_role("button", name="I need more time").click()
            expect(page.get_by_text("Done. Your time is now held until")).to_be_visible()
            expect(tick).not_to_be_checked()
            tick.focus()
            # Enter books, whichever buttons stand before
            page.keyboard.press("Enter")
        else:
            page.get_by_role("button", name="Book this appointment").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("You're booked: ")
        if told and javascript:
            ways.look(page, "finder-booked")
        tell_finders(clinic.app)
        assert finder.states == (["started", "held", "booked"] if told else [])
        with page.expect_navigation():
            page.get_by_role("link", name="Back to CareFinder").click()
        [came] = [call for call in home.calls if call.path.startswith("/results")]
        parts = urlsplit(came.path)
        back = [("q", "1"), ("booking-referral", HANDLE), ("state", "booked")] if told else [("q", "1")]
        assert parse_qsl(parts.query) == back
        assert "referer" not in came.headers


def test_an_administrator_registers_an_unknown_finder_gives_it_a_key_and_calls_it(
    site: tuple[Clinic, str], finder: FakeFinder, new_page: Callable[..., Page]
) -> None:
    clinic, address = site
    page, admin = new_page(DESKTOP), make_user(clinic, role="admin")
    with clinic.app.app_context(), transaction() as session:
        for value in ("carefinder", "another.example"):
            outcomes.count_unknown(session, value, clock.now())
    sign_in(page, address, admin.email, then="/admin/sources")
    ways.look(page, "sources-empty")
    page.get_by_role("button", name="Register carefinder").click()
    expect(page.get_by_label("Value of source")).to_have_value("carefinder")
    page.get_by_role("button", name="Register this finder").click()
    expect(page.get_by_role("alert")).to_contain_text("Name: fill this in.")
    page.get_by_label("Name").fill("CareFinder")
    page.get_by_label("Callback address").fill(finder.url)
    page.get_by_label("Return addresses").fill("https://finder.example.org/results")
    ways.look(page, "source-new")
    page.get_by_role("button", name="Register this finder").click()
    expect(page.get_by_text("Needs a key")).to_be_visible()
    page.get_by_role("button", name="Make the key for CareFinder").click()
    expect(page.get_by_label("Key of CareFinder")).to_have_value(re.compile("whsec_"))
    ways.look(page, "source-key")
    page.get_by_role("button", name="Send a test call to CareFinder").click()
    expect(page.get_by_text("The finder answered 204.")).to_be_visible()
    ways.look(page, "source")
    page.get_by_role("link", name="Finders").first.click()
    ways.look(page, "sources")
