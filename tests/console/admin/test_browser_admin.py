"""The admin pages in a real browser: a walk through each with and without script; every page and state light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from scheduler.console.admin import feed
from scheduler.db import transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Outbox, Practitioner
from scheduler.notify.mail.transport import mail_folder
from tests.factories import Clinic, make_appointment, make_clinic, make_room, make_user
from tests.support import ways
from tests.support.pages import PHONE
from tests.support.served import come_in

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]


@pytest.fixture
def clinic(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    monkeypatch.setattr(feed, "CHECK_SECONDS", 120.0)  # a busy machine must not end a check early
    clinic = make_clinic(sqlite_app)
    make_room(clinic, name="Room A")
    make_appointment(clinic)
    make_appointment(clinic, email="", given="Dana", family="Petrova")
    deliver(sqlite_app)
    return clinic


def check_the_feed(page: Page) -> None:
    """Reading every line may take as long as the check itself allows."""
    page.get_by_role("button", name="Check now").click(no_wait_after=True)
    expect(page.get_by_text("Every line is good")).to_be_visible(timeout=120_000)


@ways.walk_ways()
def test_an_administrator_walks_from_the_first_problem_through_every_page(
    clinic: Clinic, address: str, new_page: NewPage, size: tuple[int, int]
) -> None:
    page = new_page(size)
    come_in(page, clinic.app, make_user(clinic, role="admin", name="Robin Admin"), address)
    page.goto(f"{address}/admin")
    page.get_by_role("link", name="Open the call list").click()
    page.get_by_role("button", name="Called Dana Petrova").click()
    expect(page.get_by_role("status").filter(has_text="Noted")).to_be_visible()
    page.get_by_role("button", name="Undo noting the call").click()
    expect(page.get_by_role("link", name="Dana Petrova")).to_be_visible()
    page.goto(f"{address}/admin/mails")
    page.locator("#sent ~ .table-box a[href^='/admin/mails/']").click()
    expect(page.get_by_role("heading", name="As text")).to_be_visible()
    frame = page.frame_locator("iframe.mail-html")
    expect(frame.get_by_role("heading", name="You're booked")).to_be_visible()

    page.goto(f"{address}/admin/places")
    page.get_by_role("link", name="Riverside Clinic, Main Street").click()
    page.get_by_label("Time zone").fill("Denver")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Move this place to another clock?")).to_be_visible()
    page.get_by_role("link", name="Keep it as it was").click()
    page.get_by_label("Arriving").fill("Ring twice")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Riverside Clinic, Main Street is saved.")).to_be_visible()
    page.get_by_role("button", name="Take out of use Room A").click()
    page.get_by_role("button", name="Undo taking Room A out of use").click()
    expect(page.get_by_text("Room A is in use.")).to_be_visible()

    page.goto(f"{address}/admin/services")
    page.get_by_role("button", name="Stop offering").click()
    expect(page.get_by_text("2 bookings stay")).to_be_visible()
    page.get_by_role("button", name="Undo stopping").click()
    expect(page.get_by_text("offered again")).to_be_visible()

    page.goto(f"{address}/admin/organization")
    page.get_by_label("Cancellation notice, in hours").fill("48")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("until 2 days before")).to_be_visible()

    page.goto(f"{address}/admin/feed")
    check_the_feed(page)


def test_every_page_and_state_is_accessible_and_fits(clinic: Clinic, address: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    come_in(page, clinic.app, make_user(clinic, role="admin", name="Robin Admin"), address)

    def look(name: str, path: str = "") -> None:
        if path:
            page.goto(f"{address}{path}")
        ways.look(page, f"admin-{name}")

    place = f"/admin/places/{clinic.location}"
    look("home", "/admin")
    look("places", "/admin/places")
    look("places-none", "/admin/places?q=nowhere")
    look("place", place)
    page.get_by_label("Time zone").fill("Denver")
    page.get_by_role("button", name="Save", exact=True).click()
    look("place-zone")
    page.locator("#name").fill("")
    page.get_by_role("button", name="Save with the new zone").click()
    expect(page.get_by_role("heading", name="1 answer needs a change")).to_be_visible()
    look("place-error")
    page.goto(f"{address}{place}")
    page.locator("input[name=version]").evaluate("field => { field.value = '7' }")
    page.get_by_label("Arriving").fill("Ring twice")
    page.get_by_role("button", name="Save", exact=True).click()
    look("place-conflict")
    look("place-new", "/admin/places/new")
    page.get_by_label("Video or phone").check()
    page.get_by_role("button", name="Add this place").click()
    look("place-new-error")
    look("services", "/admin/services")
    page.get_by_role("button", name="Stop offering").click()
    look("services-stopped")
    look("organization", "/admin/organization")
    look("organization-new", "/admin/organization/new")
    look("mails", "/admin/mails")
    page.locator("#sent ~ .table-box a[href^='/admin/mails/']").click()
    look("mail")
    with clinic.app.app_context(), transaction() as session:
        session.execute(
            update(Outbox).values(
                done_at=None, attempts=12, error="the mail server can't be reached (ConnectionRefusedError)"
            )
        )
        session.execute(update(Practitioner).values(npi=None))
    look("mails-failing", "/admin/mails")
    look("home-problems", "/admin")
    look("feed", "/admin/feed")
    check_the_feed(page)
    look("feed-checked")


def test_a_hostile_mail_runs_nothing_in_the_browser(clinic: Clinic, address: str, browser: Browser) -> None:
    """The browser complains about what it blocks, so this page isn't one that must have no trouble."""
    [mail] = mail_folder(clinic.app.config["SETTINGS"]).glob("*.eml")
    text = mail.read_text(encoding="utf-8")
    hostile = "<script>top.document.title='owned'</script><img src='https://tracker.example/x.gif'>"
    mail.write_text(
        text.replace('<div role=3D"article"', f'{hostile}<div role=3D"article"').replace(
            '<div role="article"', f'{hostile}<div role="article"'
        )
    )
    assert hostile in mail.read_text(encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    stopped: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "requestfailed", lambda request: stopped.append(request.url) if request.failure == "csp" else None
    )
    come_in(page, clinic.app, make_user(clinic, role="admin", name="Robin Admin"), address)
    page.goto(f"{address}/admin/mails")
    page.locator("#sent ~ .table-box a[href^='/admin/mails/']").click()
    expect(
        page.frame_locator("iframe.mail-html").get_by_role("heading", name="You're booked")
    ).to_be_visible()
    assert "owned" not in page.title()
    # what the policy stops is told of as asked for too, but never leaves the browser
    assert [url for url in asked if not url.startswith(address) and url not in stopped] == []
    context.close()
