"""Services in the admin pages: the table with its filters, stopping an offer and resuming it."""

from __future__ import annotations

import pytest

from scheduler.console.admin import services
from scheduler.db import snapshot
from scheduler.models import Schedule
from tests.console.admin.pages import send, undo_of
from tests.factories import make_appointment, make_availability, make_schedule, make_type
from tests.people import Cast
from tests.support.times import Clock


@pytest.fixture(autouse=True)
def monday(frozen: Clock) -> None:
    frozen.at("2027-06-07T08:00:00-04:00")


def test_each_offer_shows_place_clinicians_hours_state_and_next_opening(cast: Cast) -> None:
    paused = make_type(cast.clinic, name="Paused visit", visibility="paused")
    make_schedule(cast.clinic, type=paused.id)
    never = make_type(cast.clinic, name="Never visit")
    make_schedule(cast.clinic, type=never.id, availability=make_availability(cast.clinic, {}).id)
    page = cast.admin.browser.get("/admin/services").text
    assert "3 services" in page
    assert f'href="/console/types/{paused.id}"' in page
    for words in ("Dr. Maya Chen", "Usual hours", "Mon, Jun 7, 9:00 AM EDT", "Paused", "none in 14 days"):
        assert words in page
    assert "Hillside" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=paused", 1),
        ("q=MAYA", 2),
        ("state=feed", 1),
        ("state=paused", 1),
        ("place=nowhere", 0),
    ],
)
def test_the_table_is_narrowed_by_its_address(cast: Cast, query: str, found: int) -> None:
    paused = make_type(cast.clinic, name="Paused visit", visibility="paused")
    make_schedule(cast.clinic, type=paused.id)
    page = cast.admin.browser.get(f"/admin/services?{query}").text
    assert page.count('scope="row"') == found


@pytest.mark.parametrize("page", ["0", "-1", "99999", "x", "٣", ""])
def test_nonsense_pages_are_the_first_one(cast: Cast, page: str) -> None:
    assert "1 service" in cast.admin.browser.get("/admin/services", query_string={"page": page}).text


def test_many_services_are_shown_a_page_at_a_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SHOWN", 2)
    for _ in range(3):
        make_schedule(cast.clinic, type=make_type(cast.clinic).id)
    assert "1 to 2 of 4 services" in cast.admin.browser.get("/admin/services").text
    assert "3 to 4 of 4 services" in cast.admin.browser.get("/admin/services?page=2").text
    assert "No service matches" in cast.admin.browser.get("/admin/services?page=3").text


def test_an_offer_is_stopped_with_its_bookings_kept_and_resumed_by_undo(cast: Cast) -> None:
    make_appointment(cast.clinic)
    stop = f"/admin/services/{cast.clinic.schedule}/stop"
    assert send(cast.admin.browser, stop).status_code == 303
    page = cast.admin.browser.get("/admin/services").text
    assert "no longer offered. 1 booking stays" in page
    assert "Not offered" in page
    with cast.clinic.app.app_context(), snapshot() as session:
        assert not session.get_one(Schedule, cast.clinic.schedule).active
    assert send(cast.admin.browser, undo_of(page)).status_code == 303
    assert cast.clinic.starts()


def test_an_offer_at_a_closed_place_says_why_it_is_not_offered(cast: Cast) -> None:
    send(cast.admin.browser, f"/admin/places/{cast.clinic.location}/close")
    assert "The place is closed." in cast.admin.browser.get("/admin/services").text
