"""Every page that the application has, taken from its table of routes so that none is missed, in a real browser: axe finds
nothing in light and dark, nothing scrolls sideways on a small phone, one h1, a title, targets large enough. Names are
long and without spaces; patients' pages are also read with letters twice as large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.architecture.routes_table import GETS, Route
from tests.architecture.stage import Stage
from tests.factories import DETAILS
from tests.people import make_cast
from tests.support import ways
from tests.support.pages import NARROW, PHONE, assert_accessible, assert_fits

pytestmark = pytest.mark.browser

# Answers that are no pages, and a first page that is there before any clinic is (test_browser_setup.py looks at it).
NO_PAGES = (
    "/fhir/", "/health", "/robots.txt", "/service.json", "/static/", "/photos/", "/appointment.ics", "/my-data.zip", "/mail.eml",
    "/mails/<mail_id>/html", "/welcome/", "/referrals/", "/files/<document_id>",
)  # fmt: skip
# Pages that send on whoever has what they are for; the parts' own tests look at them.
SENT_ON = {"/<owner>", "/book/<slot>/weekly", "/console", "/console/day", "/console/week"}
WHO = ("patient", "admin", "owner", "colleague")
# in CSS pixels (WCAG 2.2, 2.5.8); links inside sentences are excepted there
SMALLEST_TARGET = 24
PARTS = 4
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis"  # 60 letters
LONG_NAMES = {
    "organization": {
        "name": "The Riverside and Cambridgeport Community Health Center for Family and Internal Medicine"
    },
    "location": {"name": "Riverside Clinic, North Entrance by the Old Observatory", "city": LONG},
    "practitioner": {"display_name": f"Dr. {LONG}", "given": "Maximiliana-Alexandrina", "family": LONG},
    "name": f"First visit with a review of all medicines, also called {LONG}",
}


def pages() -> list[tuple[Route, str]]:
    """Each page with somebody who may see it."""
    found = []
    for route in GETS:
        if route.path in SENT_ON or any(part in route.path for part in NO_PAGES):
            continue
        who = [person for person in WHO if route.statuses[person] == 200]
        assert who, f"nobody sees {route}: say above why"
        found.append((route, who[0]))
    return found


def test_no_page_of_the_table_is_left_out() -> None:
    assert len(pages()) > 60
    shares = [route for part in range(PARTS) for route, _ in pages()[part::PARTS]]
    assert {route.path for route in shares} == {route.path for route, _ in pages()}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(
    sqlite_app: Flask, address: str, new_page: Callable[..., Page], part: int
) -> None:
    details = replace(DETAILS, given=LONG, family=LONG, email=f"{LONG}@example.org", reason=LONG)
    stage = Stage(sqlite_app, make_cast(sqlite_app, **LONG_NAMES), details)
    page = new_page(NARROW)
    troubles = []
    for route, who in pages()[part::PARTS]:
        path, _, cookie = stage.subject(route)
        page.context.clear_cookies()
        for kept in (stage.browser(who, cookie)._cookies or {}).values():
            page.context.add_cookies([{"name": kept.key, "value": kept.value, "url": address}])
        answer = page.goto(address + path)
        assert answer is not None
        if answer.status != 200:
            troubles.append(f"{route} as {who}: {answer.status}")
        troubles += [f"{route} as {who}, {trouble}" for trouble in look_at(page)]
        if who == "patient":
            troubles += [f"{route}, {trouble}" for trouble in read_twice_as_large(page)]
    assert troubles == [], "\n".join(troubles)


def look_at(page: Page) -> list[str]:
    """What is wrong with a page, small and large, light and dark."""
    found = []
    for size, scheme in ways.looks(page):
        axe = partial(assert_accessible, colours_only=ways.colours_only(scheme))
        for ask in (axe, look_without_axe):
            try:
                ask(page)
            except AssertionError as error:
                found.append(f"{size[0]} px, {scheme}: {error}")
    return found


def read_twice_as_large(page: Page) -> list[str]:
    """What sticks out on a phone with letters of 200 % (WCAG 2.2, 1.4.4)."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.evaluate("document.documentElement.style.fontSize = '32px'")
    try:
        assert_fits(page)
    except AssertionError as error:
        return [f"letters of 200 %: {error}"]
    finally:
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    return []


def look_without_axe(page: Page) -> None:
    """What axe doesn't ask."""
    assert_fits(page)
    assert page.locator("h1").count() == 1, "one h1"
    assert page.title().strip(), "a title"
    small = page.evaluate(
        """least => {
            // whole controls, and links that are no words of a sentence
            const targets = "button, input:not([type=hidden]), select, textarea, summary, nav a, a.button";
            // a box of a choice is pressed by its label too
            const pressed = one => [one, ...(one.labels || [])].map(part => part.getBoundingClientRect());
            const large = box => box.width >= least && box.height >= least;
            return [...document.querySelectorAll(targets)]
                .filter(one => one.checkVisibility() && !one.closest(".visually-hidden"))
                .filter(one => one.getBoundingClientRect().width > 1 && !pressed(one).some(large))
                .map(one => one.outerHTML.slice(0, 120));
        }""",
        SMALLEST_TARGET,
    )
    assert small == [], "targets too small"
