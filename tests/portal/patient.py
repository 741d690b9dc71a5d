"""A patient with a browser without a screen: opens pages, presses what is on them, reads what they say."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from flask import Flask
from werkzeug.test import TestResponse

from scheduler.models.slots import slot_id
from tests.factories import Clinic

GOOD = {
    "for_whom": "me",
    "given": "Zebulon",
    "family": "Quillfeather",
    "birth_date-month": "2",
    "birth_date-day": "29",
    "birth_date-year": "1984",
    "email": "zebulon@example.org",
    "phone": "617-555-0177",
    "reason": "A tickle in the elbow",
}
"""Answers that are enough for a type without questions, in words that occur nowhere else."""


@dataclass(frozen=True)
class Page:
    """An answer as its reader sees it."""

    response: TestResponse
    text: str

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def title(self) -> str:
        return self._first(r"<title>(.*?)</title>")

    @property
    def h1(self) -> str:
        return self._first(r"<h1[^>]*>(.*?)</h1>")

    @property
    def words(self) -> str:
        """The page's text without markup, in one line."""
        return plain(re.sub(r"(?s)<(script|style).*?</\1>", " ", self.text))

    @property
    def slots(self) -> list[str]:
        """Slot ids of the time buttons, in order."""
        return re.findall(r'<button class="time[^"]*" name="slot" value="([^"]+)"', self.text)

    @property
    def links(self) -> list[str]:
        """The addresses of this site that the page leads to, its own anchors and files aside."""
        found = (html.unescape(link) for link in re.findall(r'href="([^"]+)"', self.text))
        return [link for link in found if link.startswith("/") and not link.startswith("/static/")]

    @property
    def errors(self) -> list[str]:
        """The links of the error summary."""
        found = re.search(r'(?s)<div class="error-summary".*?</div>', self.text)
        return [plain(item) for item in re.findall(r"(?s)<li>(.*?)</li>", found[0])] if found else []

    def hidden(self, name: str) -> str:
        """The value of a hidden field; "" when there is none."""
        found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', self.text)
        return html.unescape(found[1]) if found else ""

    def _first(self, pattern: str) -> str:
        found = re.search(f"(?s){pattern}", self.text)
        return plain(found[1]) if found else ""


class Patient:
    """One browser profile: its cookies, and nothing else."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def open(self, path: str, **query: str) -> Page:
        """GET a page, without following where it leads."""
        return _page(self.client.get(path, query_string=query or None))

    def press(self, path: str, **fields: str | list[str]) -> Page:
        """POST a form. A double underscore in a name stands for a hyphen."""
        data = {name.replace("__", "-"): value for name, value in fields.items()}
        return _page(self.client.post(path, data=data))

    def hold(self, clinic: Clinic, start: int, *, schedule: str = "", **fields: str) -> str:
        """Press a time; the path of the hold."""
        page = self.press("/hold", slot=slot_id(schedule or clinic.schedule, start), **fields)
        assert page.status == 303, page.words
        return page.location

    def fill_in(self, hold: str, **changes: str) -> Page:
        """Send the details page with GOOD answers but for ``changes``."""
        return self.press(hold, **{**GOOD, **changes})

    def book(self, clinic: Clinic, start: int, **changes: str) -> str:
        """Hold a time, answer, book; the path of the booked page."""
        hold = self.hold(clinic, start)
        assert self.fill_in(hold, **changes).location == f"{hold}/review"
        page = self.press(f"{hold}/book")
        assert page.status == 303, page.words
        return page.location


def plain(markup: str) -> str:
    """Markup as one line of text."""
    spaced = re.sub(r"</?(bdi|strong|a|span|time)\b[^>]*>", "", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", spaced)).split())


def _page(response: TestResponse) -> Page:
    return Page(response, response.get_data().decode("utf-8", "replace"))
