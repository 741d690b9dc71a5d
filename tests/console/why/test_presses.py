"""Where a press on an empty cell, on Share, or at a refused time leads."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from scheduler import catalog, clock
from scheduler.booking import SYSTEM, By, block_time
from scheduler.console.why.asked import why_address
from scheduler.db import transaction
from scheduler.models import AppointmentType
from scheduler.models.slots import slot_id
from tests.console.why.conftest import Asker, at, codes
from tests.factories import Clinic, make_appointment, make_practitioner

TUESDAY = "/console/day/2027-06-08"


def links(page: str) -> list[str]:
    """The addresses in a page that ask why."""
    return [html.unescape(found) for found in re.findall(r'href="(/console/why\?[^"]+)"', page)]


def asks(clinic: Clinic, *starts: str) -> list[str]:
    return [why_address(clinic.schedule, at(start)) for start in starts]


def test_every_empty_stretch_of_a_day_asks_why(desk: Asker) -> None:
    make_appointment(desk.clinic, start=at("10:00"))
    with desk.clinic.app.app_context():
        block_time(by=By("user"), actor_id=desk.clinic.actor, start=at("12:10"), end=at("13:00"))
    page = desk.browser.get(TUESDAY).text

    assert links(page) == asks(
        desk.clinic, "08:00", "17:00"
    )  # what is left beside 12:10 is too short to name
    assert "8:00 AM" in page[page.index("empty-cell") :][:200]
    for link in links(page):
        assert codes(desk.browser.get(link)) == ["hours"]


def test_a_hole_inside_the_open_times_asks_why(desk: Asker) -> None:
    with desk.clinic.app.app_context(), transaction() as session:
        catalog.set_override(
            session, by=SYSTEM, now=clock.now(), day=date(2027, 6, 8),
            windows=[(540, 720), (780, 1020)], availability_id=desk.clinic.availability,
        )  # fmt: skip
    page = desk.browser.get(TUESDAY).text

    assert links(page) == asks(desk.clinic, "08:00", "12:00", "17:00")
    assert codes(desk.browser.get(links(page)[1])) == ["override"]


def test_what_has_passed_today_asks_nothing(desk: Asker) -> None:
    assert links(desk.browser.get("/console/day/2027-06-06").text) == []
    today = links(desk.browser.get("/console/day/2027-06-07").text)
    assert today == asks(desk.clinic, "2027-06-07T08:00", "2027-06-07T17:00")


def test_who_has_nothing_on_a_day_can_be_asked_about(desk: Asker) -> None:
    page = desk.browser.get("/console/day/2027-06-12").text  # a Saturday

    assert "Nothing on this day:" in page
    assert links(page) == asks(desk.clinic, "2027-06-12T09:00")


def test_a_line_on_which_nothing_is_offered_asks_nothing(desk: Asker) -> None:
    make_practitioner(desk.clinic, display_name="Dr. Omar Reyes")

    assert links(desk.browser.get("/console/day/2027-06-12").text) == asks(desk.clinic, "2027-06-12T09:00")


def test_a_day_of_the_week_with_no_opening_asks_why(desk: Asker) -> None:
    page = desk.browser.get("/console/week/2027-06-08").text

    assert links(page) == asks(desk.clinic, "2027-06-12T09:00", "2027-06-13T09:00")
    assert links(desk.browser.get("/console/week/2027-05-31").text) == []


def test_share_leads_to_the_form_of_its_type(desk: Asker) -> None:
    [link] = links(desk.browser.get("/console/share").text)

    assert link == f"/console/why?type={desk.clinic.schedule}"
    page = desk.browser.get(link)
    assert page.status_code == 200
    assert f'<option value="{desk.clinic.type}" selected>' in page.text


def test_a_time_that_the_desk_is_warned_of_leads_to_every_reason(desk: Asker) -> None:
    make_appointment(desk.clinic, start=at("10:00"))
    refused = desk.browser.get(f"/console/new?slot={slot_id(desk.clinic.schedule, at('10:00'))}").text
    [link] = links(refused)

    assert 'target="_blank"' in refused
    assert codes(desk.browser.get(link)) == ["booked"]
    assert (
        links(desk.browser.get(f"/console/new?slot={slot_id(desk.clinic.schedule, at('10:30'))}").text) == []
    )


def test_a_walk_in_without_a_gap_leads_to_every_reason(desk: Asker) -> None:
    with desk.clinic.app.app_context():
        block_time(
            by=By("user"),
            actor_id=desk.clinic.actor,
            start=at("2027-06-07T08:00"),
            end=at("2027-06-07T18:00"),
        )
    [link] = links(desk.browser.get("/console/walk-in").text)

    assert codes(desk.browser.get(link)) == ["hours", "busy"]


@pytest.mark.parametrize("visibility", ["paused", "link"])
def test_nothing_that_is_not_offered_breaks_the_pages(desk: Asker, visibility: str) -> None:
    with desk.clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, desk.clinic.type).visibility = visibility
    for path in (TUESDAY, "/console/week/2027-06-08", "/console/share"):
        page = desk.browser.get(path)
        assert page.status_code == 200
        for link in links(page.text):
            assert desk.browser.get(link).status_code == 200
