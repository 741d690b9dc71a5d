"""A clinic on a Monday morning, and how its people ask why a time is not open."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.console.why.asked import why_address
from tests.factories import Clinic, make_clinic, make_user
from tests.people import browser_of
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


def at(text: str) -> int:
    """The instant of ``"09:00"`` on Tuesday, 2027-06-08, or of a whole ISO wall time, in New York."""
    whole = text if "T" in text else f"2027-06-08T{text}"
    return int(datetime.fromisoformat(f"{whole}:00-04:00").timestamp())


@dataclass(frozen=True)
class Asker:
    """A browser in which somebody is signed in."""

    clinic: Clinic
    browser: FlaskClient

    def ask(self, start: str, schedule: str = "") -> TestResponse:
        return self.browser.get(why_address(schedule or self.clinic.schedule, at(start)))


def codes(page: TestResponse) -> list[str]:
    """The codes of the reasons that a page gives, in their order."""
    return re.findall(r'data-code="([a-z_]+)"', page.text)


def words(page: TestResponse) -> str:
    """The main part of a page as it is read out."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split()).replace(" ,", ",")


def fixes(page: TestResponse) -> list[tuple[str, str]]:
    """Address and words of the links that put something right."""
    found = re.findall(
        r'<a class="button (?:primary|secondary) compact" href="([^"]+)">([^<]+)</a>', page.text
    )
    return [(html.unescape(href), html.unescape(text)) for href, text in found]


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at(MONDAY)
    return make_clinic(sqlite_app)


@pytest.fixture
def admin(clinic: Clinic) -> Asker:
    return Asker(clinic, browser_of(clinic.app, make_user(clinic, role="admin", name="Robin Field")))


@pytest.fixture
def desk(clinic: Clinic) -> Asker:
    return Asker(clinic, browser_of(clinic.app, make_user(clinic, role="front-desk")))


@pytest.fixture
def owner(clinic: Clinic) -> Asker:
    return Asker(clinic, browser_of(clinic.app, make_user(clinic, role="clinician")))
