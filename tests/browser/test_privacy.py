"""What people write about patients stays where it belongs: markers planted in every field, searched for everywhere else.

Never in a URL, a title, a header, a log, a feed line, an audit entry, an outbox row or a calendar's title (ux.md rule 11).
"""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import date
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler import booking, clock
from scheduler.db import snapshot
from scheduler.jobs.runner import deliver
from scheduler.models import AuditEntry, Outbox
from scheduler.models.slots import slot_id
from tests.factories import Clinic, make_clinic, make_question, make_user
from tests.people import browser_of

# One marker a field, so that a find names the field. Patterns: short ones would be met in a random key by chance.
MARKERS = {
    "given": "Zqgiven", "family": "Zqfamily", "booker_given": "Zqbooker", "booker_family": "Zqbookfam",
    "relationship": "Zqmother", "email": "zqmail", "phone": r"617[-. ]?555[-. ]?0173", "reason": "Zqreason",
    "language": "Zqlanguage", "need": "Zqneed", "answer": "Zqanswer", "born": r"1931-0?5-17|0?5/17/1931|May 17, 1931",
    "note": "Zqnote", "message": "Zqmessage", "cancel": "Zqcancel", "overbook": "Zqoverbook", "search": "Zqsearch",
    "find": "zqfinds",
}  # fmt: skip
# A finder's words are no patient's, but a handle may stand for one: they travel from the landing to its other times, and
# end with the hold.
FINDERS = {"source": "Zqsource", "referral": "Zqreferral"}
PHONE, BORN = "617-555-0173", "5/17/1931"
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
LINK = re.compile(r'(?:href|src|action)="([^"]*)"')
TYPED = {
    "for_whom": "child", "given": "Zqgiven", "family": "Zqfamily", "birth_date-month": "5", "birth_date-day": "17",
    "birth_date-year": "1931", "booker_given": "Zqbooker", "booker_family": "Zqbookfam", "relationship": "Zqmother", "consent": "yes",
    "email": "zqmail@example.org", "phone": PHONE, "reason": "Zqreason", "needs": ["interpreter", "other"],
    "needs_language": "Zqlanguage", "needs_other": "Zqneed",
}  # fmt: skip


def found_in(text: str) -> list[str]:
    both = MARKERS | FINDERS
    return [name for name, pattern in both.items() if re.search(pattern, text, re.IGNORECASE)]


def wrong_in(address: str) -> list[str]:
    """What an address must not hold."""
    private = address.startswith(("/console", "/admin", "/b/", "/hold", "/find-booking"))
    return [name for name in found_in(address) if private or name not in FINDERS]


class Watched:
    """A browser whose every request and answer is looked at."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser
        self.seen: list[str] = []

    def _look(self, path: str, answer: TestResponse) -> TestResponse:
        self.seen.append(f"{answer.status_code} {path}")
        assert answer.status_code < 500, path
        assert wrong_in(path) == [], path
        for name, value in answer.headers.items():
            wrong = (
                wrong_in(value.removeprefix("http://localhost")) if name == "Location" else found_in(value)
            )
            assert wrong == [], f"in the header {name} of {path}"
        if answer.mimetype == "text/html":
            for title in TITLE.findall(answer.text):
                assert found_in(title) == [], f"in the title of {path}: {title}"
            for link in LINK.findall(answer.text):
                # staff call and write to people by such links, which lead to no server
                assert link.startswith(("tel:", "mailto:")) or wrong_in(link) == [], f"{link} on {path}"
        return answer

    def get(self, path: str, status: int = 200) -> TestResponse:
        answer = self._look(path, self.browser.get(path))
        assert answer.status_code == status, path
        return answer

    def post(self, path: str, form: Mapping[str, Any], status: int = 303) -> TestResponse:
        """Send a form; where it leads to is looked at too. ``status`` proves that the form was understood."""
        answer = self._look(path, self.browser.post(path, data=form))
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return answer

    def follow(self, answer: TestResponse) -> str:
        """Go where an answer leads; the path."""
        path = str(answer.headers["Location"]).removeprefix("http://localhost")
        self.get(path)
        return path


@pytest.fixture
def clinic_app(sqlite_app: Flask) -> Clinic:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_clinic(sqlite_app, cancellation_notice_minutes=0)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    yield caplog
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert len(records) > 40
    # as the handlers of the application write them, which cut a record's arguments and exceptions
    lines = [f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}" for record in records]
    assert [line for line in lines if found_in(line)] == [], "in the log"


def patient_books(patient: Watched, clinic: Clinic, start: int, question: str) -> str:
    """By a deep link, through every page, mistakes included; the path of the booked page."""
    slot, finders = slot_id(clinic.schedule, start), {"source": "Zqsource", "booking-referral": "Zqreferral"}
    patient.get(f"/book/{slot}?{urlencode(finders)}")
    details = patient.follow(patient.post("/hold", {"slot": slot} | finders))
    typed = TYPED | {f"q_{question}": "Zqanswer"}
    patient.post(details, typed | {"phone": f"{PHONE} no number"}, 400)
    patient.post(f"{details}/extend", typed, 303)
    review = patient.follow(patient.post(details, typed))
    assert review == f"{details}/review"
    manage = patient.follow(patient.post(f"{details}/book", {}))
    for more in ("/appointment.ics", "/cancel", "/reschedule"):
        patient.get(manage + more)
    return manage


def desk_looks_around(desk: Watched, clinic: Clinic, page: str, day: date) -> None:
    desk.get("/console", 303)
    for path in (f"/console/day/{day}", f"/console/week/{day}", page, f"{page}/move", f"{page}/details",
                 f"/console/sheet/{day}", "/console/find", f"/console/block?date={day}", "/console/history",
                 f"/console/new?date={day}", f"/console/walk-in?date={day}", "/console/time-off"):  # fmt: skip
        desk.get(path)
    for query in ("Zqfamily", PHONE, BORN, "Zqsearch"):
        found = desk.post("/console/find", {"query": query}, 200)
        assert query == "Zqsearch" or "Zqgiven" in found.text, query


def desk_writes(desk: Watched, clinic: Clinic, page: str, starts: list[int], question: str) -> None:
    """Every form of the desk in which something about a patient is typed, refused and taken."""

    def version() -> str:
        found = re.search(r'name="version" value="(\d+)"', desk.get(page).text)
        assert found is not None
        return found[1]

    answered = TYPED | {f"q_{question}": "Zqanswer"}
    desk.post(f"{page}/note", {"text": "Zqnote" * 1000, "version": version()}, 400)
    desk.post(f"{page}/note", {"text": "Zqnote", "version": version()})
    desk.post(f"{page}/details", answered | {"phone": f"{PHONE} nonsense", "version": version()}, 400)
    desk.post(f"{page}/details", answered | {"reason": "Zqreason again", "version": version()})
    desk.post(f"{page}/details", answered | {"version": "1"}, 409)
    desk.post(f"{page}/resend", {})
    new = answered | {"slot": slot_id(clinic.schedule, starts[3])}
    desk.post("/console/new", new | {"phone": f"{PHONE} nonsense"}, 400)
    desk.follow(desk.post("/console/new", new))
    desk.post("/console/new", new, 409)
    desk.follow(desk.post("/console/new", new | {"overbook_reason": "Zqoverbook"}))
    walk_in = {"given": "Zqgiven", "family": "Zqfamily", "born": f"{BORN} nonsense", "phone": PHONE}
    gap = re.search(r'name="slot"[^>]*value="([^"]+)"', desk.get("/console/walk-in").text)
    assert gap is not None
    desk.post("/console/walk-in", walk_in | {"slot": gap[1]}, 400)
    desk.follow(desk.post("/console/walk-in", walk_in | {"slot": gap[1], "born": BORN}))
    move = {"slot": slot_id(clinic.schedule, starts[3]), "message": "Zqmessage"}
    desk.post(f"{page}/move", move, 409)
    desk.follow(desk.post(f"{page}/move", move | {"slot": slot_id(clinic.schedule, starts[7])}))
    desk.post(f"{page}/cancel", {"reason": "Zqcancel" * 1000, "message": "Zqmessage"}, 400)
    desk.follow(desk.post(f"{page}/cancel", {"reason": "Zqcancel", "message": "Zqmessage"}))
    desk.post(f"{page}/check-in", {}, 409)
    desk.post(f"{page}/undo?step=cancel", {})


def test_nothing_about_a_patient_leaves_the_pages_that_are_for_it(
    clinic_app: Clinic, said: pytest.LogCaptureFixture, data_dir: Path
) -> None:
    clinic, app = clinic_app, clinic_app.app
    question = make_question(clinic, label="Anything else?", kind="long").id
    starts = clinic.starts()
    patient = Watched(app.test_client())
    manage = patient_books(patient, clinic, starts[0], question)
    find = {"birth_date-month": "5", "birth_date-day": "17", "birth_date-year": "1931"}
    patient.follow(patient.post("/find-booking", find | {"contact": "zqmail@example.org"}))
    patient.post("/find-booking", find | {"contact": "zqfinds nobody"}, 400)

    desk = Watched(browser_of(app, make_user(clinic, role="front-desk")))
    with app.app_context(), snapshot() as session:
        visit = booking.links.find(session, app.config["SETTINGS"].secret, manage.split("/")[2])
    assert visit is not None
    page = f"/console/bookings/{visit.id}"
    desk_looks_around(desk, clinic, page, clock.to_local(starts[0], ZoneInfo(clinic.zone)).date())
    desk_writes(desk, clinic, page, starts, question)
    patient.get(manage)

    deliver(app)
    admin = Watched(browser_of(app, make_user(clinic, role="admin")))
    for path in ("/admin", "/admin/mails", "/admin/feed"):
        admin.get(path)
    the_pages_hold_what_was_planted(desk.get(page).text)
    the_machinery_holds_none(app)
    mails_name_nobody(data_dir / "mail")
    the_feed_holds_none(app)


def the_pages_hold_what_was_planted(text: str) -> None:
    """The markers were understood and kept: without them the search would prove nothing."""
    kept = {
        "given",
        "family",
        "booker_given",
        "relationship",
        "email",
        "phone",
        "reason",
        "language",
        "need",
        "answer",
    }
    assert kept | {"note"} <= set(found_in(text))


def the_feed_holds_none(app: Flask) -> None:
    feed = app.test_client()
    manifest = feed.get("/fhir/$bulk-publish")
    assert found_in(manifest.text) == []
    lines = 0
    for item in manifest.get_json()["output"]:
        text = feed.get(item["url"].removeprefix("http://localhost")).text
        lines += len(text.splitlines())
        assert found_in(text) == []
    assert lines > 10


def the_machinery_holds_none(app: Flask) -> None:
    with app.app_context(), snapshot() as session:
        for table in (AuditEntry, Outbox):
            for row in session.execute(select(table.__table__)).all():
                assert found_in(repr(row)) == [], f"in {table.__tablename__}: {row}"


def mails_name_nobody(folder: Path) -> None:
    """No header but To has anything of the patient's; no calendar file says more than where and with whom."""
    mails = calendars = 0
    for file in folder.iterdir():
        mails += 1
        assert found_in(file.name) == []
        message: Any = email.message_from_bytes(file.read_bytes(), policy=default)
        for name, value in message.items():
            assert name.lower() == "to" or found_in(f"{name}: {value}") == [], f"{name}: {value}"
        for part in message.walk():
            if part.get_content_type() == "text/calendar":
                calendars += 1
                for event in icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT"):
                    for line in ("SUMMARY", "DESCRIPTION", "LOCATION", "URL", "UID", "ORGANIZER"):
                        assert found_in(str(event.get(line, ""))) == [], line
    assert mails > 4
    assert calendars > 2
