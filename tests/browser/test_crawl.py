"""Whoever follows every link, of every page and every mail, changes nothing: mail scanners and prefetchers do just that."""

from __future__ import annotations

import email
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from scheduler import accounts, booking, clock
from scheduler.accounts.session import signed_in
from scheduler.availability import next_open
from scheduler.booking import SYSTEM, AnswerGiven, By
from scheduler.db import snapshot, transaction
from scheduler.jobs.runner import deliver
from scheduler.models import AppointmentType, Base, Organization, Question, Schedule, User
from scheduler.models.situations import load_situation
from tests.factories import DETAILS
from tests.people import browser_of

# What reading may write: the feed's own bookkeeping (design.md "The booking transaction"), and counters of opened links.
BOOKKEEPING = {"publication", "edition", "shard_version", "shard_mark", "referral_state", "unknown_source"}
HREF = re.compile(r"""(?:href|src|action)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
ADDRESS = re.compile(r"https?://localhost[^\s<>\"]*")
# enough of each kind of page; a calendar has no last page
MOST_OF_A_KIND = 6
# the address of a form, say: asking for it by GET must be harmless too, for all of them
NO_PAGE = "(none)"


def rows(app: Flask) -> dict[str, list[str]]:
    with app.app_context(), snapshot() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in BOOKKEEPING
        }


def links_in(text: str, base: str) -> Iterable[str]:
    for found in HREF.finditer(text):
        target = urlsplit(urljoin(base, unescape(found[1] or found[2] or "")))
        if target.scheme in ("http", "https") and target.hostname in ("localhost", None):
            yield target.path + (f"?{target.query}" if target.query else "")


def crawl(app: Flask, browser: FlaskClient, starts: Iterable[str]) -> Counter[str]:
    """Follow every link by GET from these pages on; how many pages of each endpoint were read."""
    waiting, seen, read = deque(starts), set[str](), Counter[str]()
    adapter = app.url_map.bind("localhost")
    while waiting:
        path = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        try:
            endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
        except HTTPException:
            endpoint = NO_PAGE
        if endpoint != NO_PAGE and read[endpoint] >= MOST_OF_A_KIND:
            continue
        read[endpoint] += 1
        answer = browser.get(path)
        assert answer.status_code < 500, path
        if "Location" in answer.headers:
            waiting.extend(links_in(f'href="{answer.headers["Location"]}"', f"http://localhost{path}"))
        if answer.mimetype == "text/html":
            waiting.extend(links_in(answer.text, f"http://localhost{path}"))
    return read


def book_and_mail(app: Flask) -> None:
    """A booked, a moved and a cancelled visit, an invitation and a reset, each with its mail."""
    with app.app_context():
        now = clock.now()
        with snapshot() as session:
            schedule = session.scalars(
                select(Schedule)
                .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
                .where(Schedule.active, AppointmentType.name == "New patient visit")
                .order_by(Schedule.id)
            ).first()
            assert schedule is not None
            until = now + 60 * clock.DAY
            open_now = next_open(load_situation(session, schedule.id, now, until), now, 400, until)
            asked = select(Question).where(
                Question.appointment_type_id == schedule.appointment_type_id, Question.active
            )
            answers = [AnswerGiven(row.id, row.label, "R-1") for row in session.scalars(asked)]
        apart = open_now[:1]  # far enough for visits of any length
        for start in open_now:
            if start >= apart[-1] + 3 * clock.HOUR:
                apart.append(start)
        assert len(apart) > 3
        for number, start in enumerate(apart[:3]):
            by = By("patient", visitor=f"{number:064x}")
            held = booking.hold(by=by, schedule_id=schedule.id, start=start)
            booking.book(by=by, appointment_id=held.id, details=DETAILS, answers=answers)
            if number == 1:
                booking.move(by=by, appointment_id=held.id, start=apart[3])
            if number == 2:
                booking.cancel(by=by, appointment_id=held.id)
        with transaction() as session:
            organization = session.scalars(select(Organization)).first()
            assert organization is not None
            accounts.invite(session, by=SYSTEM, now=now, organization_id=organization.id,
                email="newcomer@example.org", name="New Comer", roles=["front-desk"], mail=True)  # fmt: skip
            user = session.scalars(select(User).where(User.password_hash.is_not(None))).first()
            assert user is not None
            accounts.users.ask_reset(session, by=SYSTEM, now=now, user=user)
    while deliver(app):  # some at a time
        pass


def mailed_links(folder: Path) -> list[str]:
    found = []
    for file in sorted(folder.iterdir()):
        message: Any = email.message_from_bytes(file.read_bytes(), policy=default)
        for part in message.walk():
            if part.get_content_maintype() == "text":
                for address in ADDRESS.findall(unescape(part.get_content())):
                    parts = urlsplit(address.rstrip(".,)"))
                    found.append((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return sorted(set(found))


@pytest.mark.parametrize("role", ["nobody", "admin", "front-desk", "clinician"])
def test_following_every_link_of_every_page_and_mail_changes_no_row(
    make_app: Callable[..., Flask], demo_url: str, data_dir: Path, role: str
) -> None:
    app = make_app(demo_url)
    book_and_mail(app)
    mailed = mailed_links(data_dir / "mail")
    kinds = {path.split("/")[1] for path in mailed}
    assert {"b", "invitation", "sign-in"} <= kinds, "each kind of link was mailed"
    if role == "nobody":
        browser = app.test_client()
    else:
        email_of = {
            "admin": "admin@example.org",
            "front-desk": "desk@example.org",
            "clinician": "juniper-vale@example.org",
        }
        with app.app_context(), snapshot() as session:
            user = session.scalars(select(User).where(User.email == email_of[role])).one()
            assert signed_in(user.id) is not None
        browser = browser_of(app, user)
    browser.get("/fhir/$bulk-publish")  # the feed's own files are made at the first reading
    before = rows(app)

    starts = ["/", "/console", "/admin", "/sign-in", "/find-booking", "/privacy", *mailed]
    read = crawl(app, browser, starts)

    assert rows(app) == before
    expected = {"nobody": 12, "admin": 45, "front-desk": 25, "clinician": 25}
    assert len(read) >= expected[role], sorted(read)
